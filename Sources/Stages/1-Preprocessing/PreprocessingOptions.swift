public import Volumes

/// Which grey values dense matter has.
public enum Contrast: String, Codable, CaseIterable, Sendable {
  /// To be found out from the data.
  case auto
  /// Dense is dark: low values. The custom of cryo-electron tomography.
  case dark
  /// Dense is bright: high values.
  case bright
}

/// How a tomogram is prepared.
public struct PreprocessingOptions: Codable, Hashable, Sendable {
  /// Which grey values dense matter has.
  public var contrast = Contrast.auto
  /// Values are clipped at this many s.d. from the background: gold and hot pixels say no more.
  public var clipDeviations: Float = 5

  /// The defaults.
  public init() {}
}

/// Why a volume cannot be prepared.
public enum PreprocessingError: Fault, Equatable {
  /// All voxels have one value.
  case constant(value: Float)
  /// Some voxels are no numbers.
  case notFinite(share: Double)

  public var kind: FaultKind { .input }

  public var description: String {
    switch self {
    case .constant(let value):
      "All voxels looked at are \(value), where a tomogram was expected. "
        + "Check that the file was written completely."
    case .notFinite(let share):
      "\(Int((share * 100).rounded(.up))) % of the voxels looked at are NaN or infinite, "
        + "where numbers were expected. Reconstruct the tomogram again, or replace them."
    }
  }
}
