/// How an MRC file stores a sample (header word 4, MRC2014 and IMOD).
public enum MRCMode: Int32, Sendable, CaseIterable {
  /// One byte; signed by the standard, unsigned in older IMOD files (`MRCHeader.mode0Decision`).
  case int8 = 0
  /// Two bytes, signed.
  case int16 = 1
  /// Four bytes, IEEE 754.
  case float32 = 2
  /// Transform: two 16-bit integers. No tomogram.
  case complexInt16 = 3
  /// Transform: two floats. No tomogram.
  case complexFloat32 = 4
  /// Two bytes, unsigned.
  case uint16 = 6
  /// Two bytes, IEEE 754 half precision.
  case float16 = 12
  /// Three bytes of colour. No tomogram.
  case rgb = 16
  /// Two samples a byte, low half first, each row padded to a whole byte.
  case fourBit = 101

  /// What the mode holds, in words.
  public var story: String {
    switch self {
    case .int8: "8-bit integers"
    case .int16: "16-bit integers"
    case .float32: "32-bit floats"
    case .complexInt16: "complex 16-bit integers, a Fourier transform"
    case .complexFloat32: "complex floats, a Fourier transform"
    case .uint16: "unsigned 16-bit integers"
    case .float16: "16-bit floats"
    case .rgb: "RGB colours"
    case .fourBit: "4-bit integers"
    }
  }
}

/// Which end of a number comes first in a file.
public enum ByteOrder: String, Sendable {
  /// Least significant byte first, as in memory here.
  case little
  /// Most significant byte first.
  case big
}
