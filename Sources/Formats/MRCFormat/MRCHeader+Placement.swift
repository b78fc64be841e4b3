import Volumes

/// Where an MRC file's voxels lie, and how that was found out.
public struct MRCPlacement: Equatable, Sendable {
  /// Voxel edges in Å, order x y z; 1 where unknown.
  public var voxelSizeAngstrom: SIMD3<Double>
  /// Whether the header, or the user, told a voxel size that can be one.
  public var voxelSizeIsKnown: Bool
  /// Position of voxel (0, 0, 0) in Å, order x y z.
  public var originAngstrom: SIMD3<Double>
  /// Whether the origin is 0 in the header, and the position therefore `start * voxel size`.
  public var isFromStart: Bool
  /// What was decided, for the user.
  public var notes: [String]
}

/// Whether bytes of mode 0 have a sign, and how that was decided.
public struct Mode0Decision: Equatable, Sendable {
  /// Whether the bytes are -128...127.
  public var isSigned: Bool
  /// Why, for the user.
  public var reason: String
  /// Whether the header itself left no doubt.
  public var isCertain: Bool
}

extension MRCHeader {
  /// Whether bytes of mode 0 have a sign: IMOD's stamp, else the format's version, else the range
  /// that the header states (IMOD's rule), else the standard's yes.
  public var mode0Decision: Mode0Decision {
    if isFromIMOD {
      let isSigned = imodFlags & 1 != 0
      return Mode0Decision(
        isSigned: isSigned, reason: "IMOD's flag says \(isSigned ? "signed" : "unsigned") bytes",
        isCertain: true)
    }
    if let version = standardVersion {
      return Mode0Decision(
        isSigned: true, reason: "the header's version \(version) says signed bytes", isCertain: true
      )
    }
    guard minimum <= maximum else { return Self.undecidedMode0 }
    let range = "the header's range \(minimum)...\(maximum)"
    if minimum < 0 && maximum < 128 {
      return Mode0Decision(
        isSigned: true, reason: "\(range) is that of signed bytes", isCertain: true)
    }
    if 0 <= minimum && 128 <= maximum {
      return Mode0Decision(
        isSigned: false, reason: "\(range) is that of unsigned bytes", isCertain: true)
    }
    if minimum < 0 && 128 <= maximum {
      let isSigned = -minimum > maximum - 128
      return Mode0Decision(
        isSigned: isSigned,
        reason: "\(range) is nearer that of \(isSigned ? "signed" : "unsigned") bytes",
        isCertain: false)
    }
    return Self.undecidedMode0
  }

  private static let undecidedMode0 = Mode0Decision(
    isSigned: true, reason: "the header does not tell the sign of bytes; signed is the standard's",
    isCertain: false)

  /// The origin as the position of the first voxel: old IMOD, and headers of the old style, store
  /// the opposite of what the standard does. Axis order of the header.
  public var standardOrigin: SIMD3<Float> {
    let isStandard = standardVersion != nil || (isFromIMOD && imodFlags & 4 != 0)
    let isOpposite = !isStandard && (isFromIMOD || !hasMapIdentifier)
    // 0 - x, so that no zero becomes negative.
    return isOpposite ? SIMD3<Float>.zero - origin : origin
  }

  /// Where the voxels lie.
  ///
  /// - Parameters:
  ///   - order: from this header's axis map, which is a permutation of 1, 2, 3.
  ///   - pixelSizeAngstrom: voxel edge in Å that overrides the header's; nil: the header's.
  func placement(order: AxisOrder, pixelSizeAngstrom: Double?) -> MRCPlacement {
    var notes: [String] = []
    var (voxelSize, isKnown) = headerVoxelSize(&notes)
    if let pixelSizeAngstrom {
      voxelSize = SIMD3(repeating: pixelSizeAngstrom)
      isKnown = true
      notes.append("voxel size \(pixelSizeAngstrom) Å as given, not the header's")
    }
    let voxel = order.fromHeader(voxelSize)
    var stored = standardOrigin
    if (0..<3).contains(where: { !(stored[$0].magnitude < 1e12) }) {
      notes.append("the header's origin \(origin) is no position and is taken as 0")
      stored = .zero
    } else if stored != origin {
      notes.append("the origin has the opposite sign of the standard's, and was turned")
    }
    let isFromStart = stored == .zero && start != .zero
    let first = order.fromFile(start)
    let origin =
      isFromStart
      ? SIMD3(Double(first.x), Double(first.y), Double(first.z)) * voxel
      : SIMD3<Double>(order.fromHeader(stored))
    return MRCPlacement(
      voxelSizeAngstrom: voxel, voxelSizeIsKnown: isKnown, originAngstrom: origin,
      isFromStart: isFromStart, notes: notes)
  }

  /// Voxel edges as the header states them (axis order), or 1 Å where they cannot be.
  private func headerVoxelSize(_ notes: inout [String]) -> (SIMD3<Double>, isKnown: Bool) {
    var size = SIMD3<Double>.zero
    for axis in 0..<3 {
      size[axis] = Double(cellAngstrom[axis]) / Double(sampling[axis])
      if !size[axis].isFinite || sampling[axis] <= 0 { size[axis] = 0 }
    }
    if isHalfWidth && sampling.x == extent.x { size.x /= 2 }
    // IMOD's rule: a cell without depth has voxels as deep as they are wide.
    if Self.isVoxelEdge(size.x) && Self.isVoxelEdge(size.y) && size.z == 0 {
      size.z = size.x
      notes.append("the header has no voxel size along z; that along x is used")
    }
    if (0..<3).allSatisfy({ Self.isVoxelEdge(size[$0]) }) { return (size, true) }
    notes.append(
      "the header's voxel size \(size.x) x \(size.y) x \(size.z) Å cannot be one; 1 Å is used")
    return (SIMD3(repeating: 1), false)
  }

  /// Whether a length can be a voxel's edge: programs that do not know it write 0 or 1.
  static func isVoxelEdge(_ edge: Double) -> Bool {
    0 < edge && edge <= 100 && 1e-5 < (edge - 1).magnitude
  }

  /// Size of the voxel as stated, for messages: cell over sampling.
  public var statedVoxelSize: SIMD3<Double> {
    SIMD3<Double>(cellAngstrom) / SIMD3<Double>(sampling)
  }
}
