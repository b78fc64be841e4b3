import Collective
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
  let logInterval: Int
  let ranks: any Communicator
  let progress: Progress
  let stop: StopSignal

  /// Reads the data and the model to start from.
  init(
    _ command: TrainCommand, ranks: any Communicator, progress: Progress, stop: StopSignal
  ) throws {
    (self.ranks, self.progress, self.stop) = (ranks, progress, stop)
    (resumes, logInterval) = (command.resume, command.logInterval)
    options = command.trainingOptions
    let start = try command.from.map { try MembraneModel(path: $0) }
    let architecture = start?.card.architecture ?? command.network.architecture
    sampling = command.samplingOptions(dimension: architecture.dimension)
    let least = 2 * architecture.lengthMultiple
    guard sampling.patchSize.x.isMultiple(of: architecture.lengthMultiple),
      least <= sampling.patchSize.x
    else {
      throw UsageError(
        "--patch \(sampling.patchSize.x): expected a multiple of \(architecture.lengthMultiple), the "
          + "network's coarsest voxel, and at least \(least).")
    }
    guard ranks.size <= sampling.batchSize else {
      throw UsageError(
        "--batch \(sampling.batchSize): expected a patch or more for each of \(ranks.size) ranks.")
    }
    let reader = try ExampleReader(command, start: start, progress: progress, stop: stop)
    engine = try Engine.open()
    try engine.setThreads(command.computing.workers.count)
    device = try Device(named: command.deviceOptions.device ?? "auto", engine: engine)
      .dealt(to: ranks, engine: engine)
    source = try SegmentationSource(
      reader.examples, validation: reader.validation, options: sampling,
      workers: command.computing.workers)
    var card = ModelCard(architecture: architecture, voxelSizeAngstrom: reader.voxelSizeAngstrom)
    card.training = [
      "options": try compactJSON(options), "sampling": try compactJSON(sampling),
      "examples": "\(reader.examples.count)", "program": ProgramVersion.current,
      "from": try command.from.map { try MembraneModel.contentHash(path: $0) } ?? "",
    ]
    if let start { card.calibration = start.card.calibration }
    self.card = card
    weights = start?.weights ?? UNet.initialWeights(architecture, seed: command.seed)
  }

  /// Trains; the first rank writes the model.
  func train(_ files: TrainingFiles) throws {
    _ = try Folder.make(Folder.parent(of: files.model))
    let network = try UNet(card.architecture, weights: weights, device: device, engine: engine)
    let trainer = try Trainer(
      network, source: source, options: options, device: device, engine: engine, ranks: ranks)
    if ranks.isFirst && resumes && Folder.exists(files.checkpoint) {
      try trainer.resume(from: files.checkpoint)
    }
    let (firstStep, start) = (trainer.step, ContinuousClock.now)
    var curve = try TrainingCurve(besideModel: files.model, upToStep: firstStep)
    progress.note(settings(files))
    try trainer.run(
      checkpointPath: files.checkpoint, logInterval: logInterval,
      monitor: progress.monitor("training", stop: stop)
    ) { record in
      guard ranks.isFirst else { return }
      try curve.add(record)
      if record.kind == .validation { progress.note(Self.words(record)) }
    }
    noteTraffic(steps: trainer.step - firstStep, since: start)
    if 0 < options.steps { try trainer.finish() }
    if ranks.isFirst { try write(network, files) }
  }

  /// Tells what it cost that ranks share the work.
  private func noteTraffic(steps: Int, since start: ContinuousClock.Instant) {
    guard 0 < steps, let traffic = (ranks as? MPIRanks)?.traffic else { return }
    func rounded(_ value: Double) -> Double { (value * 1e4).rounded() / 1e4 }
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    progress.note(
      "\(ranks.size) ranks: a step took \(rounded(seconds / Double(steps))) s, of which "
        + "\(rounded(traffic.seconds / Double(steps))) s for \(traffic.sums / steps) sums of "
        + "\(rounded(Double(traffic.bytes) / 1e6 / Double(steps))) MB together.")
  }

  /// Calibrates the network, and writes the model.
  private func write(_ network: UNet, _ files: TrainingFiles) throws {
    var card = card
    // Without tomograms to watch, the calibration of the model it began from is the best guess.
    if 0 < source.exampleCount.watched {
      let calibration = try network.calibration(
        on: source.withoutPreference(), device: device, engine: engine)
      (card.calibration, card.reliability) = (calibration.fit, calibration.reliability)
    }
    let model = MembraneModel(card: card, weights: try network.weights())
    try model.write(to: files.model, overwrite: true)
    Folder.remove(files.checkpoint)
  }

  /// What was chosen, and by what.
  private func settings(_ files: TrainingFiles) -> String {
    let size = sampling.patchSize
    let start =
      card.training["from"]?.isEmpty ?? true
      ? "from random weights" : "from the given model's weights"
    let shared = ranks.size == 1 ? "" : ", shared by \(ranks.size) ranks"
    let patches = "\(sampling.batchSize) patches of \(size.x) x \(size.y) x \(size.z) voxels"
    return """
      Learning from \(source.exampleCount.learned) tomograms, watching \
      \(source.exampleCount.watched), \(start): \(options.steps) steps of \(patches) of \
      \(card.voxelSizeAngstrom) Å at a rate of up to \(options.learningRate), on \(device)\(shared). \
      Losses: \(files.model).tsv and .svg.
      """
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
    if let checkpointInterval { options.checkpointInterval = checkpointInterval }
    options.learningRate = learningRate ?? (from == nil ? options.learningRate : 3e-4)
    return options
  }

  /// How patches are drawn.
  func samplingOptions(dimension: Int) -> SamplingOptions {
    var options = SamplingOptions()
    let edge = patch ?? (dimension == 2 ? 128 : 64)
    options.patchSize = VolumeSize(x: edge, y: edge, z: dimension == 2 ? 1 : edge)
    options.batchSize = batch ?? (dimension == 2 ? 16 : 2)
    // As many patches whatever the batch; sections are small, and many are needed.
    let watched = dimension == 2 ? 256 : 32
    options.validationBatchCount = (watched + options.batchSize - 1) / options.batchSize
    options.seed = seed
    return options
  }
}

/// Reads all examples of a training run into memory.
struct ExampleReader {
  private(set) var examples: [SegmentationExample] = []
  private(set) var validation: [SegmentationExample] = []
  /// The model's voxel edge.
  let voxelSizeAngstrom: Double

  init(_ command: TrainCommand, start: MembraneModel?, progress: Progress, stop: StopSignal) throws
  {
    var pairs = try TrainingData.pairs(inFolders: command.data)
    if let list = command.pairs { pairs += try TrainingData.pairs(inList: list) }
    let held = try TrainingData.pairs(inFolders: command.validation)
    let monitor = progress.monitor("reading data", stop: stop)
    var reading = PairReading(command)
    voxelSizeAngstrom =
      try start?.card.voxelSizeAngstrom ?? command.modelPixelSize
      ?? reading.voxelSizeAngstrom(of: pairs[0])
    reading.voxelSizeAngstrom = voxelSizeAngstrom
    let all = pairs + held
    var bytes = 0
    // As many at a time as there are threads: each is read by one.
    for first in stride(from: 0, to: all.count, by: command.computing.workers.count) {
      let group = all[first..<min(first + command.computing.workers.count, all.count)]
      for (place, example) in zip(group.indices, try reading.examples(of: Array(group))) {
        bytes += 2 * example.size.count
        // Without validation data of their own, every tenth example watches instead.
        let watches = held.isEmpty ? place % 10 == 9 : pairs.count <= place
        if watches { validation.append(example) } else { examples.append(example) }
      }
      // The network's own needs, for the default patch and batch, were measured at 1.5 GB.
      let needed = Double(bytes) / 1e9 + 1.5
      guard needed <= command.computing.memoryGigabytes else {
        throw PipelineError.memoryTooSmall(
          neededGigabytes: needed, givenGigabytes: command.computing.memoryGigabytes)
      }
      try monitor.report(completed: group.endIndex, of: all.count)
    }
  }
}

/// How a tomogram and its labels become an example.
private struct PairReading: Sendable {
  let input: InputOptions
  let meaning: LabelMeaning
  let sparse: Bool
  let workers: Workers
  var voxelSizeAngstrom = 0.0

  init(_ command: TrainCommand) {
    input = command.reading.inputOptions
    meaning = LabelMeaning(membranes: command.labels?.labels, ignored: command.ignoreLabel)
    sparse = command.sparse
    workers = command.computing.workers
  }

  /// Voxel edge of a pair, to a hundredth of an Å.
  func voxelSizeAngstrom(of pair: TrainingPair) throws -> Double {
    let size = try opened(pair.tomogram).geometry.meanVoxelSizeAngstrom
    return (size * 100).rounded() / 100
  }

  /// Reads pairs side by side.
  func examples(of pairs: [TrainingPair]) throws -> [SegmentationExample] {
    try workers.map(pairs.count) { index in Result { try example(of: pairs[index]) } }
      .map { try $0.get() }
  }

  private func example(of pair: TrainingPair) throws -> SegmentationExample {
    let tomogram = try opened(pair.tomogram)
    try tomogram.requiringTomogram(workers: .one)
    let labels = try opened(pair.labels)
    try labels.requireSameGrid(as: tomogram)
    let prepared = try prepare(
      tomogram.source, options: PreprocessingOptions(), workers: .one)
    return try SegmentationExample(
      tomogram: prepared.source, labels: labels.labels(UInt16.self),
      voxelSizeAngstrom: voxelSizeAngstrom, tilt: try TrainingData.tilt(of: pair),
      ignoresEmptySections: sparse, meaning: { meaning($0) })
  }

  private func opened(_ path: String) throws -> InputVolume {
    try InputVolume.open(path: path, options: input, scratchFolder: Machine.scratchFolder)
  }
}
