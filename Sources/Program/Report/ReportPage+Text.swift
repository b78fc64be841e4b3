import TomogramModel
import Volumes

extension ReportPage {
  var bridgeSection: String {
    guard !model.bridges.isEmpty else { return "" }
    let accepted = model.bridges.count { $0.accepted }
    return """
      <section id="bridges">
      <details><summary><h2>Bridges <span class="count">\(shown(model.bridges.count))</span></h2>
      <span class="remark">\(shown(accepted)) accepted into the mask, \
      \(shown(model.bridges.count - accepted)) refused</span></summary>
      <div class="scroll"><table class="data">
      <thead><tr>\(bridgeHeads)</tr></thead>
      <tbody>
      \(model.bridges.map(bridgeRow).joined(separator: "\n"))
      </tbody></table></div>
      </details>
      </section>

      """
  }

  private var bridgeHeads: String {
    [
      "No.", "From (x, y, z) <span class=\"unit\">Å</span>",
      "To (x, y, z) <span class=\"unit\">Å</span>", "Length <span class=\"unit\">Å</span>",
      "θ to the beam <span class=\"unit\">°</span>", "Hidden share", "Probability", "Method",
      "Accepted", "Voxels",
    ].map { "<th scope=\"col\">\($0)</th>" }.joined()
  }

  private func bridgeRow(_ bridge: Bridge) -> String {
    func place(_ position: SIMD3<Double>) -> String {
      (0..<3).map { shown(position[$0].rounded()) }.joined(separator: ", ")
    }
    let cells = [
      "\(bridge.id)", place(bridge.start.angstrom), place(bridge.end.angstrom),
      shown(bridge.lengthAngstrom),
      bridge.thetaDegrees.map { shown($0, significantDigits: 3) } ?? "–",
      percent(bridge.hiddenShare),
      bridge.probability.map { shown($0, significantDigits: 2) } ?? "not yet calibrated",
      escaped(bridge.method), bridge.accepted ? "yes" : "no", shown(bridge.voxels),
    ]
    return "<tr>" + cells.map { "<td class=\"number\">\($0)</td>" }.joined() + "</tr>"
  }

  var methodsSection: String {
    let references = Methods.references.map { "<li>\(escaped($0))</li>" }.joined()
    return """
      <section id="methods">
      <h2>Methods</h2>
      <p>\(escaped(model.methods.paragraph))</p>
      <ol class="references">\(references)</ol>
      </section>

      """
  }

  var planSection: String {
    guard let plan = model.plan else { return "" }
    return """
      <section id="plan">
      <details><summary><h2>Plan</h2> <span class="remark">every option, seed, version and hash: \
      plan.json runs it again</span></summary>
      <pre>\(escaped(plan))</pre>
      </details>
      </section>

      """
  }
}
