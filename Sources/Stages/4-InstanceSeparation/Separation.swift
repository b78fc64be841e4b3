import Morphology
public import TomogramModel
public import Volumes
public import WorkLedger

/// Parts a mask into membranes: by its faces, so that touching membranes come apart and fragments of
/// one membrane come together, or, as a baseline, into its connected components.
///
/// Labels run from 1 by falling area of the mid-surface; equal areas by falling voxels, then by first
/// voxel. Every kept part is a membrane, closed or not.
///
/// Reads the mask twice, with halos; keeps a 32-bit label volume in a memory-mapped scratch file (4
/// bytes per voxel on disk) and a few tiles in memory, beside what `FaceSeparation` keeps of faces.
/// Linear in voxels.
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
  let labelling =
    switch options.method {
    case .components:
      try labelComponents(
        of: mask, connectivity: options.connectivity, scratchFolder: scratchFolder,
        workers: workers)
    case .faces:
      try FaceSeparation(
        mask: mask, widestGapAngstrom: options.widestGapAngstrom, scratchFolder: scratchFolder,
        workers: workers, steps: steps
      ).labelling(monitor.parts(3)[0])
    }
  try monitor.report(completed: 1, of: 3)
  let areas = try midSurfaceAreas(
    of: labelling, mask: mask, steps: steps, workers: workers, monitor: monitor)
  try monitor.report(completed: 2, of: 3)
  let kept = labelling.components.filter {
    options.minimumVoxels <= $0.voxels && options.minimumAreaNm2 <= areas[$0.label] / 100
  }
  guard kept.count <= SeparationError.limit else {
    throw SeparationError.tooManyMembranes(found: kept.count)
  }
  // Components come by falling voxels, then first voxel: a stable order for equal areas.
  let order = kept.sorted { (areas[$1.label], $0.label) < (areas[$0.label], $1.label) }
  var newLabels = [UInt16](repeating: 0, count: labelling.components.count + 1)
  for (index, component) in order.enumerated() { newLabels[component.label] = UInt16(index + 1) }
  try write(labelling.labels, relabelled: newLabels, into: instances)
  try monitor.report(completed: 3, of: 3)
  return order.enumerated().map { index, component in
    Membrane(label: index + 1, voxels: component.voxels, region: component.region)
  }
}

/// Mid-surface area in a tile, in Å².
private struct TileArea {
  var label: Int32
  var area: Double
}

/// Mid-surface area in Å² by component label; 0 for label 0.
private func midSurfaceAreas(
  of labelling: ComponentLabelling, mask: any VolumeSource<Int8>, steps: StepLog,
  workers: Workers, monitor: StageMonitor
) throws -> [Double] {
  var areas = [Double](repeating: 0, count: labelling.components.count + 1)
  let total = mask.geometry.size.z * 3
  for tile in midSurfaceTiles(of: mask.geometry.bounds) {
    let found = try steps.step {
      let samples = try midSurface(of: mask, in: tile, workers: workers)
      let labels = samples.isEmpty ? nil : try labelling.labels.read(tile)
      var found: [Int32: Double] = [:]
      for sample in samples {
        found[labels?[sample.voxel] ?? 0, default: 0] += sample.areaSquareAngstrom
      }
      return found.map { TileArea(label: $0, area: $1) }
    }
    for part in found { areas[Int(part.label)] += part.area }
    try monitor.report(completed: mask.geometry.size.z + tile.upper.z, of: total)
  }
  return areas
}

private func write(
  _ labels: any VolumeSource<Int32>, relabelled newLabels: [UInt16],
  into instances: any VolumeSink<UInt16>
) throws {
  for slab in labels.geometry.bounds.slabs(thickness: 8) {
    let block = try labels.read(slab)
    try instances.write(
      Block(region: slab, samples: block.samples.map { newLabels[Int($0)] }))
  }
  try instances.commit()
}
