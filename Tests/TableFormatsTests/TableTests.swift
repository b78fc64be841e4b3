import TableFormats
import TestSupport
import Testing
import TomogramModel
import Volumes

@Suite struct CSVTests {
  @Test("Commas, quotes, line ends and blanks inside cells survive a round trip")
  func roundTrip() throws {
    let table = CSVTable(
      header: ["a", "b, c"],
      rows: [["1", "say \"no\""], ["two\nlines", ""], ["", ""], [" padded ", "ä\r\nö"]])
    #expect(try CSVTable.parse(table.text) == table)
  }

  @Test("One column of empty cells is not taken for blank lines")
  func emptyCells() throws {
    let table = CSVTable(header: ["a"], rows: [[""], ["x"], [""]])
    #expect(try CSVTable.parse(table.text) == table)
  }

  @Test("CRLF, a byte-order mark, blank lines and a missing last line end are fine")
  func dialects() throws {
    let parsed = try CSVTable.parse("\u{FEFF}a,b\r\n1,2\r\n\r\n3,\"4\"")
    #expect(parsed == CSVTable(header: ["a", "b"], rows: [["1", "2"], ["3", "4"]]))
    #expect(try CSVTable.parse("") == CSVTable(header: []))
  }

  @Test("Broken tables are refused with the line they break in")
  func broken() {
    #expect(throws: TableError.unevenRow(line: 3, found: 1, expected: 2)) {
      try CSVTable.parse("a,b\n1,2\n3\n")
    }
    #expect(throws: TableError.badQuote(line: 2)) { try CSVTable.parse("a\n\"open") }
    #expect(throws: TableError.badQuote(line: 2)) { try CSVTable.parse("a\n\"x\"y\n") }
  }

  @Test("A missing file is unusable input")
  func missing() {
    let error = #expect(throws: TableError.self) {
      try CSVTable.read(path: "/nonexistent/bilayer.csv")
    }
    #expect(error?.kind == .input)
  }
}

@Suite struct BridgeTableTests {
  private let bridges = [
    Bridge(
      id: 1, start: Position(x: 1.5, y: 2, z: -3.25), end: Position(x: 100, y: 0.1, z: 7),
      lengthAngstrom: 120.7, thetaDegrees: 34.5, hiddenShare: 0.25, probability: nil,
      method: "minimal-path", accepted: true, voxels: 321),
    Bridge(
      id: 2, start: Position(x: 0, y: 0, z: 0), end: Position(x: 1, y: 0, z: 0),
      lengthAngstrom: 1, thetaDegrees: nil, hiddenShare: 1, probability: 0.875, method: "a, b",
      accepted: false, voxels: 0),
  ]

  @Test("Bridges written to a file read back the same")
  func roundTrip() throws {
    try TemporaryFolder.with { folder in
      try BridgeTable.write(bridges, to: folder + "/bridges.csv")
      #expect(try BridgeTable.read(path: folder + "/bridges.csv") == bridges)
    }
  }

  @Test(
    "Numbers have seven significant digits",
    arguments: [
      (305.23231627, "305.2323"), (-0.000228912534, "-0.0002289125"), (12_345_678.9, "12345680"),
      (0, "0"), (1e7, "10000000"), (99.99999999, "100"),
    ])
  func digits(number: Double, text: String) {
    var bridge = bridges[0]
    bridge.lengthAngstrom = number
    #expect(BridgeTable.table([bridge]).cell(row: 0, column: "length_A") == text)
  }

  @Test("No bridge still gives a header")
  func empty() throws {
    #expect(BridgeTable.table([]).text == BridgeTable.columns.joined(separator: ",") + "\n")
    #expect(try BridgeTable.bridges(BridgeTable.table([])).isEmpty)
  }

  @Test("A missing column and a cell that is no number are named")
  func broken() {
    #expect(throws: TableError.self) {
      try BridgeTable.bridges(CSVTable(header: ["id"], rows: [["1"]]))
    }
    var table = BridgeTable.table(bridges)
    table.rows[1][7] = "long"
    #expect(
      throws: TableError.badCell(
        row: 2, column: "length_A", found: "long", expected: "a number")
    ) { try BridgeTable.bridges(table) }
  }
}

@Suite struct MembraneTableTests {
  private var membranes: [Membrane] {
    let box = Region(lower: VoxelIndex(x: 1, y: 2, z: 3), upper: VoxelIndex(x: 40, y: 50, z: 60))
    var first = Membrane(label: 1, voxels: 9999, region: box)
    first.closed = true
    first.measurements = [
      NamedMeasurement("area_nm2", Measurement(1234.5)),
      NamedMeasurement("thickness_A", .abstained("leaflets not resolved, \"flat\" profile")),
    ]
    var second = Membrane(label: 2, voxels: 12, region: box)
    second.classification = "vesicle"
    second.name = "ER, \"rough\""
    second.parent = 1
    second.measurements = [
      NamedMeasurement("area_nm2", Measurement(10, standardDeviation: 0.5)),
      NamedMeasurement("thickness_A", Measurement(38.25)),
    ]
    return [first, second]
  }

  @Test("Membranes written to a file read back the same, verdicts and standard deviations too")
  func roundTrip() throws {
    try TemporaryFolder.with { folder in
      try MembraneTable.write(membranes, to: folder + "/instances.csv")
      #expect(try MembraneTable.read(path: folder + "/instances.csv") == membranes)
    }
  }

  @Test("Each quantity has a column of its own, one for its doubt and one for a verdict")
  func columns() {
    #expect(
      MembraneTable.table(membranes).header == [
        "label", "name", "class", "closed", "parent", "voxels", "area_nm2", "area_nm2_sd",
        "area_nm2_verdict", "thickness_A", "thickness_A_sd", "thickness_A_verdict", "x_first",
        "x_end", "y_first", "y_end", "z_first", "z_end",
      ])
    let table = MembraneTable.table(membranes)
    #expect(table.cell(row: 0, column: "area_nm2_sd") == "")
    #expect(table.cell(row: 0, column: "thickness_A") == "")
  }
}

@Suite struct GapTableTests {
  @Test("Gaps come back as they were written, and an unknown cause is named")
  func roundTrip() throws {
    let gaps = [
      GapRecord(
        id: 1, membrane: 3, cause: .protein, lengthAngstrom: 120.5, thetaDegrees: 42,
        hiddenShare: 0.125, areaNm2: 99.5, centre: Position(x: 1, y: -2, z: 3.5))
    ]
    var table = GapTable.table(gaps)
    #expect(try GapTable.gaps(table) == gaps)
    table.rows[0][2] = "mould"
    #expect(
      throws: TableError.badCell(
        row: 1, column: "cause", found: "mould", expected: "wedge, noise, protein, erased")
    ) { try GapTable.gaps(table) }
  }
}
