/// The page of several results: a table, one row a tomogram, and a dot a tomogram by group.
struct CohortPage {
  let cohort: Cohort

  init(_ cohort: Cohort) { self.cohort = cohort }

  private var hasGroups: Bool { cohort.rows.contains { !$0.group.isEmpty } }

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
        <section><h2>By group</h2><p class="remark">A dot is a tomogram, a bar the group's mean. \
        Tomograms are what is counted: membranes of one tomogram are not independent.</p>
        <div class="plots">\(plots)</div></section>
        \(hasGroups ? groupTable : "")
        <section><h2>By tomogram</h2>\(folderTable)</section>
        </main>
        <footer><p>Made by Bilayer from the tables of the result folders. This page loads nothing \
        from the network.</p></footer>
        """)
  }

  private var facts: String {
    let membranes = cohort.rows.reduce(0) { $0 + Int($1.values[0] ?? 0) }
    let area = cohort.rows.reduce(0) { $0 + ($1.values[2] ?? 0) }
    var facts = [("Membranes", shown(membranes)), ("Total area", shown(area) + " nm²")]
    if hasGroups { facts.append(("Groups", shown(cohort.grouped.count))) }
    return facts.map { "<div><dt>\($0.0)</dt><dd>\($0.1)</dd></div>" }.joined()
  }

  private func heads(_ first: [String]) -> String {
    let quantities = Cohort.quantities.map { quantity in
      let unit = quantity.unit.isEmpty ? "" : " <span class=\"unit\">\(quantity.unit)</span>"
      return "<th scope=\"col\" class=\"number\">\(quantity.title)\(unit)</th>"
    }
    return (first.map { "<th scope=\"col\">\($0)</th>" } + quantities).joined()
  }

  private func text(_ value: Double?, _ quantity: Cohort.Quantity) -> String {
    guard let value else { return "–" }
    return quantity.isShare ? percent(value) : shown(value)
  }

  private var folderTable: String {
    let rows = cohort.rows.map { row in
      let name = escaped(row.name)
      let title = row.link.map { "<a href=\"\(escaped($0))\">\(name)</a>" } ?? name
      let values = zip(row.values, Cohort.quantities).map {
        "<td class=\"number\">\(text($0, $1))</td>"
      }
      let group = hasGroups ? "<td>\(escaped(row.group))</td>" : ""
      return "<tr><th scope=\"row\">\(title)</th>\(group)\(values.joined())"
        + "<td class=\"number\">\(shown(row.abstained))</td></tr>"
    }
    return """
      <div class="scroll"><table class="data"><thead><tr>\
      \(heads(hasGroups ? ["Tomogram", "Group"] : ["Tomogram"]))\
      <th scope="col" class="number">Numbers left out</th></tr></thead>
      <tbody>\(rows.joined(separator: "\n"))</tbody></table></div>
      """
  }

  private var groupTable: String {
    let rows = cohort.grouped.map { group in
      let cells = Cohort.quantities.indices.map { index -> String in
        let quantity = Cohort.quantities[index]
        let spread = Cohort.spread(group.rows.compactMap { $0.values[index] })
        let deviation = spread?.deviation.map {
          " <span class=\"sd\">± \(quantity.isShare ? percent($0) : shown($0, significantDigits: 2))"
            + "</span>"
        }
        return "<td class=\"number\">\(text(spread?.mean, quantity))\(deviation ?? "")</td>"
      }
      return "<tr><th scope=\"row\">\(title(group.name))</th>"
        + "<td class=\"number\">\(shown(group.rows.count))</td>\(cells.joined())</tr>"
    }
    return """
      <section><h2>Means by group</h2><p class="remark">Mean ± standard deviation between \
      tomograms.</p>
      <div class="scroll"><table class="data"><thead><tr>\
      \(heads(["Group", "Tomograms"]))</tr></thead>
      <tbody>\(rows.joined(separator: "\n"))</tbody></table></div></section>
      """
  }

  private func title(_ group: String) -> String { group.isEmpty ? "all" : escaped(group) }

  private var plots: String {
    Cohort.quantities.indices.map(plot).joined()
  }

  /// Dots of one quantity: groups from left to right, 0 at the bottom.
  private func plot(_ index: Int) -> String {
    let values = cohort.rows.compactMap { $0.values[index] }
    guard let largest = values.max() else { return "" }
    let quantity = Cohort.quantities[index]
    let groups = cohort.grouped
    let width = 80 + 74 * Double(groups.count)
    let top = largest == 0 ? 1 : largest
    func height(_ value: Double) -> Double { 132 - 112 * value / top }
    var marks = "<path d=\"M52 14V132H\(width - 8)\" class=\"axis\"/>"
    for (value, place) in [(top, 20.0), (0, 132)] {
      marks += "<text x=\"46\" y=\"\(place + 4)\" class=\"tick\">\(text(value, quantity))</text>"
    }
    for (order, group) in groups.enumerated() {
      let center = 92 + 74 * Double(order)
      marks += dots(group.rows, index, center: center, colour: order + 1, height: height)
      marks += "<text x=\"\(center)\" y=\"150\" class=\"name\">\(title(group.name))</text>"
    }
    let unit = quantity.unit.isEmpty ? "" : " <span class=\"unit\">\(quantity.unit)</span>"
    return """
      <figure class="plot"><figcaption>\(quantity.title)\(unit)</figcaption><svg \
      viewBox="0 0 \(width) 158" width="\(width)" height="158" role="img" \
      aria-label="\(quantity.title) by group">\(marks)</svg></figure>
      """
  }

  private func dots(
    _ rows: [Cohort.Row], _ index: Int, center: Double, colour: Int, height: (Double) -> Double
  ) -> String {
    let values = rows.compactMap { $0.values[index] }
    let fill = MembranePalette.hex(label: colour)
    // Neighbours step aside in a fixed order, so that equal values stay apart.
    var marks = values.enumerated().map { order, value in
      let aside = Double((order * 2) % 5 - 2) * 6
      return "<circle cx=\"\(center + aside)\" cy=\"\(height(value))\" r=\"4\" fill=\"\(fill)\"/>"
    }
    if let mean = Cohort.spread(values)?.mean {
      marks.append(
        "<path d=\"M\(center - 20) \(height(mean))h40\" class=\"mean\"/>")
    }
    return marks.joined()
  }
}
