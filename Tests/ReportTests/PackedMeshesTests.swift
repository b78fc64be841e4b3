import LinearAlgebra
import Meshes
import RealModule
import Testing
import TomogramModel
import Volumes

@testable import Report

@Suite struct PackedMeshesTests {
  private let phantom = ReportPhantom.few()

  private func number(_ bytes: [UInt8], _ at: Int, _ count: Int) -> Int {
    (0..<count).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) }
  }

  @Test("Positions come back within half a step, labels and triangles exactly")
  func roundTrip() {
    let surfaces = [0, 2].map { (label: $0 + 1, surface: phantom.surface($0, subdivisions: 2)) }
    let packed = PackedMeshes(surfaces)
    #expect(packed.bytes.count == 12 * (packed.vertexCount + packed.triangleCount))
    #expect(packed.parts.map(\.label) == [1, 3])
    var (vertex, index) = (0, 12 * packed.vertexCount)
    var first = 0
    for (label, surface) in surfaces {
      for position in surface.mesh.vertices {
        let stored = (0..<3).map { number(packed.bytes, 8 * vertex + 2 * $0, 2) }
        let found = SIMD3(Double(stored[0]), Double(stored[1]), Double(stored[2])) / 65535
        let error = found * packed.edge + packed.lower - position
        #expect(error.length < packed.edge / 65535)
        #expect(number(packed.bytes, 8 * vertex + 6, 2) == label)
        vertex += 1
      }
      for corner in surface.mesh.triangles {
        for axis in 0..<3 {
          #expect(number(packed.bytes, index, 4) == first + Int(corner[axis]))
          index += 4
        }
      }
      first += surface.mesh.vertices.count
    }
  }

  @Test("Normals in two bytes are right within a degree and a half")
  func normals() {
    for normal in TriangleMesh.icosphere(radiusAngstrom: 1, subdivisions: 3).vertices {
      let (u, v) = PackedMeshes.octahedral(normal)
      let (x, y) = (Double(u) / 255 * 2 - 1, Double(v) / 255 * 2 - 1)
      var found = SIMD3(x, y, 1 - abs(x) - abs(y))
      if found.z < 0 {
        found.x = (1 - abs(y)) * (x < 0 ? -1 : 1)
        found.y = (1 - abs(x)) * (y < 0 ? -1 : 1)
      }
      let cosine = (found.normalized * normal).sum()
      #expect(Double.cos(1.5 * .pi / 180) < cosine)
    }
  }

  @Test("Provenance and standard deviation share a byte; without a deviation its part is 0")
  func knowledge() {
    var surface = phantom.surface(0, subdivisions: 2)
    let count = surface.mesh.vertices.count
    surface.standardDeviationAngstrom = (0..<count).map {
      $0.isMultiple(of: 5) ? .nan : Float($0) / Float(count) * 40
    }
    let packed = PackedMeshes([(label: 1, surface: surface)])
    #expect(35 < packed.deviationLimit && packed.deviationLimit < 40)
    for vertex in 0..<count {
      let byte = packed.bytes[8 * count + 4 * vertex + 2]
      #expect(byte % 4 == UInt8(surface.provenance[vertex].rawValue))
      let deviation = surface.standardDeviationAngstrom[vertex]
      let code = Float(byte / 4)
      #expect((code == 0) == deviation.isNaN)
      if deviation.isNaN || packed.deviationLimit < deviation { continue }
      #expect(
        abs((code - 1) / 62 * packed.deviationLimit - deviation) < packed.deviationLimit / 120)
    }
  }

  @Test("No surface is no bytes")
  func empty() {
    let packed = PackedMeshes([])
    #expect(packed.bytes.isEmpty && packed.parts.isEmpty && packed.curvatureLimit == 0)
  }

  @Test("A coarse sphere keeps the limit, its radius, its area and its provenance")
  func coarse() {
    let fine = phantom.surface(0, subdivisions: 5)
    let (center, radius) = phantom.vesicles[0]
    let coarse = coarsened(fine, triangleLimit: 2000)
    #expect((500...2000).contains(coarse.mesh.triangles.count))
    coarse.mesh.checkInvariants()
    for vertex in coarse.mesh.vertices {
      #expect(abs((vertex - center).length - radius) < 0.03 * radius)
    }
    #expect(abs(coarse.mesh.areaNm2 / fine.mesh.areaNm2 - 1) < 0.03)
    func share(_ surface: MembraneSurface) -> Double {
      Double(surface.provenance.count { $0 == .inferred }) / Double(surface.provenance.count)
    }
    #expect(abs(share(coarse) - share(fine)) < 0.05)
  }

  @Test("A surface below the limit stays as it is")
  func fineEnough() {
    let surface = phantom.surface(1, subdivisions: 1)
    let same = coarsened(surface, triangleLimit: 80)
    #expect(same.mesh == surface.mesh && same.provenance == surface.provenance)
  }
}
