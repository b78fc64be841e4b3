/// The methods paragraph: what was done, by which versions, after whom.
public struct Methods: Hashable, Sendable {
  /// A part of the program and its version.
  public struct Version: Hashable, Sendable {
    /// E.g. `Bilayer`.
    public var name: String
    /// E.g. `0.1.0`.
    public var number: String

    /// Names a version.
    public init(_ name: String, _ number: String) { (self.name, self.number) = (name, number) }
  }

  /// A stage that left its files in the folder.
  public enum Step: CaseIterable, Sendable {
    /// The network ran.
    case predicted
    /// Gaps were closed.
    case traced
    /// Membranes were separated.
    case separated
    /// Surfaces were fitted.
    case fitted
    /// Surfaces were measured.
    case measured
  }

  /// Versions in the order to print.
  public var versions: [Version]
  /// What was done; nothing else is claimed.
  public var steps: Set<Step>
  /// How a stage did its work, where that is known: a sentence in place of the general one.
  public var manners: [Step: String] = [:]
  /// Sentences on this tomogram: tilt range, model.
  public var particulars: [String]

  /// Makes a paragraph.
  public init(
    versions: [Version] = [], steps: Set<Step> = Set(Step.allCases), particulars: [String] = []
  ) {
    (self.versions, self.steps, self.particulars) = (versions, steps, particulars)
  }

  /// References, in the order of their numbers.
  public static let references = [
    "Zhou L., Yang C. et al. A machine learning pipeline for membrane segmentation of cryo-electron "
      + "tomograms. Journal of Computational Science (2023); preprint: bioRxiv 2020.04.09.034025.",
    "Paszke A. et al. PyTorch: an imperative style, high-performance deep learning library. "
      + "Advances in Neural Information Processing Systems 32 (2019); libtorch is its C++ library.",
    "Frigo M., Johnson S. G. The design and implementation of FFTW3. Proceedings of the IEEE 93, "
      + "216–231 (2005).",
    "Lindgren F., Rue H., Lindström J. An explicit link between Gaussian fields and Gaussian Markov "
      + "random fields. Journal of the Royal Statistical Society B 73, 423–498 (2011).",
    "Chen Y., Davis T. A., Hager W. W., Rajamanickam S. Algorithm 887: CHOLMOD. ACM Transactions on "
      + "Mathematical Software 35, 22 (2008).",
  ]

  /// The paragraph.
  public var paragraph: String {
    let opening =
      "Membranes were segmented with Bilayer\(versionText), a native program that follows the "
      + "machine learning pipeline of Zhou et al. [1]."
    let closing =
      "Membrane that was seen in the density, bridged, or inferred where the missing wedge hides "
      + "it is kept apart in every output; numbers that the data cannot carry are left out, with "
      + "the reason."
    return
      ([opening] + Step.allCases.filter(steps.contains).map(sentence) + particulars
      + [closing]).joined(separator: " ")
  }

  private func sentence(_ step: Step) -> String {
    if let manner = manners[step] { return manner }
    return switch step {
    case .predicted:
      Self.prediction(arithmetic: "libtorch [2]")
    case .traced: "Gaps between fragments were closed."
    case .separated: "Membranes were separated and numbered by falling area."
    case .fitted:
      "A smooth mid-surface was fitted to each membrane, with the posterior standard deviation of "
        + "its position from a Gaussian field on the mesh [4], computed exactly (CHOLMOD [5])."
    case .measured:
      "Areas, volumes, curvatures and thicknesses were measured on these surfaces, standard "
        + "deviations by the delta method, from their first variations and the posterior."
    }
  }

  private var versionText: String {
    guard !versions.isEmpty else { return "" }
    return " (" + versions.map { "\($0.name) \($0.number)" }.joined(separator: ", ") + ")"
  }

  /// Content of `methods.txt`.
  public var text: String {
    paragraph + "\n\nReferences\n"
      + Self.references.enumerated().map { "[\($0.offset + 1)] \($0.element)\n" }.joined()
  }
}
