/// Content of `open.cxc`: ChimeraX commands that open a result with the page's colours.
///
/// Paths inside the folder are relative: ChimeraX runs a script in the folder it lies in.
struct ChimeraXScript {
  /// Path of the tomogram; nil where it is not known.
  let tomogram: String?
  /// Whether the folder has `instances.mrc`.
  let hasInstances: Bool
  /// Labels that have a surface file, rising, with the file's path relative to the folder.
  let surfaces: [(label: Int, path: String)]

  /// The commands.
  var text: String {
    var lines = ["# Open this file in UCSF ChimeraX: the tomogram and its membranes.", "close"]
    if let tomogram {
      lines += [
        "open \(Self.quoted(tomogram)) id 1", "volume #1 style image plane z",
        "rename #1 tomogram",
      ]
    }
    if hasInstances {
      lines += ["open instances.mrc id 2", "rename #2 labels", "hide #2 models"]
    }
    for (label, path) in surfaces {
      let model = "#\(label + 2)"
      lines += [
        "open \(Self.quoted(path)) id \(label + 2)",
        "color \(model) \(MembranePalette.hex(label: label))",
        "rename \(model) \"membrane \(label)\"",
      ]
    }
    lines += ["lighting soft", "view"]
    return lines.joined(separator: "\n") + "\n"
  }

  /// ChimeraX takes either quote; a path with both is not to be saved.
  private static func quoted(_ path: String) -> String {
    path.contains("\"") ? "'\(path)'" : "\"\(path)\""
  }
}
