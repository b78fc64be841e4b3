import MembranePrediction
import Pipeline
import Preprocessing
import Tensors
import TomogramModel
import Training
import VolumeFiles
import Volumes
import WorkLedger

/// The files of a training run: the model, and beside it, until it is finished, the checkpoint.
struct TrainingFiles {
  let model: String

  /// The state that `--resume` goes on from.
  var checkpoint: String { model + ".checkpoint" }
  /// Losses, with dates.
  var log: String { model + ".log" }
  /// Whether the model has been written.
  var isFinished: Bool { Folder.exists(model) && !Folder.exists(checkpoint) }

  /// Throws where files are there that may not be replaced.
  func check(force: Bool, resume: Bool) throws {
    if force || resume { return }
    if Folder.exists(model) { throw FileError.targetExists(path: model) }
    if Folder.exists(checkpoint) {
      throw UsageError(
        "\(checkpoint) is there from training that was stopped. Give --resume to go on with it, "
          + "or --force to begin anew.")
    }
  }
}

/// One training run, resolved.
struct TrainingSession {
  let options: TrainingOptions
  let sampling: SamplingOptions
  let card: ModelCard
  let weights: [String: TensorValues]
  let source: SegmentationSource
  let engine: Engine
  let device: Device
  let resumes: Bool
  let progress: Progress
  let stop: StopSignal

  /// Reads the data and the model to start from.
  init(_ command: TrainCommand, progress: Progress, stop: StopSignal) throws {
    (self.progress, self.stop) = (progress, stop)
    resumes = command.resume
    options = command.trainingOptions
    let start = try command.from.map { try MembraneModel(path: $0) }
    let architecture = start?.card.architecture ?? command.dimension.architecture
    sampling = command.samplingOptions(dimension: architecture.dimension)
    let reader = try ExampleReader(command, start: start, progress: progress, stop: stop)
    engine = try Engine.open()
    try engine.setThreads(command.computing.workers.count)
    device = try Device(named: command.deviceOptions.device ?? "auto", engine: engine)
    source = try SegmentationSource(
      reader.examples, validation: reader.validation, options: sampling,
      workers: command.computing.workers)
    var card = ModelCard(architecture: architecture, voxelSizeAngstrom: reader.voxelSizeAngstrom)
    card.training = [
      "options": try compactJSON(options), "sampling": try compactJSON(sampling),
      "examples": "\(reader.examples.count)", "program": ProgramVersion.current,
      "from": try command.from.map { try MembraneModel.contentHash(path: $0) } ?? "",
    ]
    self.card = card
    weights = start?.weights ?? UNet.initialWeights(architecture, seed: command.seed)
  }

  /// Trains, and writes the model.
  func train(_ files: TrainingFiles) throws {
    _ = try Folder.make(Folder.parent(of: files.model))
    let network = try UNet(card.architecture, weights: weights, device: device, engine: engine)
    let trainer = try Trainer(
      network, source: source, options: options, device: device, engine: engine)
    if resumes && Folder.exists(files.checkpoint) { try trainer.resume(from: files.checkpoint) }
    let log = RunLog(path: files.log)
    try trainer.run(
      checkpointPath: files.checkpoint, monitor: progress.monitor("training", stop: stop)
    ) { record in
      let line = Self.words(record)
      log.note(line)
      if record.kind == .validation { progress.note(line) }
    }
    try trainer.finish()
    var card = card
    card.calibration = try network.calibration(
      on: source.withoutPreference(), device: device, engine: engine)
    let model = MembraneModel(card: card, weights: try network.weights())
    try model.write(to: files.model, overwrite: true)
    Folder.remove(files.checkpoint)
  }

  private static func words(_ record: TrainingRecord) -> String {
    func rounded(_ value: Double) -> Double { (value * 1e4).rounded() / 1e4 }
    return "step \(record.step) \(record.kind.rawValue): loss \(rounded(record.loss)), "
      + "soft Dice \(rounded(record.dice)), gradient \(rounded(record.gradientNorm))"
  }
}

extension TrainCommand {
  /// How the weights are found.
  var trainingOptions: TrainingOptions {
    var options = TrainingOptions()
    if let steps { options.steps = steps }
    options.learningRate = learningRate ?? (from == nil ? options.learningRate : 3e-4)
    return options
  }

  /// How patches are drawn.
  func samplingOptions(dimension: Int) -> SamplingOptions {
    var options = SamplingOptions()
    let edge = patch ?? (dimension == 2 ? 128 : 64)
    options.patchSize = VolumeSize(x: edge, y: edge, z: dimension == 2 ? 1 : edge)
    options.batchSize = batch ?? (dimension == 2 ? 16 : 2)
    options.seed = seed
    return options
  }
}

/// Reads all examples of a training run into memory.
struct ExampleReader {
  private(set) var examples: [SegmentationExample] = []
  private(set) var validation: [SegmentationExample] = []
  /// The model's voxel edge.
  private(set) var voxelSizeAngstrom = 0.0

  init(_ command: TrainCommand, start: MembraneModel?, progress: Progress, stop: StopSignal) throws
  {
    var pairs = try TrainingData.pairs(inFolders: command.data)
    if let list = command.pairs { pairs += try TrainingData.pairs(inList: list) }
    let held = try TrainingData.pairs(inFolders: command.validation)
    let monitor = progress.monitor("reading data", stop: stop)
    voxelSizeAngstrom = start?.card.voxelSizeAngstrom ?? command.modelPixelSize ?? 0
    var bytes = 0
    for (index, pair) in (pairs + held).enumerated() {
      let example = try read(pair, command)
      bytes += 2 * example.size.count
      // The network's own needs, for the default patch and batch, were measured at 1.5 GB.
      let needed = Double(bytes) / 1e9 + 1.5
      guard needed <= command.computing.memoryGigabytes else {
        throw PipelineError.memoryTooSmall(
          neededGigabytes: needed, givenGigabytes: command.computing.memoryGigabytes)
      }
      // Without validation data of their own, every tenth example watches instead.
      let watches = held.isEmpty ? index % 10 == 9 : pairs.count <= index
      if watches { validation.append(example) } else { examples.append(example) }
      try monitor.report(completed: index + 1, of: pairs.count + held.count)
    }
  }

  private mutating func read(
    _ pair: TrainingPair, _ command: TrainCommand
  ) throws -> SegmentationExample {
    let scratch = Machine.scratchFolder
    let options = command.reading.inputOptions
    let tomogram = try InputVolume.open(
      path: pair.tomogram, options: options, scratchFolder: scratch)
    try tomogram.requiringTomogram(workers: command.computing.workers)
    let labels = try InputVolume.open(path: pair.labels, options: options, scratchFolder: scratch)
    try labels.requireSameGrid(as: tomogram)
    if voxelSizeAngstrom == 0 {
      let size = tomogram.geometry.meanVoxelSizeAngstrom
      voxelSizeAngstrom = (size * 100).rounded() / 100
    }
    let prepared = try prepare(
      tomogram.source, options: PreprocessingOptions(), workers: command.computing.workers)
    let meaning = LabelMeaning(membranes: command.labels?.labels, ignored: command.ignoreLabel)
    return try SegmentationExample(
      tomogram: prepared.source, labels: labels.labels(UInt16.self),
      voxelSizeAngstrom: voxelSizeAngstrom, tilt: try TrainingData.tilt(of: pair),
      meaning: { meaning($0) })
  }
}
