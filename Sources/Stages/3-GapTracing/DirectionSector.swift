import LinearAlgebra
import ParametricShapes
import TomogramModel
import Volumes

/// A cell of the directions from a centre: the faces of a cube, each cut into 16 × 16.
struct DirectionSector: Sendable {
  private static let edge = 16

  let direction: SIMD3<Double>
  let radius: Double
  let normal: SIMD3<Double>
  /// Between ray and normal.
  let cosine: Double
  /// Of the surface, in Å².
  let area: Double
  /// How much the radius changes within it, in Å.
  let spread: Double
  /// Whether the surface lies in the volume.
  let isInside: Bool
  let isHidden: Bool
  /// Whether there is membrane.
  var isFound = false

  static func all(
    of shape: HarmonicShape, tilt: TiltGeometry, geometry: VolumeGeometry
  ) -> [DirectionSector] {
    (0..<(6 * edge * edge)).map { DirectionSector($0, shape, tilt: tilt, geometry: geometry) }
  }

  /// The cell of a direction of any length.
  static func number(of direction: SIMD3<Double>) -> Int {
    let axis = direction.magnitudes.largestAxis
    let face = 2 * axis + (direction[axis] < 0 ? 1 : 0)
    func cell(_ other: Int) -> Int {
      let share = direction[axis] == 0 ? 0 : direction[other] / abs(direction[axis])
      return min(Int((share + 1) / 2 * Double(edge)), edge - 1)
    }
    return (face * edge + cell((axis + 2) % 3)) * edge + cell((axis + 1) % 3)
  }

  /// Share, by area, of the visible surface in the volume where there is membrane.
  static func coverage(_ sectors: [DirectionSector]) -> Double {
    let visible = sectors.filter { $0.isInside && !$0.isHidden }
    let whole = visible.reduce(0) { $0 + $1.area }
    return whole == 0 ? 0 : visible.reduce(0) { $0 + ($1.isFound ? $1.area : 0) } / whole
  }

  /// Share, by area, of the surface that the wedge does not hide, in the volume or not.
  static func visibleShare(_ sectors: [DirectionSector]) -> Double {
    let whole = sectors.reduce(0) { $0 + $1.area }
    return sectors.reduce(0) { $0 + ($1.isHidden ? 0 : $1.area) } / whole
  }

  /// Marks the cells, by four, that any of the directions falls into.
  static func find(_ directions: [SIMD3<Double>], among sectors: inout [DirectionSector]) {
    func block(_ number: Int) -> Int {
      let (row, column) = (number / edge, number % edge)
      return row / 2 * (edge / 2) + column / 2
    }
    var found = Set<Int>()
    for direction in directions { found.insert(block(number(of: direction))) }
    for number in sectors.indices { sectors[number].isFound = found.contains(block(number)) }
  }

  private init(
    _ number: Int, _ shape: HarmonicShape, tilt: TiltGeometry, geometry: VolumeGeometry
  ) {
    let (face, row) = (number / (Self.edge * Self.edge), number / Self.edge % Self.edge)
    func share(_ cell: Int) -> Double { (2 * Double(cell) + 1) / Double(Self.edge) - 1 }
    let (u, v) = (share(number % Self.edge), share(row))
    var ray = SIMD3<Double>.zero
    ray[face / 2] = face % 2 == 0 ? 1 : -1
    ray[(face / 2 + 1) % 3] = u
    ray[(face / 2 + 2) % 3] = v
    let length = ray.length
    direction = ray / length
    (radius, normal) = shape.place(along: direction)
    cosine = normal.dot(direction)
    // Of a cube's face about a unit sphere: du dv / |(1, u, v)|³.
    let width = 2 / Double(Self.edge)
    area = radius * radius * width * width / (length * length * length) / max(cosine, 0.01)
    // Half of the cell's diagonal, along the steepest way on the surface.
    let slope = (1 - cosine * cosine).squareRoot() / max(cosine, 0.01)
    spread = 2.0.squareRoot() / 2 * width * radius * max(slope, 0.2)
    isHidden = tilt.hides(normal: normal)
    let coordinate = geometry.coordinate(
      of: Position(angstrom: shape.center + radius * direction))
    let last = geometry.size
    isInside =
      0 <= coordinate.x && coordinate.x <= Double(last.x - 1)
      && 0 <= coordinate.y && coordinate.y <= Double(last.y - 1)
      && 0 <= coordinate.z && coordinate.z <= Double(last.z - 1)
  }
}
