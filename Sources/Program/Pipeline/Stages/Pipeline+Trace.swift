import GapTracing
import InstanceSeparation
import MRCFormat
import Preprocessing
import TableFormats
import Tensors
import TomogramModel
import Volumes
import WorkLedger

extension Pipeline {
  /// Stage 3: where membrane is, gaps closed, and how each voxel of it is known.
  ///
  /// - Parameter key: digest of all that decides the result.
  func trace(_ monitor: StageMonitor, key: String) throws {
    let mask = try plan.mask.map { try input(given: $0, own: folder.mask) } ?? nil
    let isGuided = mask == nil || plan.probability != nil || plan.stages.contains(.predict)
    let probability =
      isGuided ? try input(given: plan.probability, own: folder.probability) : nil
    let basis = try required(
      mask ?? probability, .trace, "a probability or a mask",
      "Run `bilayer predict` first, or give one with --probability or --mask.")
    if let probability {
      try requireSameSize(probability.geometry, of: probability.path, as: basis)
    }
    let excluded = try excluded(on: basis.geometry)
    let masks = try sink(folder.mask, on: basis, "membrane mask", excluded: excluded)
    let provenance = try sink(
      folder.provenance, on: basis, "how voxels are known: 1 seen, 2 bridged, 3 inferred",
      excluded: excluded)
    let density = try density(on: basis)
    let visible = probability.map { without(excluded, $0.source) }
    let monitors = monitor.parts(0 < plan.tracing.adaptationSteps ? 2 : 1)
    let tracer = try openTracer(
      probability: visible, mask: mask?.mask, density: density, monitor: monitors[0])
    let steps = try folder.steps(of: .trace, work: key)
    // Whatever options stage 4 will have: what this one does hangs on its own alone.
    let parting: MembraneParting = { mask, labels in
      _ = try InstanceSeparation.separate(
        mask: mask, options: SeparationOptions(), into: labels, scratchFolder: folder.path,
        workers: context.workers, monitor: monitor.silenced)
    }
    let bridges = try GapTracing.trace(
      probability: visible, mask: mask?.mask, density: density, tracer: tracer, tilt: plan.tilt,
      options: plan.tracing, parting: parting, into: masks, provenance: provenance, steps: steps,
      scratchFolder: folder.path, workers: context.workers,
      monitor: monitors[monitors.count - 1])
    tell(steps)
    try BridgeTable.write(bridges, to: folder.bridges)
    say("\(bridges.count { $0.accepted }) of \(bridges.count) gaps found were closed.")
  }

  /// Tells how much of a stage an earlier run has done.
  func tell(_ steps: StepLog) {
    if 0 < steps.keptCount { say("\(steps.keptCount) steps are of an earlier run") }
  }

  /// The tomogram after stage 1, for what has learned to look at it; nil where there is none.
  private func density(on basis: StageInput) throws -> (any VolumeSource<Float>)? {
    guard plan.tracing.method.needsModel, let path = plan.tomogram?.path else { return nil }
    let tomogram = try open(path)
    try requireSameSize(tomogram.geometry, of: path, as: basis)
    return try prepared(tomogram).source
  }

  private func openTracer(
    probability: (any VolumeSource<Float>)?, mask: (any VolumeSource<Int8>)?,
    density: (any VolumeSource<Float>)?, monitor: StageMonitor
  ) throws -> OpenTracer? {
    guard plan.tracing.method.needsModel else { return nil }
    let path = try required(plan.tracer?.path, .trace, "a tracer", "Give one with --tracer.")
    let model = try TracerModel(path: path)
    if let baseline = plan.tracing.baselinePolicy {
      return OpenTracer(policy: baseline, judges: model.card.judges)
    }
    let engine = try Engine.open()
    // So small a network is as fast on the processor, and on one thread: more would spin between its
    // steps, on cores where other gaps are prepared.
    try engine.setThreads(1)
    let policy =
      0 < plan.tracing.adaptationSteps
      ? try adapted(
        model, probability: probability, mask: mask, density: density, engine: engine,
        monitor: monitor)
      : try model.network(device: .cpu, engine: engine)
    return OpenTracer(policy: policy, judges: model.card.judges)
  }

  private func without(
    _ excluded: (any VolumeSource<Float>)?, _ source: any VolumeSource<Float>
  ) -> any VolumeSource<Float> {
    guard let excluded else { return source }
    return ExcludingSource(base: source, excluded: excluded)
  }

  private func sink(
    _ path: String, on basis: StageInput, _ content: String,
    excluded: (any VolumeSource<Float>)?
  ) throws -> any VolumeSink<Int8> {
    let sink = try MRCSink<Int8>(
      path: path, geometry: basis.geometry, template: basis.header, label: label(content))
    guard let excluded else { return sink }
    return ExcludingSink(sink, excluded: excluded)
  }

  private func requireSameSize(
    _ geometry: VolumeGeometry, of path: String, as basis: StageInput
  ) throws {
    guard geometry.size != basis.geometry.size else { return }
    throw PipelineError.sizesDiffer(
      path: path, found: geometry.size, expected: basis.geometry.size)
  }
}
