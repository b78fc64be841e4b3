import GroupComparison

extension CohortPage {
  var comparisonSection: String {
    guard cohort.hasGroups else { return "" }
    guard !comparisons.isEmpty else {
      return "<section><h2>Groups compared</h2><p class=\"nothing\">There is one group only: "
        + "nothing to compare.</p></section>"
    }
    return """
      <section id="comparisons"><h2>Groups compared</h2>
      <p class="remark">\(summary) What is counted are \(cohort.unitName)s: membranes and vertices of \
      one tomogram are not independent of each other, however many there are.</p>
      <div class="whole"><table class="data"><thead><tr><th scope="col">Quantity</th>\
      <th scope="col">Groups</th><th scope="col" class="number">Difference, 95 % interval</th>\
      <th scope="col">In standard deviations<br><span class="unit">−\(shown(widest)) to \
      \(shown(widest))</span></th><th scope="col" class="number">p</th>\
      <th scope="col" class="number">p, corrected</th><th scope="col">Verdict</th></tr></thead>
      <tbody>\(rows)</tbody></table></div></section>
      """
  }

  private var rows: String {
    let scale = widest
    return comparisons.map { row($0, widest: scale) }.joined(separator: "\n")
  }

  /// The end of the effects' common scale, in pooled standard deviations: 4, or more where needed.
  private var widest: Double {
    let ends = comparisons.flatMap { comparison -> [Double] in
      guard let interval = comparison.interval, let scale = comparison.pooledDeviation, 0 < scale
      else { return [] }
      return [abs(interval.lowerBound) / scale, abs(interval.upperBound) / scale]
    }
    // One that is far off must not squeeze the others: it gets an arrow.
    return min(max((ends.max() ?? 0).rounded(.up), 4), 10)
  }

  private var summary: String {
    let tested = comparisons.count { $0.pValue != nil }
    guard 0 < tested else {
      return "<strong>No verdict is possible: the groups are too small for any.</strong>"
    }
    let found = comparisons.count { $0.verdict == .differs }
    let tests = tested == 1 ? "one test" : "\(shown(tested)) tests"
    let words =
      found == 0 ? "No difference" : found == 1 ? "One difference" : "\(found) differences"
    return "<strong>\(words) found in \(tests), corrected together.</strong>"
  }

  private func row(_ comparison: Cohort.Comparison, widest: Double) -> String {
    let quantity = cohort.quantities[comparison.quantity]
    func group(_ side: Cohort.Side) -> String {
      "\(title(side.group)) <span class=\"unit\">(\(shown(side.values.count)))</span>"
    }
    let interval = comparison.interval.map {
      "<br><span class=\"sd\">\(signed($0.lowerBound, quantity)) to "
        + "\(signed($0.upperBound, quantity))</span>"
    }
    let difference = comparison.pValue == nil ? "–" : signed(comparison.difference, quantity)
    let pValues = [comparison.pValue, comparison.adjusted].map {
      "<td class=\"number\">\(pText($0))</td>"
    }.joined()
    return """
      <tr\(comparison.verdict == .differs ? " class=\"differs\"" : "")><th scope="row">\
      \(name(quantity))</th><td class="verdict">\(group(comparison.second)) − \
      \(group(comparison.first))</td><td class="number">\(difference)\(interval ?? "")</td>\
      <td>\(effect(comparison, widest: widest))</td>\(pValues)<td class="verdict">\
      \(verdict(comparison))</td></tr>
      """
  }

  private func signed(_ value: Double?, _ quantity: Cohort.Quantity) -> String {
    guard let value else { return "–" }
    return (0 < value ? "+" : "") + text(value, quantity, digits: 3)
  }

  private func pText(_ value: Double?) -> String {
    guard let value else { return "–" }
    return value < 0.0001 ? "&lt; 0.0001" : shown(value, significantDigits: 2)
  }

  private func verdict(_ comparison: Cohort.Comparison) -> String {
    guard comparison.verdict == .differs, let difference = comparison.difference else {
      return escaped(comparison.verdict.text)
    }
    let higher = 0 < difference ? comparison.second.group : comparison.first.group
    return "<strong>Higher in \(title(higher)).</strong>"
  }

  /// The interval on a common scale: standard deviations between units within groups.
  private func effect(_ comparison: Cohort.Comparison, widest: Double) -> String {
    guard let interval = comparison.interval, let scale = comparison.pooledDeviation, 0 < scale,
      let difference = comparison.difference
    else { return "" }
    func place(_ value: Double) -> Double {
      let clamped = min(max(value / scale, -widest), widest)
      return ((80 + 70 * clamped / widest) * 10).rounded() / 10
    }
    let (low, high) = (place(interval.lowerBound), place(interval.upperBound))
    let kind = comparison.verdict == .differs ? "interval differs" : "interval"
    var arrows = ""
    if interval.lowerBound / scale < -widest { arrows += "<path d=\"M2 10l8-5v10z\"/>" }
    if widest < interval.upperBound / scale { arrows += "<path d=\"M158 10l-8-5v10z\"/>" }
    return """
      <svg class="effect" width="160" height="20" viewBox="0 0 160 20" role="img" aria-label="\
      \(shown(difference / scale, significantDigits: 2)) standard deviations">\
      <path d="M10 18.5H150M10 16v5M150 16v5" class="axis"/><path d="M80 0V20" class="zero"/>\
      <path d="M\(low) 10H\(high)" class="\(kind)"/><g class="arrow">\(arrows)</g><circle \
      cx="\(place(difference))" cy="10" r="3.5"/></svg>
      """
  }

  var methodsSection: String {
    guard comparisons.contains(where: { $0.pValue != nil }) else { return "" }
    let tests = comparisons.compactMap { $0.pValue == nil ? nil : $0.test }
    let isExact = tests.allSatisfy(\.isExact)
    let ways = tests.map(\.wayCount).max() ?? 0
    let how =
      isExact
      ? "all ways of doing so were looked at (at most \(shown(ways)))"
      : "\(shown(ways)) random ways of doing so were looked at where there are more"
    return """
      <section id="methods"><h2>How groups were compared</h2>
      <p>Each tomogram gives one value of a quantity: a count, a sum, or the median over its \
      membranes.\(cohort.hasSamples ? " Tomograms of one sample were averaged first." : "") Means of \
      groups were compared by a two-sided permutation test of Welch's studentised difference: group \
      names were dealt out again among the \(cohort.unitName)s, and \(how). It holds its \
      level for any distribution that both groups share. Where they share only the mean and one \
      scatters far more, it does so for symmetrical values, but refuses few skewed ones too often. The interval holds the differences that the test does not refuse at 5 %; it is not \
      corrected. P-values were corrected for all tests of this page by Holm's method. Measured \
      standard deviations do not weigh the \(cohort.unitName)s: what measurement scatters is part of \
      the scatter between them. No difference shown does not mean that there is none: the interval \
      says how large one could be.</p>
      <ol class="references"><li>Chung, E. &amp; Romano, J. P. Exact and asymptotically robust \
      permutation tests. Annals of Statistics 41, 484–507 (2013).</li><li>Janssen, A. Studentized \
      permutation tests for non-i.i.d. hypotheses and the generalized Behrens-Fisher problem. \
      Statistics &amp; Probability Letters 36, 9–21 (1997).</li><li>Holm, S. A simple sequentially \
      rejective multiple test procedure. Scandinavian Journal of Statistics 6, 65–70 (1979).</li>\
      </ol></section>
      """
  }
}
