import FoundationEssentials

/// Where libtorch and the plugin lie on this machine.
public struct EngineLocation: Hashable, Sendable {
  /// Folder that holds `libtorch_cpu.so`.
  public let torchFolder: String
  /// The plugin, made by `Scripts/install-engine.sh`.
  public let pluginPath: String

  /// Names the two places.
  public init(torchFolder: String, pluginPath: String) {
    (self.torchFolder, self.pluginPath) = (torchFolder, pluginPath)
  }

  /// Looks for an engine.
  ///
  /// Environment variables come first (`TORCH_LIB`: libtorch's folder, `CTORCH`: the plugin); then
  /// a folder `.torch`, as `make engine` leaves it, beside the executable or any folder above it,
  /// then beside the working folder or any above it.
  ///
  /// - Parameter environment: nil: the process's own.
  /// - Throws: `EngineError.notInstalled`, naming the folders that were searched.
  public static func find(
    environment: [String: String]? = nil
  ) throws(EngineError) -> EngineLocation {
    let environment = environment ?? ProcessInfo.processInfo.environment
    let named = (torch: environment["TORCH_LIB"], plugin: environment["CTORCH"])
    if let torch = named.torch, let plugin = named.plugin {
      return EngineLocation(torchFolder: torch, pluginPath: plugin)
    }
    let starts = [executableFolder, FileManager.default.currentDirectoryPath]
    let folders = starts.flatMap { ancestors(of: $0) }.map { $0 + "/.torch" }
    for folder in folders {
      let torch = named.torch ?? folder + "/torch/lib"
      guard let plugin = named.plugin ?? plugin(in: folder),
        FileManager.default.isReadableFile(atPath: torch + "/libtorch_cpu.so")
      else { continue }
      return EngineLocation(torchFolder: torch, pluginPath: plugin)
    }
    throw EngineError.notInstalled(searched: starts.map { $0 + "/.torch and the folders above" })
  }

  /// Folder of the running program.
  public static var executableFolder: String {
    let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return path.map { String($0[..<($0.lastIndex(of: "/") ?? $0.startIndex)]) } ?? "/"
  }

  /// A folder and all above it, nearest first.
  public static func ancestors(of folder: String) -> [String] {
    var parts = folder.split(separator: "/")
    var folders: [String] = []
    while !parts.isEmpty {
      folders.append("/" + parts.joined(separator: "/"))
      parts.removeLast()
    }
    return folders
  }

  /// Folders in which what belongs to the program may lie, best first: the executable's and those above
  /// it, then the working folder and those above.
  public static var searchedFolders: [String] {
    [executableFolder, FileManager.default.currentDirectoryPath].flatMap { ancestors(of: $0) }
  }

  /// A file that comes with the program, as in `Models/membrane.safetensors`: beside the executable, or
  /// beside a folder above it, then the same from the working folder; nil where there is none.
  public static func shippedFile(_ name: String) -> String? {
    searchedFolders.map { $0 + "/" + name }.first { FileManager.default.isReadableFile(atPath: $0) }
  }

  private static func plugin(in folder: String) -> String? {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.sorted().last { $0.hasPrefix("libctorch-") && $0.hasSuffix(".so") }
      .map { folder + "/" + $0 }
  }
}
