public import Meshes
import TomogramModel

/// VTK's XML files of surfaces (`.vtp`): reads text, base64 and raw data, inline or appended,
/// compressed by zlib or not, in either byte order; writes base64 inline, which every XML reader
/// and ParaView take.
public enum VTPFile {
  /// Reads a surface. Arrays it lacks are filled in as `ForeignMesh.membraneSurface()` says.
  public static func read(path: String) throws(MeshFileError) -> MembraneSurface {
    try readForeign(path: path).membraneSurface()
  }

  /// Reads a mesh with all its arrays; polygons and strips become triangles, single points and
  /// lines are left out.
  public static func readForeign(path: String) throws(MeshFileError) -> ForeignMesh {
    var reader = VTPReader(bytes: try readBytes(path), path: path)
    return try reader.read()
  }

  /// Writes a surface with the same arrays as its PLY, atomically.
  public static func write(
    _ surface: MembraneSurface, to path: String, overwrite: Bool = false
  ) throws(MeshFileError) {
    surface.checkInvariants()
    let floats = { (name: String, values: [Float]) in
      NamedArray(name: name, values: values.map { Double($0) })
    }
    let foreign = ForeignMesh(
      mesh: surface.mesh,
      vertexArrays: [
        NamedArray(
          name: SurfaceArray.normals, components: 3,
          values: surface.normals.flatMap { [$0.x, $0.y, $0.z] }),
        floats(SurfaceArray.standardDeviation, surface.standardDeviationAngstrom),
        NamedArray(
          name: SurfaceArray.provenance, values: surface.provenance.map { Double($0.rawValue) }),
        floats(SurfaceArray.meanCurvature, surface.meanCurvaturePerNm),
        floats(SurfaceArray.gaussianCurvature, surface.gaussianCurvaturePerNm2),
      ])
    try write(foreign, to: path, overwrite: overwrite)
  }

  /// Writes a mesh with its arrays as 32-bit floats, atomically.
  public static func write(
    _ foreign: ForeignMesh, to path: String, overwrite: Bool = false
  ) throws(MeshFileError) {
    let mesh = foreign.mesh
    var text = VTPText()
    text.line("<?xml version=\"1.0\"?>")
    text.line("<VTKFile type=\"PolyData\" version=\"1.0\" byte_order=\"LittleEndian\"")
    text.line("  header_type=\"UInt64\"><PolyData>")
    text.line("<Piece NumberOfPoints=\"\(mesh.vertices.count)\" NumberOfVerts=\"0\"")
    text.line(
      "  NumberOfLines=\"0\" NumberOfStrips=\"0\" NumberOfPolys=\"\(mesh.triangles.count)\">")
    text.element("PointData") { for array in foreign.vertexArrays { $0.array(array) } }
    text.element("CellData") { for array in foreign.triangleArrays { $0.array(array) } }
    text.element("Points") {
      $0.array(
        NamedArray(
          name: "Points", components: 3, values: mesh.vertices.flatMap { [$0.x, $0.y, $0.z] }))
    }
    text.element("Polys") {
      $0.integers("connectivity", mesh.triangles.flatMap { [$0.x, $0.y, $0.z] })
      $0.integers("offsets", mesh.triangles.indices.map { Int32(3 * ($0 + 1)) })
    }
    text.line("</Piece></PolyData></VTKFile>")
    try writeBytes(text.bytes, to: path, overwrite: overwrite)
  }
}

/// The text of a VTP file as it grows.
private struct VTPText {
  var bytes: [UInt8] = []

  mutating func line(_ text: String) { bytes += Array((text + "\n").utf8) }

  mutating func element(_ name: String, _ content: (inout VTPText) -> Void) {
    line("<\(name)>")
    content(&self)
    line("</\(name)>")
  }

  mutating func array(_ array: NamedArray) {
    var data: [UInt8] = []
    data.reserveCapacity(4 * array.values.count)
    for value in array.values { data.append(littleEndian: Float(value)) }
    dataArray("Float32", array.name, array.components, data)
  }

  mutating func integers(_ name: String, _ values: [Int32]) {
    var data: [UInt8] = []
    data.reserveCapacity(4 * values.count)
    for value in values { data.append(littleEndian: value) }
    dataArray("Int32", name, 1, data)
  }

  private mutating func dataArray(
    _ type: String, _ name: String, _ components: Int, _ data: [UInt8]
  ) {
    line(
      "<DataArray type=\"\(type)\" Name=\"\(name)\" NumberOfComponents=\"\(components)\""
        + " format=\"binary\">")
    var block: [UInt8] = []
    block.append(littleEndian: UInt64(data.count))
    bytes += Base64.encode(block + data)
    line("")
    line("</DataArray>")
  }
}
