import ArgumentParser
import FoundationEssentials
import Glibc
import MRCFormat
import Pipeline
import TomogramModel
import VolumeFiles
import Volumes

/// What every command that computes understands.
struct ComputingOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Threads to use (default: all).", valueName: "N"))
  var threads: Int?

  @Option(help: ArgumentHelp("Cap on memory (default: 3/4 of the machine's).", valueName: "GB"))
  var memory: Double?

  @Flag(help: "Print no progress and no notes.")
  var quiet = false

  mutating func validate() throws {
    if let threads, threads < 1 {
      throw ValidationError("--threads \(threads): expected 1 or more.")
    }
    if let memory, !(0 < memory && memory.isFinite) {
      throw ValidationError("--memory \(memory): expected gigabytes above 0.")
    }
  }

  /// Threads, resolved.
  var workers: Workers { Workers(count: threads ?? Machine.processorCount) }

  /// The cap, resolved.
  var memoryGigabytes: Double { memory ?? 0.75 * Machine.memoryGigabytes }
}

/// `--device`, for commands that use the engine.
struct DeviceOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Where networks run.", valueName: "auto|cpu|cuda[:n]"))
  var device: String?
}

/// How a volume is read.
struct ReadingArguments: ParsableArguments {
  @Option(help: ArgumentHelp("Voxel edge, over the header's.", valueName: "Å"))
  var pixelSize: Double?

  @Option(
    help: ArgumentHelp(
      "Sign of mode-0 bytes.", valueName: "auto|signed|unsigned", visibility: .hidden))
  var mode0: Mode0Value?

  @Option(
    help: ArgumentHelp("Order of the file's axes.", valueName: "xyz|xzy|...", visibility: .hidden))
  var axes: String?

  mutating func validate() throws {
    if let pixelSize, !(0 < pixelSize && pixelSize.isFinite) {
      throw ValidationError("--pixel-size \(pixelSize): expected a number of Å above 0.")
    }
    if let axes, axes.sorted() != ["x", "y", "z"] {
      throw ValidationError(
        "--axes \(axes): expected x, y and z in some order, as in xzy for a thickness along y.")
    }
  }
}

extension ReadingArguments {
  /// The options as the reader wants them.
  var inputOptions: InputOptions { inputOptions(over: InputOptions()) }

  /// Other options with what the command line says in their place.
  func inputOptions(over base: InputOptions) -> InputOptions {
    InputOptions(
      mode0: mode0?.sign ?? base.mode0, pixelSizeAngstrom: pixelSize ?? base.pixelSizeAngstrom,
      axes: axes ?? base.axes)
  }
}

/// `--mode0`.
enum Mode0Value: String, ExpressibleByArgument, CaseIterable {
  case auto
  case signed
  case unsigned

  var sign: InputOptions.Mode0 {
    switch self {
    case .auto: .auto
    case .signed: .signed
    case .unsigned: .unsigned
    }
  }
}

/// What the missing wedge hides.
struct WedgeOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Lowest and highest tilt angle (default: -60,60).", valueName: "LOW,HIGH"))
  var tiltRange: TiltRangeValue?

  @Option(help: ArgumentHelp("Tilt angles: .tlt, .rawtlt or .mdoc.", valueName: "FILE"))
  var tilts: String?

  @Option(help: ArgumentHelp("Tilt axis; only y.", valueName: "y", visibility: .hidden))
  var tiltAxis = "y"

  mutating func validate() throws {
    if tiltRange != nil && tilts != nil {
      throw ValidationError("--tilt-range and --tilts say the same thing: give one of them.")
    }
    if tiltAxis != "y" {
      throw ValidationError(
        "--tilt-axis \(tiltAxis): expected y. Turn the tomogram about z first, "
          + "as in IMOD: clip rotz in.mrc out.mrc.")
    }
  }

  /// The tilt range, or nil where nobody says.
  func resolved() throws -> TiltGeometry? {
    try tiltRange?.tilt ?? tilts.map { try TiltFile.geometry(path: $0) }
  }
}

/// Where results go, and what may be there already.
struct PlacementOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: ArgumentHelp("Folder of the results.", valueName: "DIR"))
  var output: String

  @Flag(help: "Replace what is there.")
  var force = false

  mutating func validate() throws {
    if output.isEmpty { throw ValidationError("--output: expected a folder's name.") }
  }
}

/// What the machine has.
enum Machine {
  /// Where scratch data of commands without an output folder go.
  static var scratchFolder: String {
    unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
  }

  /// Processors this process may use.
  static var processorCount: Int { max(ProcessInfo.processInfo.activeProcessorCount, 1) }

  /// Memory in GB (10⁹ bytes), or the control group's cap where that is lower.
  static var memoryGigabytes: Double {
    let pages = Double(sysconf(Int32(_SC_PHYS_PAGES)))
    let physical = pages * Double(sysconf(Int32(_SC_PAGESIZE)))
    return min(physical, controlGroupCap ?? .infinity) / 1e9
  }

  private static var controlGroupCap: Double? {
    let files = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]
    return files.lazy.compactMap { path in smallText(path).flatMap { Double($0) } }.first
  }

  /// A pseudo file's first line: these have no length, so they are read until they end.
  private static func smallText(_ path: String) -> Substring? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard 0 <= descriptor else { return nil }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 64)
    let count = unsafe read(descriptor, &bytes, bytes.count)
    let text = String(decoding: bytes.prefix(max(count, 0)), as: UTF8.self)
    return text.split(whereSeparator: \.isNewline).first
  }
}
