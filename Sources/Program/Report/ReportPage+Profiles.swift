import TomogramModel

extension ReportPage {
  /// Plots of a page: of more, a reader looks at the table.
  private static let profileLimit = 6

  /// The density across the largest membranes: whether two leaflets show is seen here.
  var profileSection: String {
    let curves = model.profiles.prefix(Self.profileLimit)
    guard !curves.isEmpty else { return "" }
    return """
      <section id="profiles">
      <h2>Density across membranes</h2>
      <p class="remark">Mean along the normals of what was seen, dense upwards, in the tomogram's \
      standard deviation; the band is 1.96 standard errors to either side, from the scatter of \
      patches. Two peaks with a dip between them are a bilayer's leaflets. How far apart the peaks \
      are also depends on defocus and voxel size: the thickness in the table has that taken off, \
      and its standard deviation says how badly it is known.</p>
      <div class="plots">\(curves.map(drawn).joined())</div>
      </section>

      """
  }

  private func drawn(_ curve: DensityProfileCurve) -> String {
    let (left, width) = (58.0, 240.0)
    let (low, high) = (curve.distances[0], curve.distances[curve.distances.count - 1])
    let (lower, upper) = (
      zip(curve.density, curve.errors).map { $0 - 1.96 * $1 },
      zip(curve.density, curve.errors).map { $0 + 1.96 * $1 }
    )
    let axis = PlotAxis(covering: [0] + lower + upper)
    func x(_ distance: Double) -> Double {
      ((left + width * (distance - low) / (high - low)) * 10).rounded() / 10
    }
    func points(_ heights: [Double]) -> [String] {
      zip(curve.distances, heights).map { "\(x($0)) \(axis.height($1))" }
    }
    var marks = ""
    for tick in axis.ticks {
      marks += "<path d=\"M\(left) \(axis.height(tick))h\(width)\" class=\"zero\"/>"
      marks +=
        "<text x=\"\(left - 6)\" y=\"\(axis.height(tick) + 4)\" class=\"tick\">"
        + "\(shown(tick))</text>"
    }
    let band = points(upper) + points(lower).reversed()
    marks += "<path d=\"M\(band.joined(separator: "L"))z\" class=\"band\"/>"
    marks += "<path d=\"M\(points(curve.density).joined(separator: "L"))\" class=\"curve\"/>"
    for tick in PlotAxis.roundNumbers(from: low, to: high, count: 4) {
      marks += "<text x=\"\(x(tick))\" y=\"158\" class=\"name\">\(shown(tick))</text>"
    }
    return """
      <figure class="plot"><figcaption>Membrane \(curve.label) <span class="unit">Å from the \
      mid-surface</span></figcaption><svg viewBox="0 0 320 166" width="320" height="166" \
      role="img" aria-label="Density across membrane \(curve.label)">\(marks)</svg></figure>
      """
  }
}
