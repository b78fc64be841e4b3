import WorkLedger

/// Files of a result folder, by the names that CONTRACT gives them.
struct FolderFiles {
  let folder: String

  func path(_ name: String) -> String { folder + "/" + name }

  /// A file's path, or nil where it is not there.
  func existing(_ name: String) -> String? {
    Folder.byteCount(ofFile: path(name)) == nil ? nil : path(name)
  }

  /// Labels and paths of `surfaces/membrane_NNNN.ply`, by label.
  func surfaces() -> [(label: Int, path: String)] {
    Folder.names(in: path("surfaces")).compactMap { name in
      guard name.hasPrefix("membrane_"), name.hasSuffix(".ply"),
        let label = Int(name.dropFirst("membrane_".count).dropLast(".ply".count)),
        (1...65535).contains(label)
      else { return nil }
      return (label, path("surfaces/" + name))
    }.sorted { $0.label < $1.label }
  }

  /// The folder's own name, without the folders above it.
  var name: String {
    Folder.absolute(folder).split(separator: "/").last.map(String.init) ?? folder
  }
}
