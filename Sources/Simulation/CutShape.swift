import LinearAlgebra
import Meshes
import Volumes

/// Where a membrane ends: what lies within a border is kept.
enum RimCut: Sendable {
  case halfSpace(HalfSpace)
  /// What lies outside the ball is kept, Å: a hole.
  case outsideBall(centre: SIMD3<Double>, radius: Double)
  /// What lies inside the ball is kept, Å: a patch.
  case insideBall(centre: SIMD3<Double>, radius: Double)

  /// Signed distance to the border, above 0 where the membrane is missing, and its gradient.
  @inline(__always)
  func evaluated(
    at position: SIMD3<Double>
  ) -> (excess: Double, gradient: SIMD3<Double>) {
    switch self {
    case .halfSpace(let space): return (space.excess(position), space.normal)
    case .insideBall(let centre, let radius):
      let offset = position - centre
      return (offset.length - radius, offset.normalized)
    case .outsideBall(let centre, let radius):
      let offset = position - centre
      return (radius - offset.length, -offset.normalized)
    }
  }
}

/// The part of a membrane within a border: open, with a rim, around which the head groups close.
///
/// With the distance d to the whole surface, whose gradient is n, and the excess e over the border,
/// whose gradient is m, a point lies b = (e − (n·m) d) / √(1 − (n·m)²) beyond the rim along the
/// surface. There the distance is √(d² + b²). Right where surface and border are flat.
struct CutShape: MembraneShape {
  let base: any MembraneShape
  let cut: RimCut

  /// `patch` of what a ball holds, else `open-sheet`, `open-vesicle`.
  var kind: String {
    if case .insideBall = cut { return "patch" }
    return "open-" + base.kind
  }
  var enclosesVolume: Bool { false }
  var spansVolume: Bool { base.spansVolume }
  var lower: SIMD3<Double> { base.lower }
  var upper: SIMD3<Double> { base.upper }

  func fillDistances(
    _ row: inout MutableSpan<Float>, start: SIMD3<Float>, step: Float, band: Float
  ) {
    base.fillDistances(&row, start: start, step: step, band: band)
    func position(_ x: Int) -> SIMD3<Double> {
      SIMD3<Double>(start + SIMD3(Float(x) * step, 0, 0))
    }
    var (lowest, end) = (row.count, 0)
    for x in row.indices where abs(row[x]) < band {
      guard -Double(band) < cut.evaluated(at: position(x)).excess else { continue }
      (lowest, end) = (min(lowest, x), x + 1)
    }
    guard lowest < end else { return }
    let near = lowest..<end
    let first = SIMD3<Float>(position(near.lowerBound))
    let gradients = baseGradients(count: near.count, start: first, step: step, band: band)
    for x in near where abs(row[x]) < band {
      let (excess, direction) = cut.evaluated(at: position(x))
      let beyond = Self.beyondRim(
        distance: row[x], gradient: gradients[x - near.lowerBound], excess: Float(excess),
        direction: SIMD3<Float>(direction))
      guard 0 < beyond else { continue }
      let distance = min((row[x] * row[x] + beyond * beyond).squareRoot(), band)
      row[x] = row[x] < 0 ? -distance : distance
    }
  }

  /// b of the type's formula, Å.
  @inline(__always)
  private static func beyondRim(
    distance: Float, gradient: SIMD3<Float>, excess: Float, direction: SIMD3<Float>
  ) -> Float {
    let cosine = gradient.dot(direction)
    return (excess - cosine * distance) / max(1 - cosine * cosine, 0.1).squareRoot()
  }

  /// Unit gradients of the whole surface's distance along a row, by central differences.
  private func baseGradients(
    count: Int, start: SIMD3<Float>, step: Float, band: Float
  ) -> [SIMD3<Float>] {
    let reach: Float = 4
    var gradients = [SIMD3<Float>](repeating: .zero, count: count)
    var samples = [Float](repeating: 0, count: count)
    for axis in 0..<3 {
      for side in [-reach, reach] {
        var shifted = start
        shifted[axis] += side
        var span = samples.mutableSpan
        base.fillDistances(&span, start: shifted, step: step, band: band + reach)
        for x in 0..<count { gradients[x][axis] += samples[x] / (2 * side) }
      }
    }
    return gradients.map { $0 / max($0.length, 0.5) }
  }

  func mesh(edgeAngstrom: Double) -> TriangleMesh {
    var oriented = OrientedMesh(base.mesh(edgeAngstrom: edgeAngstrom))
    oriented.clip(where: { cut.evaluated(at: $0).excess })
    return oriented.mesh
  }

  /// Whether something is cut off, one piece is left, and the border nowhere grazes the membrane.
  var isSound: Bool {
    var surface = OrientedMesh(base.mesh(edgeAngstrom: 45))
    surface.clip(where: { cut.evaluated(at: $0).excess })
    guard surface.isCut, surface.mesh.triangleComponents().count == 1 else { return false }
    return surface.mesh.vertices.indices.allSatisfy { vertex in
      let (excess, direction) = cut.evaluated(at: surface.mesh.vertices[vertex])
      return excess < -10 || abs(surface.normals[vertex].dot(direction)) < 0.8
    }
  }
}
