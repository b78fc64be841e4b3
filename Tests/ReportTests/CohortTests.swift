import TableFormats
import TestSupport
import Testing
import TomogramModel
import Volumes
import WorkLedger

@testable import Report

@Suite("Cohorts") struct CohortTests {
  /// A folder's tables: membranes of given areas (nm²) and thicknesses (Å).
  private func write(
    areas: [Double], thickness: Double, deviation: Double? = nil, to folder: String
  ) throws {
    let membranes = areas.enumerated().map { index, area in
      var membrane = Membrane(
        label: index + 1, voxels: 10,
        region: Region(lower: VoxelIndex(x: 0, y: 0, z: 0), upper: VoxelIndex(x: 1, y: 1, z: 1)))
      membrane.closed = index == 0
      membrane.measurements = [
        NamedMeasurement("area_nm2", Measurement(area, standardDeviation: deviation)),
        NamedMeasurement(
          "thickness_A",
          index == 1 ? .abstained("leaflets not resolved") : Measurement(thickness)),
      ]
      return membrane
    }
    _ = try Folder.make(folder)
    try MembraneTable.write(membranes, to: folder + "/instances.csv")
  }

  /// Folders a0 ... b0 ..., the b's thicker by 4 Å, and their groups.
  private func cohort(
    in base: String, sizes: (Int, Int), wanted: [String]? = nil
  ) throws -> Cohort {
    var (folders, table) = ([String](), "folder,group\n")
    for (group, size) in [("a", sizes.0), ("b", sizes.1)] {
      for index in 0..<size {
        folders.append(base + "/\(group)\(index)")
        table += "\(group)\(index),\(group)\n"
        try write(
          areas: [900, 500 + Double(index * index), 300],
          thickness: (group == "a" ? 38 : 42)
            + 0.3 * Double(index), to: folders[folders.count - 1])
      }
    }
    try AtomicFile.write(table, to: base + "/groups.csv")
    return try Cohort(
      folders: folders, groups: base + "/groups.csv", page: base + "/cohort.html", wanted: wanted)
  }

  @Test("Five tomograms each find 4 Å among all customary quantities, and nothing else")
  func found() throws {
    try TemporaryFolder.with { base in
      let cohort = try cohort(in: base, sizes: (5, 5))
      let comparisons = cohort.comparisons()
      #expect(
        comparisons.map { cohort.quantities[$0.quantity].name } == [
          "membranes", "total_area_nm2", "median_area_nm2", "median_thickness_A",
        ])
      #expect(
        comparisons.map(\.verdict) == [.constant, .noneShown, .noneShown, .differs])
      let thickness = comparisons[3]
      #expect(abs((thickness.difference ?? 0) - 4) < 1e-9)
      #expect(thickness.pValue == 2.0 / 252 && thickness.adjusted == 8.0 / 252)
      let interval = try #require(thickness.interval)
      #expect(interval.contains(4) && 3 < interval.lowerBound && interval.upperBound < 5)
    }
  }

  @Test("Groups too small for any verdict get a reason and no number", arguments: [(2, 9), (3, 3)])
  func tooFew(sizes: (Int, Int)) throws {
    try TemporaryFolder.with { base in
      let cohort = try cohort(in: base, sizes: sizes)
      let comparisons = cohort.comparisons()
      for comparison in comparisons {
        #expect(comparison.verdict.text.hasPrefix("Too few"))
        #expect(comparison.pValue == nil && comparison.interval == nil)
      }
      let table = cohort.table(of: comparisons)
      #expect(table.rows.count == 4)
      for column in ["p", "p_holm", "difference_low"] {
        #expect(table.cell(row: 3, column: column) == "")
      }
      #expect(CohortPage(cohort, comparisons).html.contains("No verdict is possible"))
    }
  }

  @Test("Naming fewer quantities lets few tomograms be found to differ; unknown names are refused")
  func quantities() throws {
    try TemporaryFolder.with { base in
      let all = try cohort(in: base, sizes: (4, 4))
      let thickness = try #require(all.comparisons().last)
      #expect(thickness.pValue == 2.0 / 70)
      #expect(thickness.verdict.text.contains("too many for so few"))
      let folders = all.rows.map { base + "/" + $0.name }
      func chosen(_ names: [String]) throws -> Cohort {
        try Cohort(
          folders: folders, groups: base + "/groups.csv", page: base + "/c.html", wanted: names)
      }
      #expect(try chosen(["median_thickness_A"]).comparisons().map(\.verdict) == [.differs])
      #expect(throws: ReportError.self) { try chosen(["thickness"]) }
    }
  }

  @Test("Tomograms of one sample count once")
  func samples() throws {
    let quantity = Cohort.Quantity("membranes")
    let rows = [("a", "s", 1.0), ("a", "s", 3), ("a", "", 7), ("a", "t", 4), ("b", "", 9)].map {
      Cohort.Row(
        name: "x", link: nil, group: $0.0, sample: $0.1,
        values: [Cohort.Value(value: $0.2, deviation: 2)], abstained: 0)
    }
    let cohort = Cohort(quantities: [quantity], rows: rows)
    let side = cohort.side("a", quantity: 0)
    #expect(side.values == [2, 7, 4] && cohort.unitName == "sample")
    // Variances 2 (a mean of two), 4 and 4.
    #expect(abs((side.measuredDeviation ?? 0) - (10.0 / 3).squareRoot()) < 1e-12)
  }

  @Test("Measured standard deviations reach sums and medians")
  func deviations() throws {
    try TemporaryFolder.with { base in
      try write(areas: [100, 200, 300, 400], thickness: 40, deviation: 3, to: base + "/a")
      try write(areas: [5], thickness: 40, deviation: 3, to: base + "/b")
      let cohort = try Cohort(folders: [base + "/a", base + "/b"], groups: nil, page: "c.html")
      func value(_ row: Int, _ name: String) -> Cohort.Value? {
        cohort.quantities.firstIndex { $0.name == name }.flatMap { cohort.rows[row].values[$0] }
      }
      #expect(value(0, "total_area_nm2") == Cohort.Value(value: 1000, deviation: 6))
      // Far apart, the median of four is the mean of the middle two; 400 draws are good to 4 %.
      let median = try #require(value(0, "median_area_nm2")?.deviation)
      #expect(abs(median - 3 / 2.0.squareRoot()) < 0.3)
      #expect(abs((value(1, "median_area_nm2")?.deviation ?? 0) - 3) < 0.4)
      #expect(value(0, "median_thickness_A") == Cohort.Value(value: 40, deviation: nil))
      let table = cohort.tomogramTable
      #expect(table.cell(row: 0, column: "total_area_nm2_sd") == "6")
      #expect(cohort.comparisons().isEmpty)
    }
  }

  @Test("Page and tables are written together, and nothing where one of them may not be replaced")
  func files() throws {
    try TemporaryFolder.with { base in
      let cohort = try cohort(in: base, sizes: (5, 6))
      let folders = cohort.rows.map { base + "/" + $0.name }
      let page = base + "/cohort.html"
      try AtomicFile.write("mine", to: base + "/cohort.csv")
      #expect(throws: FileError.self) {
        try writeReport(of: folders, to: page, groups: base + "/groups.csv", scratchFolder: base)
      }
      #expect(!Folder.exists(page))
      let written = try writeReport(
        of: folders, to: page, groups: base + "/groups.csv", overwrite: true, scratchFolder: base)
      #expect(written == [page, base + "/cohort-tomograms.csv", base + "/cohort.csv"])
      let table = try CSVTable.read(path: base + "/cohort.csv")
      #expect(table.cell(row: 3, column: "quantity") == "median_thickness_A")
      #expect(table.cell(row: 3, column: "verdict") == "The groups differ.")
      let html = try InputFile(path: page).readText()
      #expect(html.contains("Higher in b.") && !html.contains("http"))
    }
  }

  @Test("Names in tables cannot put markup into the page")
  func escapes() {
    let evil = "<b>&"
    let rows = (0..<8).map { index in
      Cohort.Row(
        name: evil, link: nil, group: index < 4 ? evil : "x", sample: evil + "\(index)",
        values: [Cohort.Value(value: Double(index), deviation: nil)], abstained: 0)
    }
    let cohort = Cohort(quantities: [Cohort.Quantity("median_" + evil)], rows: rows)
    let html = CohortPage(cohort, cohort.comparisons()).html
    #expect(!html.contains(evil) && html.contains("&lt;b&gt;&amp;"))
  }

  @Test("A folder named twice, or put into two groups, or into none, is refused")
  func refusals() throws {
    try TemporaryFolder.with { base in
      let folders = [base + "/a", base + "/b"]
      for folder in folders { try write(areas: [1], thickness: 40, to: folder) }
      #expect(throws: ReportError.repeated(path: base + "/a/")) {
        try Cohort(folders: folders + [base + "/a/"], groups: nil, page: "c.html")
      }
      for text in ["folder,group\na,x\n", "folder,group\na,x\nb,x\na,y\n", "folder\na\nb\n"] {
        try AtomicFile.write(text, to: base + "/groups.csv", overwrite: true)
        #expect(throws: ReportError.self) {
          try Cohort(folders: folders, groups: base + "/groups.csv", page: "c.html")
        }
      }
    }
  }

  @Test("Folders are found in the table by path or by name, and groups keep their order")
  func places() throws {
    try TemporaryFolder.with { base in
      let folders = ["a", "b", "c"].map { base + "/" + $0 }
      for folder in folders { try write(areas: [1, 2], thickness: 40, to: folder) }
      let groups = base + "/groups.csv"
      try AtomicFile.write(
        "group,folder\nwild type,a\nmutant,b\nwild type,\(folders[2])/\n", to: groups)
      let cohort = try Cohort(folders: folders, groups: groups, page: base + "/c.html")
      #expect(cohort.grouped.map(\.name) == ["wild type", "mutant"])
      #expect(cohort.grouped.map(\.rows.count) == [2, 1])
      #expect(cohort.rows[0].abstained == 1)
    }
  }

  @Test("Medians and spreads are those of the textbook")
  func statistics() throws {
    #expect(Cohort.median([]) == nil)
    #expect(Cohort.median([3]) == 3)
    #expect(Cohort.median([5, 1, 3]) == 3)
    #expect(Cohort.median([4, 1, 3, 2]) == 2.5)
    let spread = try #require(Cohort.spread([2, 4, 4, 4, 5, 5, 7, 9]))
    #expect(spread.mean == 5)
    #expect(abs((spread.deviation ?? 0) - (32.0 / 7).squareRoot()) < 1e-12)
    #expect(Cohort.spread([1])?.deviation == nil)
  }

  @Test("Axes have round numbers within their range, also for one value and below zero")
  func axes() {
    for values in [[3.0], [0], [-2, 5], [37.2, 41.9], [1e5, 3e5], [-0.002, -0.001]] {
      let axis = PlotAxis(covering: values)
      #expect((1...6).contains(axis.ticks.count), "\(values)")
      for value in values + axis.ticks { #expect((13.9...140.1).contains(axis.height(value))) }
    }
  }
}
