public import TomogramModel

/// Everything a page shows, in memory and bounded: what is tested, and what a page is made from.
public struct ReportModel: Sendable {
  /// A line of the header.
  public struct Fact: Hashable, Sendable {
    /// What it is.
    public var title: String
    /// Its value, with its unit.
    public var value: String

    /// Makes a line.
    public init(_ title: String, _ value: String) { (self.title, self.value) = (title, value) }
  }

  /// Name of the tomogram.
  public var name: String
  /// Lines of the header.
  public var facts: [Fact]
  /// What a reader must know before believing the numbers.
  public var notes: [String]
  /// Tomogram and labels; nil where the folder holds neither.
  public var volume: BinnedVolume?
  /// Surfaces.
  public var meshes: PackedMeshes
  /// Area by mean curvature, one entry a membrane with a surface.
  var curvatureAreas: [CurvatureAreas] = []
  /// Density across membranes, by label; empty where there is no table of it.
  var profiles: [DensityProfileCurve] = []
  /// The simple shape of each membrane, by label; empty where there is no table of it.
  var shapes: [Int: SimpleShape] = [:]
  /// The class of each membrane among a user's own, by label; empty where none were learned.
  var learnedClasses: [Int: LearnedClass] = [:]
  /// Rows of the table, by label.
  public var membranes: [Membrane]
  /// Whether there is a table at all; without one nothing is said about how many membranes there
  /// are.
  public var isMeasured: Bool
  /// Voxels by how they are known, by label; empty where there is no provenance.
  public var provenance: [Int: ProvenanceCount]
  /// What the network's probabilities say against the truth, on tomograms it has not learned from;
  /// nil where nobody knows.
  public var reliability: ProbabilityBins?
  /// How well predictions on half tomograms agree; nil where there were none.
  public var halves: HalfAgreement?
  /// Closed gaps.
  public var bridges: [Bridge]
  /// The plan, pretty-printed.
  public var plan: String?
  /// The methods paragraph.
  public var methods: Methods

  /// Makes a model of a tomogram about which nothing is known yet.
  public init(name: String, methods: Methods) {
    (self.name, self.methods) = (name, methods)
    (facts, notes, membranes, bridges, provenance) = ([], [], [], [], [:])
    (volume, plan, isMeasured) = (nil, nil, true)
    meshes = PackedMeshes([])
  }

  /// Voxels of all membranes by how they are known.
  public var totalProvenance: ProvenanceCount {
    provenance.values.reduce(into: ProvenanceCount()) { $0 += $1 }
  }

  /// Names of the measured columns, in the order of the table.
  var measurementNames: [String] {
    var names: [String] = []
    for membrane in membranes {
      for named in membrane.measurements where !names.contains(named.name) {
        names.append(named.name)
      }
    }
    return names
  }

  /// Whether any number comes with a standard deviation.
  var hasStandardDeviations: Bool {
    membranes.contains { $0.measurements.contains { $0.measurement.standardDeviation != nil } }
  }
}
