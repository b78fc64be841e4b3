import ArgumentParser
import FoundationEssentials
import Pipeline
import Simulation
import TomogramModel
import Volumes
import WorkLedger

/// `bilayer simulate`: tomograms with exact truth.
struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Make tomograms of membranes with exact truth.",
    discussion: """
      Writes tomogram.mrc, labels.mrc, surfaces/*.ply, truth.json and simulation.json (all options).
      Same seed and options, same bytes. With --gaps also mask.mrc, gaps.mrc and gaps.csv: a
      segmentation with gaps of 5-60 nm by wedge, noise and protein, or erased from --labels FILE.
      With --halves also tomogram_even.mrc and tomogram_odd.mrc, for `bilayer compare-halves`.

      Example:  bilayer simulate --output phantom --seed 7 --leaflet-cnr 0.9
                bilayer simulate --output training --count 60 --randomise
                bilayer simulate --gaps --output benchmark --seed 9201 --leaflet-cnr 0.5
      """)

  @OptionGroup var placement: PlacementOptions

  @Option(help: ArgumentHelp("Make N, in DIR/0001/ ..., seeds rising by one.", valueName: "N"))
  var count: Int?

  @Option(help: ArgumentHelp("Seed of the first.", valueName: "N"))
  var seed: UInt64 = 1

  @Flag(help: "Draw scene and imaging of each from wide ranges, for training.")
  var randomise = false

  @Option(
    help: ArgumentHelp("Options as in simulation.json; a part of them will do.", valueName: "FILE"))
  var options: String?

  @Option(help: ArgumentHelp("Voxels along x, y and z (default: 256x256x128).", valueName: "XxYxZ"))
  var size: SizeValue?

  @Option(help: ArgumentHelp("Voxel edge (default: 10).", valueName: "Å"))
  var pixelSize: Double?

  @Option(help: ArgumentHelp("Contrast to noise of the leaflets (default: 0.8).", valueName: "X"))
  var leafletCnr: Double?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Lowest and highest tilt angle (default: -60,60).", valueName: "LOW,HIGH"))
  var tiltRange: TiltRangeValue?

  @Flag(help: "Also tomograms of the even and of the odd projections.")
  var halves = false

  @OptionGroup var gapSource: GapArguments

  @Flag(help: "Go on with a series that was stopped.")
  var resume = false

  @OptionGroup var computing: ComputingOptions

  mutating func validate() throws {
    if let count, !(1...9999).contains(count) {
      throw ValidationError("--count \(count): expected 1 to 9999.")
    }
  }

  func run() throws {
    if let labels = gapSource.labels {
      return try erase(from: labels)
    }
    let stop = StopSignal()
    let progress = Progress(quiet: computing.quiet)
    for index in 0..<(count ?? 1) {
      let seed = seed &+ UInt64(index)
      let folder = SimulatedFolder(
        path: count == nil ? placement.output : placement.output + "/" + fourDigits(index + 1),
        overwrite: placement.force)
      if resume && folder.isWhole { continue }
      if !resume { try folder.check() }
      let options = try resolved(seed: seed)
      let title = count.map { "simulating \(index + 1) of \($0)" } ?? "simulating"
      let simulated = try simulate(
        options, seed: seed, workers: computing.workers,
        monitor: progress.monitor(title, stop: stop))
      let written = SimulatedFolder(path: folder.path, overwrite: placement.force || resume)
      try written.write(simulated, options: options)
      progress.finish()
      tell(simulated, at: folder.path)
    }
  }

  private func tell(_ simulated: SimulatedTomogram, at path: String) {
    guard !computing.quiet else { return }
    let truth = simulated.truth
    let cnr = (truth.leafletCNR * 100).rounded() / 100
    Console.say(
      "\(path): \(truth.instances.count) membranes, leaflet_cnr \(cnr), seed \(truth.seed)",
      to: .messages)
  }

  /// Cuts gaps into a segmentation that is there.
  private func erase(from path: String) throws {
    let labels = try gapSource.membranes(path: path, pixelSizeAngstrom: pixelSize)
    let gaps = erasedGaps(
      in: labels, tilt: tiltRange?.tilt ?? .customary,
      perBin: SceneOptions.gapBenchmark.gapsPerLengthBin, seed: seed, workers: computing.workers)
    try SimulatedFolder(path: placement.output, overwrite: placement.force).write(
      labels, gaps: gaps)
    guard !computing.quiet else { return }
    Console.say("\(placement.output): \(gaps.records.count) gaps, seed \(seed)", to: .messages)
  }

  /// The options: defaults or drawn, then those of the file, then those of the command line.
  private func resolved(seed: UInt64) throws -> SimulationOptions {
    var result = randomise ? SimulationOptions.randomised(seed: seed) : SimulationOptions()
    if gapSource.gaps { result.scene = .gapBenchmark }
    if let options { result = try StrictJSON.read(options, over: result) }
    if let size { result.scene.size = size.size }
    if let pixelSize { result.scene.pixelSizeAngstrom = pixelSize }
    if let leafletCnr { result.imaging.leafletCNR = leafletCnr }
    if halves { result.imaging.makesHalves = true }
    if let tilt = tiltRange?.tilt {
      result.imaging.tiltMinimumDegrees = tilt.minimumDegrees
      result.imaging.tiltMaximumDegrees = tilt.maximumDegrees
    }
    return result
  }
}

/// `--size XxYxZ` in voxels.
struct SizeValue: ExpressibleByArgument {
  let size: VolumeSize

  init?(argument: String) {
    let parts = argument.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 3, let x = parts[0], let y = parts[1], let z = parts[2],
      0 < min(x, y, z), max(x, y, z) < 1 << 20
    else { return nil }
    size = VolumeSize(x: x, y: y, z: z)
  }
}

/// A number as the names of files have it: `0007`.
func fourDigits(_ number: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(4 - digits.count, 0)) + digits
}
