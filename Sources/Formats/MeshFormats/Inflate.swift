import CZlib

/// Undoes zlib's compression of a block.
///
/// - Returns: nil where the block is broken or does not become exactly `count` bytes.
func inflated(_ compressed: ArraySlice<UInt8>, count: Int) -> [UInt8]? {
  var result = [UInt8](repeating: 0, count: count)
  var length = uLongf(count)
  // zlib writes no more than `length` bytes, the buffer's size.
  let status = unsafe result.withUnsafeMutableBufferPointer { target in
    unsafe compressed.withUnsafeBufferPointer { source in
      unsafe uncompress(
        target.baseAddress, &length, source.baseAddress, uLong(source.count))
    }
  }
  return status == Z_OK && Int(length) == count ? result : nil
}
