public import WorkLedger

extension Folder {
  /// A file's name without folder and endings: `data/ts_01.rec.gz` gives `ts_01`.
  public static func stem(of path: String) -> String {
    var name = path.split(separator: "/").last.map(String.init) ?? path
    let endings = [".gz", ".bz2", ".mrc", ".rec", ".map", ".st", ".mrcs", ".ali", ".tif", ".tiff"]
    var found = true
    while found {
      found = false
      for ending in endings where name.lowercased().hasSuffix(ending) && ending.count < name.count {
        name.removeLast(ending.count)
        found = true
      }
    }
    return name
  }
}
