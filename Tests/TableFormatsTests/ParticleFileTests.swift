import RealModule
import TableFormats
import TestSupport
import Testing
import TomogramModel
import Volumes

/// RELION's `Euler_angles2matrix` as its source has it, row by row.
private func relionMatrix(_ angles: RelionAngles) -> [[Double]] {
  let radians = [angles.rotDegrees, angles.tiltDegrees, angles.psiDegrees].map { $0 * .pi / 180 }
  let (ca, cb, cg) = (Double.cos(radians[0]), Double.cos(radians[1]), Double.cos(radians[2]))
  let (sa, sb, sg) = (Double.sin(radians[0]), Double.sin(radians[1]), Double.sin(radians[2]))
  return [
    [cg * cb * ca - sg * sa, cg * cb * sa + sg * ca, -cg * sb],
    [-sg * cb * ca - cg * sa, -sg * cb * sa + cg * ca, sg * sb],
    [sb * ca, sb * sa, cb],
  ]
}

private let directions: [SIMD3<Double>] = [
  SIMD3(0, 0, 1), SIMD3(0, 0, -1), SIMD3(1, 0, 0), SIMD3(0, -1, 0), SIMD3(0.6, 0, -0.8),
  SIMD3(-0.48, 0.6, 0.64), SIMD3(0.48, 0.6, 0.64), SIMD3(-0.48, -0.6, -0.64),
]

/// A tomogram whose first voxel is not at 0, of voxels that are no cubes.
private let geometry = VolumeGeometry(
  size: VolumeSize(x: 100, y: 61, z: 40), voxelSizeAngstrom: SIMD3(10, 10, 12),
  originAngstrom: SIMD3(-50, 200, 1000))

private func particle(_ position: SIMD3<Double>) -> RelionParticle {
  RelionParticle(
    position: position, angles: RelionAngles(zAxis: SIMD3(0.6, 0, -0.8), rotDegrees: -17.25),
    membrane: 3, standardDeviationAngstrom: 4.5, provenance: .bridged)
}

/// Columns and rows of a STAR loop, read without the writer's help.
private func parse(_ text: String) -> (columns: [String], rows: [[Substring]]) {
  let lines = text.split(separator: "\n").drop { $0 != "loop_" }.dropFirst()
  let columns = lines.prefix { $0.hasPrefix("_") }.map {
    String($0.dropFirst().prefix { $0 != " " })
  }
  return (columns, lines.dropFirst(columns.count).map { $0.split(separator: " ") })
}

@Suite struct RelionTests {
  @Test(
    "RELION's matrix turns the reference's z axis to the normal, whatever rot is",
    arguments: directions)
  func zAxis(normal: SIMD3<Double>) {
    for rot in [-180, -33.5, 0, 90] {
      let angles = RelionAngles(zAxis: normal, rotDegrees: rot)
      let matrix = relionMatrix(angles)
      for axis in 0..<3 { #expect(abs(matrix[axis][2] - normal[axis]) < 1e-12) }
      #expect((0...180).contains(angles.tiltDegrees))
    }
  }

  @Test("RELION 5 counts Å from pixel size / 2, RELION 4 tilt-series pixels from the first one")
  func coordinates() throws {
    // Voxel (60, 30, 10).
    let place = SIMD3(550.0, 500, 1120)
    let five = parse(
      RelionFile.table(
        [particle(place)], tomogram: "ts_1", geometry: geometry, coordinates: .centredAngstrom
      ).text)
    #expect(
      five.columns == [
        "rlnTomoName", "rlnCenteredCoordinateXAngst", "rlnCenteredCoordinateYAngst",
        "rlnCenteredCoordinateZAngst", "rlnAngleRot", "rlnAngleTilt", "rlnAnglePsi",
        "rlnAngleTiltPrior", "rlnAnglePsiPrior", "bilayerMembrane",
        "bilayerStandardDeviationAngst", "bilayerProvenance",
      ])
    let row = try #require(five.rows.first)
    #expect(row[0] == "ts_1")
    #expect(row[1...3].map { Double($0) } == [100, -5, -120])
    #expect(row[4...8].map { Double($0) } == [-17.25, 143.1301, 180, 143.1301, 180])
    #expect(row[9...].map { Double($0) } == [3, 4.5, 2])
    let four = parse(
      RelionFile.table(
        [particle(place)], tomogram: "ts_1", geometry: geometry, coordinates: .pixels(binning: 4)
      ).text)
    #expect(four.columns[1...3] == ["rlnCoordinateX", "rlnCoordinateY", "rlnCoordinateZ"])
    #expect(four.rows.first?[1...3].map { Double($0) } == [240, 120, 40])
  }

  @Test("Numbers survive to 0.0001, also small negative ones; an unknown deviation is nan")
  func numbers() throws {
    var odd = particle(SIMD3(449.99996, 504.87651, 1239.99951))
    odd.standardDeviationAngstrom = .nan
    let row = try #require(
      parse(
        RelionFile.table(
          [odd], tomogram: "a", geometry: geometry, coordinates: .centredAngstrom
        ).text
      ).rows.first)
    #expect(row[1...3] == ["0.0000", "-0.1235", "-0.0005"])
    #expect(row[10] == "nan")
  }
}

/// Reads big-endian numbers one after the other.
private struct BigEndianReader {
  let bytes: [UInt8]
  var place = 0

  mutating func word() -> UInt32 {
    defer { place += 4 }
    return bytes[place..<(place + 4)].reduce(0) { $0 << 8 | UInt32($1) }
  }

  mutating func integer() -> Int { Int(Int32(bitPattern: word())) }

  mutating func float() -> Float { Float(bitPattern: word()) }

  mutating func text(_ count: Int) -> String {
    defer { place += count }
    return String(decoding: bytes[place..<(place + count)].prefix { $0 != 0 }, as: UTF8.self)
  }
}

@Suite struct IMODTests {
  private static let model = IMODModel(
    geometry: geometry,
    objects: [
      IMODModel.Object(
        name: "first", colour: SIMD3(255, 0, 51),
        contours: [
          IMODModel.Contour(points: [SIMD3(1, 2, 3), SIMD3(4.25, 5, 3)], isOpen: false),
          IMODModel.Contour(points: [SIMD3(0, 0, 0)], isOpen: true),
        ]),
      IMODModel.Object(name: "second", colour: .zero, isScattered: true, contours: []),
    ])

  @Test("The header has 240 bytes and tells size, objects and pixel size in Å")
  func header() {
    var reader = BigEndianReader(bytes: Self.model.bytes)
    #expect(reader.text(8) == "IMODV1.2")
    #expect(reader.text(128) == "membranes")
    #expect((0..<4).map { _ in reader.integer() } == [100, 61, 40, 2])
    reader.place += 20 + 12
    #expect((0..<3).map { _ in reader.float() } == [1, 1, 1.2])
    reader.place += 20
    #expect(reader.float() == 10)
    #expect(reader.integer() == -10)
    reader.place += 4 + 12
    #expect(reader.place == 240)
    #expect(reader.text(4) == "OBJT")
  }

  @Test("Objects and contours follow each other; centres are at half a pixel, sections at wholes")
  func contours() {
    var reader = BigEndianReader(bytes: Self.model.bytes, place: 240)
    #expect(reader.text(4) == "OBJT" && reader.text(64) == "first")
    reader.place += 64
    #expect(reader.integer() == 2 && reader.word() == 0)
    reader.place += 8
    #expect((0..<3).map { _ in reader.float() } == [1, 0, 0.2])
    reader.place += 4 + 8 + 8
    #expect(reader.place == 240 + 4 + 176)
    #expect(reader.text(4) == "CONT" && reader.integer() == 2 && reader.word() == 0)
    reader.place += 8
    #expect((0..<6).map { _ in reader.float() } == [1.5, 2.5, 3, 4.75, 5.5, 3])
    #expect(reader.text(4) == "CONT" && reader.integer() == 1 && reader.word() == 8)
    reader.place += 8 + 12
    #expect(reader.text(4) == "OBJT" && reader.text(64) == "second")
    reader.place += 64
    #expect(reader.integer() == 0 && reader.word() == 8 | 512)
    reader.place += 176 - 64 - 64 - 8
    #expect(reader.text(4) == "IEOF" && reader.place == reader.bytes.count)
  }
}
