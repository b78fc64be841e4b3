import Morphology
public import TomogramModel
public import Volumes
public import WorkLedger

/// Parts a mask into membranes: by its faces, so that touching membranes come apart and fragments of
/// one membrane come together, or, as a baseline, into its connected components.
///
/// Labels run from 1 by falling area (`CroftonAreas`); equal areas by falling voxels, then by first
/// voxel. Every kept part is a membrane, closed or not.
///
/// Components take three passes over the mask, a slab at a time, and 12 bytes per run of mask voxels.
/// `FaceSeparation` keeps a 32-bit label volume in a memory-mapped scratch file (4 bytes per voxel on
/// disk), beside what it keeps of faces. Linear in voxels.
///
/// - Parameters:
///   - mask: nonzero voxels are membrane.
///   - instances: gets the labels and is committed at the end.
///   - steps: keeps what has been done, for a run that goes on behind it.
///   - scratchFolder: where the unnamed scratch file lies.
/// - Returns: the membranes, by rising label, without measurements.
/// - Throws: the source's and sink's errors, `ScratchError`, `SeparationError`, `Stopped`.
public func separate(
  mask: any VolumeSource<Int8>, options: SeparationOptions, into instances: any VolumeSink<UInt16>,
  steps: StepLog = StepLog(), scratchFolder: String, workers: Workers, monitor: StageMonitor
) throws -> [Membrane] {
  let (components, forEachSlab) = try labelledParts(
    of: mask, options: options, steps: steps, scratchFolder: scratchFolder, workers: workers,
    monitor: monitor)
  try monitor.report(completed: 1, of: 3)
  var crofton = CroftonAreas(mask.geometry, labelCount: components.count)
  try forEachSlab { crofton.add($0) }
  let areas = crofton.areas
  try monitor.report(completed: 2, of: 3)
  let kept = components.filter {
    options.minimumVoxels <= $0.voxels && options.minimumAreaNm2 <= areas[$0.label] / 100
  }
  guard kept.count <= SeparationError.limit else {
    throw SeparationError.tooManyMembranes(found: kept.count)
  }
  // Components come by falling voxels, then first voxel: a stable order for equal areas.
  let order = kept.sorted { (areas[$1.label], $0.label) < (areas[$0.label], $1.label) }
  var newLabels = [UInt16](repeating: 0, count: components.count + 1)
  for (index, component) in order.enumerated() { newLabels[component.label] = UInt16(index + 1) }
  try forEachSlab { slab in
    try instances.write(
      Block(region: slab.region, samples: slab.samples.map { newLabels[Int($0)] }))
  }
  try instances.commit()
  try monitor.report(completed: 3, of: 3)
  return order.enumerated().map { index, component in
    Membrane(label: index + 1, voxels: component.voxels, region: component.region)
  }
}

/// Hands out the labels of whole sections, in order of z.
private typealias LabelledSlabs = ((Block<Int32>) throws -> Void) throws -> Void

/// The parts of a mask, and who of its voxels belongs to which.
private func labelledParts(
  of mask: any VolumeSource<Int8>, options: SeparationOptions, steps: StepLog,
  scratchFolder: String, workers: Workers, monitor: StageMonitor
) throws -> (components: [Component], forEachSlab: LabelledSlabs) {
  switch options.method {
  case .components:
    let runs = try ComponentRuns(of: mask, connectivity: options.connectivity)
    return (runs.components, { try runs.forEachLabelledSlab(of: mask, $0) })
  case .faces:
    let labelling = try FaceSeparation(
      mask: mask, widestGapAngstrom: options.widestGapAngstrom, scratchFolder: scratchFolder,
      workers: workers, steps: steps
    ).labelling(monitor.parts(3)[0])
    return (
      labelling.components,
      { body in
        for slab in mask.geometry.bounds.slabs(thickness: 8) {
          try body(try labelling.labels.read(slab))
        }
      }
    )
  }
}
