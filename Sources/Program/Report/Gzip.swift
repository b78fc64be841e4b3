import CZlib
import FoundationEssentials

/// Compresses bytes for `DecompressionStream("gzip")`. The same bytes give the same file: no date
/// is written.
func gzipped(_ bytes: [UInt8]) throws(ReportError) -> [UInt8] {
  var stream = unsafe z_stream()
  // 15 window bits + 16: a gzip header instead of a zlib one. Level 6 is zlib's own default.
  let opened = unsafe deflateInit2_(
    &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
    Int32(MemoryLayout<z_stream>.size))
  guard opened == Z_OK else { throw ReportError.compression(code: opened) }
  defer { unsafe deflateEnd(&stream) }
  var source = bytes
  let bound = Int(unsafe deflateBound(&stream, UInt(bytes.count)))
  var target = [UInt8](repeating: 0, count: bound)
  // Both buffers outlive the one call that uses them, and bound is zlib's own upper limit.
  let status = unsafe source.withUnsafeMutableBufferPointer { input in
    unsafe target.withUnsafeMutableBufferPointer { output in
      unsafe stream.next_in = input.baseAddress
      unsafe stream.avail_in = UInt32(input.count)
      unsafe stream.next_out = output.baseAddress
      unsafe stream.avail_out = UInt32(output.count)
      return unsafe deflate(&stream, Z_FINISH)
    }
  }
  guard status == Z_STREAM_END else { throw ReportError.compression(code: status) }
  return Array(target.prefix(Int(unsafe stream.total_out)))
}

/// Compressed bytes as text that fits in a page.
func packed(_ bytes: [UInt8]) throws(ReportError) -> String {
  Data(try gzipped(bytes)).base64EncodedString()
}
