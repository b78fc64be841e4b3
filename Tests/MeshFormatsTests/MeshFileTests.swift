import LinearAlgebra
import MeshFormats
import Meshes
import TestSupport
import Testing
import TomogramModel
import Volumes
import WorkLedger

/// A small closed surface with a value of its own in every array.
private func markedSurface() -> MembraneSurface {
  let mesh = TriangleMesh.icosphere(
    center: SIMD3(1000, -250.5, 30), radiusAngstrom: 128, subdivisions: 1)
  let numbers = mesh.vertices.indices.map { Float($0) }
  return MembraneSurface(
    mesh: mesh, normals: mesh.vertexNormals(), standardDeviationAngstrom: numbers.map { $0 / 8 },
    provenance: mesh.vertices.indices.map { [.seen, .bridged, .inferred][$0 % 3] },
    meanCurvaturePerNm: numbers.map { $0 / 1024 }, gaussianCurvaturePerNm2: numbers.map { -$0 })
}

/// Largest difference of two lists of vectors along any axis.
private func difference(_ a: [SIMD3<Double>], _ b: [SIMD3<Double>]) -> Double {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).reduce(0) { largest, pair in
    let gap = pair.0 - pair.1
    return max(largest, abs(gap.x), abs(gap.y), abs(gap.z))
  }
}

private let floatStep = 1e-4

@Suite struct PLYTests {
  @Test("A surface written as PLY reads back with every array")
  func roundTrip() throws {
    try TemporaryFolder.with { folder in
      let (surface, path) = (markedSurface(), folder + "/a.ply")
      try PLYFile.write(surface, to: path)
      let read = try PLYFile.read(path: path)
      #expect(difference(read.mesh.vertices, surface.mesh.vertices) < floatStep)
      #expect(difference(read.normals, surface.normals) < floatStep)
      #expect(read.mesh.triangles == surface.mesh.triangles)
      #expect(read.standardDeviationAngstrom == surface.standardDeviationAngstrom)
      #expect(read.provenance == surface.provenance)
      #expect(read.meanCurvaturePerNm == surface.meanCurvaturePerNm)
      #expect(read.gaussianCurvaturePerNm2 == surface.gaussianCurvaturePerNm2)
    }
  }

  @Test("NaN for a standard deviation that is not calibrated survives the file")
  func keepsNaN() throws {
    try TemporaryFolder.with { folder in
      var surface = markedSurface()
      surface.standardDeviationAngstrom[3] = .nan
      try PLYFile.write(surface, to: folder + "/a.ply")
      let read = try PLYFile.read(path: folder + "/a.ply")
      #expect(read.standardDeviationAngstrom[3].isNaN)
      #expect(read.standardDeviationAngstrom.count { $0.isNaN } == 1)
    }
  }

  @Test("An existing file is replaced only when told to")
  func refusesToOverwrite() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/a.ply"
      try PLYFile.write(markedSurface(), to: path)
      #expect(throws: MeshFileError.file(.targetExists(path: path))) {
        try PLYFile.write(markedSurface(), to: path)
      }
      try PLYFile.write(markedSurface(), to: path, overwrite: true)
    }
  }

  @Test("Another program's text PLY with a quadrilateral reads as two triangles")
  func foreignText() throws {
    let text = """
      ply
      format ascii 1.0
      comment made elsewhere
      element vertex 4
      property double x
      property double y
      property double z
      property uchar red
      element face 1
      property list uchar uint vertex_index
      property float quality
      end_header
      0 0 0 10
      20 0 0 20
      20 30 0 30
      0 30 0 40
      4 0 1 2 3 0.5

      """
    try TemporaryFolder.with { folder in
      try AtomicFile.write(text, to: folder + "/a.ply")
      let foreign = try PLYFile.readForeign(path: folder + "/a.ply")
      #expect(foreign.mesh.areaAngstrom2 == 600)
      #expect(foreign.vertexArray("red")?.values == [10, 20, 30, 40])
      let surface = try PLYFile.read(path: folder + "/a.ply")
      #expect(surface.normals == [SIMD3<Double>](repeating: SIMD3(0, 0, 1), count: 4))
      #expect(surface.provenance == [.seen, .seen, .seen, .seen])
      #expect(surface.standardDeviationAngstrom.allSatisfy { $0.isNaN })
    }
  }

  @Test("Big-endian numbers are turned round")
  func bigEndian() throws {
    var bytes = Array(
      """
      ply
      format binary_big_endian 1.0
      element vertex 3
      property float x
      property short y
      property float z
      element face 1
      property list uchar int vertex_indices
      end_header

      """.utf8)
    // 1.0 is 3F 80 00 00; −2 as a short is FF FE.
    bytes += [0x3F, 0x80, 0, 0, 0xFF, 0xFE, 0, 0, 0, 0]
    bytes += [0, 0, 0, 0, 0, 7, 0x3F, 0x80, 0, 0]
    bytes += [0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    bytes += [3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2]
    try TemporaryFolder.with { folder in
      try AtomicFile.write(bytes, to: folder + "/a.ply")
      let mesh = try PLYFile.read(path: folder + "/a.ply").mesh
      #expect(mesh.vertices == [SIMD3(1, -2, 0), SIMD3(0, 7, 1), SIMD3(0, 0, 0)])
      #expect(mesh.triangles == [SIMD3(0, 1, 2)])
    }
  }

  @Test("A PLY cut short anywhere is refused, never read past its end")
  func truncated() throws {
    try TemporaryFolder.with { folder in
      try PLYFile.write(markedSurface(), to: folder + "/a.ply")
      let bytes = try InputFile(path: folder + "/a.ply").readAll()
      for length in [0, 2, 3, 40, 300, 600, bytes.count / 2, bytes.count - 1] {
        try AtomicFile.write(Array(bytes[..<length]), to: folder + "/b.ply", overwrite: true)
        #expect(throws: MeshFileError.self) { try PLYFile.read(path: folder + "/b.ply") }
      }
    }
  }

  @Test("A face that names no vertex is an error, and so is a count nobody could store")
  func badCounts() throws {
    let head = "ply\nformat ascii 1.0\nelement vertex 1\nproperty float x\nproperty float y\n"
    let rest = "property float z\nelement face 1\nproperty list uchar int vertex_indices\n"
    let face = head + rest + "end_header\n0 0 0\n3 0 1 2\n"
    let huge =
      "ply\nformat binary_little_endian 1.0\nelement vertex 4611686018427387904\n"
      + "property float x\nproperty float y\nproperty float z\nend_header\n"
    try TemporaryFolder.with { folder in
      for text in [face, huge] {
        try AtomicFile.write(text, to: folder + "/a.ply", overwrite: true)
        #expect(throws: MeshFileError.self) { try PLYFile.read(path: folder + "/a.ply") }
      }
    }
  }
}

@Suite struct VTPTests {
  @Test("A surface written as VTP reads back with every array")
  func roundTrip() throws {
    try TemporaryFolder.with { folder in
      let (surface, path) = (markedSurface(), folder + "/a.vtp")
      try VTPFile.write(surface, to: path)
      let read = try VTPFile.read(path: path)
      #expect(difference(read.mesh.vertices, surface.mesh.vertices) < floatStep)
      #expect(difference(read.normals, surface.normals) < floatStep)
      #expect(read.mesh.triangles == surface.mesh.triangles)
      #expect(read.standardDeviationAngstrom == surface.standardDeviationAngstrom)
      #expect(read.provenance == surface.provenance)
      #expect(read.meanCurvaturePerNm == surface.meanCurvaturePerNm)
      #expect(read.gaussianCurvaturePerNm2 == surface.gaussianCurvaturePerNm2)
    }
  }

  @Test("Text arrays, lines before polygons and strips are understood")
  func textArrays() throws {
    let text = """
      <?xml version="1.0"?>
      <VTKFile type="PolyData" version="0.1" byte_order="LittleEndian">
      <PolyData><Piece NumberOfPoints="5" NumberOfVerts="0" NumberOfLines="1" NumberOfStrips="1"
        NumberOfPolys="1">
      <CellData><DataArray type="Int32" Name="kind" format="ascii">7 8 9</DataArray></CellData>
      <Points><DataArray type="Float32" NumberOfComponents="3" format="ascii">
        0 0 0  1 0 0  0 1 0  1 1 0  0 2 0 </DataArray></Points>
      <Lines><DataArray type="Int32" Name="connectivity" format="ascii">0 1</DataArray>
        <DataArray type="Int32" Name="offsets" format="ascii">2</DataArray></Lines>
      <Polys><DataArray type="Int32" Name="connectivity" format="ascii">2 3 4</DataArray>
        <DataArray type="Int32" Name="offsets" format="ascii">3</DataArray></Polys>
      <Strips><DataArray type="Int32" Name="connectivity" format="ascii">0 1 2 3</DataArray>
        <DataArray type="Int32" Name="offsets" format="ascii">4</DataArray></Strips>
      </Piece></PolyData></VTKFile>
      """
    try TemporaryFolder.with { folder in
      try AtomicFile.write(text, to: folder + "/a.vtp")
      let foreign = try VTPFile.readForeign(path: folder + "/a.vtp")
      #expect(foreign.mesh.triangles == [SIMD3(2, 3, 4), SIMD3(0, 1, 2), SIMD3(2, 1, 3)])
      #expect(foreign.triangleArray("kind")?.values == [8, 9, 9])
      #expect(foreign.mesh.isConsistentlyOriented)
    }
  }

  @Test(
    "The stranger's phantom has the mid-surfaces its own program counted",
    .enabled(if: SharedData.isAtHand, "No shared data."))
  func polnet() throws {
    let path = try #require(SharedData.path("sim/polnet_s101_midsurfaces.vtp"))
    let foreign = try VTPFile.readForeign(path: path)
    // The file counts 187116 polygons, all triangles.
    #expect(foreign.mesh.triangles.count == 187_116)
    #expect(foreign.mesh.vertices.count == 106_686)
    let kinds = try #require(foreign.triangleArray("Type"))
    #expect(kinds.values.count == foreign.mesh.triangles.count)
    #expect(Set(kinds.values).isSubset(of: [1, 2, 3, 4, 5]))
    let box = try #require(foreign.mesh.boundsAngstrom)
    #expect((box.upper - box.lower).x < 4000 && 1000 < (box.upper - box.lower).x)
  }

  @Test(
    "The phagophore rim reads with unit normals, from compressed inline data",
    .enabled(if: SharedData.isAtHand, "No shared data."))
  func rim() throws {
    let path = try #require(SharedData.path("mesh/rim_reference_mesh.vtp"))
    let surface = try VTPFile.read(path: path)
    #expect(surface.mesh.vertices.count == 61_068)
    #expect(surface.mesh.triangles.count == 120_702)
    #expect(surface.normals.allSatisfy { abs($0.length - 1) < 1e-4 })
  }

  @Test("A VTP cut short anywhere is refused, never read past its end")
  func truncated() throws {
    try TemporaryFolder.with { folder in
      try VTPFile.write(markedSurface(), to: folder + "/a.vtp")
      let bytes = try InputFile(path: folder + "/a.vtp").readAll()
      for length in [0, 10, 100, 400, bytes.count / 2, bytes.count * 9 / 10] {
        try AtomicFile.write(Array(bytes[..<length]), to: folder + "/b.vtp", overwrite: true)
        #expect(throws: MeshFileError.self) {
          let mesh = try VTPFile.readForeign(path: folder + "/b.vtp").mesh
          // Without polygons the file is whole XML so far; that is no surface.
          if mesh.triangles.isEmpty {
            throw MeshFileError.malformed(path: "", found: "", expected: "")
          }
        }
      }
    }
  }
}

@Suite struct OBJAndSTLTests {
  @Test("A surface written as OBJ and as STL keeps its shape")
  func roundTrip() throws {
    try TemporaryFolder.with { folder in
      let surface = markedSurface()
      try OBJFile.write(surface, to: folder + "/a.obj")
      let obj = try OBJFile.read(path: folder + "/a.obj")
      #expect(difference(obj.mesh.vertices, surface.mesh.vertices) < floatStep)
      #expect(obj.mesh.triangles == surface.mesh.triangles)
      try STLFile.write(surface, to: folder + "/a.stl")
      let stl = try STLFile.read(path: folder + "/a.stl")
      #expect(stl.mesh.vertices.count == surface.mesh.vertices.count)
      #expect(stl.mesh.isClosed)
      #expect(abs(stl.mesh.areaAngstrom2 / surface.mesh.areaAngstrom2 - 1) < 1e-5)
    }
  }

  @Test("OBJ faces may count from the end and name textures and normals")
  func objDialects() throws {
    let text = "v 0 0 0\nv 1 0 0\nv 0 1 0\nvt 0 0\nf -3/1 -2/1/1 -1//2\nf 1 2 4\n"
    try TemporaryFolder.with { folder in
      try AtomicFile.write(text, to: folder + "/a.obj")
      #expect(throws: MeshFileError.self) { try OBJFile.read(path: folder + "/a.obj") }
      let good = text.split(separator: "\n").dropLast().joined(separator: "\n")
      try AtomicFile.write(good, to: folder + "/a.obj", overwrite: true)
      #expect(try OBJFile.read(path: folder + "/a.obj").mesh.triangles == [SIMD3(0, 1, 2)])
    }
  }

  @Test("Text STL reads; something else altogether is refused")
  func stlDialects() throws {
    let text = """
      solid a
      facet normal 0 0 1
      outer loop
      vertex 0 0 0
      vertex 1 0 0
      vertex 0 1 0
      endloop
      endfacet
      endsolid a
      """
    try TemporaryFolder.with { folder in
      try AtomicFile.write(text, to: folder + "/a.stl")
      #expect(try STLFile.read(path: folder + "/a.stl").mesh.areaAngstrom2 == 0.5)
      try AtomicFile.write("nonsense", to: folder + "/a.stl", overwrite: true)
      #expect(throws: MeshFileError.self) { try STLFile.read(path: folder + "/a.stl") }
    }
  }
}
