import RealModule
import TestSupport
import Testing
import WorkLedger

@testable import Report

/// Colours of a picture by hue.
private struct Hues {
  let image: PNGImage

  /// Pixels of a box whose hue is that of a membrane's colour, within 14°, and which are not grey.
  func count(label: Int, x: Range<Int>, y: Range<Int>) -> Int {
    let wanted = Self.hue(MembranePalette.colour(label: label)).degrees
    var count = 0
    for row in y {
      for column in x {
        let (degrees, chroma) = Self.hue(image[column, row])
        let apart = abs(degrees - wanted)
        if 50 < chroma && min(apart, 360 - apart) < 14 { count += 1 }
      }
    }
    return count
  }

  /// How many different greys a box has.
  func greys(x: Range<Int>, y: Range<Int>) -> Int {
    var seen = Set<UInt8>()
    for row in y {
      for column in x {
        let pixel = image[column, row]
        if Self.hue(pixel).chroma < 8 { seen.insert(pixel.y) }
      }
    }
    return seen.count
  }

  private static func hue(_ pixel: SIMD3<UInt8>) -> (degrees: Double, chroma: Double) {
    let rgb = SIMD3<Double>(pixel)
    let (alpha, beta) = (
      rgb.x - (rgb.y + rgb.z) / 2, (rgb.y - rgb.z) * Double.sqrt(3) / 2
    )
    let degrees = Double.atan2(y: beta, x: alpha) * 180 / .pi
    return (degrees < 0 ? degrees + 360 : degrees, rgb.max() - rgb.min())
  }
}

@Suite(
  "Pages in a browser", .serialized,
  .enabled(if: Chromium.isInstalled || Chromium.isRequired, "chromium is not installed."))
struct BrowserTests {
  /// The panels of the pictures in a window of 1120 x 760, without their heads.
  private let sections = 48..<560
  private let scene = 620..<1080
  private let rows = 345..<755

  private func draw(
    _ html: String, in folder: String, dark: Bool = false, width: Int = 1120
  ) throws -> PNGImage {
    let path = folder + "/page.html"
    try AtomicFile.write(html, to: path, overwrite: true)
    return try #require(
      Chromium.screenshot(
        of: path, fragment: "#still", width: width, height: 760, folder: folder, dark: dark))
  }

  @Test("Sections and scene show grey density and one colour a membrane", arguments: [false, true])
  func pictures(dark: Bool) throws {
    try TemporaryFolder.with { folder in
      let html = try ReportPage(ReportPhantom.few().model(subdivisions: 3)).html()
      let hues = Hues(image: try draw(html, in: folder, dark: dark))
      #expect(60 < hues.greys(x: sections, y: rows))
      #expect(60 < hues.greys(x: scene, y: rows))
      for label in 1...3 {
        #expect(200 < hues.count(label: label, x: sections, y: rows), "section, membrane \(label)")
        #expect(1000 < hues.count(label: label, x: scene, y: rows), "scene, membrane \(label)")
      }
      // No membrane has the colour of the fifth: what is counted is no accident.
      #expect(hues.count(label: 5, x: scene, y: rows) < 100)
      let corner = hues.image[3, 3]
      #expect(dark ? corner.x < 60 : 200 < corner.x)
    }
  }

  @Test("A click on a row fades the other membranes in the scene and in the sections")
  func highlighting() throws {
    try TemporaryFolder.with { folder in
      let html = try ReportPage(ReportPhantom.few().model(subdivisions: 3)).html()
      let click = """
        <script>
        const timer = setInterval(() => {
          if (document.documentElement.dataset.ready !== 'yes') return;
          clearInterval(timer);
          document.querySelector('tr[data-label="2"]').click();
        }, 20);
        </script></body>
        """
      let before = Hues(image: try draw(html, in: folder))
      let after = Hues(
        image: try draw(html.replacing("</body>", with: click), in: folder))
      let others = [before, after].map { $0.count(label: 1, x: scene, y: rows) }
      #expect(2 * others[1] < others[0])
      #expect(1000 < after.count(label: 2, x: scene, y: rows))
    }
  }

  @Test("An empty result draws without failing, on a narrow screen too", arguments: [1120, 500])
  func empty(width: Int) throws {
    try TemporaryFolder.with { folder in
      let html = try ReportPage(ReportModel(name: "empty", methods: Methods())).html()
      // The page turns green where its script has come to its end.
      let probe = """
        <style>[data-ready=yes] body { background: #00ff00 !important; }</style></body>
        """
      let image = try draw(html.replacing("</body>", with: probe), in: folder, width: width)
      #expect(image[2, 740] == SIMD3(0, 255, 0))
    }
  }
}
