import GapTracing
import MRCFormat
import MembranePrediction
import Pipeline
import Preprocessing
import ReinforcementLearning
import Tensors
import TomogramModel
import VolumeFiles
import Volumes
import WorkLedger

/// One training run of the tracer.
struct TracerTraining {
  let command: TrainTracerCommand
  let pairs: [TrainingPair]
  let options = TracingOptions()
  let learning: DoubleDQNOptions
  let engine: Engine
  let device: Device
  let progress: Progress
  let stop: StopSignal

  /// One tomogram of four tells how likely bridges are right.
  private static let judging = 4

  init(_ command: TrainTracerCommand, progress: Progress, stop: StopSignal) throws {
    (self.command, self.progress, self.stop) = (command, progress, stop)
    if !command.force && Folder.exists(command.output) {
      throw FileError.targetExists(path: command.output)
    }
    pairs = try TrainingData.pairs(inFolders: command.data)
    guard Self.judging <= pairs.count else {
      throw UsageError(
        "\(pairs.count) tomograms are too few: expected \(Self.judging) or more, of which one in "
          + "\(Self.judging) is kept to judge by.")
    }
    var learning = DoubleDQNOptions()
    (learning.steps, learning.seed) = (command.steps, command.seed)
    self.learning = learning
    engine = try Engine.open()
    try engine.setThreads(command.computing.workers.count)
    device = try Device(named: command.deviceOptions.device ?? "cpu", engine: engine)
  }

  func run() throws {
    _ = try Folder.make(Folder.parent(of: command.output))
    var model =
      try command.from.map { try TracerModel(path: $0) } ?? TracerModel(seed: command.seed)
    let (learned, judged) = try courses()
    let network =
      learning.steps == 0
      ? try model.network(device: device, engine: engine) : try learn(&model, in: learned)
    // As in tracing: a network this small computes slower on several threads.
    try engine.setThreads(1)
    let fit = try fitJudges(
      on: judged, policy: network, monitor: progress.monitor("learning to judge", stop: stop))
    model.card.judges = fit.judges
    model.card.training["bridges"] = try compactJSON(fit.counts)
    model.card.training["program"] = ProgramVersion.current
    progress.note("bridges to judge by: \(try compactJSON(fit.counts))")
    model.weights = try network.weights()
    try model.write(to: command.output, overwrite: true)
  }

  /// Lets agents learn, and puts down how in the model's card.
  private func learn(
    _ model: inout TracerModel, in courses: [TracingCourse]
  ) throws -> ActionValueNetwork {
    var log: [LearningRecord] = []
    let network = try model.network(
      learningIn: courses, tracing: options, learning: learning, device: device, engine: engine,
      workers: command.computing.workers,
      monitor: progress.monitor("learning to trace", stop: stop)
    ) { record in
      log.append(record)
      progress.note(Self.words(record))
    }
    model.card.training["log"] = try compactJSON(log)
    model.card.training["options"] = try compactJSON(learning)
    model.card.training["from"] = try command.from.map { try MembraneModel.contentHash(path: $0) }
    return network
  }

  private static func words(_ record: LearningRecord) -> String {
    let mean = (record.meanReturn * 1000).rounded() / 1000
    let loss = (record.loss * 10000).rounded() / 10000
    return "step \(record.step): return \(mean) over \(record.episodes) episodes, loss \(loss)"
  }

  /// Courses to learn in, and others to judge by.
  private func courses() throws -> (learned: [TracingCourse], judged: [[TracingCourse]]) {
    let monitor = progress.monitor("reading", stop: stop)
    var (learned, judged): ([TracingCourse], [[TracingCourse]]) = ([], [])
    for (index, pair) in pairs.enumerated() {
      let isJudging = learning.steps == 0 || index % Self.judging == Self.judging - 1
      let courses = try lessons(of: pair).enumerated().map { number, lesson in
        try TracingCourse(
          lesson, options: options, seed: command.seed &* 1000 &+ UInt64(4 * index + number),
          scratchFolder: Machine.scratchFolder, workers: command.computing.workers)
      }
      if isJudging { judged.append(courses) } else { learned += courses }
      try monitor.report(completed: index + 1, of: pairs.count)
    }
    return (learned, judged)
  }

  /// What is learned from a tomogram: its prediction as it is and with gaps, and its true membranes
  /// with gaps, with and without the tomogram, as masks of other programs come. Gaps are cut, or those
  /// of the `mask.mrc` that `bilayer simulate --gaps` leaves beside the tomogram.
  private func lessons(of pair: TrainingPair) throws -> [TracingLesson] {
    let view = try InputVolume.open(
      path: pair.tomogram, options: command.reading.inputOptions(over: InputOptions()),
      scratchFolder: Machine.scratchFolder)
    let workers = command.computing.workers
    let density = try prepare(view.source, options: PreprocessingOptions(), workers: workers).source
    let labels = try InputVolume.open(path: pair.labels, scratchFolder: Machine.scratchFolder)
      .labels(UInt16.self)
    let tilt = try TrainingData.tilt(of: pair) ?? .customary
    var predicted = TracingLesson(tilt: tilt)
    predicted.density = density
    predicted.probability = try probability(pair, density)
    predicted.labels = labels
    var cut = predicted
    cut.cutsGaps = true
    var masked = TracingLesson(tilt: tilt)
    let cutMask = Folder.parent(of: pair.tomogram) + "/mask.mrc"
    if Folder.exists(cutMask) {
      masked.mask = try InputVolume.open(path: cutMask, scratchFolder: Machine.scratchFolder)
        .labels(Int8.self)
    } else {
      masked.mask = PresenceSource(labels: labels)
      masked.cutsGaps = true
    }
    masked.labels = labels
    var blind = masked
    masked.density = density
    blind.density = nil
    return [predicted, cut, masked, blind]
  }

  /// The probability beside the tomogram, or else what the shipped network says.
  private func probability(
    _ pair: TrainingPair, _ density: any VolumeSource<Float>
  ) throws -> any VolumeSource<Float> {
    let path = Folder.parent(of: pair.tomogram) + "/probability.mrc"
    if Folder.exists(path) {
      return try InputVolume.open(path: path, scratchFolder: Machine.scratchFolder).source
    }
    let model = try MembraneModel(path: try ShippedModel.volume.path())
    let scratch = try ScratchVolume<Float>(
      geometry: density.geometry, folder: Machine.scratchFolder)
    try MembranePrediction.predict(
      density, model: model, options: PredictionOptions(), into: scratch,
      keeping: .scratch(folder: Machine.scratchFolder), device: device, engine: engine,
      monitor: .silent)
    return scratch
  }
}

/// Where there is any label.
private struct PresenceSource: VolumeSource {
  let labels: any VolumeSource<UInt16>
  var geometry: VolumeGeometry { labels.geometry }
  func read(_ region: Region) throws -> Block<Int8> {
    try labels.read(region).map { $0 == 0 ? 0 : 1 }
  }
}
