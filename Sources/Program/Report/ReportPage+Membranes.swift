import TomogramModel

extension ReportPage {
  var membraneSection: String {
    """
    <section id="membranes">
    <h2>Membranes\(count)</h2>
    \(model.membranes.isEmpty ? nothing : membraneTable)
    </section>

    """
  }

  private var count: String {
    model.isMeasured ? " <span class=\"count\">\(shown(model.membranes.count))</span>" : ""
  }

  private var nothing: String { model.isMeasured ? Self.noMembranes : Self.notMeasured }

  private static let notMeasured =
    "<p class=\"nothing\">The membranes have not been measured: this folder has no instances.csv. "
    + "Run bilayer measure on it.</p>"

  private static let noMembranes =
    "<p class=\"nothing\">No membrane was found in this tomogram at the chosen thresholds. "
    + "Look at the sections above; a lower threshold does not need a new prediction.</p>"

  private var membraneTable: String {
    var footnotes = Footnotes()
    let names = model.measurementNames
    let rows = model.membranes.map { row($0, names: names, footnotes: &footnotes) }
    return """
      <p class="remark">\(deviationRemark) Choose a row to highlight the membrane in the pictures; \
      choose a column's head to sort.</p>
      <div class="scroll"><table class="data">
      <thead><tr>\(heads(names))</tr></thead>
      <tbody>
      \(rows.joined(separator: "\n"))
      </tbody></table></div>
      \(footnotes.html)
      """
  }

  private var deviationRemark: String {
    model.hasStandardDeviations
      ? "Numbers stand with one standard deviation where it is known."
      : "<strong>Standard deviations: not yet calibrated.</strong> The numbers stand alone; do not "
        + "read their digits as precision."
  }

  private func heads(_ names: [String]) -> String {
    let known = model.provenance.isEmpty ? [] : [head("How known", "", "share seen")]
    let shape = model.shapes.isEmpty ? [] : [head("Shape", "Å", "model in parametric.csv")]
    let learned =
      model.learnedClasses.isEmpty ? [] : [head("Your class", "", "class in classes.csv")]
    return
      ([
        head("No.", "", "label in instances.mrc")
      ] + (hasNames ? [head("Name", "", "name")] : []) + [
        head("Class", "", "class")
      ] + learned + [
        head("Closed", "", "closed"), head("Inside", "", "parent", isNumber: true),
      ] + known + shape
      + names.map { name in
        let title = ColumnTitle(name)
        return head(title.words, title.unit, name, isNumber: true)
      }).joined()
  }

  private func head(
    _ words: String, _ unit: String, _ column: String, isNumber: Bool = false
  ) -> String {
    let unitText = unit.isEmpty ? "" : " <span class=\"unit\">\(unit)</span>"
    return """
      <th scope="col"\(isNumber ? " class=\"number\"" : "")><button type="button" title="\(escaped(column))">\(escaped(words))\(unitText)\
      </button></th>
      """
  }

  private func row(
    _ membrane: Membrane, names: [String], footnotes: inout Footnotes
  ) -> String {
    let label = membrane.label
    let closed = membrane.closed.map { $0 ? "closed" : "open" } ?? "–"
    let parent = membrane.parent.map { "\($0)" } ?? ""
    var cells = [
      """
      <th scope="row" data-value="\(label)"><button type="button" aria-pressed="false"><span \
      class="swatch" style="background:\(MembranePalette.hex(label: max(label, 1)))"></span>\(label)\
      </button></th>
      """
    ]
    if hasNames { cells.append(Self.textCell(membrane.name ?? "")) }
    cells.append(Self.textCell(membrane.classification))
    if !model.learnedClasses.isEmpty { cells.append(Self.cell(model.learnedClasses[label])) }
    cells += [
      "<td data-value=\"\(closed)\">\(closed)</td>",
      "<td class=\"number\" data-value=\"\(parent)\">\(parent.isEmpty ? "–" : parent)</td>",
    ]
    if !model.provenance.isEmpty {
      let count = model.provenance[label] ?? ProvenanceCount()
      let seen = count.total == 0 ? "" : "\(Double(count.seen) / Double(count.total))"
      cells.append("<td data-value=\"\(seen)\">\(Self.shareBar(count))</td>")
    }
    if !model.shapes.isEmpty { cells.append(Self.cell(model.shapes[label], footnotes: &footnotes)) }
    cells += names.map { Self.cell(membrane[$0], footnotes: &footnotes) }
    return "<tr data-label=\"\(label)\">\(cells.joined())</tr>"
  }

  /// Whether the user has named any membrane.
  private var hasNames: Bool { model.membranes.contains { $0.name != nil } }

  private static func textCell(_ text: String) -> String {
    "<td data-value=\"\(escaped(text))\">\(escaped(text))</td>"
  }

  private static func cell(_ learned: LearnedClass?) -> String {
    guard let learned else { return "<td data-value=\"\">–</td>" }
    let surety =
      learned.probability.map { shown($0, significantDigits: 2) }
      .map { " <span class=\"sd\">\($0)</span>" } ?? ""
    return "<td data-value=\"\(escaped(learned.name))\">\(escaped(learned.name))\(surety)</td>"
  }

  private static func cell(_ shape: SimpleShape?, footnotes: inout Footnotes) -> String {
    guard let shape else { return "<td data-value=\"\">–</td>" }
    let sizes = shape.sizes.map { size in
      let deviation = shown(size.deviation, significantDigits: 2)
      return "<span title=\"\(escaped(size.column))\">\(shown(size.value)) "
        + "<span class=\"sd\">± \(deviation)</span></span>"
    }
    let mark = shape.verdict.isEmpty ? "" : "<sup>\(footnotes.mark(shape.verdict))</sup>"
    return "<td data-value=\"\(escaped(shape.model))\">\(escaped(shape.model))\(mark) "
      + sizes.joined(separator: ", ") + "</td>"
  }

  private static func cell(_ measurement: Measurement?, footnotes: inout Footnotes) -> String {
    guard let measurement else { return "<td class=\"number\" data-value=\"\">–</td>" }
    guard let value = measurement.value else {
      let mark = footnotes.mark(measurement.verdict)
      return "<td class=\"number\" data-value=\"\"><span class=\"abstained\">no value</span>"
        + "<sup>\(mark)</sup></td>"
    }
    var text = shown(value)
    if let deviation = measurement.standardDeviation, deviation.isFinite {
      text += " <span class=\"sd\">± \(shown(deviation, significantDigits: 2))</span>"
    }
    if !measurement.verdict.isEmpty { text += "<sup>\(footnotes.mark(measurement.verdict))</sup>" }
    return "<td class=\"number\" data-value=\"\(value)\">\(text)</td>"
  }
}

/// Reasons below a table, each once, a b c ... then 27 28 ...
struct Footnotes {
  private var reasons: [String] = []

  /// The mark of a reason, new or known.
  mutating func mark(_ reason: String) -> String {
    let text = reason.isEmpty ? "no reason was recorded" : reason
    let index = reasons.firstIndex(of: text) ?? reasons.count
    if index == reasons.count { reasons.append(text) }
    return Self.name(index)
  }

  private static func name(_ index: Int) -> String {
    index < 26 ? String("abcdefghijklmnopqrstuvwxyz".dropFirst(index).prefix(1)) : "\(index + 1)"
  }

  /// The list; empty where every number stands.
  var html: String {
    guard !reasons.isEmpty else { return "" }
    let items = reasons.enumerated().map {
      "<li><sup>\(Self.name($0.offset))</sup> \(escaped($0.element))</li>"
    }
    return "<ul class=\"footnotes\" aria-label=\"Why a number is missing or in doubt\">"
      + items.joined() + "</ul>"
  }
}
