/// An MRC file put together byte by byte, so that tests decide each field, faults included.
public struct MRCBytes {
  /// The header and data.
  public var bytes: [UInt8]
  private let bigEndian: Bool

  /// Makes a header of a volume without faults, and no data yet.
  public init(size: (Int32, Int32, Int32), mode: Int32, voxel: Float = 10, bigEndian: Bool = false)
  {
    bytes = [UInt8](repeating: 0, count: 1024)
    self.bigEndian = bigEndian
    let sides = [size.0, size.1, size.2]
    for axis in 0..<3 {
      set(sides[axis], at: 4 * axis)
      set(sides[axis], at: 28 + 4 * axis)
      set(Float(sides[axis]) * voxel, at: 40 + 4 * axis)
      set(Float(90), at: 52 + 4 * axis)
      set(Int32(axis + 1), at: 64 + 4 * axis)
    }
    set(mode, at: 12)
    for (index, value) in [Float(0), -1, -2].enumerated() { set(value, at: 76 + 4 * index) }
    set(Int32(1), at: 88)
    set(Int32(20141), at: 108)
    set("MAP ", at: 208)
    for index in 0..<2 { bytes[212 + index] = bigEndian ? 0x11 : 0x44 }
    set(Float(-1), at: 216)
  }

  /// Sets an integer field.
  public mutating func set(_ value: Int32, at offset: Int) {
    for (index, byte) in stored(UInt32(bitPattern: value), 4).enumerated() {
      bytes[offset + index] = byte
    }
  }

  /// Sets a real field.
  public mutating func set(_ value: Float, at offset: Int) {
    set(Int32(bitPattern: value.bitPattern), at: offset)
  }

  /// Sets text.
  public mutating func set(_ text: String, at offset: Int) {
    for (index, byte) in text.utf8.enumerated() { bytes[offset + index] = byte }
  }

  /// Adds the lowest `width` bytes of each number, in the file's byte order.
  public mutating func append(_ values: [UInt32], width: Int) {
    for value in values { bytes += stored(value, width) }
  }

  private func stored(_ value: UInt32, _ width: Int) -> [UInt8] {
    let little = (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * UInt32($0))) }
    return bigEndian ? little.reversed() : little
  }
}
