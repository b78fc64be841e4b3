/// FNV-1a over words of eight bytes, each turned so that high bits reach low ones; never 0.
///
/// Guards against bytes half on disk, not against forgers; 1 ms for 10 MB.
func checksum(of bytes: RawSpan) -> UInt64 {
  var state: UInt64 = 0xcbf2_9ce4_8422_2325
  func mix(_ word: UInt64) {
    let sum = (state ^ word) &* 0x0000_0100_0000_01b3
    state = sum &<< 29 | sum &>> 35
  }
  var offset = 0
  while offset + 8 <= bytes.byteCount {
    mix(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    offset += 8
  }
  while offset < bytes.byteCount {
    mix(UInt64(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self)))
    offset += 1
  }
  mix(UInt64(bytes.byteCount))
  return max(state, 1)
}
