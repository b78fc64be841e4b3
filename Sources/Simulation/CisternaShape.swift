import LinearAlgebra
import Meshes
import RealModule
import Volumes

/// A flat round sac with a rounded rim, bent by a height field: what is within `halfWidth` of a
/// bent disc.
struct CisternaShape: MembraneShape {
  let kind: String
  let frame: Frame
  let field: HeightField
  let offsetAngstrom: Double
  let discRadiusAngstrom: Double
  let halfWidthAngstrom: Double
  private let kernelFrame: KernelFrame

  init(
    kind: String, frame: Frame, field: HeightField, offsetAngstrom: Double,
    discRadiusAngstrom: Double, halfWidthAngstrom: Double
  ) {
    self.kind = kind
    self.frame = frame
    self.field = field
    self.offsetAngstrom = offsetAngstrom
    self.discRadiusAngstrom = discRadiusAngstrom
    self.halfWidthAngstrom = halfWidthAngstrom
    kernelFrame = KernelFrame(frame)
  }

  var enclosesVolume: Bool { true }

  private var reach: Double {
    let height = abs(offsetAngstrom) + Double(field.reach) + halfWidthAngstrom
    let width = discRadiusAngstrom + halfWidthAngstrom
    return (height * height + width * width).squareRoot()
  }
  var lower: SIMD3<Double> { frame.origin - reach }
  var upper: SIMD3<Double> { frame.origin + reach }

  func fillDistances(
    _ row: inout MutableSpan<Float>, start: SIMD3<Float>, step: Float, band: Float
  ) {
    let tallest = Float(halfWidthAngstrom) + field.reach + band
    let widest = Float(discRadiusAngstrom + halfWidthAngstrom) + band
    let offset = Float(offsetAngstrom)
    for x in row.indices {
      var local = kernelFrame.local(start + SIMD3(Float(x) * step, 0, 0))
      local.z -= offset
      if tallest < abs(local.z) || widest * widest < local.x * local.x + local.y * local.y {
        row[x] = band
        continue
      }
      let guess = newtonStep(local)
      var distance = guess.distance
      if abs(distance) < 2 * band {
        local -= guess.direction * guess.distance
        distance += newtonStep(local).distance
      }
      row[x] = min(max(distance, -band), band)
    }
  }

  /// First-order distance and the direction of its growth, in the frame with the offset taken off.
  private func newtonStep(
    _ local: SIMD3<Float>
  ) -> (distance: Float, direction: SIMD3<Float>) {
    let (rise, slope) = field.value(local.x, local.y)
    let height = local.z - rise
    let radius = max((local.x * local.x + local.y * local.y).squareRoot(), 1e-4)
    let beyond = max(radius - Float(discRadiusAngstrom), 0)
    let size = max((beyond * beyond + height * height).squareRoot(), 1e-4)
    let outward = beyond / size / radius
    let upward = height / size
    let gradient = SIMD3(
      local.x * outward - slope.x * upward, local.y * outward - slope.y * upward, upward)
    let steepness = max(gradient.length, 0.1)
    return ((size - Float(halfWidthAngstrom)) / steepness, gradient / steepness)
  }

  func mesh(edgeAngstrom: Double) -> TriangleMesh {
    let around = max(
      16, Int((2 * .pi * (discRadiusAngstrom + halfWidthAngstrom) / edgeAngstrom).rounded(.up)))
    let flat = max(2, Int((discRadiusAngstrom / edgeAngstrom).rounded(.up)))
    let rim = max(6, Int((.pi * halfWidthAngstrom / edgeAngstrom).rounded(.up)))
    var profile: [SIMD2<Double>] = []
    for step in 1..<flat {
      profile.append(
        SIMD2(discRadiusAngstrom * Double(step) / Double(flat), -halfWidthAngstrom))
    }
    for step in 0...rim {
      let angle = -Double.pi / 2 + .pi * Double(step) / Double(rim)
      profile.append(
        SIMD2(
          discRadiusAngstrom + halfWidthAngstrom * .cos(angle), halfWidthAngstrom * .sin(angle)))
    }
    for step in (1..<flat).reversed() {
      profile.append(SIMD2(discRadiusAngstrom * Double(step) / Double(flat), halfWidthAngstrom))
    }
    var mesh = TriangleMesh()
    for point in profile {
      for step in 0..<around {
        let angle = 2 * .pi * Double(step) / Double(around)
        mesh.vertices.append(bent(point.x * .cos(angle), point.x * .sin(angle), point.y))
      }
    }
    mesh.vertices.append(bent(0, 0, -halfWidthAngstrom))
    mesh.vertices.append(bent(0, 0, halfWidthAngstrom))
    mesh.triangles = ringTriangles(rings: profile.count, around: around)
    return mesh
  }

  private func bent(_ u: Double, _ v: Double, _ height: Double) -> SIMD3<Double> {
    let rise = Double(field.value(Float(u), Float(v)).height)
    return frame.position(SIMD3(u, v, height + rise + offsetAngstrom))
  }
}
