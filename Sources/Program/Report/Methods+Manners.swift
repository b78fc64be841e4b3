extension Methods {
  /// How membranes were found.
  ///
  /// - Parameter arithmetic: by what the network was computed.
  static func prediction(arithmetic: String) -> String {
    "A U-Net trained on simulated tomograms gave each voxel a probability of being membrane "
      + "(\(arithmetic); Fourier transforms by FFTW [3])."
  }

  /// How gaps were closed.
  ///
  /// - Parameters:
  ///   - method: as in the plan.
  ///   - probability: from which bridges were accepted.
  /// - Returns: nil for a method that is not known here.
  static func tracing(_ method: String, probability: Double?) -> String? {
    let least = probability.map { " of at least \(shown($0))" } ?? ""
    let judged =
      "each bridge was accepted by a learned estimate of its probability of being right\(least)."
    let agents =
      "agents that learned to follow membranes by reinforcement (double deep Q-learning)"
    let merging = "merging of fragments whose rims one smooth surface joins"
    return switch method {
    case "none": "Gaps between fragments were left open."
    case "minimal-path": "Gaps between fragments were closed along paths of least cost."
    case "judged-path": "Gaps between fragments were closed along paths of least cost; \(judged)"
    case "merging": "Gaps were closed by \(merging); \(judged)"
    case "tracer": "Gaps between fragments were closed by \(agents); \(judged)"
    case "learned": "Gaps were closed by \(agents) and by \(merging); \(judged)"
    case "closing": "Gaps were closed by morphological closing."
    case "tensor-voting": "Gaps were closed where tensor voting found a salient surface."
    default: nil
    }
  }

  /// How caps were drawn.
  static func caps(_ count: Int) -> String {
    "\(count) \(count == 1 ? "cap" : "caps") of closed membranes that the missing wedge hides "
      + "\(count == 1 ? "was" : "were") drawn by spherical harmonics to degree 4, fitted to what is "
      + "seen of them."
  }

  /// How membranes were separated.
  ///
  /// - Parameter method: as in the plan.
  /// - Returns: nil for a method that is not known here.
  static func separation(_ method: String) -> String? {
    switch method {
    case "components": "Membranes were separated by connectivity and numbered by falling area."
    case "faces":
      "Membranes were separated by clustering the faces of the mask by smoothness and by the "
        + "thickness between them, fragments that one smooth surface runs through were joined, and "
        + "membranes were numbered by falling area."
    default: nil
    }
  }
}
