import Meshes
import RealModule
import Testing

@Suite struct ClippingTests {
  @Test("A sheet cut along an oblique line keeps the area on its side")
  func clipped() {
    let sheet = TriangleMesh.grid(columns: 40, rows: 40) { SIMD3(100 * $0, 100 * $1, 0) }
    let cut = sheet.clipped(values: sheet.vertices.map { $0.x + 0.5 * $0.y }, limit: 70)
    // Right of y = 0 at 70, of y = 100 at 20.
    #expect(abs(cut.areaAngstrom2 - 4500) < 60)
    #expect(cut.isConsistentlyOriented && cut.isEdgeManifold)
    #expect(cut.eulerCharacteristic == 1)
    #expect(cut.vertexNormals().allSatisfy { $0.z == 1 })
  }

  @Test("A limit beyond all values changes nothing or leaves nothing")
  func extremes() {
    let ball = TriangleMesh.icosphere(radiusAngstrom: 10, subdivisions: 1)
    let values = ball.vertices.map { $0.z }
    #expect(ball.clipped(values: values, limit: 11) == ball)
    #expect(ball.clipped(values: values, limit: -11).triangles.isEmpty)
  }

  @Test("Small holes are closed, facing as their surroundings do; the large rim stays open")
  func holes() {
    let sheet = TriangleMesh.grid(columns: 9, rows: 9) { SIMD3(90 * $0, 90 * $1, 0) }
    let kept = sheet.triangles.indices.filter { ($0 / 2) != 40 && ($0 / 2) != 20 }
    let holed = sheet.keeping(triangles: kept).mesh
    #expect(holed.eulerCharacteristic == -1)
    let filled = holed.fillingHoles(perimeterAngstrom: 45)
    #expect(filled.eulerCharacteristic == 1)
    #expect(filled.boundaryLoops().count == 1)
    #expect(abs(filled.areaAngstrom2 - 8100) < 1e-9)
    #expect(filled.isConsistentlyOriented)
    #expect(holed.fillingHoles(perimeterAngstrom: 30) == holed)
  }
}
