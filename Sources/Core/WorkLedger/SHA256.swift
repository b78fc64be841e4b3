import CCrypto

/// The SHA-256 digest of bytes that come in pieces (FIPS 180-4), by OpenSSL.
///
/// Names inputs in a plan; it guards against mix-ups. Belongs to the thread that made it.
@safe
public final class SHA256 {
  private let context: OpaquePointer

  /// Starts a digest.
  public init() {
    guard let context = unsafe EVP_MD_CTX_new() else {
      fatalError("There is no memory left for a digest.")
    }
    unsafe self.context = unsafe context
    check(unsafe EVP_DigestInit_ex(context, EVP_sha256(), nil))
  }

  deinit { unsafe EVP_MD_CTX_free(context) }

  /// Adds bytes.
  public func update(_ bytes: [UInt8]) {
    check(unsafe EVP_DigestUpdate(context, bytes, bytes.count))
  }

  /// Ends the digest of everything added: 64 hexadecimal digits. To be called once.
  public func hexDigest() -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    check(unsafe EVP_DigestFinal_ex(context, &digest, nil))
    return digest.map { byte in
      let digits = String(byte, radix: 16)
      return byte < 16 ? "0" + digits : digits
    }.joined()
  }

  /// The digest of bytes in memory.
  public static func hexDigest(of bytes: [UInt8]) -> String {
    let digest = SHA256()
    digest.update(bytes)
    return digest.hexDigest()
  }

  /// The digest of a file, read in pieces of 4 MiB.
  ///
  /// - Throws: `FileError` where the file cannot be read.
  public static func hexDigest(ofFile path: String) throws(FileError) -> String {
    let file = try InputFile(path: path)
    let digest = SHA256()
    var offset = 0
    while offset < file.byteCount {
      let count = min(4 << 20, file.byteCount - offset)
      digest.update(try file.read(at: offset, count: count))
      offset += count
    }
    return digest.hexDigest()
  }

  /// OpenSSL's digests fail only where its own set-up is broken.
  private func check(_ result: Int32) {
    precondition(result == 1, "OpenSSL computes no SHA-256: see its configuration (openssl.cnf).")
  }
}
