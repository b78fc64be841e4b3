import TomogramModel

extension ReportPage {
  /// Thickness by membrane and curvature by area; nothing where neither is known.
  var histogramSection: String {
    let plots = [thicknessHistogram, curvatureHistogram].compactMap { $0 }
    guard !plots.isEmpty else { return "" }
    return """
      <section id="histograms">
      <h2>Distributions</h2>
      <p class="remark">Whiskers: one standard deviation, membranes being taken as independent of \
      each other, and each thickness as sure as its own standard deviation says, where it has one.</p>
      <div class="plots">\(plots.joined())</div>
      </section>

      """
  }

  private var thicknessHistogram: String? {
    let values = model.membranes.compactMap { membrane in
      membrane["thickness_A"].flatMap { measured in
        measured.value.map { (value: $0, deviation: measured.standardDeviation) }
      }
    }
    // Of two or three a table tells more.
    guard 3 < values.count else { return nil }
    let reach = values.flatMap { [$0.value - ($0.deviation ?? 0), $0.value + ($0.deviation ?? 0)] }
    let histogram = BarHistogram(
      edges: BarHistogram.edges(covering: reach, bins: 12), values: values)
    return Self.drawn(
      histogram, title: "Thickness", unit: "Å", whole: "share of \(values.count) membranes")
  }

  private var curvatureHistogram: String? {
    guard let histogram = CurvatureAreas.histogram(of: model.curvatureAreas) else { return nil }
    return Self.drawn(
      histogram, title: "Mean curvature", unit: "nm⁻¹",
      whole:
        "share of the area of \(model.curvatureAreas.count) membranes; above 0 bends away from "
        + "the normal")
  }

  private static func drawn(
    _ histogram: BarHistogram, title: String, unit: String, whole: String
  ) -> String {
    let (left, width, low) = (58.0, 400.0, histogram.edges[0])
    let span = (histogram.edges.last ?? 1) - low
    let tops = histogram.shares.enumerated().map { bin, share in
      share + (histogram.deviations?[bin] ?? 0)
    }
    let axis = PlotAxis(covering: [0] + tops)
    func place(_ value: Double) -> Double {
      ((left + width * (value - low) / span) * 10).rounded() / 10
    }
    var marks = ""
    for tick in axis.ticks {
      marks += "<path d=\"M\(left) \(axis.height(tick))h\(width)\" class=\"zero\"/>"
      marks +=
        "<text x=\"\(left - 6)\" y=\"\(axis.height(tick) + 4)\" class=\"tick\">"
        + "\(shown(tick * 100)) %</text>"
    }
    marks += bars(histogram, axis, place)
    for tick in PlotAxis.roundNumbers(from: low, to: low + span, count: 5) {
      marks += "<path d=\"M\(place(tick)) \(axis.height(0))v5\" class=\"axis\"/>"
      marks += "<text x=\"\(place(tick))\" y=\"158\" class=\"name\">\(shown(tick))</text>"
    }
    return """
      <figure class="plot"><figcaption>\(title) <span class="unit">\(unit)</span></figcaption><svg \
      viewBox="0 0 480 166" width="480" height="166" role="img" aria-label="Histogram of \
      \(title)">\(marks)</svg><p class="remark">\(whole)</p></figure>
      """
  }

  private static func bars(
    _ histogram: BarHistogram, _ axis: PlotAxis, _ place: (Double) -> Double
  ) -> String {
    var marks = ""
    for (bin, share) in histogram.shares.enumerated() {
      let (from, to) = (place(histogram.edges[bin]), place(histogram.edges[bin + 1]))
      let top = axis.height(share)
      marks +=
        "<path d=\"M\(from + 0.5) \(axis.height(0))V\(top)H\(to - 0.5)V\(axis.height(0))z\" "
        + "class=\"bar\"/>"
      if let deviation = histogram.deviations?[bin], 0 < deviation {
        marks +=
          "<path d=\"M\((from + to) / 2) \(axis.height(max(share - deviation, 0)))"
          + "V\(axis.height(share + deviation))\" class=\"whisker\"/>"
      }
    }
    return marks
  }
}
