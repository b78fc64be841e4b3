import Testing

@testable import Report

@Suite struct HTMLTextTests {
  @Test(
    "Numbers show four significant digits, thousands apart, no locale",
    arguments: [
      (0.0, "0"), (38, "38"), (4.5, "4.5"), (123.456, "123.5"), (1234.56, "1235"),
      (12345.6, "12\u{202F}346"), (9_876_543.2, "9\u{202F}876\u{202F}543"),
      (-0.0123456, "−0.01235"),
      (0.99996, "1"), (.nan, "–"), (.infinity, "–"), (1e-12, "0"),
    ])
  func numbers(value: Double, text: String) {
    #expect(shown(value) == text)
  }

  @Test(
    "Shares show as percentages, tiny ones without pretending to be none",
    arguments: [(0.0, "0 %"), (0.0004, "< 0.1 %"), (0.5, "50 %"), (0.3333, "33.3 %"), (1, "100 %")])
  func percentages(share: Double, text: String) {
    #expect(percent(share) == text)
  }

  @Test("No character of a name can leave its place in the page")
  func escaping() {
    #expect(escaped("<a href=\"x\">&'") == "&lt;a href=&quot;x&quot;&gt;&amp;&#39;")
  }

  @Test(
    "Column names turn into words and a unit",
    arguments: [
      ("area_nm2", "Area", "nm²"), ("seen_area_nm2", "Seen area", "nm²"),
      ("thickness_A", "Thickness", "Å"), ("mean_curvature_per_nm", "Mean curvature", "nm⁻¹"),
      ("gaussian_curvature_per_nm2", "Gaussian curvature", "nm⁻²"), ("volume_nm3", "Volume", "nm³"),
      ("euler", "Euler", ""),
    ])
  func columns(name: String, words: String, unit: String) {
    let title = ColumnTitle(name)
    #expect(title.words == words && title.unit == unit)
  }
}
