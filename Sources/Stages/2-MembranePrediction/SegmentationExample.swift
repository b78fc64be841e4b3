public import TomogramModel
public import Volumes

/// A tomogram with the truth about its membranes, small enough to hold many in memory: two bytes a
/// voxel.
public struct SegmentationExample: Sendable {
  /// Voxels along x, y and z.
  public let size: VolumeSize
  /// Normalised density in steps of `step`, clipped to ±127 steps.
  let density: [Int8]
  /// 0 no membrane, 1 membrane, 2 not known, 3 membrane that the wedge hides.
  let truth: [Int8]
  /// Number of membrane voxels that the wedge does not hide.
  public let membraneCount: Int
  /// Number of those it hides.
  public let hiddenCount: Int

  /// Density of one step: ±4 s.d. fill the range; finer than any tomogram's noise.
  static let step: Float = 4 / 127

  /// Stands in `truth` for membrane that the wedge hides.
  static let hiddenCode: Int8 = 3

  /// What a label means.
  public enum Meaning: Int8, Sendable {
    /// No membrane.
    case background = 0
    /// Membrane.
    case membrane = 1
    /// Counts neither way.
    case ignored = 2
  }

  /// Reads an example, resampled where its voxels differ by more than a tenth from the model's.
  ///
  /// - Parameters:
  ///   - tomogram: normalised as stage 1 leaves it (dense positive, s.d. about 1).
  ///   - labels: same geometry.
  ///   - voxelSizeAngstrom: the model's.
  ///   - tilt: the tomogram's tilt range; membrane that its wedge hides then gets a weight of its
  ///     own (`SamplingOptions.hiddenWeight`). Nil: all membrane counts alike.
  ///   - ignoresEmptySections: whether a section that holds no membrane counts as not labelled; so a
  ///     few labelled sections are enough.
  ///   - meaning: what each label means.
  /// - Throws: `ExampleError.sizesDiffer`, or the sources' errors.
  public init(
    tomogram: any VolumeSource<Float>, labels: any VolumeSource<UInt16>,
    voxelSizeAngstrom: Double, tilt: TiltGeometry? = nil, ignoresEmptySections: Bool = false,
    meaning: (UInt16) -> Meaning
  ) throws {
    let grid = tomogram.geometry
    guard grid.size == labels.geometry.size else {
      throw ExampleError.sizesDiffer(tomogram: grid.size, labels: labels.geometry.size)
    }
    let resampled = ResampledSource(tomogram, voxelSizeAngstrom: voxelSizeAngstrom)
    let source: any VolumeSource<Float> = resampled.isNeeded ? resampled : tomogram
    let size = source.geometry.size
    let ratio = resampled.isNeeded ? resampled.ratio : SIMD3(repeating: 1)
    var density: [Int8] = []
    var truth: [Int8] = []
    density.reserveCapacity(size.count)
    truth.reserveCapacity(size.count)
    for slab in Region(size).slabs(thickness: 16) {
      Self.quantise(try source.read(slab).samples, into: &density)
      for z in slab.lower.z..<slab.upper.z {
        let nearest = min(Int((Double(z) * ratio.z).rounded()), grid.size.z - 1)
        let section = try labels.read(grid.bounds.section(nearest)).samples
        Self.appendTruth(section, grid.size, size, ratio, meaning, to: &truth)
        let voxels = truth.indices.suffix(size.x * size.y)
        if ignoresEmptySections && !truth[voxels].contains(Meaning.membrane.rawValue) {
          for voxel in voxels { truth[voxel] = Meaning.ignored.rawValue }
        }
      }
    }
    if let tilt {
      let isHidden = HiddenMembrane.mask(truth: truth, size: size, tilt: tilt)
      for place in truth.indices where isHidden[place] { truth[place] = Self.hiddenCode }
    }
    (self.size, self.density, self.truth) = (size, density, truth)
    membraneCount = truth.reduce(0) { $0 + ($1 == 1 ? 1 : 0) }
    hiddenCount = truth.reduce(0) { $0 + ($1 == Self.hiddenCode ? 1 : 0) }
  }

  private static func quantise(_ values: [Float], into steps: inout [Int8]) {
    for value in values {
      // NaN fails both comparisons of min and max; it is background here.
      let scaled = (value / step).rounded()
      steps.append(scaled.isNaN ? 0 : Int8(min(max(scaled, -127), 127)))
    }
  }

  /// Labels have no in-between: the nearest voxel decides.
  private static func appendTruth(
    _ section: [UInt16], _ from: VolumeSize, _ to: VolumeSize, _ ratio: SIMD3<Double>,
    _ meaning: (UInt16) -> Meaning, to truth: inout [Int8]
  ) {
    var known: [UInt16: Int8] = [:]
    let columns = (0..<to.x).map { min(Int((Double($0) * ratio.x).rounded()), from.x - 1) }
    for y in 0..<to.y {
      let row = min(Int((Double(y) * ratio.y).rounded()), from.y - 1) * from.x
      var (last, code) = (UInt16(0), meaning(0).rawValue)
      for column in columns {
        let label = section[row + column]
        if label != last {
          let found = known[label] ?? meaning(label).rawValue
          known[label] = found
          (last, code) = (label, found)
        }
        truth.append(code)
      }
    }
  }
}

/// Why a pair of tomogram and labels could not be used.
public enum ExampleError: Fault, Equatable {
  /// The volumes have different numbers of voxels.
  case sizesDiffer(tomogram: VolumeSize, labels: VolumeSize)
  /// There is nothing to learn from.
  case noMembrane

  public var kind: FaultKind { .input }

  public var description: String {
    switch self {
    case .sizesDiffer(let tomogram, let labels):
      "The labels have \(labels.x) x \(labels.y) x \(labels.z) voxels, the tomogram "
        + "\(tomogram.x) x \(tomogram.y) x \(tomogram.z). Give labels on the tomogram's grid."
    case .noMembrane:
      "No training tomogram holds a membrane voxel. Check which labels mean membrane."
    }
  }
}

extension Region {
  /// One section of this region.
  func section(_ z: Int) -> Region {
    Region(
      lower: VoxelIndex(x: lower.x, y: lower.y, z: z),
      upper: VoxelIndex(x: upper.x, y: upper.y, z: z + 1))
  }
}
