/// The page of several results: groups compared, a dot a tomogram by group, and a row a tomogram.
struct CohortPage {
  let cohort: Cohort
  let comparisons: [Cohort.Comparison]

  init(_ cohort: Cohort, _ comparisons: [Cohort.Comparison]) {
    (self.cohort, self.comparisons) = (cohort, comparisons)
  }

  /// The page's HTML.
  var html: String {
    ReportPage.document(
      title: "\(cohort.rows.count) tomograms · Bilayer report",
      body: """
        <header>
        <p class="brand">\(ReportPage.logo)Bilayer cohort report</p>
        <h1>\(shown(cohort.rows.count)) tomograms</h1>
        <dl class="facts">\(facts)</dl>
        </header>
        <main>
        \(comparisonSection)
        <section><h2>By group</h2><p class="remark">A dot is a tomogram, its whisker one standard \
        deviation of its measurement where that is known, a bar the mean of the group's \
        \(cohort.unitName)s. Axes need not begin at zero.</p>
        <div class="plots">\(plots)</div></section>
        \(cohort.hasGroups ? groupTable : "")
        <section><h2>By tomogram</h2>\(folderTable)</section>
        \(methodsSection)
        </main>
        <footer><p>Made by Bilayer from the tables of the result folders. This page loads nothing \
        from the network.</p></footer>
        """)
  }

  private var facts: String {
    func sum(_ name: String) -> Double? {
      cohort.quantities.firstIndex { $0.name == name }.map { index in
        cohort.rows.reduce(0) { $0 + ($1.values[index]?.value ?? 0) }
      }
    }
    var facts: [(String, String)] = []
    if let membranes = sum("membranes") { facts.append(("Membranes", shown(Int(membranes)))) }
    if let area = sum("total_area_nm2") { facts.append(("Total area", shown(area) + " nm²")) }
    if cohort.hasGroups {
      for group in cohort.grouped {
        facts.append((title(group.name), "\(shown(group.rows.count)) tomograms"))
      }
    }
    return facts.map { "<div><dt>\($0.0)</dt><dd>\($0.1)</dd></div>" }.joined()
  }

  private func heads(_ first: [String]) -> String {
    let quantities = cohort.quantities.map { quantity in
      "<th scope=\"col\" class=\"number\">\(name(quantity))</th>"
    }
    return (first.map { "<th scope=\"col\">\($0)</th>" } + quantities).joined()
  }

  /// A quantity's words and unit. Names come from tables, which anyone may have written.
  func name(_ quantity: Cohort.Quantity) -> String {
    let unit = quantity.unit.isEmpty ? "" : " <span class=\"unit\">\(quantity.unit)</span>"
    return escaped(quantity.title) + unit
  }

  /// A number as its quantity is shown.
  func text(_ value: Double?, _ quantity: Cohort.Quantity, digits: Int = 4) -> String {
    guard let value else { return "–" }
    return quantity.isShare ? percent(value) : shown(value, significantDigits: digits)
  }

  private func doubt(_ deviation: Double?, _ quantity: Cohort.Quantity) -> String {
    guard let deviation else { return "" }
    return " <span class=\"sd\">± \(text(deviation, quantity, digits: 2))</span>"
  }

  private var folderTable: String {
    let rows = cohort.rows.map { row in
      let name = escaped(row.name)
      let title = row.link.map { "<a href=\"\(escaped($0))\">\(name)</a>" } ?? name
      let values = zip(row.values, cohort.quantities).map {
        "<td class=\"number\">\(text($0?.value, $1))\(doubt($0?.deviation, $1))</td>"
      }
      let group = cohort.hasGroups ? "<td>\(escaped(row.group))</td>" : ""
      let sample = cohort.hasSamples ? "<td>\(escaped(row.sample))</td>" : ""
      return "<tr><th scope=\"row\">\(title)</th>\(group)\(sample)\(values.joined())"
        + "<td class=\"number\">\(shown(row.abstained))</td></tr>"
    }
    let first =
      ["Tomogram"] + (cohort.hasGroups ? ["Group"] : []) + (cohort.hasSamples ? ["Sample"] : [])
    return """
      <p class="remark">± one standard deviation of the measurement, where it is known.</p>
      <div class="scroll"><table class="data"><thead><tr>\(heads(first))\
      <th scope="col" class="number">Numbers left out</th></tr></thead>
      <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
      """
  }

  private var groupTable: String {
    let rows = cohort.grouped.map { group in
      let cells = cohort.quantities.indices.map { index -> String in
        let quantity = cohort.quantities[index]
        let side = cohort.side(group.name, quantity: index)
        let measured = side.measuredDeviation.map {
          "<br><span class=\"sd\">measured to ± \(text($0, quantity, digits: 2))</span>"
        }
        return "<td class=\"number\">\(text(side.mean, quantity))"
          + "\(doubt(side.deviation, quantity))\(measured ?? "")</td>"
      }
      return "<tr><th scope=\"row\">\(title(group.name))</th>"
        + "<td class=\"number\">\(shown(group.rows.count))</td>\(cells.joined())</tr>"
    }
    return """
      <section><h2>Means by group</h2><p class="remark">Mean ± standard deviation between \
      \(cohort.unitName)s; below it what measurement alone would scatter. Where the two are alike, \
      better data help as much as more \(cohort.unitName)s; where the second is small, only more do.\
      </p>
      <div class="scroll"><table class="data"><thead><tr>\
      \(heads(["Group", "Tomograms"]))</tr></thead>
      <tbody>\(rows.joined(separator: "\n"))</tbody></table></div></section>
      """
  }

  /// A group's name as it is shown.
  func title(_ group: String) -> String { group.isEmpty ? "no group" : escaped(group) }
}
