import ArgumentParser
import MRCFormat
import Pipeline
import Preprocessing
import TomogramModel
import TomographicImaging
import VolumeFiles
import Volumes
import WorkLedger

/// `bilayer prepare`: a tomogram as stage 1 leaves it, filtered on request.
struct PrepareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prepare",
    abstract: "Normalise a tomogram, undo its transfer function, match its amplitudes.",
    discussion: """
      The other commands normalise by themselves. --defocus undoes the transfer
      function where that was not done before reconstruction; --match gives the
      tomogram the amplitudes, frequency by frequency, of another one that is
      segmented well. Background becomes 0, the standard deviation 1; what was dark
      stays dark.

      Example:  bilayer prepare tomogram.mrc --defocus 4.5 --output deconvolved.mrc
                bilayer segment deconvolved.mrc --output results
      """)

  @Argument(help: ArgumentHelp("MRC file (also .gz, .bz2) or TIFF stack.", valueName: "TOMOGRAM"))
  var tomogram: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The prepared tomogram.", valueName: "FILE.mrc"))
  var output: String

  @OptionGroup(title: "Transfer function") var transfer: TransferOptions

  @Option(
    help: ArgumentHelp("A tomogram whose amplitudes are taken over.", valueName: "TOMOGRAM"))
  var match: String?

  @Option(help: ArgumentHelp("Grey of dense matter.", valueName: "auto|dark|bright"))
  var contrast: ContrastValue?

  @OptionGroup var part: PartOptions
  @OptionGroup var reading: ReadingArguments
  @OptionGroup var computing: ComputingOptions

  @Flag(help: "Replace what is there.")
  var force = false

  func run() throws {
    if !force && Folder.exists(output) { throw FileError.targetExists(path: output) }
    var plan = ReadingPlan()
    plan.input = reading.inputOptions
    try part.resolve(&plan, path: tomogram)
    let view = try VolumeView(path: tomogram, reading: plan, scratchFolder: scratchFolder)
    try view.requireTomogram(workers: computing.workers)
    var options = PreprocessingOptions()
    if let contrast { options.contrast = contrast.contrast }
    let prepared = try prepare(view.source, options: options, workers: computing.workers)
    if !computing.quiet {
      for note in view.input.notes + prepared.notes { Console.say(note, to: .messages) }
    }
    let filtered = try filtered(prepared.source, options: options)
    let sink = try MRCSink<Float>(
      path: output, geometry: view.geometry, template: view.input.header,
      label: "bilayer \(ProgramVersion.current): prepared", overwrite: force)
    let sign: Float = prepared.contrast == .dark ? -1 : 1
    for slab in view.geometry.bounds.slabs(thickness: 8) {
      try sink.write(try filtered.read(slab).map { sign * $0 })
    }
    try sink.commit()
  }

  /// Scratch data lie beside the result: they are as large.
  private var scratchFolder: String { Folder.parent(of: Folder.absolute(output)) }

  /// What the options ask for, one filter after the other, normalised anew.
  private func filtered(
    _ source: any VolumeSource<Float>, options: PreprocessingOptions
  ) throws -> any VolumeSource<Float> {
    // What it would say is of resuming.
    let stop = StopSignal(speaks: false)
    let progress = Progress(quiet: computing.quiet)
    defer { progress.finish() }
    let plan = FilterPlan(source.geometry)
    // As many threads as the cap on memory lets hold a tile each.
    let fitting = Int(computing.memoryGigabytes * 1e9 / Double(plan.bytesPerThread))
    let tileWorkers = Workers(count: min(computing.workers.count, max(fitting, 1)))
    var normalising = options
    normalising.contrast = .bright
    var current = source
    func apply(_ filter: DensityFilter, _ title: String) throws {
      let scratch = try ScratchVolume<Float>(geometry: source.geometry, folder: scratchFolder)
      do {
        try plan.filter(
          current, with: filter, into: scratch, workers: tileWorkers,
          monitor: progress.monitor(title, stop: stop))
      } catch is Stopped {
        throw StoppedPreparing()
      }
      current = try prepare(scratch, options: normalising, workers: computing.workers).source
    }
    if let transfer = transfer.function {
      try apply(
        .deconvolution(of: transfer, isPhaseFlipped: self.transfer.phaseFlipped), "deconvolving")
    }
    if let match {
      let reference = try VolumeView(
        path: match, reading: ReadingPlan(), scratchFolder: scratchFolder)
      try reference.requireTomogram(workers: computing.workers)
      let other = try prepare(
        reference.source, options: PreprocessingOptions(), workers: computing.workers)
      let workers = computing.workers
      try apply(
        .matching(
          AmplitudeSpectrum(of: current, workers: workers),
          to: AmplitudeSpectrum(of: other.source, workers: workers)), "matching")
    }
    return current
  }
}

/// Thrown where a signal ended preparing: there is nothing to go on from.
private struct StoppedPreparing: Fault {
  var kind: FaultKind { .stopped }

  var description: String { "Stopped before the end; nothing was written." }
}

/// What the microscope did.
struct TransferOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("Undo the transfer function of this underfocus.", valueName: "µm"))
  var defocus: Double?

  @Option(help: ArgumentHelp("Acceleration voltage (default: 300).", valueName: "kV"))
  var voltage = 300.0

  @Option(help: ArgumentHelp("Spherical aberration (default: 2.7).", valueName: "mm"))
  var sphericalAberration = 2.7

  @Option(help: ArgumentHelp("Share of amplitude contrast (default: 0.07).", valueName: "SHARE"))
  var amplitudeContrast = 0.07

  @Flag(help: "Phases were flipped before reconstruction.")
  var phaseFlipped = false

  mutating func validate() throws {
    if let defocus, !(0 < defocus && defocus <= 20) {
      throw ValidationError("--defocus \(defocus): expected µm of underfocus, above 0, up to 20.")
    }
    if !(50...1000).contains(voltage) {
      throw ValidationError("--voltage \(voltage): expected 50 to 1000 kV.")
    }
    if !(0...10).contains(sphericalAberration) {
      throw ValidationError("--spherical-aberration \(sphericalAberration): expected 0 to 10 mm.")
    }
    if !(0...1).contains(amplitudeContrast) {
      throw ValidationError("--amplitude-contrast \(amplitudeContrast): expected a share, 0 to 1.")
    }
    if defocus == nil && phaseFlipped {
      throw ValidationError("--phase-flipped says how --defocus is undone: give it too.")
    }
  }

  /// The transfer function; nil where it shall stay.
  var function: ContrastTransfer? {
    defocus.map {
      ContrastTransfer(
        defocusAngstrom: 1e4 * $0, voltageKilovolt: voltage,
        sphericalAberrationMillimetre: sphericalAberration, amplitudeContrast: amplitudeContrast)
    }
  }
}
