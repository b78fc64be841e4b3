import Glibc

/// Files of a result folder, by the names that CONTRACT gives them.
struct FolderFiles {
  let folder: String

  func path(_ name: String) -> String { folder + "/" + name }

  /// A file's path, or nil where it is not there.
  func existing(_ name: String) -> String? { Self.byteCount(path(name)) == nil ? nil : path(name) }

  /// Labels and paths of `surfaces/membrane_NNNN.ply`, by label.
  func surfaces() -> [(label: Int, path: String)] {
    Self.names(in: path("surfaces")).compactMap { name in
      guard name.hasPrefix("membrane_"), name.hasSuffix(".ply"),
        let label = Int(name.dropFirst("membrane_".count).dropLast(".ply".count)),
        (1...65535).contains(label)
      else { return nil }
      return (label, path("surfaces/" + name))
    }.sorted { $0.label < $1.label }
  }

  /// The folder's own name, without the folders above it.
  var name: String {
    guard let full = unsafe realpath(folder, nil) else { return folder }
    defer { unsafe free(full) }
    return unsafe String(cString: full).split(separator: "/").last.map(String.init) ?? folder
  }

  /// Length of a regular file; nil where there is none.
  static func byteCount(_ path: String) -> Int? {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  private static func names(in folder: String) -> [String] {
    guard let stream = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      names.append(
        unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
          unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        })
    }
    return names.sorted()
  }
}
