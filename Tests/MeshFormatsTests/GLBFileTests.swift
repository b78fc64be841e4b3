import FoundationEssentials
import LinearAlgebra
import MeshFormats
import Meshes
import TestSupport
import Testing
import TomogramModel
import Volumes
import WorkLedger

private func surface(radius: Double, deviation: Float) -> MembraneSurface {
  let mesh = TriangleMesh.icosphere(
    center: SIMD3(1000, -250.5, 30), radiusAngstrom: radius, subdivisions: 1)
  let values = [Float](repeating: deviation, count: mesh.vertices.count)
  return MembraneSurface(
    mesh: mesh, normals: mesh.vertexNormals(), standardDeviationAngstrom: values,
    provenance: values.map { _ in .seen }, meanCurvaturePerNm: values,
    gaussianCurvaturePerNm2: values)
}

/// A GLB file taken apart by the specification, section 4: header, JSON chunk, binary chunk.
private struct ReadGLB: Decodable {
  struct Node: Decodable { let name: String, mesh: Int }
  struct Primitive: Decodable { let attributes: [String: Int], indices: Int, material: Int }
  struct Mesh: Decodable { let name: String, primitives: [Primitive] }
  struct Accessor: Decodable {
    let bufferView: Int, componentType: Int, count: Int, type: String
    let min: [Double]?, max: [Double]?
  }
  struct View: Decodable { let buffer: Int, byteOffset: Int, byteLength: Int, target: Int }
  struct Buffer: Decodable { let byteLength: Int }
  struct Asset: Decodable { let version: String, extras: [String: String] }

  let asset: Asset
  let nodes: [Node]?
  let meshes: [Mesh]?
  let accessors: [Accessor]?
  let bufferViews: [View]?
  let buffers: [Buffer]?
}

private func word(_ bytes: [UInt8], _ place: Int) -> Int {
  (0..<4).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
}

private func opened(_ bytes: [UInt8]) throws -> (ReadGLB, binary: [UInt8]) {
  #expect(Array(bytes[..<4]) == Array("glTF".utf8) && word(bytes, 4) == 2)
  #expect(word(bytes, 8) == bytes.count)
  let length = word(bytes, 12)
  #expect(length.isMultiple(of: 4) && Array(bytes[16..<20]) == Array("JSON".utf8))
  let document = try JSONDecoder().decode(ReadGLB.self, from: Data(bytes[20..<(20 + length)]))
  let rest = Array(bytes[(20 + length)...])
  if rest.isEmpty { return (document, []) }
  #expect(word(rest, 0) == rest.count - 8 && Array(rest[4..<8]) == Array("BIN\0".utf8))
  return (document, Array(rest[8...]))
}

@Suite struct GLBTests {
  private func scene(_ parts: [GLBFile.Part]) throws -> (ReadGLB, binary: [UInt8]) {
    try TemporaryFolder.with { folder in
      try GLBFile.write(parts, to: folder + "/a.glb")
      return try opened(try #require(ProgramRun.bytes(of: folder + "/a.glb")))
    }
  }

  @Test("Each membrane is a node and a mesh whose arrays hold its vertices, normals and triangles")
  func roundTrip() throws {
    let surfaces = [surface(radius: 128, deviation: 2.5), surface(radius: 64, deviation: .nan)]
    let (glb, binary) = try scene(
      zip(["one", "two"], surfaces).map {
        GLBFile.Part(name: $0, colour: SIMD3(230, 159, 0), surface: $1)
      })
    #expect(glb.asset.version == "2.0" && glb.asset.extras["unit"] == "angstrom")
    #expect(glb.nodes?.map(\.name) == ["one", "two"] && glb.nodes?.map(\.mesh) == [0, 1])
    #expect(glb.buffers?.map(\.byteLength) == [binary.count])
    let (accessors, views) = (try #require(glb.accessors), try #require(glb.bufferViews))
    func words(_ accessor: Int, _ components: Int) -> [UInt32] {
      let view = views[accessors[accessor].bufferView]
      #expect(view.byteOffset.isMultiple(of: 4))
      #expect(view.byteLength == 4 * components * accessors[accessor].count)
      return (0..<(components * accessors[accessor].count)).map {
        UInt32(word(binary, view.byteOffset + 4 * $0))
      }
    }
    for (number, surface) in surfaces.enumerated() {
      let part = try #require(glb.meshes?[number].primitives.first)
      let position = try #require(part.attributes["POSITION"])
      let floats = words(position, 3).map { Float(bitPattern: $0) }
      let expected = surface.mesh.vertices.flatMap { [Float($0.x), Float($0.y), Float($0.z)] }
      #expect(floats == expected)
      let highest = (0..<3).map { axis in
        Double(surface.mesh.vertices.map { Float($0[axis]) }.max() ?? 0)
      }
      #expect(accessors[position].max == highest)
      let normal = try #require(part.attributes["NORMAL"])
      #expect(
        words(normal, 3).map { Float(bitPattern: $0) }
          == surface.normals.flatMap { [Float($0.x), Float($0.y), Float($0.z)] })
      #expect(
        words(part.indices, 1).map { Int32($0) }
          == surface.mesh.triangles.flatMap { [$0.x, $0.y, $0.z] })
      #expect(part.material == number)
    }
    #expect(glb.meshes?[0].primitives[0].attributes["_SD"] != nil)
    #expect(glb.meshes?[1].primitives[0].attributes["_SD"] == nil)
  }

  @Test("A scene without triangles is a valid file without arrays")
  func empty() throws {
    var none = surface(radius: 10, deviation: 1)
    none.mesh.triangles = []
    let (glb, binary) = try scene([GLBFile.Part(name: "none", colour: .zero, surface: none)])
    #expect(binary.isEmpty && glb.meshes == nil && glb.buffers == nil)
  }
}
