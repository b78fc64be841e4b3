import Glibc

/// The few things the program does with folders; errors are `FileError`.
public enum Folder {
  /// Makes a folder and those above it.
  ///
  /// - Returns: the folders made, outermost first; empty where it existed.
  public static func make(_ path: String) throws(FileError) -> [String] {
    if isFolder(path) { return [] }
    let parent = Self.parent(of: path)
    var made = parent == path ? [] : try make(parent)
    if unsafe mkdir(path, 0o777) == 0 {
      made.append(path)
    } else if errno != EEXIST || !isFolder(path) {
      throw FileError.system(
        path: path, action: "cannot make the folder", reading: false, code: errno)
    }
    return made
  }

  /// Whether there is a folder of this name.
  public static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  /// Whether there is anything of this name.
  public static func exists(_ path: String) -> Bool {
    var status = stat()
    return unsafe lstat(path, &status) == 0
  }

  /// Length of a file in bytes; nil where there is no regular file of this name.
  public static func byteCount(ofFile path: String) -> Int? {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int(status.st_size)
  }

  /// Names in a folder, hidden ones too, sorted; empty where there is no such folder.
  public static func names(in folder: String) -> [String] {
    guard let stream = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Removes a file, or a folder that is empty; nothing where there is none.
  public static func remove(_ path: String) {
    if unsafe unlink(path) != 0 { unsafe rmdir(path) }
  }

  /// Removes the files in a folder, and the folder if nothing else is in it.
  public static func empty(_ path: String) {
    for name in names(in: path) { remove(path + "/" + name) }
    remove(path)
  }

  /// The folder a path lies in.
  public static func parent(of path: String) -> String {
    var trimmed = Substring(path)
    while trimmed.count > 1, trimmed.last == "/" { trimmed.removeLast() }
    guard let slash = trimmed.lastIndex(of: "/") else { return trimmed == "." ? "/" : "." }
    return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
  }

  /// The nearest folder at or above a path that exists: where scratch data of it may go.
  public static func nearestExisting(to path: String) -> String {
    var folder = path
    while !isFolder(folder) {
      let parent = Self.parent(of: folder)
      if parent == folder { return folder }
      folder = parent
    }
    return folder
  }

  /// The path from the root, without `.` and `..`; symbolic links are resolved.
  public static func absolute(_ path: String) -> String {
    guard let resolved = unsafe realpath(path, nil) else {
      let parent = Self.parent(of: path)
      let name = path.split(separator: "/").last.map(String.init) ?? ""
      return parent == path || name.isEmpty ? path : absolute(parent) + "/" + name
    }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }
}
