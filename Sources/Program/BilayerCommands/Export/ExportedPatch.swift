import LinearAlgebra
import MRCFormat
import Meshes
import Pipeline
import RealModule
import SurfaceUnrolling
import TableFormats
import VolumeFiles
import Volumes
import WorkLedger

/// The density around a membrane, laid flat: an MRC volume and a table of where its pixels are.
struct ExportedPatch {
  private let grid: PatchGrid
  private let volume: Volume<Float>
  private let emptyVoxels: Int
  private let flippedTriangles: Int
  private let label: Int

  /// The most voxels of a patch: 2 GB of densities and what is known of them.
  private static let mostVoxels = 250_000_000.0

  /// Lays a patch flat and takes the density along its normals.
  ///
  /// - Throws: a usage error where no membrane lies there, or the patch would be too large.
  init(
    of label: Int, surfaces: ExportedSurfaces, tomogram: any VolumeSource<Float>,
    arguments: PatchArguments
  ) throws {
    let surface = try surfaces.surface(label)
    let (radius, edge) = (
      arguments.patchRadius ?? .infinity,
      arguments.patchPixel ?? tomogram.geometry.meanVoxelSizeAngstrom
    )
    guard
      let patch = UnrolledPatch(
        of: surface.mesh, normals: surface.normals, around: arguments.seed(on: surface.mesh),
        radiusAngstrom: radius)
    else { throw UsageError("Membrane \(label) has no triangles: run `bilayer fit` again.") }
    try Self.check(patch, edge: edge, depth: arguments.depth)
    self.label = label
    grid = PatchGrid(patch, edgeAngstrom: edge, radiusAngstrom: radius)
    (volume, emptyVoxels) = try grid.density(in: tomogram, reachAngstrom: arguments.depth)
    flippedTriangles = patch.flippedTriangles
  }

  private static func check(_ patch: UnrolledPatch, edge: Double, depth: Double) throws {
    let (x, y) = (patch.places.map(\.x), patch.places.map(\.y))
    let area = ((x.max() ?? 0) - (x.min() ?? 0)) * ((y.max() ?? 0) - (y.min() ?? 0))
    let voxels = area / (edge * edge) * (2 * depth / edge + 1)
    if mostVoxels < voxels {
      throw UsageError(
        "The patch would have \(Int(min(voxels, 1e15))) voxels, more than \(Int(mostVoxels)). "
          + "Give a smaller --patch-radius or --depth, or a larger --patch-pixel.")
    }
  }

  /// The table beside a volume: `NAME.csv`.
  static func tablePath(_ path: String) -> String {
    (path.hasSuffix(".mrc") ? String(path.dropLast(4)) : path) + ".csv"
  }

  /// Writes the volume and its table.
  func write(to path: String, overwrite: Bool) throws {
    let sink = try MRCSink<Float>(
      path: path, geometry: volume.geometry, label: "Bilayer: membrane \(label) laid flat",
      overwrite: overwrite)
    try sink.write(try volume.read(volume.geometry.bounds))
    try sink.commit()
    try table.write(to: Self.tablePath(path), overwrite: overwrite)
  }

  /// A row a pixel on the patch: where it is in the volume, on the flat patch and in the specimen, and
  /// how much the picture is stretched there.
  private var table: CSVTable {
    let rows = grid.pixels.indices.compactMap { index -> [String]? in
      guard let pixel = grid.pixels[index] else { return nil }
      let (column, row) = (index % grid.columns, index / grid.columns)
      let place = grid.place(column: column, row: row)
      let numbers =
        [place.x, place.y] + [pixel.position, pixel.normal].flatMap { [$0.x, $0.y, $0.z] }
        + [pixel.stretch.x, pixel.stretch.y]
      return ["\(column)", "\(row)"] + numbers.map { TableNumber.text($0) }
    }
    return CSVTable(
      header: [
        "column", "row", "u_A", "v_A", "x_A", "y_A", "z_A", "normal_x", "normal_y", "normal_z",
        "stretch_most", "stretch_least",
      ], rows: rows)
  }

  /// What a reader must know of the picture.
  var summary: String {
    let stretches = grid.pixels.compactMap { $0?.stretch }
    let worst = stretches.map { max($0.x - 1, 1 - $0.y) }.sorted()
    func percent(_ share: Double) -> String { "\((1000 * share).rounded() / 10)" }
    let middle = worst.isEmpty ? 0 : worst[worst.count / 2]
    var text =
      "patch of membrane \(label): \(grid.columns) x \(grid.rows) pixels of "
      + "\(TableNumber.text(grid.edgeAngstrom)) Å, lengths off by \(percent(middle)) % (median) and "
      + "\(percent(worst.last ?? 0)) % (most)"
    let outside = emptyVoxels - (grid.pixels.count - stretches.count) * volume.geometry.size.z
    if 0 < outside { text += "; \(outside) voxels lie outside the tomogram and have the mean" }
    if 0 < flippedTriangles {
      text += "; \(flippedTriangles) triangles fold over and are left out: take a smaller radius"
    }
    return text
  }
}
