import Meshes
import Morphometry
import ParametricShapes
import TableFormats
import TomogramModel

/// `parametric.csv`: a row per membrane, the simple shape that it is.
///
/// | column | what |
/// |---|---|
/// | `label` | of the membrane |
/// | `model` | `plane`, `sphere`, `cylinder`, `ellipsoid`, `torus` or `none` |
/// | `verdict` | why `none`, or that another model is as probable; else empty |
/// | `best_model` | of the largest evidence, also where `model` is `none`; what follows is about it |
/// | `log_evidence_margin` | natural logarithm of its odds against the runner-up |
/// | `log_evidence_plane` ... | of each model, per Å of each vertex looked at |
/// | `rms_residual_A` | distance of all of the surface from the best shape, by area |
/// | `departure_sd` | what 68 % of the area are nearer than, in the surface's sd |
/// | `error_factor` | by which the surface's sd are off, were it this shape |
/// | `outlier_share` | of the area that is something else |
/// | `center_x_A` ... | the shape's numbers with `_sd`; empty for `none`, and what it does not have |
///
/// `center` is the plane's point, or the cylinder's axis' point, nearest to the middle of the surface's
/// box. `axis` is the plane's normal, the axis of cylinder and torus, and the ellipsoid's longest.
enum ParametricTable {
  private static let models = ["plane", "sphere", "cylinder", "ellipsoid", "torus"]
  private static let parameters =
    ["center", "axis", "short_axis"].flatMap { name in
      ["x", "y", "z"].map { name == "center" ? "\(name)_\($0)_A" : "\(name)_\($0)" }
    } + [
      "radius_A", "semiaxis_a_A", "semiaxis_b_A", "semiaxis_c_A", "ring_radius_A", "tube_radius_A",
    ]

  private static let header =
    ["label", "model", "verdict", "best_model", "log_evidence_margin"]
    + models.map { "log_evidence_\($0)" }
    + ["rms_residual_A", "departure_sd", "error_factor", "outlier_share"]
    + parameters.flatMap { [$0, $0 + "_sd"] }

  /// - Parameter bare: labels of membranes without a surface.
  static func table(_ measured: [MeasuredMembrane], bare: [Int]) -> CSVTable {
    let rows =
      measured.map { ($0.membrane.label, row($0.shape)) }
      + bare.map { label in (label, row(nil)) }
    return CSVTable(
      header: header, rows: rows.sorted { $0.0 < $1.0 }.map { ["\($0.0)"] + $0.1 })
  }

  /// Cells behind the label; nil without a surface.
  private static func row(_ choice: ShapeChoice?) -> [String] {
    let best = choice?.candidates.first
    let evidence = models.map { model in
      choice?.candidates.first { $0.model == model }?.logEvidence
    }
    let numbers: [Double?] =
      [choice?.margin] + evidence + [
        best?.rmsResidualAngstrom, best?.departure, best?.errorFactor, best?.outlierShare,
      ]
      + parameters.flatMap { name -> [Double?] in
        let found = choice?.chosen?[name]
        return [found?.value, found?.deviation]
      }
    return [
      choice?.chosen?.model ?? "none", choice?.verdict ?? "no surface could be fitted",
      best?.model ?? "",
    ] + numbers.map { $0.map { TableNumber.text($0) } ?? "" }
  }
}
