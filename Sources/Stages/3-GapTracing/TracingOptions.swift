/// How gaps in membranes are looked for and which are closed.
///
/// The priors, all named here: a membrane does not end in free space, so a speck is none; a gap is
/// closed by a smooth piece of surface that leaves one rim along its tangent and meets another along
/// its; short, little bent, evenly bent pieces are likelier; and where the wedge hides nothing, a
/// membrane shows some density.
public struct TracingOptions: Codable, Hashable, Sendable {
  /// How a gap is bridged.
  public enum Method: String, CaseIterable, Codable, Hashable, Sendable {
    /// Not at all: the mask is the thresholded probability.
    case none
    /// By the cheapest path across, near the smooth curve that continues both rims; accepted by cost.
    case minimalPath = "minimal-path"
    /// By morphological closing with a ball: a baseline.
    case closing
    /// Where tensor voting finds a salient surface: a baseline.
    case tensorVoting = "tensor-voting"
    /// By the same path, accepted by its learned probability.
    case judgedPath = "judged-path"
    /// By merging regions whose rims continue each other, along their common smooth surface.
    case merging
    /// By agents that have learned to follow membranes.
    case tracer
    /// By agents and merging together: of two that close one gap, the likelier.
    case learned

    /// Whether bridges are judged by a tracer model.
    public var needsModel: Bool {
      [.judgedPath, .merging, .tracer, .learned].contains(self)
    }
  }

  /// Voxels at or above are membrane, where the probability decides. Default 0.5.
  public var probabilityThreshold = 0.5
  /// How gaps are bridged. Default: by agents and merging.
  public var method = Method.learned
  /// Smaller fragments neither send nor receive a bridge; where the probability decides what is
  /// membrane, they are no membrane. In nm³; default 2000: a patch of 20 × 20 nm of a membrane 5 nm
  /// thick.
  public var minimumFragmentNm3 = 2000.0
  /// The same holds for fragments that are much less certain than the most certain one, a fragment's
  /// certainty being the probability that a tenth of its voxels reach: its mean would be lowered by
  /// what is inferred in the wedge. Default 0.9 (Decision 4): on validation phantoms membranes had
  /// 0.92 and more, what is none 0.89 and less. Not a fixed probability, as in noisy tomograms no
  /// membrane is certain.
  public var minimumFragmentCertainty = 0.9
  /// The longest gap that is looked across, rim to rim, in Å. Default 700: a gap of 60 nm, and the two
  /// voxels at either end that a rim may lie inside the membrane.
  public var maximumGapAngstrom = 700.0
  /// The sharpest bend a bridge may have, as radius in Å. Default 80: the tightest lipid bilayers of
  /// cells, tubules and small vesicles, have mid-surface radii of 8-10 nm.
  public var minimumRadiusAngstrom = 80.0
  /// How far from straight across, within the surface, a bridge may leave a rim, in degrees.
  /// Default 40.
  public var maximumObliquityDegrees = 40.0
  /// How much a bridge may bend in all, in degrees. Default 150.
  public var maximumBendDegrees = 150.0
  /// How uneven the bend may be (an S has a bend of opposite sign at each end), in degrees.
  /// Default 35.
  public var maximumUnevennessDegrees = 35.0
  /// Bridges that have learned a probability are closed from this one on. Default 0.5: rather right
  /// than wrong.
  public var minimumProbability = 0.5
  /// Whether closed membranes get the caps that the wedge hides where their seen part says they are, in place
  /// of what is drawn of them; nil: where the probability decides what is membrane, while masks that
  /// are given stay as they are. Default nil.
  public var completesCaps: Bool?
  /// Steps for which agents go on learning in the tomogram itself before they trace it. Default 0.
  public var adaptationSteps = 0
  /// Agents that have learned nothing, in place of those that have, to compare; nil: those that have.
  public var baselinePolicy: BaselinePolicy?
  /// Bridges, by the number they have in `bridges.csv`, that are not closed whatever else holds.
  public var rejectedBridges: [Int] = []
  /// Minimal paths are closed up to this cost (see `BridgeCost` for the formula); dearer ones are recorded
  /// only. Default 1.35: on phantoms it closes holes of 40 nm in vesicles of 60 nm and wider, and no
  /// pair of ends that are offset or meet at an angle.
  public var acceptanceCost = 1.35
  /// A bridge is at least this many paths wide, each about a voxel; narrower ones are strings, not
  /// surfaces, and are recorded only. Default 4.
  public var minimumPaths = 4

  /// Radius of the ball of `closing` in Å. Default 200, the best of 60, 100 and 200 for gaps of
  /// 20-60 nm on validation seed 5202.
  public var closingRadiusAngstrom = 200.0
  /// Scale σ of `tensorVoting` in Å. Default 400; with the threshold the best for gaps of 20-60 nm
  /// on validation seeds 5201-5203.
  public var votingScaleAngstrom = 400.0
  /// Saliency that `tensorVoting` closes, as a share of that inside a whole flat membrane; a straight
  /// rim of its own has 0.5. Default 0.35.
  public var votingThreshold = 0.35

  /// The defaults.
  public init() {}

  /// Most steps of an agent: the longest gap, bent, and the rims' uncertainty.
  var agentSteps: Int { Int(1.2 * maximumGapAngstrom / RimAgent.stepAngstrom) + 4 }
}
