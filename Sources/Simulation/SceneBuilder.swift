import Meshes
import TomogramModel
import TomographicImaging
import Volumes

/// What distinguishes one membrane from another beside its shape.
struct MembraneStyle: Sendable {
  var profile: BilayerProfile
  var lumen: Compartment
}

/// A space bounded by membranes: its mean density and the texture it is filled with.
struct Compartment: Sendable {
  var density: Float
  var texture: Int
  var amplitude: Float
}

/// Collects a scene: membranes are drawn into the volume as they are accepted, so that the next
/// one can see where there is room.
final class SceneBuilder {
  let options: SceneOptions
  let geometry: VolumeGeometry
  let workers: Workers
  var density: [Float]
  var labels: [UInt16]
  /// 1 where another membrane or a particle would touch a membrane.
  var occupied: [Int8]
  /// Number of the compartment each voxel lies in; 0 outside all membranes.
  var compartmentOf: [UInt8]
  var compartments: [Compartment]
  var leaflets: [Int8]
  /// Offsets of labelled voxels whose membrane has no density.
  var fadedVoxels: [Int] = []
  var shapes: [(shape: any MembraneShape, style: MembraneStyle)] = []

  /// Distance from a mid-surface to which distances are computed, Å.
  let bandAngstrom: Float
  /// Least distance between two mid-surfaces, Å.
  static let clearanceAngstrom: Float = 72

  init(options: SceneOptions, surroundings: Compartment, workers: Workers) {
    self.options = options
    self.workers = workers
    geometry = options.geometry
    let count = geometry.size.count
    density = Array(repeating: 0, count: count)
    labels = Array(repeating: 0, count: count)
    occupied = Array(repeating: 0, count: count)
    compartmentOf = Array(repeating: 0, count: count)
    leaflets = Array(repeating: 0, count: count)
    compartments = [surroundings]
    bandAngstrom = 80 + Float(options.pixelSizeAngstrom)
  }

  /// Offset of the voxel that holds a position, or nil outside the volume.
  func offset(at position: SIMD3<Double>) -> Int? {
    let place = geometry.coordinate(of: Position(angstrom: position))
    let size = geometry.size
    let (x, y, z) = (
      Int(place.x.rounded()), Int(place.y.rounded()), Int(place.z.rounded())
    )
    guard 0 <= x, x < size.x, 0 <= y, y < size.y, 0 <= z, z < size.z else { return nil }
    return (z * size.y + y) * size.x + x
  }

  /// Whether a position is clear of all membranes; beyond the volume everything is.
  func isFree(_ position: SIMD3<Double>) -> Bool {
    offset(at: position).map { occupied[$0] == 0 } ?? true
  }

  /// Whether a shape keeps its distance from all membranes and enough of it lies in the volume.
  func hasRoom(for shape: any MembraneShape, leastShareInside: Double = 0.08) -> Bool {
    let mesh = shape.mesh(edgeAngstrom: 45)
    var inside = 0
    for vertex in mesh.vertices {
      guard let offset = offset(at: vertex) else { continue }
      if occupied[offset] != 0 { return false }
      inside += 1
    }
    let wanted = shape.spansVolume ? 0 : leastShareInside * Double(mesh.vertices.count)
    return max(60, wanted) <= Double(inside)
  }

  /// Draws a membrane; later membranes keep clear of it.
  func add(_ shape: any MembraneShape, style: MembraneStyle) {
    guard compartments.count < 255 else { return }
    let region = voxelRegion(lower: shape.lower, upper: shape.upper)
    guard !region.isEmpty else { return }
    let distances = signedDistances(of: shape, in: region)
    shapes.append((shape, style))
    let compartment = UInt8(compartments.count)
    if shape.enclosesVolume { compartments.append(style.lumen) }
    for z in region.lower.z..<region.upper.z {
      for y in region.lower.y..<region.upper.y {
        let row = distances.samples.span.extracting(distances.rowRange(y: y, z: z))
        let first = (z * geometry.size.y + y) * geometry.size.x + region.lower.x
        drawRow(
          row, first: first, style: style, compartment: shape.enclosesVolume ? compartment : nil)
      }
    }
  }

  private func drawRow(
    _ row: Span<Float>, first: Int, style: MembraneStyle, compartment: UInt8?
  ) {
    let half = Float(options.halfThicknessAngstrom)
    let label = UInt16(shapes.count)
    let layer = Float(style.profile.spacingAngstrom / 2)
    let halfVoxel = Float(options.pixelSizeAngstrom / 2)
    for x in row.indices {
      let distance = row[x]
      guard distance < bandAngstrom else { continue }
      let voxel = first &+ x
      if let compartment, distance < 0 { compartmentOf[voxel] = compartment }
      let depth = abs(distance)
      guard depth < bandAngstrom else { continue }
      density[voxel] += style.profile.density(distance)
      if depth <= half { labels[voxel] = label }
      if abs(depth - layer) <= halfVoxel { leaflets[voxel] = 1 }
      if depth <= Self.clearanceAngstrom { occupied[voxel] = 1 }
    }
  }

  /// Distances to a shape in a region of the volume, clamped to the band.
  func signedDistances(of shape: any MembraneShape, in region: Region) -> Block<Float> {
    var block = Block<Float>(region: region, repeating: 0)
    let step = Float(options.pixelSizeAngstrom)
    let (geometry, band) = (geometry, bandAngstrom)
    workers.fillRows(of: &block.samples, rowLength: region.size.x) { row, span in
      let index = VoxelIndex(
        x: region.lower.x, y: region.lower.y + row % region.size.y,
        z: region.lower.z + row / region.size.y)
      shape.fillDistances(
        &span, start: SIMD3<Float>(geometry.position(of: index).angstrom), step: step, band: band)
    }
    return block
  }

  private func voxelRegion(lower: SIMD3<Double>, upper: SIMD3<Double>) -> Region {
    let band = Double(bandAngstrom)
    let low = geometry.coordinate(of: Position(angstrom: lower - band)).rounded(.up)
    let high = geometry.coordinate(of: Position(angstrom: upper + band)).rounded(.down)
    return Region(
      lower: VoxelIndex(x: Int(low.x), y: Int(low.y), z: Int(low.z)),
      upper: VoxelIndex(x: Int(high.x) + 1, y: Int(high.y) + 1, z: Int(high.z) + 1)
    ).clamped(to: geometry.bounds)
  }
}
