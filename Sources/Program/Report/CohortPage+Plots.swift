import RealModule

extension CohortPage {
  var plots: String { cohort.quantities.indices.map(plot).joined() }

  /// Dots of one quantity: groups from left to right.
  private func plot(_ index: Int) -> String {
    let values = cohort.rows.compactMap { $0.values[index] }
    guard !values.isEmpty else { return "" }
    let quantity = cohort.quantities[index]
    let axis = PlotAxis(
      covering: values.flatMap { [$0.value - ($0.deviation ?? 0), $0.value + ($0.deviation ?? 0)] })
    let groups = cohort.grouped
    let left = 64.0
    let width = left + 28 + 84 * Double(groups.count)
    var marks = "<path d=\"M\(left) 14V140H\(width - 8)\" class=\"axis\"/>"
    for tick in axis.ticks {
      let height = axis.height(tick)
      marks += "<path d=\"M\(left) \(height)H\(width - 8)\" class=\"zero\"/>"
      marks +=
        "<text x=\"\(left - 6)\" y=\"\(height + 4)\" class=\"tick\">"
        + "\(tickText(tick, quantity))</text>"
    }
    for (order, group) in groups.enumerated() {
      let center = left + 50 + 84 * Double(order)
      marks += dots(group, index, center: center, colour: order + 1, axis: axis)
      if cohort.hasGroups {
        marks += "<text x=\"\(center)\" y=\"158\" class=\"name\">\(shortened(group.name))</text>"
      }
    }
    return """
      <figure class="plot"><figcaption>\(name(quantity))</figcaption><svg \
      viewBox="0 0 \(width) 166" width="\(width)" height="166" role="img" \
      aria-label="\(escaped(quantity.title)) by group">\(marks)</svg></figure>
      """
  }

  /// Ticks may lie closer than a share's usual digits.
  private func tickText(_ tick: Double, _ quantity: Cohort.Quantity) -> String {
    quantity.isShare
      ? shown(tick * 100, significantDigits: 5) + " %" : shown(tick, significantDigits: 5)
  }

  /// A name that fits below its dots.
  private func shortened(_ group: String) -> String {
    group.count <= 13 ? title(group) : escaped(String(group.prefix(12))) + "…"
  }

  private func dots(
    _ group: (name: String, rows: [Cohort.Row]), _ index: Int, center: Double, colour: Int,
    axis: PlotAxis
  ) -> String {
    let values = group.rows.compactMap { $0.values[index] }
    let fill = MembranePalette.hex(label: colour)
    // Neighbours step aside in a fixed order, so that equal values stay apart.
    var marks = values.enumerated().map { order, value in
      let x = center + Double((order * 2) % 5 - 2) * 6
      let whisker = value.deviation.map { deviation in
        "<path d=\"M\(x) \(axis.height(value.value - deviation))"
          + "V\(axis.height(value.value + deviation))\" class=\"whisker\"/>"
      }
      return (whisker ?? "")
        + "<circle cx=\"\(x)\" cy=\"\(axis.height(value.value))\" r=\"4\" fill=\"\(fill)\"/>"
    }
    if let mean = cohort.side(group.name, quantity: index).mean {
      marks.append("<path d=\"M\(center - 22) \(axis.height(mean))h44\" class=\"mean\"/>")
    }
    return marks.joined()
  }
}

/// A vertical axis with round numbers.
struct PlotAxis {
  /// Round numbers within the range, two to six.
  let ticks: [Double]
  private let low: Double
  private let high: Double

  /// An axis a little longer than the values need.
  init(covering values: [Double]) {
    let (least, most) = (values.min() ?? 0, values.max() ?? 1)
    // A single value gets an axis of its own size, zero one of 1.
    let span = least < most ? most - least : (most == 0 ? 1 : abs(most))
    low = 0 <= least ? max(0, least - 0.08 * span) : least - 0.08 * span
    high = most + 0.08 * span
    ticks = Self.roundNumbers(from: low, to: high, count: 4)
  }

  /// The next round number: 1, 2 or 5 times a power of ten.
  static func roundStep(atLeast raw: Double) -> Double {
    let decade = Double.pow(10, Double.log10(raw).rounded(.down))
    return [1, 2, 5, 10].map { $0 * decade }.first { raw <= $0 } ?? raw
  }

  /// Round numbers within a range, about so many.
  static func roundNumbers(from low: Double, to high: Double, count: Int) -> [Double] {
    let step = roundStep(atLeast: (high - low) / Double(count))
    // A rounding's width, so that the ends count.
    let first = (low / step - 1e-9).rounded(.up)
    return stride(from: first, through: high / step + 1e-9, by: 1).map { $0 * step }
  }

  /// Where a value stands in a plot whose axis runs from 14 (top) to 140.
  func height(_ value: Double) -> Double {
    ((140 - 126 * (value - low) / (high - low)) * 10).rounded() / 10
  }
}
