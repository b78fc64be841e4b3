import LinearAlgebra
import MRCFormat
import MeshFormats
import Meshes
import TableFormats
import Volumes

/// What `Scripts/validate-curvature.sh` compares with other programs: the program's own functions on a
/// mesh or a volume of any program.
enum MeshComparison {
  /// Runs a task; false where the arguments are none.
  ///
  /// - `curvature MESH.ply RADIUS OUT.csv`: mean (Å⁻¹) and Gaussian (Å⁻²) curvature of each vertex.
  /// - `isosurface VOLUME.mrc LEVEL PASSES FOLDER`: raw.obj by marching cubes, smooth.obj by Taubin.
  static func run(_ arguments: [String], workers: Workers) throws -> Bool {
    if arguments.count == 4, arguments[0] == "curvature", let radius = Double(arguments[2]) {
      try curvature(of: arguments[1], radius: radius, to: arguments[3], workers: workers)
      return true
    }
    if arguments.count == 5, arguments[0] == "isosurface", let level = Float(arguments[2]),
      let passes = Int(arguments[3])
    {
      try isosurface(of: arguments[1], level: level, passes: passes, into: arguments[4])
      return true
    }
    return false
  }

  private static func timed<Result>(_ what: String, _ body: () throws -> Result) rethrows -> Result
  {
    let start = ContinuousClock.now
    let result = try body()
    print("\(what) \((ContinuousClock.now - start) / .seconds(1))")
    return result
  }

  private static func curvature(
    of path: String, radius: Double, to target: String, workers: Workers
  ) throws {
    let mesh = try PLYFile.readForeign(path: path).mesh
    let found = timed("curvature") {
      mesh.curvatures(
        normals: mesh.vertexNormals(), radiusAngstrom: radius, workers: workers)
    }
    let table = CSVTable(
      header: ["mean", "gaussian"],
      rows: zip(found.mean, found.gaussian).map { [TableNumber.text($0), TableNumber.text($1)] })
    try table.write(to: target, overwrite: true)
  }

  private static func isosurface(
    of path: String, level: Float, passes: Int, into folder: String
  ) throws {
    let volume = try MRCVolume(path: path, options: MRCReadingOptions(), scratchFolder: folder)
    let block = try volume.read(volume.geometry.bounds)
    var raw = timed("marching-cubes") { MarchingCubes(level: level).mesh(of: block) }
    for vertex in raw.vertices.indices {
      raw.vertices[vertex] = volume.geometry.position(ofCoordinate: raw.vertices[vertex]).angstrom
    }
    let smooth = timed("smoothing") { raw.smoothed(passes: passes) }
    try OBJFile.write(
      ForeignMesh(mesh: raw).membraneSurface(), to: folder + "/raw.obj", overwrite: true)
    try OBJFile.write(
      ForeignMesh(mesh: smooth).membraneSurface(), to: folder + "/smooth.obj", overwrite: true)
  }
}
