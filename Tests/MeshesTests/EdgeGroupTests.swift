import LinearAlgebra
import TestSupport
import Testing
import TomographicImaging

@testable import Meshes

@Suite("Edges of meshes") struct EdgeGroupTests {
  /// Any triangles among a few vertices: edges of one to many triangles, and of one vertex alone.
  private static func tangle(seed: UInt64) -> TriangleMesh {
    var random = CounterRandom(seed: seed, stream: 3)
    let vertices = (0..<40).map { _ in random.direction() }
    let triangles = (0..<150).map { _ in
      SIMD3(
        Int32(random.integer(0...38)), Int32(random.integer(0...38)),
        Int32(random.integer(0...38)))
    }
    return TriangleMesh(vertices: vertices, triangles: triangles)
  }

  @Test("Groups are those of a plain sort", arguments: 1...5 as ClosedRange<UInt64>)
  func groups(seed: UInt64) {
    let mesh = Self.tangle(seed: seed)
    let sorted = mesh.directedEdges().sorted {
      ($0.lower, $0.higher, $0.triangle) < ($1.lower, $1.higher, $1.triangle)
    }
    let groups = mesh.edgeGroups()
    let grouped = groups.flatMap { $0 }
    #expect(
      grouped.map { [$0.tail, $0.head, $0.triangle] }
        == sorted.map { [$0.tail, $0.head, $0.triangle] })
    #expect(groups.count == Set(sorted.map { [$0.lower, $0.higher] }).count)
    for group in groups {
      #expect(Set(group.map { [$0.lower, $0.higher] }).count == 1)
    }
  }

  @Test("An empty mesh has no edges")
  func empty() {
    #expect(TriangleMesh(vertices: [.zero], triangles: []).edgeGroups().isEmpty)
  }

  @Test("A disc's rim is not inner; its angles and those of a ball are known")
  func inner() {
    let disc = TriangleMesh.grid(columns: 4, rows: 4) { SIMD3(100 * $0, 100 * $1, 0) }
    let flat = InnerEdges(disc)
    #expect(flat.isInner.count { $0 } == disc.vertices.count - disc.boundaryLoops()[0].count)
    #expect(flat.edges.allSatisfy { abs($0.angle(in: disc)) < 1e-12 })
    #expect(abs(flat.integratedGaussianCurvature(of: disc)) < 1e-9)
    let ball = TriangleMesh.icosphere(radiusAngstrom: 50, subdivisions: 4)
    let round = InnerEdges(ball)
    #expect(round.edges.count == ball.triangles.count * 3 / 2 && round.isInner.allSatisfy { $0 })
    #expect(abs(round.integratedGaussianCurvature(of: ball) / (4 * .pi) - 1) < 1e-9)
    #expect(abs(round.integratedMeanCurvatureAngstrom(of: ball) / (4 * .pi * 50) - 1) < 2e-3)
  }
}
