public import TomogramModel
public import Volumes
public import WorkLedger

/// Parts a mask into membranes, also where they touch: labels from 1, 0 beside them. Commits the sink.
public typealias MembraneParting = (any VolumeSource<Int8>, any VolumeSink<UInt16>) throws -> Void

/// Closes gaps in membranes: stage 3.
///
/// Membrane is what the mask says, or else where the probability reaches its threshold, specks left
/// out. Where a membrane ends in free space (a rim), its smooth continuation to another rim, or to
/// the opposite rim of a hole, is looked for; neighbouring paths are swept into a patch of the
/// membrane's thickness. Patches that are likely enough are drawn into the mask; all are recorded.
///
/// Before that, closed membranes whose caps the wedge hides get them where the seen part says they are
/// (`CappedMembrane`); where a mask is given only if the options say so.
///
/// What it does not do: close gaps that touch the volume's border, or holes narrower than about
/// three voxels, which have no rim. A cup's mouth is a hole to it.
///
/// Memory: a few tiles, about 150 bytes per rim voxel, and memory-mapped scratch files of 4 to 5 bytes per
/// voxel, 6 more and up to 0.7 GB of samples where caps are drawn, and what `parting` takes. Linear in
/// voxels, and in rims times the rims within the longest gap.
///
/// - Parameters:
///   - probability: 0...1; decides where there is no mask, and guides paths.
///   - mask: nonzero voxels are membrane.
///   - density: dense positive, background about 0; what agents see beside the probability.
///   - tracer: what has learned to trace and to judge; see `TracingOptions.Method.needsModel`.
///   - tilt: which normals the wedge hides.
///   - parting: of membranes in touch, before their caps are drawn; nil: they get none.
///   - maskSink: gets 1 where there is membrane after tracing; committed at the end.
///   - provenanceSink: gets the raw values of `Provenance`; committed at the end.
///   - steps: keeps what has been done, for a run that goes on behind it.
/// - Returns: a record per gap, accepted or not, numbered from 1 in an order that depends on nothing
///   but the data.
/// - Throws: `TracingError`, the sources' and sinks' errors, `ScratchError`, `Stopped`.
public func trace(
  probability: (any VolumeSource<Float>)?, mask: (any VolumeSource<Int8>)?,
  density: (any VolumeSource<Float>)? = nil, tracer model: OpenTracer? = nil, tilt: TiltGeometry,
  options: TracingOptions, parting: MembraneParting? = nil, into maskSink: any VolumeSink<Int8>,
  provenance provenanceSink: any VolumeSink<Int8>, steps: StepLog = StepLog(),
  scratchFolder: String, workers: Workers, monitor: StageMonitor
) throws -> [Bridge] {
  guard let geometry = mask?.geometry ?? probability?.geometry else {
    throw TracingError.nothingToTrace
  }
  if options.method.needsModel && model == nil { throw TracingError.noModel(options.method) }
  for size in [
    probability?.geometry.size, density?.geometry.size, maskSink.geometry.size,
    provenanceSink.geometry.size,
  ] {
    if let size, size != geometry.size { throw TracingError.sizesDiffer(size, geometry.size) }
  }
  let provenance = try ScratchVolume<Int8>(geometry: geometry, folder: scratchFolder)
  let seen = try seenMembrane(
    probability: probability, mask: mask, geometry: geometry, options: options,
    into: provenance, scratchFolder: scratchFolder)
  try monitor.report(completed: 100, of: 1000)
  let tracer = Tracer(
    options: options, tilt: tilt, geometry: geometry, mask: provenance, probability: seen,
    isPredicted: mask == nil, scratchFolder: scratchFolder, workers: workers, monitor: monitor,
    density: density)
  var bridges: [Bridge] = []
  // A mask that is given, and whose gaps are to stay, is handed on as it is.
  if mask == nil || options.method != .none {
    let predicted =
      tracer.isPredicted
      ? try tracer.membranes(among: tracer.fragments(), erasesSpecks: true) : nil
    switch options.method {
    case .none: break
    case .closing: bridges = try tracer.closing()
    case .tensorVoting: bridges = try tracer.tensorVoting()
    case .minimalPath, .judgedPath, .merging, .tracer, .learned:
      if options.completesCaps ?? tracer.isPredicted {
        bridges = try tracer.drawCaps(parting: parting)
      }
      // Of a given mask nothing is taken away, but what is a speck has no gaps.
      let membranes =
        try predicted ?? tracer.membranes(among: tracer.fragments(), erasesSpecks: false)
      bridges += try tracer.bridges(
        between: membranes, model: model, numberedFrom: bridges.count + 1, steps: steps)
    }
  }
  for slab in geometry.bounds.slabs(thickness: 8) {
    let block = try provenance.read(slab)
    try provenanceSink.write(block)
    try maskSink.write(block.map { $0 == 0 ? 0 : 1 })
  }
  try maskSink.commit()
  try provenanceSink.commit()
  try monitor.report(completed: 1000, of: 1000)
  return bridges
}

/// Writes what is seen as membrane into `seen`, and keeps the probability in eight bits for random
/// access along paths.
func seenMembrane(
  probability: (any VolumeSource<Float>)?, mask: (any VolumeSource<Int8>)?,
  geometry: VolumeGeometry, options: TracingOptions, into seen: ScratchVolume<Int8>,
  scratchFolder: String
) throws -> ScratchVolume<UInt8>? {
  let threshold = Float(options.probabilityThreshold)
  let membrane = Provenance.seen.rawValue
  let guide = try probability.map { _ in
    try ScratchVolume<UInt8>(geometry: geometry, folder: scratchFolder)
  }
  for slab in geometry.bounds.slabs(thickness: 8) {
    let values = try probability?.read(slab)
    if let values {
      // What is not a number is no membrane.
      guide?.write(values.map { $0 > 0 ? UInt8(min(255, ($0 * 255).rounded())) : 0 })
    }
    if let mask {
      seen.write(try mask.read(slab).map { $0 == 0 ? 0 : membrane })
    } else if let values {
      seen.write(values.map { threshold <= $0 ? membrane : 0 })
    }
  }
  return guide
}
