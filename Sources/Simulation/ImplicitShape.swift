import LinearAlgebra
import Meshes
import RealModule
import Volumes

/// A closed membrane given by a smooth function, of any form: with buds, necks, arms and folds.
///
/// The distance is F/|∇F|, improved by one Newton step along the gradient.
struct ImplicitShape<Field: ImplicitField>: MembraneShape {
  let kind: String
  let field: Field

  var enclosesVolume: Bool { true }
  var lower: SIMD3<Double> { field.lower }
  var upper: SIMD3<Double> { field.upper }

  func fillDistances(
    _ row: inout MutableSpan<Float>, start: SIMD3<Float>, step: Float, band: Float
  ) {
    var x = 0
    while x < row.count {
      let position = start + SIMD3(Float(x) * step, 0, 0)
      let here = field.evaluated(at: position)
      if band <= abs(here.value) {
        // The field changes by at most 1 an Å: so many voxels on are beyond the band, too.
        let more = Int((abs(here.value) - band) / step)
        let end = min(row.count, x &+ more &+ 1)
        while x < end {
          row[x] = here.value < 0 ? -band : band
          x &+= 1
        }
        continue
      }
      let (first, direction) = Self.newtonStep(here)
      let second = Self.newtonStep(field.evaluated(at: position - direction * first)).distance
      row[x] = min(max(first + second, -band), band)
      x &+= 1
    }
  }

  /// First-order distance to the surface and the direction of its growth.
  @inline(__always)
  private static func newtonStep(
    _ here: (value: Float, gradient: SIMD3<Float>)
  ) -> (distance: Float, direction: SIMD3<Float>) {
    let steepness = max(here.gradient.length, 0.1)
    return (here.value / steepness, here.gradient / steepness)
  }

  /// Marching cubes, the vertices then moved onto the surface.
  func mesh(edgeAngstrom: Double) -> TriangleMesh {
    // A cell is cut into triangles whose mean edge is about 0.8 of the cell's; larger cells would
    // miss folds.
    let step = 0.8 * edgeAngstrom
    let size = ((upper - lower) / step).rounded(.up)
    let region = Region(
      lower: VoxelIndex(x: -1, y: -1, z: -1),
      upper: VoxelIndex(x: Int(size.x) + 2, y: Int(size.y) + 2, z: Int(size.z) + 2))
    var mesh = MarchingCubes().mesh(of: sampled(in: region, step: step))
    for vertex in mesh.vertices.indices {
      var position = SIMD3<Float>(lower + mesh.vertices[vertex] * step)
      for _ in 0..<2 {
        let (distance, direction) = Self.newtonStep(field.evaluated(at: position))
        position -= direction * distance
      }
      mesh.vertices[vertex] = SIMD3(position)
    }
    return mesh
  }

  /// The field on a grid over its box, right in sign everywhere and in value next to the surface.
  private func sampled(in region: Region, step: Double) -> Block<Float> {
    var block = Block<Float>(region: region, repeating: 0)
    let origin = SIMD3<Float>(lower)
    let (width, edge) = (region.size.x, Float(step))
    Workers.one.fillRows(of: &block.samples, rowLength: width) { row, span in
      let y = Float(region.lower.y + row % region.size.y)
      let z = Float(region.lower.z + row / region.size.y)
      var x = 0
      while x < width {
        let index = SIMD3(Float(region.lower.x + x), y, z)
        let value = field.evaluated(at: origin + index * edge).value
        // The last voxel that cannot touch the surface has a neighbour that cannot either.
        let end = min(width, x &+ max(1, Int(abs(value) / edge)))
        while x < end {
          span[x] = value
          x &+= 1
        }
      }
    }
    return block
  }
}

extension ImplicitShape {
  /// Whether the surface is one piece, bends nowhere more than a sphere of the given radius, and
  /// keeps at least that far from itself, about.
  func isGentle(radiusAngstrom: Double) -> Bool {
    let mesh = mesh(edgeAngstrom: 0.9 * radiusAngstrom)
    return mesh.vertices.allSatisfy { isGentle(at: SIMD3($0), radius: Float(radiusAngstrom)) }
      && mesh.triangleComponents().count == 1
  }

  /// The same at one place of the surface.
  func isGentle(at place: SIMD3<Float>, radius: Float) -> Bool {
    let normal = normal(at: place)
    return keepsDistance(place, normal: normal, radius: radius)
      && bend(place, normal: normal) * radius <= 1
  }

  private func normal(at position: SIMD3<Float>) -> SIMD3<Float> {
    Self.unit(field.evaluated(at: position).gradient)
  }

  private static func unit(_ vector: SIMD3<Float>) -> SIMD3<Float> {
    vector / max(vector.length, 1e-9)
  }

  /// Half a radius off the surface no other part of it is near. Where two parts blend, the field
  /// grows more slowly than the distance; half as fast at 120° between them.
  private func keepsDistance(
    _ place: SIMD3<Float>, normal: SIMD3<Float>, radius: Float
  ) -> Bool {
    [-0.5 * radius, 0.5 * radius].allSatisfy { offset in
      0.4 * abs(offset) < abs(field.evaluated(at: place + normal * offset).value)
    }
  }

  /// Largest change of the normal an Å along two tangents, 1/Å: at least the larger principal
  /// curvature over √2.
  private func bend(_ place: SIMD3<Float>, normal: SIMD3<Float>) -> Float {
    let helper: SIMD3<Float> = abs(normal.z) < 0.9 ? SIMD3(0, 0, 1) : SIMD3(1, 0, 0)
    let first = Self.unit(helper - normal * helper.dot(normal))
    let second = SIMD3<Float>(SIMD3<Double>(normal).cross(SIMD3<Double>(first)))
    let reach: Float = 8
    func change(_ tangent: SIMD3<Float>) -> Float {
      let offset = tangent * reach
      return (self.normal(at: place + offset) - self.normal(at: place - offset)).length
        / (2 * reach)
    }
    return max(change(first), change(second))
  }
}
