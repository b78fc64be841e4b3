/// The SHA-256 digest of bytes that come in pieces (FIPS 180-4, section 6.2).
///
/// Names inputs in a plan; it guards against mix-ups, and no secret depends on its timing.
public struct SHA256: Sendable {
  private var state: [UInt32] = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a,
    0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  /// Bytes that do not fill a block yet, fewer than 64.
  private var pending: [UInt8] = []
  private var byteCount: UInt64 = 0

  /// Starts a digest.
  public init() {}

  /// Adds bytes.
  public mutating func update(_ bytes: [UInt8]) {
    byteCount += UInt64(bytes.count)
    var schedule = [UInt32](repeating: 0, count: 64)
    var start = 0
    if !pending.isEmpty {
      start = min(64 - pending.count, bytes.count)
      pending += bytes[..<start]
      guard pending.count == 64 else { return }
      let block = pending
      Self.compress(block.span, &state, &schedule)
      pending.removeAll(keepingCapacity: true)
    }
    let span = bytes.span
    while start + 64 <= bytes.count {
      Self.compress(span.extracting(start..<(start + 64)), &state, &schedule)
      start += 64
    }
    pending += bytes[start...]
  }

  /// The digest of everything added, 64 hexadecimal digits.
  public func hexDigest() -> String {
    var copy = self
    let bitCount = byteCount * 8
    let padding = (byteCount % 64 < 56 ? 56 : 120) - Int(byteCount % 64)
    copy.update([0x80] + [UInt8](repeating: 0, count: padding - 1))
    copy.update((0..<8).map { UInt8(truncatingIfNeeded: bitCount >> (56 - 8 * UInt64($0))) })
    return copy.state.map { word in
      let digits = String(word, radix: 16)
      return String(repeating: "0", count: 8 - digits.count) + digits
    }.joined()
  }

  /// The digest of bytes in memory.
  public static func hexDigest(of bytes: [UInt8]) -> String {
    var digest = SHA256()
    digest.update(bytes)
    return digest.hexDigest()
  }

  /// The digest of a file, read in pieces of 4 MiB.
  ///
  /// - Throws: `FileError` where the file cannot be read.
  public static func hexDigest(ofFile path: String) throws(FileError) -> String {
    let file = try InputFile(path: path)
    var digest = SHA256()
    var offset = 0
    while offset < file.byteCount {
      let count = min(4 << 20, file.byteCount - offset)
      digest.update(try file.read(at: offset, count: count))
      offset += count
    }
    return digest.hexDigest()
  }

  /// One block of 64 bytes (FIPS 180-4, section 6.2.2; names of the standard).
  private static func compress(
    _ block: Span<UInt8>, _ state: inout [UInt32], _ schedule: inout [UInt32]
  ) {
    var w = schedule.mutableSpan
    for t in 0..<16 {
      w[t] =
        UInt32(block[4 &* t]) << 24 | UInt32(block[4 &* t &+ 1]) << 16
        | UInt32(block[4 &* t &+ 2]) << 8 | UInt32(block[4 &* t &+ 3])
    }
    for t in 16..<64 {
      let (early, late) = (w[t &- 15], w[t &- 2])
      let sigma0 = rotated(early, 7) ^ rotated(early, 18) ^ (early >> 3)
      let sigma1 = rotated(late, 17) ^ rotated(late, 19) ^ (late >> 10)
      w[t] = w[t &- 16] &+ sigma0 &+ w[t &- 7] &+ sigma1
    }
    // The constants are made when first asked for, so each ask looks whether they are.
    let constants = roundConstants.span
    var (a, b, c, d) = (state[0], state[1], state[2], state[3])
    var (e, f, g, h) = (state[4], state[5], state[6], state[7])
    for t in 0..<64 {
      let sum1 = rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)
      let temporary1 = h &+ sum1 &+ ((e & f) ^ (~e & g)) &+ constants[t] &+ w[t]
      let sum0 = rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)
      let temporary2 = sum0 &+ ((a & b) ^ (a & c) ^ (b & c))
      (h, g, f, e) = (g, f, e, d &+ temporary1)
      (d, c, b, a) = (c, b, a, temporary1 &+ temporary2)
    }
    for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] &+= word }
  }

  private static func rotated(_ word: UInt32, _ places: UInt32) -> UInt32 {
    word &>> places | word &<< (32 &- places)
  }

  /// First 32 bits of the fractional parts of the cube roots of the first 64 primes (section 4.2.2).
  private static let roundConstants: [UInt32] = (0..<64).map { index in
    fractionOfCubeRoot(primes[index])
  }

  private static let primes: [UInt64] = (2...311).filter { candidate in
    (2..<candidate).allSatisfy { !candidate.isMultiple(of: $0) }
  }

  /// floor(2^32 frac(p^(1/3))) by bisection in whole numbers: the largest r with r^3 <= p 2^96.
  private static func fractionOfCubeRoot(_ prime: UInt64) -> UInt32 {
    let target = UInt128(prime) << 96
    var (low, high) = (UInt128(0), UInt128(1) << 35)
    while high - low > 1 {
      let middle = (low + high) / 2
      if middle * middle * middle <= target { low = middle } else { high = middle }
    }
    return UInt32(truncatingIfNeeded: low)
  }
}
