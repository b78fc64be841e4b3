import LinearAlgebra
import Morphology
import ReinforcementLearning
import TomogramModel
import Volumes
import WorkLedger

/// A piece of surface that may close a gap, and how likely it does.
struct BridgeCandidate: Sendable {
  var patch: BridgePatch
  let method: TracingOptions.Method
  /// Nil where nothing has learned to tell.
  let probability: Double?
}

extension Tracer {
  /// Points of a path, half a voxel apart, that may lie on the membrane it starts from: a rim's
  /// outermost sample lies up to two voxels inside the membrane's end.
  private static let endPoints = 4

  /// All pieces of surface that may close gaps, likelier ones first.
  func candidates(
    from rims: [Rim], model: OpenTracer?, steps: StepLog
  ) throws -> [BridgeCandidate] {
    let method = options.method
    let scene =
      method.needsModel
      ? try TracingScene(
        density: try density.map {
          try TracingScene.quantised($0, scratchFolder: scratchFolder, workers: workers)
        }, probability: probability, fragments: mask, tilt: tilt, scratchFolder: scratchFolder,
        workers: workers) : nil
    let methods = method == .learned ? [.merging, .tracer] : [method]
    var candidates: [BridgeCandidate] = []
    for method in methods {
      for (patch, features) in try patches(
        by: method, from: rims, in: scene, policy: model?.policy, steps: steps)
      {
        // Judges know surfaces only, not strings.
        let isWide = options.minimumPaths <= patch.paths.count
        let judge = isWide ? model?.judges[method.rawValue] : nil
        candidates.append(
          BridgeCandidate(
            patch: patch, method: method,
            probability: features.flatMap { judge?.probability(of: $0, isLeft: isPredicted) }))
      }
    }
    return candidates.enumerated()
      .sorted {
        ($1.element.probability ?? 0, $0.offset) < ($0.element.probability ?? 0, $1.offset)
      }
      .map(\.element)
  }

  /// The pieces of surface that one method finds, with what tells how likely they are right.
  func patches(
    by method: TracingOptions.Method, from rims: [Rim], in scene: TracingScene?,
    policy: (any ActionValues)?, steps: StepLog
  ) throws -> [(BridgePatch, BridgeFeatures?)] {
    let paths: [BridgePath]
    if method == .tracer, let scene, let policy {
      paths = try AgentTracer(
        scene: scene, policy: policy, stepLimit: options.agentSteps, workers: workers
      ).paths(from: rims, spacing: voxel / 2, steps: steps, monitor: monitor) { clear($0) }
    } else {
      paths = try pairedPaths(between: rims, follows: method != .merging)
    }
    let patches = BridgePatch.patches(of: paths, voxel: voxel)
    guard let scene else { return patches.map { ($0, nil) } }
    let features = BridgeFeatures.of(patches, rims: rims, scene: scene, workers: workers)
    return Array(zip(patches, features))
  }

  /// Rims whose paths are looked at together: all threads then touch the same part of the volumes, whose
  /// pages may not all fit into memory.
  private static let rimsAtOnce = 2048

  /// Paths between rims that continue to each other, each with its cost.
  private func pairedPaths(between rims: [Rim], follows: Bool) throws -> [BridgePath] {
    let partners = RimPairing(rims, options: options).partners(voxel: voxel, workers: workers)
    var paths: [BridgePath] = []
    for first in stride(from: 0, to: rims.count, by: Self.rimsAtOnce) {
      let found = workers.map(min(Self.rimsAtOnce, rims.count - first)) { number in
        pairedPath(from: first + number, rims, partners, follows: follows)
      }
      paths += clear(found.compactMap { $0 })
      try monitor.report(completed: 400, of: 1000)
    }
    return paths
  }

  private func pairedPath(
    from index: Int, _ rims: [Rim], _ partners: [Int], follows: Bool
  ) -> BridgePath? {
    guard 0 <= partners[index], let pair = RimPair(rims[index], rims[partners[index]]) else {
      return nil
    }
    var path = BridgePath(pair, rim: index, spacing: voxel / 2)
    path.cost = BridgeCost.prior(of: pair, options: options)
    guard let probability, follows else { return path }
    path.followProbability(spacing: voxel / 2) { sample(probability, at: $0) }
    // Both ends lie on membrane that is there.
    let inner = path.points.dropFirst(Self.endPoints).dropLast(Self.endPoints)
    let crossed = inner.isEmpty ? path.points[...] : inner
    let sum = crossed.map { sample(probability, at: $0) }.reduce(0, +)
    let hidden = path.normals.count { tilt.hides(normal: $0) }
    path.cost += BridgeCost.evidence(
      meanProbability: sum / Double(crossed.count),
      hiddenShare: Double(hidden) / Double(path.normals.count), options: options)
    return path
  }

  /// Paths with the share of membrane on their way; what runs along or through membrane that is there
  /// already closes no gap.
  private func clear(_ paths: [BridgePath]) -> [BridgePath] {
    let ends = paths.flatMap { [$0.start, $0.end] }
    mask.prefetch(around: ends.compactMap { geometry.nearestVoxel(to: $0) }, reach: 8)
    return workers.map(paths.count) { index in
      var path = paths[index]
      path.crossingShare = crossingShare(of: path)
      return path
    }.filter { $0.crossingShare <= 0.25 }
  }

  /// Share of membrane among the path's points that are clear of both ends.
  private func crossingShare(of path: BridgePath) -> Double {
    let margin = Int((2 * path.halfThickness / voxel + 2).rounded(.up))
    let inner = path.points.dropFirst(margin).dropLast(margin)
    guard !inner.isEmpty else { return 0 }
    let hits = inner.count { mask.value(near: $0) ?? 0 != 0 }
    return Double(hits) / Double(inner.count)
  }

  /// Probability at a place, linear between voxels; 0 outside the volume.
  private func sample(_ volume: ScratchVolume<UInt8>, at place: SIMD3<Double>) -> Double {
    let coordinate = geometry.coordinate(of: Position(angstrom: place))
    let floor = coordinate.rounded(.down)
    let part = coordinate - floor
    let base = VoxelIndex(x: Int(floor.x), y: Int(floor.y), z: Int(floor.z))
    return volume.withSamples { samples in
      var sum = 0.0
      for corner in 0..<8 {
        let (i, j, k) = (corner & 1, corner >> 1 & 1, corner >> 2)
        let index = VoxelIndex(x: base.x + i, y: base.y + j, z: base.z + k)
        guard geometry.bounds.contains(index) else { continue }
        let weight =
          (i == 0 ? 1 - part.x : part.x) * (j == 0 ? 1 - part.y : part.y)
          * (k == 0 ? 1 - part.z : part.z)
        sum += weight * Double(samples[geometry.offset(of: index)])
      }
      return sum / 255
    }
  }
}
