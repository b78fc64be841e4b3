import LinearAlgebra
import RealModule
public import Volumes

/// Half of the surface of each label in a volume, which for a thin sheet is its area: counted, not
/// meshed, at a few operations per labelled voxel.
///
/// Crofton's formula (Ohser & Mücklich 2000, section 5.2): the lines through neighbouring voxels in 13
/// directions u cross a surface of area S so that S = 2 Σ w(u) N(u) V / r(u), with N the crossings, r the
/// distance of the neighbours, V the voxel's volume, and w the share of all directions that are nearest
/// to ±u. Spheres come out within 2 %, flat sheets within 10 % in their worst orientation. A sheet's rim
/// counts too. What the volume's border cuts is not counted: the membrane goes on there.
///
/// Sections are fed in order; the last one is kept.
public struct CroftonAreas {
  /// Area in Å² by label; 0 for label 0.
  public private(set) var areas: [Double]

  private let size: VolumeSize
  private let directions: [Direction]
  private let wholeTotal: Double
  private var before: [Int32] = []

  /// The way to a neighbour that comes before a voxel in raster order.
  private struct Direction {
    var x: Int
    var y: Int
    var z: Int
    /// Area per crossing, Å².
    var area: Double
  }

  /// - Parameter labelCount: labels run from 1 to this.
  public init(_ geometry: VolumeGeometry, labelCount: Int) {
    size = geometry.size
    areas = [Double](repeating: 0, count: labelCount + 1)
    directions = Self.directions(geometry.voxelSizeAngstrom)
    wholeTotal = 2 * directions.reduce(0) { $0 + $1.area }
  }

  /// Takes the next whole sections.
  public mutating func add(_ slab: Block<Int32>) {
    let sectionSize = size.x * size.y
    for z in slab.region.lower.z..<slab.region.upper.z {
      let start = (z - slab.region.lower.z) * sectionSize
      let section = slab.samples.span.extracting(start..<start + sectionSize)
      for y in 0..<size.y { addRow(section, y: y, z: z) }
      before = Array(slab.samples[start..<start + sectionSize])
    }
  }

  private mutating func addRow(_ section: Span<Int32>, y: Int, z: Int) {
    let isBorder = y == 0 || y == size.y - 1 || z == 0 || z == size.z - 1
    let first = y * size.x
    var x = 0
    while x < size.x {
      let label = section[first &+ x]
      if label == 0 {
        x &+= 1
        continue
      }
      var sum = 0.0
      while x < size.x, section[first &+ x] == label {
        let isWhole = !isBorder && 0 < x && x < size.x &- 1
        sum += isWhole ? inside(section, first &+ x, label) : atBorder(section, x, y, z, label)
        x &+= 1
      }
      areas[Int(label)] += sum
    }
  }

  /// Area per voxel away from the border: each line crosses on both sides unless the label goes on.
  @inline(__always)
  private func inside(_ section: Span<Int32>, _ place: Int, _ label: Int32) -> Double {
    var sum = wholeTotal
    let previous = before.span
    for direction in directions {
      let neighbour = place &+ direction.y &* size.x &+ direction.x
      let other = direction.z == 0 ? section[neighbour] : previous[neighbour]
      if other == label { sum -= 2 * direction.area }
    }
    return sum
  }

  /// The same where some neighbours are beyond the volume.
  private func atBorder(
    _ section: Span<Int32>, _ x: Int, _ y: Int, _ z: Int, _ label: Int32
  ) -> Double {
    func exists(_ x: Int, _ y: Int, _ z: Int) -> Bool {
      0 <= x && x < size.x && 0 <= y && y < size.y && 0 <= z && z < size.z
    }
    var sum = 0.0
    for direction in directions {
      let (dx, dy, dz) = (direction.x, direction.y, direction.z)
      if exists(x - dx, y - dy, z - dz) { sum += direction.area }
      guard exists(x + dx, y + dy, z + dz) else { continue }
      let neighbour = (y + dy) * size.x + x + dx
      let other = dz == 0 ? section[neighbour] : before[neighbour]
      sum += other == label ? -direction.area : direction.area
    }
    return sum
  }

  private static func directions(_ edges: SIMD3<Double>) -> [Direction] {
    var found: [Direction] = []
    for z in -1...0 {
      for y in -1...1 {
        for x in -1...1 where (z, y, x) < (0, 0, 0) {
          found.append(Direction(x: x, y: y, z: z, area: 0))
        }
      }
    }
    let ways = found.map { SIMD3(Double($0.x), Double($0.y), Double($0.z)) * edges }
    // Directions spread evenly over the sphere (a Fibonacci lattice) find the nearest of the 13.
    let count = 20_000
    for index in 0..<count {
      let height = 1 - (2 * Double(index) + 1) / Double(count)
      let radius = (1 - height * height).squareRoot()
      let angle = Double(index) * Double.pi * (3 - 5.0.squareRoot())
      let direction = SIMD3(radius * Double.cos(angle), radius * Double.sin(angle), height)
      let nearest = ways.indices.max {
        abs(ways[$0].dot(direction)) / ways[$0].length
          < abs(ways[$1].dot(direction)) / ways[$1].length
      }
      if let nearest { found[nearest].area += 1 / Double(count) }
    }
    let volume = edges.x * edges.y * edges.z
    for index in found.indices { found[index].area *= volume / ways[index].length }
    return found
  }
}
