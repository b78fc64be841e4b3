import LinearAlgebra
import Meshes
import TomogramModel
import Volumes

/// How well the data show a surface at each of its vertices: odds against a membrane being there,
/// (1 − p) / p.
///
/// With a probability, p is its largest value within two voxels along the normal. A vertex that was
/// bridged or inferred, or that the wedge hides, has at least the odds of its kind. Without a
/// probability, the odds are those that vertices of the same kind have in the mean on simulated
/// tomograms.
struct VertexEvidence {
  private(set) var oddsAgainst: [Double]

  /// Probabilities beyond these say no more.
  private static let credible = 0.02...0.995

  init(
    _ mesh: TriangleMesh, normals: [SIMD3<Double>], provenance: [Provenance],
    probability: (any VolumeSource<Float>)?, tilt: TiltGeometry, options: FittingOptions
  ) throws {
    oddsAgainst = mesh.vertices.indices.map { vertex in
      switch provenance[vertex] {
      case .bridged, .inferred: options.unseenOdds
      case .none, .seen:
        switch (tilt.hides(normal: normals[vertex]), probability != nil) {
        case (true, true): options.leastHiddenOdds
        case (true, false): options.hiddenOdds
        case (false, true): 0
        case (false, false): options.seenOdds
        }
      }
    }
    guard let probability else { return }
    let geometry = probability.geometry
    for vertices in mesh.verticesByCube(edgeAngstrom: 64 * geometry.meanVoxelSizeAngstrom) {
      let places = vertices.map { geometry.coordinate(of: Position(angstrom: mesh.vertices[$0])) }
      let block = try probability.read(
        Region(around: places, margin: 4).clamped(to: geometry.bounds))
      for (vertex, place) in zip(vertices, places) {
        let step = normals[vertex] / geometry.voxelSizeAngstrom
        let voxel = geometry.meanVoxelSizeAngstrom
        let peak = (-4...4).reduce(0.0) { peak, half in
          max(peak, block.interpolated(at: place + Double(half) / 2 * voxel * step) ?? 0)
        }
        let p = min(max(peak, Self.credible.lowerBound), Self.credible.upperBound)
        oddsAgainst[vertex] = max(oddsAgainst[vertex], (1 - p) / p)
      }
    }
  }
}

extension TriangleMesh {
  /// Vertices by cubes of space, in a fixed order.
  func verticesByCube(edgeAngstrom edge: Double) -> [[Int]] {
    var cubes: [SIMD3<Double>: [Int]] = [:]
    for (vertex, place) in vertices.enumerated() {
      cubes[(place / edge).rounded(.down), default: []].append(vertex)
    }
    return cubes.values.sorted { $0[0] < $1[0] }
  }
}

extension Region {
  /// The voxels around some places in voxel coordinates, at least one.
  init(around places: [SIMD3<Double>], margin: Int) {
    var (lower, upper) = (places[0], places[0])
    for place in places {
      lower = pointwiseMin(lower, place)
      upper = pointwiseMax(upper, place)
    }
    self = Region(
      lower: VoxelIndex(x: Int(lower.x), y: Int(lower.y), z: Int(lower.z)),
      upper: VoxelIndex(x: Int(upper.x) + 1, y: Int(upper.y) + 1, z: Int(upper.z) + 1)
    ).expanded(by: margin)
  }
}
