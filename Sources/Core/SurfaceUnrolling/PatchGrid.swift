import LinearAlgebra
import Meshes
public import Volumes

/// A flat patch as pixels, each knowing where in the specimen it is.
public struct PatchGrid: Sendable {
  /// A pixel on the patch.
  public struct Pixel: Hashable, Sendable {
    /// Position on the surface, Å.
    public var position: SIMD3<Double>
    /// Unit normal there.
    public var normal: SIMD3<Double>
    /// Flat over true length: of the direction stretched most, and of the least.
    public var stretch: SIMD2<Double>
  }

  /// Pixels along the first axis.
  public let columns: Int
  /// Pixels along the second axis.
  public let rows: Int
  /// Flat place of pixel (0, 0), Å.
  public let origin: SIMD2<Double>
  /// Distance of pixels, Å.
  public let edgeAngstrom: Double
  /// Rows of pixels; nil where the patch does not reach.
  public private(set) var pixels: [Pixel?]

  /// Draws a patch.
  ///
  /// - Parameters:
  ///   - edgeAngstrom: distance of pixels.
  ///   - radiusAngstrom: pixels farther from (0, 0) are left out.
  /// - Complexity: O(triangles + pixels).
  public init(_ patch: UnrolledPatch, edgeAngstrom: Double, radiusAngstrom: Double) {
    precondition(0 < edgeAngstrom, "Pixels have a size.")
    var (low, high) = (SIMD2<Double>.zero, SIMD2<Double>.zero)
    for place in patch.places {
      low = pointwiseMin(low, place)
      high = pointwiseMax(high, place)
    }
    let reach = SIMD2(repeating: radiusAngstrom)
    let first = (pointwiseMax(low, -reach) / edgeAngstrom + Self.slack).rounded(.down)
    let last = (pointwiseMin(high, reach) / edgeAngstrom - Self.slack).rounded(.up)
    (columns, rows) = (Int(last.x - first.x) + 1, Int(last.y - first.y) + 1)
    (origin, self.edgeAngstrom) = (first * edgeAngstrom, edgeAngstrom)
    pixels = Array(repeating: nil, count: columns * rows)
    for triangle in patch.mesh.triangles.indices {
      draw(triangle, of: patch, radius: radiusAngstrom)
    }
  }

  /// Share of a pixel by which places may be off: flat places are solved for to about a tenth of it.
  /// Within it no pixel is added beyond the rim, and none is lost there or between two triangles.
  private static let slack = 1e-3

  /// Flat place of a pixel, Å.
  public func place(column: Int, row: Int) -> SIMD2<Double> {
    origin + edgeAngstrom * SIMD2(Double(column), Double(row))
  }

  private mutating func draw(_ triangle: Int, of patch: UnrolledPatch, radius: Double) {
    let corner = patch.mesh.triangles[triangle]
    let (i, j, k) = (Int(corner.x), Int(corner.y), Int(corner.z))
    let (a, b, c) = (patch.places[i], patch.places[j], patch.places[k])
    func cross(_ u: SIMD2<Double>, _ v: SIMD2<Double>) -> Double { u.x * v.y - u.y * v.x }
    let area = cross(b - a, c - a)
    guard 0 < area else { return }
    // In shares of the triangle's height.
    let slack = Self.slack * edgeAngstrom / area.squareRoot()
    let low = ((pointwiseMin(a, pointwiseMin(b, c)) - origin) / edgeAngstrom - Self.slack).rounded(
      .up)
    let high = ((pointwiseMax(a, pointwiseMax(b, c)) - origin) / edgeAngstrom + Self.slack).rounded(
      .down)
    for row in max(Int(low.y), 0)..<max(min(Int(high.y) + 1, rows), max(Int(low.y), 0)) {
      for column in max(Int(low.x), 0)..<max(min(Int(high.x) + 1, columns), max(Int(low.x), 0)) {
        let here = place(column: column, row: row)
        let (second, third) = (cross(here - a, c - a) / area, cross(b - a, here - a) / area)
        guard -slack <= min(second, third), second + third <= 1 + slack,
          here.length <= radius * (1 + 1e-9), pixels[row * columns + column] == nil
        else { continue }
        func mixed(_ values: [SIMD3<Double>]) -> SIMD3<Double> {
          (1 - second - third) * values[i] + second * values[j] + third * values[k]
        }
        pixels[row * columns + column] = Pixel(
          position: mixed(patch.mesh.vertices), normal: mixed(patch.normals).normalized,
          stretch: patch.stretches[triangle])
      }
    }
  }

  /// The density along the normals: z is the distance from the surface, the first section lowest.
  ///
  /// - Parameter reachAngstrom: how far to go on either side; a whole number of pixels is taken.
  /// - Returns: the density, trilinear, in a volume whose axes are the two flat ones and the distance
  ///   along the normal, with its zero at the chosen vertex; and how many voxels lie off the patch or
  ///   outside the tomogram: they have the mean of all others.
  /// - Complexity: one block of the tomogram around 32 × 32 pixels in memory at a time.
  public func density(
    in tomogram: any VolumeSource<Float>, reachAngstrom: Double
  ) throws -> (volume: Volume<Float>, emptyVoxels: Int) {
    let half = Int((reachAngstrom / edgeAngstrom).rounded())
    let size = VolumeSize(x: columns, y: rows, z: 2 * half + 1)
    var volume = Volume<Float>(
      geometry: VolumeGeometry(
        size: size, voxelSizeAngstrom: SIMD3(repeating: edgeAngstrom),
        originAngstrom: SIMD3(origin.x, origin.y, -Double(half) * edgeAngstrom)))
    var isEmpty = [Bool](repeating: true, count: size.count)
    var (sum, count) = (0.0, 0)
    for tile in tiles {
      guard let block = try block(around: tile, in: tomogram, reach: Double(half) * edgeAngstrom)
      else { continue }
      for place in tile {
        guard let pixel = pixels[place] else { continue }
        for section in 0..<size.z {
          let away = Double(section - half) * edgeAngstrom
          let coordinate = tomogram.geometry.coordinate(
            of: Position(angstrom: pixel.position + away * pixel.normal))
          guard let value = block.interpolated(at: coordinate), value.isFinite else { continue }
          let voxel = section * columns * rows + place
          volume.samples[voxel] = Float(value)
          isEmpty[voxel] = false
          sum += value
          count += 1
        }
      }
    }
    let mean = Float(count == 0 ? 0 : sum / Double(count))
    for voxel in isEmpty.indices where isEmpty[voxel] { volume.samples[voxel] = mean }
    return (volume, size.count - count)
  }

  /// Numbers of the pixels on the patch, by squares of 32.
  private var tiles: [[Int]] {
    var tiles: [[Int]] = []
    for top in stride(from: 0, to: rows, by: 32) {
      for left in stride(from: 0, to: columns, by: 32) {
        tiles.append(
          (top..<min(top + 32, rows)).flatMap { row in
            (left..<min(left + 32, columns)).map { row * columns + $0 }
          }.filter { pixels[$0] != nil })
      }
    }
    return tiles.filter { !$0.isEmpty }
  }

  private func block(
    around tile: [Int], in tomogram: any VolumeSource<Float>, reach: Double
  ) throws -> Block<Float>? {
    var (low, high) = (SIMD3<Double>(repeating: .infinity), SIMD3<Double>(repeating: -.infinity))
    for place in tile {
      guard let pixel = pixels[place] else { continue }
      low = pointwiseMin(low, pixel.position - reach)
      high = pointwiseMax(high, pixel.position + reach)
    }
    let geometry = tomogram.geometry
    let (first, last) = (
      geometry.coordinate(of: Position(angstrom: low)).rounded(.down),
      geometry.coordinate(of: Position(angstrom: high)).rounded(.up)
    )
    let region = Region(
      lower: VoxelIndex(x: Int(first.x), y: Int(first.y), z: Int(first.z)),
      // One more than the last: a position on a voxel's centre asks for its upper neighbour too.
      upper: VoxelIndex(x: Int(last.x) + 2, y: Int(last.y) + 2, z: Int(last.z) + 2)
    ).clamped(to: geometry.bounds)
    return region.isEmpty ? nil : try tomogram.read(region)
  }
}
