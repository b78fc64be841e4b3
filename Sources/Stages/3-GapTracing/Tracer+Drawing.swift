import LinearAlgebra
import TomogramModel
import Volumes

extension Tracer {
  /// Draws the accepted patches into the mask, likelier ones first, and records all. Of two that close
  /// one gap only the first is recorded.
  func draw(_ candidates: [BridgeCandidate], numberedFrom first: Int) -> [Bridge] {
    var bridges: [Bridge] = []
    for candidate in candidates {
      if let bridge = draw(candidate, number: first + bridges.count) { bridges.append(bridge) }
    }
    return bridges
  }

  private func isAccepted(_ candidate: BridgeCandidate, number: Int) -> Bool {
    guard options.minimumPaths <= candidate.patch.paths.count,
      !options.rejectedBridges.contains(number)
    else { return false }
    guard let probability = candidate.probability else {
      return candidate.patch.cost <= options.acceptanceCost
    }
    return options.minimumProbability <= probability
  }

  /// Nil where most of the gap has been closed already.
  private func draw(_ candidate: BridgeCandidate, number: Int) -> Bridge? {
    var patch = candidate.patch
    patch.smoothed(voxel: voxel)
    let accepted = isAccepted(candidate, number: number)
    let voxels = patch.voxels(in: geometry).sorted {
      ($0.key.z, $0.key.y, $0.key.x) < ($1.key.z, $1.key.y, $1.key.x)
    }
    let boxes = voxels.map { Region($0.key) }
    if let first = boxes.first { mask.prefetch(boxes.reduce(first) { $0.union($1) }) }
    let closed = mask.withSamples { samples in
      voxels.count { Provenance.seen.rawValue < samples[geometry.offset(of: $0.key)] }
    }
    let open = mask.withSamples { samples in
      voxels.filter { samples[geometry.offset(of: $0.key)] == 0 }
    }
    guard closed <= open.count else { return nil }
    let hidden = open.filter { tilt.hides(normal: $0.value) }
    if accepted {
      mask.withMutableSamples { samples in
        for voxel in open { samples[geometry.offset(of: voxel.key)] = Provenance.bridged.rawValue }
        for voxel in hidden {
          samples[geometry.offset(of: voxel.key)] = Provenance.inferred.rawValue
        }
      }
    }
    return record(
      patch, of: candidate, number: number, accepted: accepted, voxels: open.count,
      hiddenShare: open.isEmpty ? 0 : Double(hidden.count) / Double(open.count))
  }

  private func record(
    _ patch: BridgePatch, of candidate: BridgeCandidate, number: Int, accepted: Bool, voxels: Int,
    hiddenShare: Double
  ) -> Bridge {
    let middle = patch.middle
    let normals = patch.paths.flatMap(\.normals)
    let theta = normals.map { TiltGeometry.thetaDegrees(ofNormal: $0) }.reduce(0, +)
    return Bridge(
      id: number, start: Position(angstrom: middle.start), end: Position(angstrom: middle.end),
      lengthAngstrom: middle.length, thetaDegrees: theta / Double(normals.count),
      hiddenShare: hiddenShare, probability: candidate.probability,
      method: candidate.method.rawValue, accepted: accepted, voxels: voxels)
  }
}
