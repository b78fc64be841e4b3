public import Meshes
import TomogramModel

/// PLY files (Turk 1994): text or binary in either byte order, of this program or another.
public enum PLYFile {
  /// Reads a surface. Arrays it lacks are filled in as `ForeignMesh.membraneSurface()` says.
  ///
  /// - Throws: `MeshFileError` where the file is no PLY, is truncated, or has no positions.
  public static func read(path: String) throws(MeshFileError) -> MembraneSurface {
    try readForeign(path: path).membraneSurface()
  }

  /// Reads a mesh with all its arrays.
  public static func readForeign(path: String) throws(MeshFileError) -> ForeignMesh {
    let bytes = try readBytes(path)
    let header = try PLYHeader(bytes, path: path)
    var reader = PLYBodyReader(bytes: bytes, header: header, path: path)
    return try reader.read()
  }

  /// Writes a surface as binary little-endian PLY, atomically: vertices `x y z nx ny nz` (float,
  /// Å), `sd` (float, Å), `provenance` (uchar), `mean_curvature_per_nm` and
  /// `gaussian_curvature_per_nm2` (float); faces as lists of `vertex_indices`.
  public static func write(
    _ surface: MembraneSurface, to path: String, overwrite: Bool = false
  ) throws(MeshFileError) {
    surface.checkInvariants()
    let mesh = surface.mesh
    var bytes = Array(header(vertices: mesh.vertices.count, faces: mesh.triangles.count).utf8)
    bytes.reserveCapacity(bytes.count + 37 * mesh.vertices.count + 13 * mesh.triangles.count)
    for vertex in mesh.vertices.indices {
      for axis in 0..<3 { bytes.append(littleEndian: Float(mesh.vertices[vertex][axis])) }
      for axis in 0..<3 { bytes.append(littleEndian: Float(surface.normals[vertex][axis])) }
      bytes.append(littleEndian: surface.standardDeviationAngstrom[vertex])
      bytes.append(UInt8(surface.provenance[vertex].rawValue))
      bytes.append(littleEndian: surface.meanCurvaturePerNm[vertex])
      bytes.append(littleEndian: surface.gaussianCurvaturePerNm2[vertex])
    }
    for corner in mesh.triangles {
      bytes.append(3)
      for axis in 0..<3 { bytes.append(littleEndian: corner[axis]) }
    }
    try writeBytes(bytes, to: path, overwrite: overwrite)
  }

  private static func header(vertices: Int, faces: Int) -> String {
    var lines = [
      "ply", "format binary_little_endian 1.0",
      "comment positions and sd in angstrom; provenance 1 seen, 2 bridged, 3 inferred",
      "element vertex \(vertices)",
    ]
    lines += ["x", "y", "z", "nx", "ny", "nz", SurfaceArray.standardDeviation].map {
      "property float \($0)"
    }
    lines += [
      "property uchar \(SurfaceArray.provenance)",
      "property float \(SurfaceArray.meanCurvature)",
      "property float \(SurfaceArray.gaussianCurvature)",
      "element face \(faces)", "property list uchar int vertex_indices", "end_header", "",
    ]
    return lines.joined(separator: "\n")
  }
}
