import TomogramModel

extension ReportPage {
  var provenanceSection: String {
    let total = model.totalProvenance
    return """
      <section id="provenance">
      <h2>How we know</h2>
      <div class="kinds">
      \(kind("seen", "Seen in the density", "Full colour.", total.seen, of: total.total))
      \(kind("bridged", "Bridged: a gap closed by tracing", "Chequered in the pictures.",
        total.bridged, of: total.total))
      \(kind("inferred", "Inferred: hidden by the missing wedge",
        "Hatched and paler in the pictures.", total.inferred, of: total.total))
      </div>
      \(total.total == 0
        ? "<p class=\"remark\">This folder has no provenance.mrc: shares are not known.</p>"
        : Self.shareBar(total))
      \(trustSection)
      </section>

      """
  }

  /// What stands behind the probabilities: unseen simulated tomograms, and half tomograms.
  private var trustSection: String {
    let tables = [
      model.reliability.map {
        Self.binTable(
          $0, "On simulated tomograms that the network has not learned from",
          "Membrane, share of voxels")
      },
      model.halves.map {
        Self.binTable(
          $0.probabilities,
          "On the halves of this tomogram, which share the membranes and not the noise",
          "Other half, mean")
      },
    ].compactMap { $0 }
    guard !tables.isEmpty else { return "" }
    return """
      <h3>Are the probabilities to be trusted?</h3>
      <p>Where the two columns of a table agree, they can be taken at their word.</p>
      \(tables.joined())
      """
  }

  private static func binTable(
    _ bins: ProbabilityBins, _ title: String, _ other: String
  ) -> String {
    let rows = bins.bins.compactMap { bin -> String? in
      guard let mean = bin.mean, let found = bin.meanOther else { return nil }
      return "<tr><td>\(shown(mean, significantDigits: 3))</td>"
        + "<td>\(shown(found, significantDigits: 3))</td><td>\(shown(bin.voxels))</td></tr>"
    }
    return """
      <table class="bins"><caption>\(title)</caption><thead><tr><th>Probability, mean</th>\
      <th>\(other)</th><th>Voxels</th></tr></thead><tbody>\(rows.joined())</tbody></table>
      """
  }

  private func kind(
    _ name: String, _ title: String, _ look: String, _ voxels: Int, of total: Int
  ) -> String {
    let share =
      total == 0
      ? "" : "<strong>\(percent(Double(voxels) / Double(total)))</strong> of membrane voxels. "
    return """
      <div class="kind"><span class="key key-\(name)"></span><div><h3>\(title)</h3><p>\(share)\
      \(look)</p></div></div>
      """
  }

  /// Three shares as one bar, read out as text.
  static func shareBar(_ count: ProvenanceCount) -> String {
    guard 0 < count.total else { return "–" }
    let parts = [
      ("seen", count.seen), ("bridged", count.bridged), ("inferred", count.inferred),
    ].map { (name: $0.0, share: Double($0.1) / Double(count.total)) }
    let text = parts.map { "\(percent($0.share)) \($0.name)" }.joined(separator: ", ")
    let segments = parts.filter { 0 < $0.share }.map {
      "<span class=\"key-\($0.name)\" style=\"flex-grow:\($0.share)\"></span>"
    }
    return "<div class=\"share\" role=\"img\" aria-label=\"\(text)\" title=\"\(text)\">"
      + segments.joined() + "</div>"
  }
}
