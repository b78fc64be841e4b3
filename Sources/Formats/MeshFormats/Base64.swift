/// Base64 as RFC 4648 has it.
enum Base64 {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  private static let values: [UInt8] = {
    var table = [UInt8](repeating: 255, count: 256)
    for (value, byte) in alphabet.enumerated() { table[Int(byte)] = UInt8(value) }
    return table
  }()

  /// Bytes as text, padded with "=".
  static func encode(_ bytes: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let count = min(3, bytes.count - start)
      var group: UInt32 = 0
      for place in 0..<3 {
        group = group << 8 | (place < count ? UInt32(bytes[start + place]) : 0)
      }
      for place in 0..<4 {
        let sextet = Int(group >> UInt32(18 - 6 * place)) & 63
        text.append(place <= count ? alphabet[sextet] : UInt8(ascii: "="))
      }
    }
    return text
  }

  /// Decodes from `place` on at least `count` bytes, as whole groups of four letters; white space
  /// is skipped and padding ends a group, so that pieces encoded one by one can be read on.
  ///
  /// - Returns: nil where the text ends early or holds another letter. `place` moves on.
  static func decode(_ text: [UInt8], at place: inout Int, count: Int) -> [UInt8]? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(count, text.count) + 3)
    while bytes.count < count {
      var (group, letters, padding) = (UInt32(0), 0, 0)
      while letters < 4 {
        guard place < text.count else { return nil }
        let byte = text[place]
        place += 1
        if byte <= 32 { continue }
        if byte == UInt8(ascii: "=") { padding += 1 }
        let value = byte == UInt8(ascii: "=") ? 0 : values[Int(byte)]
        guard value < 64 else { return nil }
        group = group << 6 | UInt32(value)
        letters += 1
      }
      guard padding <= 2 else { return nil }
      for part in 0..<(3 - padding) {
        bytes.append(UInt8(truncatingIfNeeded: group >> UInt32(16 - 8 * part)))
      }
    }
    return bytes
  }
}
