import ArgumentParser
import FoundationEssentials
import MRCFormat
import Pipeline
import VolumeFiles
import Volumes

/// `bilayer info`: what a file holds.
struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Show a volume's header and statistics.",
    discussion: "Example:  bilayer info tomogram.mrc --format json")

  @Argument(help: "MRC file (also .gz, .bz2) or TIFF stack.")
  var file: String

  @OptionGroup var reading: ReadingArguments

  @Option(help: ArgumentHelp("How results are printed.", valueName: "text|json"))
  var format: OutputFormat = .text

  @OptionGroup var computing: ComputingOptions

  func run() throws {
    let input = try InputVolume.open(
      path: file, options: reading.inputOptions, scratchFolder: Machine.scratchFolder)
    let found = try statistics(of: input.source, workers: computing.workers)
    let facts = VolumeFacts(input, statistics: found)
    switch format {
    case .text: Console.put(facts.text, to: .output)
    case .json: Console.put(try canonicalJSON(facts), to: .output)
    }
    if !input.voxelSizeIsKnown {
      Console.say(
        "bilayer: warning: the file does not tell its pixel size; other commands need --pixel-size.",
        to: .messages)
    }
  }
}

/// What `info` prints; the JSON has these keys.
struct VolumeFacts: Codable, Equatable {
  var path: String
  var format: String
  var mode: Int?
  var sizeXYZ: [Int]
  /// nil where the file does not tell.
  var voxelSizeAngstrom: [Double]?
  var originAngstrom: [Double]
  var minimum: Float?
  var maximum: Float?
  var mean: Double?
  var standardDeviation: Double?
  var notFiniteVoxels: Int
  var labels: [String]
  var notes: [String]

  enum CodingKeys: String, CodingKey {
    case path, format, mode, minimum, maximum, mean, labels, notes
    case sizeXYZ = "size_xyz"
    case voxelSizeAngstrom = "voxel_size_A"
    case originAngstrom = "origin_A"
    case standardDeviation = "sd"
    case notFiniteVoxels = "not_finite_voxels"
  }

  init(_ input: InputVolume, statistics: MRCStatistics) {
    let (geometry, header) = (input.geometry, input.storedHeader)
    path = input.path
    mode = header.map { Int($0.mode) }
    format = header == nil ? "TIFF" : "MRC"
    sizeXYZ = [geometry.size.x, geometry.size.y, geometry.size.z]
    voxelSizeAngstrom = input.voxelSizeIsKnown ? Self.list(geometry.voxelSizeAngstrom) : nil
    originAngstrom = Self.list(geometry.originAngstrom)
    // JSON has no infinity, so a volume without finite voxels has no minimum.
    let hasNumbers = 0 < statistics.finiteCount
    minimum = hasNumbers ? statistics.minimum : nil
    maximum = hasNumbers ? statistics.maximum : nil
    mean = hasNumbers ? statistics.mean : nil
    standardDeviation = hasNumbers ? statistics.standardDeviation : nil
    notFiniteVoxels = statistics.nonFiniteCount
    labels = header.map { Array($0.labels.prefix(max(0, min(Int($0.labelCount), 10)))) } ?? []
    notes = input.notes
  }

  /// The facts for people.
  var text: String {
    var lines = [
      "file          \(path)",
      "format        \(format)\(mode.map { ", mode \($0)\(Self.story(ofMode: $0))" } ?? "")",
      "size x y z    \(sizeXYZ.map(String.init).joined(separator: " x ")) voxels",
      "voxel size    \(voxelSizeAngstrom.map(Self.words) ?? "not known") \(voxelSizeAngstrom == nil ? "" : "Å")",
      "origin        \(Self.words(originAngstrom)) Å",
    ]
    if let minimum, let maximum, let mean, let standardDeviation {
      lines.append(
        "values        \(minimum) to \(maximum), mean \(Self.rounded(mean)), "
          + "s.d. \(Self.rounded(standardDeviation))")
    }
    if 0 < notFiniteVoxels { lines.append("not finite    \(notFiniteVoxels) voxels") }
    lines += labels.map { "label         \($0)" }
    lines += notes.map { "note          \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func story(ofMode mode: Int) -> String {
    MRCMode(rawValue: Int32(mode)).map { " (\($0.story))" } ?? ""
  }

  private static func list(_ vector: SIMD3<Double>) -> [Double] { [vector.x, vector.y, vector.z] }

  private static func words(_ values: [Double]) -> String {
    values.map { "\(rounded($0))" }.joined(separator: " x ")
  }

  private static func rounded(_ value: Double) -> Double {
    guard abs(value) < 1e9 else { return value }
    return (value * 1e4).rounded() / 1e4
  }
}
