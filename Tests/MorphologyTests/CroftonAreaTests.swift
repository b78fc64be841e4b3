import Morphology
import RealModule
import Testing
import Volumes

@Suite struct CroftonAreaTests {
  /// The areas of labels that a function of the position in Å gives.
  private func areas(
    _ size: VolumeSize, edges: SIMD3<Double> = SIMD3(repeating: 10), slab: Int = 3, count: Int = 2,
    label: (SIMD3<Double>) -> Int32
  ) -> [Double] {
    let geometry = VolumeGeometry(size: size, voxelSizeAngstrom: edges)
    var crofton = CroftonAreas(geometry, labelCount: count)
    for region in geometry.bounds.slabs(thickness: slab) {
      var block = Block<Int32>(region: region, repeating: 0)
      for z in region.lower.z..<region.upper.z {
        for y in 0..<size.y {
          for x in 0..<size.x {
            let position = SIMD3(Double(x), Double(y), Double(z)) * edges
            block[VoxelIndex(x: x, y: y, z: z)] = label(position)
          }
        }
      }
      crofton.add(block)
    }
    return crofton.areas
  }

  @Test(
    "A spherical shell has the area of its middle",
    arguments: [
      SIMD3(10.0, 10, 10), SIMD3(10.0, 10, 13), SIMD3(8.0, 11, 10),
    ])
  func shell(edges: SIMD3<Double>) {
    let centre = SIMD3(240.0, 243, 238)
    let found = areas(VolumeSize(x: 62, y: 50, z: 50), edges: edges) {
      let away = $0 - centre
      let radius = (away * away).sum().squareRoot()
      return 155 <= radius && radius < 195 ? 1 : 0
    }
    // Half of both surfaces: 2π (r² + R²).
    let area = 2 * Double.pi * (155.0 * 155 + 195 * 195)
    #expect(abs(found[1] / area - 1) < 0.02)
    #expect(found[0] == 0 && found[2] == 0)
  }

  @Test("A sheet across the volume has its area in any orientation")
  func sheet() {
    let size = VolumeSize(x: 48, y: 48, z: 48)
    let ways: [SIMD3<Double>] = [
      SIMD3(0, 0, 1), SIMD3(0, 1, 1), SIMD3(1, 1, 1), SIMD3(0.3, 0.2, 1), SIMD3(1, 0.45, 0.1),
    ]
    for way in ways {
      let length = (way * way).sum().squareRoot()
      let normal = way / length
      // A disc of the sheet, so that all of it is inside.
      let found = areas(size) { position in
        let away = position - 235
        let height = (away * normal).sum()
        let radius = ((away * away).sum() - height * height).squareRoot()
        return abs(height) < 20 && radius < 200 ? 1 : 0
      }
      // The rim of a disc of radius R and thickness t adds π R t to half of the surface.
      let area = Double.pi * (200 * 200 + 200 * 40)
      #expect(abs(found[1] / area - 1) < 0.1, "normal \(normal)")
    }
  }

  @Test("Where the border cuts a membrane there is no surface; labels that touch have one each")
  func border() {
    let size = VolumeSize(x: 60, y: 60, z: 20)
    #expect(abs(areas(size) { _ in 1 }[1]) < 1e-6)
    let halves = areas(size) { $0.z < 95 ? 1 : 2 }
    // One face of 600 x 600 Å each, half of which counts.
    #expect(abs(halves[1] / 180_000 - 1) < 0.1)
    #expect(abs(halves[2] - halves[1]) < 1)
  }

  @Test("The slabs that sections come in do not matter")
  func slabs() {
    func found(_ slab: Int) -> [Double] {
      areas(VolumeSize(x: 19, y: 17, z: 16), slab: slab) {
        let place = Int($0.x / 10) * 7 + Int($0.y / 10) * 5 + Int($0.z / 10) * 3
        return Int32(place / 4 % 3)
      }
    }
    #expect(found(1) == found(16))
    #expect(found(5) == found(16))
    #expect(0 < found(16)[1])
  }
}
