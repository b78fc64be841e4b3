import ArgumentParser
import Evaluation
import FoundationEssentials
import Pipeline
import TableFormats
import TomogramModel
import Volumes
import WorkLedger

/// `bilayer compare-halves`: whether the halves of a tomogram differ by what error bars say.
struct CompareHalvesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare-halves",
    abstract: "Test the error bars of surfaces with the halves of a tomogram.",
    discussion: """
      EVEN and ODD are result folders of `bilayer segment`, of tomograms of the even
      and of the odd frames or tilts. Halves can show that standard deviations are
      too narrow. They cannot show that they are right: errors of what both share
      (specimen, missing wedge, network) cancel.

      Example:  bilayer segment even.mrc --output even
                bilayer segment odd.mrc --output odd
                bilayer compare-halves even odd --pairs pairs.csv
      """)

  @Argument(help: ArgumentHelp("Results of one half.", valueName: "EVEN"))
  var even: String

  @Argument(help: ArgumentHelp("Results of the other.", valueName: "ODD"))
  var odd: String

  @Option(help: ArgumentHelp("Also a table of the membranes.", valueName: "FILE.csv"))
  var pairs: String?

  @Option(
    help: ArgumentHelp(
      "Cubes drawn anew for intervals (default: 40 voxels).", valueName: "Å"))
  var block: Double?

  @Option(
    help: ArgumentHelp("Multiply standard deviations first (default: 1).", valueName: "X"))
  var sdFactor: Double?

  @Option(help: ArgumentHelp("How results are printed.", valueName: "text|json"))
  var format = OutputFormat.text

  @Flag(help: "Replace what is there.")
  var force = false

  @OptionGroup var wedge: WedgeOptions
  @OptionGroup var computing: ComputingOptions

  mutating func validate() throws {
    for (name, value) in [("block", block), ("sd-factor", sdFactor)] {
      if let value, !(0 < value && value.isFinite) {
        throw ValidationError("--\(name) \(value): expected a number above 0.")
      }
    }
  }

  func run() throws {
    if let pairs, !force, Folder.exists(pairs) { throw FileError.targetExists(path: pairs) }
    let first = try HalfFolder(even)
    let second = try HalfFolder(odd)
    try first.checkIsHalf(with: second)
    var options = HalfComparisonOptions(voxelAngstrom: first.geometry.meanVoxelSizeAngstrom)
    if let sdFactor { options.factor = sdFactor }
    if let block { options.blockAngstrom = block }
    let agreement = compareHalves(
      first.surfaces, second.surfaces,
      tilt: try wedge.resolved() ?? first.tilt ?? .customary, options: options,
      workers: computing.workers)
    let page = HalvesPage(agreement)
    if let pairs { try page.table.write(to: pairs, overwrite: force) }
    switch format {
    case .text: Console.put(page.text, to: .output)
    case .json: Console.put(try canonicalJSON(page), to: .output)
    }
  }
}
