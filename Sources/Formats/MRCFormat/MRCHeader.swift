/// The header of an MRC file, field by field as it stands in the file.
///
/// Fields in file order run along columns, rows and sections; fields in axis order along x, y and z
/// of the specimen. They differ where `axisMap` is not 1, 2, 3.
public struct MRCHeader: Equatable, Sendable {
  /// Samples along columns, rows and sections (NX NY NZ; file order).
  public var extent: SIMD3<Int32>
  /// How a sample is stored (MODE); may be a number that `MRCMode` does not know.
  public var mode: Int32
  /// Index of the first column, row and section (NXSTART...; file order).
  public var start: SIMD3<Int32>
  /// Samples along the cell's edges (MX MY MZ; axis order).
  public var sampling: SIMD3<Int32>
  /// Edges of the cell in Å (CELLA; axis order). Voxel size = cell / sampling.
  public var cellAngstrom: SIMD3<Float>
  /// Angles of the cell (CELLB); 90 degrees, or 0 in careless files.
  public var cellAnglesDegrees: SIMD3<Float>
  /// Which axis, 1 x, 2 y, 3 z, columns, rows and sections run along (MAPC MAPR MAPS).
  public var axisMap: SIMD3<Int32>
  /// Least sample (DMIN).
  public var minimum: Float
  /// Greatest sample (DMAX).
  public var maximum: Float
  /// Mean of the samples (DMEAN).
  public var mean: Float
  /// 0 images, 1 volume, 401...630 stack of volumes (ISPG).
  public var spaceGroup: Int32
  /// Bytes between header and data (NSYMBT).
  public var extendedHeaderByteCount: Int32
  /// What those bytes are, four characters (EXTTYP).
  public var extendedHeaderType: String
  /// Version of the format, 10 * year + revision (NVERSION).
  public var version: Int32
  /// 1146047817 in files of IMOD.
  public var imodStamp: Int32
  /// Bits of IMOD: 1 signed bytes, 4 standard origin sign, 16 two samples a byte in mode 0.
  public var imodFlags: Int32
  /// Position of the first voxel, or its opposite, in Å (ORIGIN; axis order): see `placement`.
  public var origin: SIMD3<Float>
  /// Whether "MAP " is there; without it the header is of the old style.
  public var hasMapIdentifier: Bool
  /// Bytes that tell the byte order (MACHST).
  public var machineStamp: SIMD4<UInt8>
  /// Standard deviation of the samples, below 0 where not computed (RMS).
  public var rms: Float
  /// Labels in use (NLABL).
  public var labelCount: Int32
  /// The ten labels as they stand, without trailing blanks.
  public var labels: [String]
  /// Order in which the numbers of the file were found to make sense.
  public var byteOrder: ByteOrder
  /// The bytes between header and data, where their type is known and they are not many.
  public var extendedHeader: [UInt8]

  /// Bytes of the header.
  public static let byteCount = 1024
  /// Extended header types that the MRC2014 standard lists, and that may be copied.
  public static let knownExtendedHeaderTypes = [
    "CCP4", "MRCO", "SERI", "AGAR", "FEI1", "FEI2", "HDF5",
  ]
  /// "IMOD" as a number.
  static let imodStampValue: Int32 = 1_146_047_817

  /// Whether IMOD wrote the file.
  public var isFromIMOD: Bool { imodStamp == Self.imodStampValue }

  /// The version, or nil where the field holds something else. The field was blank space before
  /// 2014, so spaces and garbage are found in it.
  public var standardVersion: Int32? { (20140..<21000).contains(version) ? version : nil }

  /// Whether a byte of mode 0 holds two samples, IMOD's way before mode 101.
  var isHalfWidth: Bool { mode == 0 && isFromIMOD && imodFlags & 16 != 0 }

  /// Samples along columns, rows and sections.
  public var sampleExtent: SIMD3<Int> {
    SIMD3(Int(extent.x) * (isHalfWidth ? 2 : 1), Int(extent.y), Int(extent.z))
  }

  /// Offset of the first sample in bytes.
  public var dataOffset: Int { Self.byteCount + max(Int(extendedHeaderByteCount), 0) }

  /// Whether the extended header may be carried over to another file.
  var hasKnownExtendedHeader: Bool {
    0 < extendedHeaderByteCount && Self.knownExtendedHeaderTypes.contains(extendedHeaderType)
  }
}
