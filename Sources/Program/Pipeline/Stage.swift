/// The stages of the pipeline, in order.
public enum Stage: String, CaseIterable, Codable, Sendable, Comparable {
  /// Normalise the tomogram and predict membrane voxels: `probability.mrc`.
  case predict
  /// Close gaps: `mask.mrc`, `provenance.mrc`, `bridges.csv`.
  case trace
  /// Tell membranes apart: `instances.mrc`.
  case separate
  /// A surface for each membrane: `surfaces/`.
  case fit
  /// Numbers: `instances.csv`.
  case measure
  /// What people look at: `report.html`, `methods.txt`, `open.cxc`.
  case report

  public static func < (first: Stage, second: Stage) -> Bool { first.order < second.order }

  private var order: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  /// The stages that come after this one.
  public var laterStages: [Stage] { Self.allCases.filter { self < $0 } }

  /// What the stage does, for progress and log.
  public var title: String {
    switch self {
    case .predict: "predicting membranes"
    case .trace: "closing gaps"
    case .separate: "separating membranes"
    case .fit: "fitting surfaces"
    case .measure: "measuring"
    case .report: "writing the report"
    }
  }
}
