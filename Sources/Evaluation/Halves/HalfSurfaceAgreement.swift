import LinearAlgebra
import Meshes
public import TomogramModel
public import Volumes

/// Whether the surfaces of two half tomograms differ by no more than their standard deviations say:
/// a test of error bars on a user's own data, where nobody knows the truth.
///
/// z = distance / √(sd₁² + sd₂²) at each vertex of paired membranes. Were the halves' errors
/// independent, normal and as large as the standard deviations say, 95 % of all |z| would be below
/// 1.96.
///
/// **What this cannot show.** Halves share the specimen, the missing wedge, the alignment and the
/// network: errors that come from those are the same in both and cancel. So the halves can show
/// that standard deviations are too narrow, never that they are right, and what looks too wide may
/// be just wide enough. Nor do they speak of membranes that only one half has, nor of those that
/// are wrong in both.
public struct HalfSurfaceAgreement: Equatable, Sendable {
  /// What the halves say of standard deviations.
  public enum Verdict: String, Sendable, Codable {
    /// The halves differ by more than they may: the whole interval lies below the aim.
    case tooNarrow = "too_narrow"
    /// Not contradicted, by halves that would have shown standard deviations that are half of what
    /// is true.
    case holds
    /// The halves differ by less than they might: the whole interval lies above the aim.
    case wider
    /// Too little surface to tell.
    case undecided
  }

  /// A number and its 95 % interval.
  public struct Estimate: Equatable, Sendable {
    /// The number.
    public var value: Double
    /// Its interval; nil where there is only one block.
    public var interval: ClosedRange<Double>?
  }

  /// Some of the vertices.
  public struct Part: Equatable, Sendable {
    /// `all`, `sd_low`, `sd_middle`, `sd_high` (thirds), `seen` or `hidden`.
    public var name: String
    /// Number of vertices, of both halves.
    public var vertices: Int
    /// Number of blocks they lie in.
    public var blocks: Int
    /// Share with |z| at most 1.96; nil without vertices.
    public var coverage: Estimate?
    /// Root mean square of z; nil without vertices.
    public var rootMeanSquareZ: Estimate?
    /// What the coverage says.
    public var verdict: Verdict
  }

  /// Two membranes that are the same.
  public struct Pair: Equatable, Sendable {
    /// Label in the even half.
    public var even: Int
    /// Label in the odd half.
    public var odd: Int
    /// Vertices compared, of both.
    public var vertices: Int
    /// Share with |z| at most 1.96; nil without vertices.
    public var coverage: Double?
    /// Root mean square of z.
    public var rootMeanSquareZ: Double?
    /// Root mean square distance, Å.
    public var rootMeanSquareAngstrom: Double?
    /// Mean of √(sd₁² + sd₂²), Å.
    public var meanStandardDeviationAngstrom: Double?
  }

  /// All vertices first, then thirds by standard deviation, seen and hidden.
  public var parts: [Part]
  /// A row a pair, by labels.
  public var pairs: [Pair]
  /// What standard deviations would have to be multiplied by for 95 % of the vertices to be
  /// covered.
  public var factor: Estimate?
  /// Share of all vertices with a standard deviation that have no paired membrane in reach.
  public var withoutCounterpart: Double?
  /// Edge of the blocks that are drawn anew, Å.
  public var blockAngstrom: Double

  /// That of all vertices.
  public var verdict: Verdict { parts[0].verdict }
}

extension HalfSurfaceAgreement.Verdict {
  /// CONTRACT's aim for the 95 % band.
  static let aim = 0.93...0.97
  /// Coverage of standard deviations that are half of what they should be: P(|z| < 0.98).
  static let coverageOfHalf = 0.673
  /// Fewest blocks that an interval is taken seriously from.
  static let fewestBlocks = 10

  init(coverage: HalfSurfaceAgreement.Estimate?, blocks: Int) {
    guard let interval = coverage?.interval, Self.fewestBlocks <= blocks else {
      self = .undecided
      return
    }
    if interval.upperBound < Self.aim.lowerBound {
      self = .tooNarrow
    } else if Self.aim.upperBound < interval.lowerBound {
      self = .wider
    } else {
      self = Self.coverageOfHalf < interval.lowerBound ? .holds : .undecided
    }
  }
}

/// How halves are compared.
public struct HalfComparisonOptions: Equatable, Sendable {
  /// A surface farther than this along the normal is another one, in Å; as in the evaluation.
  public var reachAngstrom = 100.0
  /// Edge of the blocks that are drawn anew, Å: longer than errors are correlated.
  public var blockAngstrom: Double
  /// What every standard deviation is multiplied by first.
  public var factor = 1.0
  /// How often blocks are drawn anew for an interval.
  public var draws = 1000

  /// Voxels along a block's edge by default: errors of positions are correlated over 30 (Decision
  /// 5).
  public static let blockVoxels = 40.0

  /// The defaults for a voxel edge.
  public init(voxelAngstrom: Double) { blockAngstrom = Self.blockVoxels * voxelAngstrom }
}

/// Compares the surfaces of two halves of one tomogram.
///
/// - Parameter tilt: the tilt range that decides what the wedge hides.
/// - Complexity: O(n log n) for n vertices, and O(n) a draw.
public func compareHalves(
  _ even: HalfSurfaces, _ odd: HalfSurfaces, tilt: TiltGeometry, options: HalfComparisonOptions,
  workers: Workers
) -> HalfSurfaceAgreement {
  let pairing = HalfPairing(
    even: even, odd: odd, tilt: tilt, reachAngstrom: options.reachAngstrom, workers: workers)
  let sample = HalfSample(pairing.differences, options: options)
  let vertices = (even.surfaces + odd.surfaces).reduce(0) { sum, surface in
    sum + surface.standardDeviationAngstrom.count { 0 < $0 && $0.isFinite }
  }
  return HalfSurfaceAgreement(
    parts: sample.parts(), pairs: sample.pairs(pairing.pairs, even: even, odd: odd),
    factor: sample.factor(),
    withoutCounterpart: ratio(vertices - pairing.differences.count, vertices),
    blockAngstrom: options.blockAngstrom)
}
