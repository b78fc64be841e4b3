import Morphology
import ReinforcementLearning
public import TomogramModel
public import Volumes
import WorkLedger

/// A tomogram to learn tracing in: what agents see, where they set out, and the truth.
public struct TracingCourse: Sendable {
  let scene: TracingScene
  let truth: TracingTruth
  let rims: [Rim]
  /// The true membrane at each rim; 0: none.
  let membranes: [UInt16]
  /// What finds bridges in it.
  let tracer: Tracer
  /// Whether its gaps are those that a network has left.
  let hasLeftGaps: Bool

  /// Number of rims to set out from.
  public var startCount: Int { rims.count }
}

/// What a course is made from.
public struct TracingLesson {
  /// Calibrated probability of membrane; nil: agents do not see it, and `mask` decides.
  public var probability: (any VolumeSource<Float>)?
  /// Membrane as another program found it; nil: where the probability reaches its threshold.
  public var mask: (any VolumeSource<Int8>)?
  /// Dense positive, background about 0; nil: agents do not see it.
  public var density: (any VolumeSource<Float>)?
  /// The true membranes; 0: none. Nil: the fragments are the truth, and gaps are cut into them.
  public var labels: (any VolumeSource<UInt16>)?
  /// Whether gaps are cut into what is known.
  public var cutsGaps = false
  /// What the wedge hides.
  public var tilt: TiltGeometry

  /// A lesson without anything to see yet.
  public init(tilt: TiltGeometry) { self.tilt = tilt }
}

extension TracingCourse {
  /// Prepares a lesson.
  ///
  /// Memory: memory-mapped scratch files of about 12 bytes per voxel.
  ///
  /// - Parameter seed: of the gaps that are cut.
  /// - Throws: the sources' errors, `ScratchError`, `TracingError` without probability and mask.
  public init(
    _ lesson: TracingLesson, options: TracingOptions, seed: UInt64, scratchFolder: String,
    workers: Workers
  ) throws {
    guard let geometry = lesson.mask?.geometry ?? lesson.probability?.geometry else {
      throw TracingError.nothingToTrace
    }
    hasLeftGaps = lesson.mask == nil && !lesson.cutsGaps
    let mask = try ScratchVolume<Int8>(geometry: geometry, folder: scratchFolder)
    let probability = try seenMembrane(
      probability: lesson.probability, mask: lesson.mask, geometry: geometry, options: options,
      into: mask, scratchFolder: scratchFolder)
    let density = try lesson.density.map {
      try TracingScene.quantised($0, scratchFolder: scratchFolder, workers: workers)
    }
    tracer = Tracer(
      options: options, tilt: lesson.tilt, geometry: geometry, mask: mask,
      probability: probability, isPredicted: lesson.mask == nil, scratchFolder: scratchFolder,
      workers: workers, monitor: .silent, density: nil)
    let fragments = try tracer.fragments()
    let labels = try ScratchVolume<UInt16>(geometry: geometry, folder: scratchFolder)
    try fragments.runs.forEachLabelledSlab(of: mask) { block in
      labels.write(
        try lesson.labels?.read(block.region)
          ?? block.map { label in
            fragments.isMembrane[Int(label)] ? UInt16(clamping: label) : 0
          })
    }
    var seen = try tracer.membranes(among: fragments, erasesSpecks: tracer.isPredicted)
    truth = try TracingTruth(labels: labels, scratchFolder: scratchFolder, workers: workers)
    if lesson.cutsGaps {
      try GapEraser(
        labels: labels, mask: mask, probability: probability, density: density, workers: workers
      ).erase(seed: seed)
      seen = try tracer.membranes(among: tracer.fragments(), erasesSpecks: false)
    }
    scene = try TracingScene(
      density: density, probability: probability, fragments: mask, tilt: lesson.tilt,
      scratchFolder: scratchFolder, workers: workers)
    rims = try tracer.rims(of: seen, steps: StepLog())
    membranes = rims.map { [truth] rim in truth.membrane(near: rim.position) }
  }
}

// MARK: - Judging

extension TracingCourse {
  /// The bridges a method finds here, and which of them are right.
  ///
  /// Right as in `GapClosing`: at least 80 % of the surface on the truth, and both ends on one
  /// membrane.
  func judgedBridges(
    by method: TracingOptions.Method, policy: any ActionValues
  ) throws -> [JudgedBridge] {
    try tracer.patches(
      by: method, from: rims, in: scene, policy: policy, steps: StepLog()
    ).compactMap { patch, features in
      guard tracer.options.minimumPaths <= patch.paths.count, let features else { return nil }
      return JudgedBridge(features: features, isRight: isRight(patch), isLeft: hasLeftGaps)
    }
  }

  private func isRight(_ patch: BridgePatch) -> Bool {
    // Half of the membrane's thickness less this depth is about two voxels.
    let depth = 0.3
    var ends: Set<UInt16> = []
    var (on, all) = (0, 0)
    for path in patch.paths {
      for end in [path.start, path.end] { ends.insert(truth.membrane(near: end)) }
    }
    guard ends.count == 1, let membrane = ends.first, membrane != 0 else { return false }
    for path in patch.paths {
      for point in path.points {
        all += 1
        on += depth <= truth.share(of: membrane, at: point) ? 1 : 0
      }
    }
    return 0.8 * Double(all) <= Double(on)
  }
}
