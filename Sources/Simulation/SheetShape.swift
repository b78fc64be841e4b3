import Meshes
import Volumes

/// A waved sheet that crosses the whole volume: w = h(u, v) in a frame of any orientation.
struct SheetShape: MembraneShape {
  let kind: String
  let frame: Frame
  let field: HeightField
  let offsetAngstrom: Double
  let reachAngstrom: Double
  private let kernelFrame: KernelFrame

  /// - Parameters:
  ///   - offset: height added to the field's, so that stacked sheets share a field.
  ///   - reach: half the extent of the mesh along u and v.
  init(
    kind: String, frame: Frame, field: HeightField, offsetAngstrom: Double, reachAngstrom: Double
  ) {
    self.kind = kind
    self.frame = frame
    self.field = field
    self.offsetAngstrom = offsetAngstrom
    self.reachAngstrom = reachAngstrom
    kernelFrame = KernelFrame(frame)
  }

  var enclosesVolume: Bool { false }
  var spansVolume: Bool { true }
  // The sheet crosses everything, so its box is as large as its mesh.
  var lower: SIMD3<Double> { frame.origin - 2 * reachAngstrom }
  var upper: SIMD3<Double> { frame.origin + 2 * reachAngstrom }

  func fillDistances(
    _ row: inout MutableSpan<Float>, start: SIMD3<Float>, step: Float, band: Float
  ) {
    let reach = field.reach
    let offset = Float(offsetAngstrom)
    for x in row.indices {
      let local = kernelFrame.local(start + SIMD3(Float(x) * step, 0, 0))
      let height = local.z - offset
      if reach + band < abs(height) {
        row[x] = height < 0 ? -band : band
        continue
      }
      let (rise, slope) = field.value(local.x, local.y)
      let square = 1 / (1 + slope.x * slope.x + slope.y * slope.y)
      let gap = (height - rise) * square
      // One Newton step to the foot of the perpendicular, where the distance is taken again.
      let foot = SIMD2(local.x, local.y) + slope * gap
      let (footRise, footSlope) = field.value(foot.x, foot.y)
      let footSteepness =
        (1 + footSlope.x * footSlope.x + footSlope.y * footSlope.y).squareRoot()
      let distance =
        gap / square.squareRoot() + (height - gap - footRise) / footSteepness
      row[x] = min(max(distance, -band), band)
    }
  }

  func mesh(edgeAngstrom: Double) -> TriangleMesh {
    let count = max(2, Int((2 * reachAngstrom / edgeAngstrom).rounded(.up)))
    let step = 2 * reachAngstrom / Double(count)
    var mesh = TriangleMesh()
    for row in 0...count {
      for column in 0...count {
        let u = -reachAngstrom + Double(column) * step
        let v = -reachAngstrom + Double(row) * step
        let height = Double(field.value(Float(u), Float(v)).height) + offsetAngstrom
        mesh.vertices.append(frame.position(SIMD3(u, v, height)))
      }
    }
    for row in 0..<count {
      for column in 0..<count {
        let corner = Int32(row * (count + 1) + column)
        let above = corner + Int32(count + 1)
        mesh.triangles.append(SIMD3(corner, corner + 1, above + 1))
        mesh.triangles.append(SIMD3(corner, above + 1, above))
      }
    }
    return mesh
  }
}
