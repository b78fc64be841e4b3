public import Collective
import FoundationEssentials
import MRCFormat
import MembranePrediction
import Preprocessing
import Tensors
public import TomogramModel
import VolumeFiles
public import Volumes
import WorkLedger

/// A network ready to be applied as the plan says.
private struct OpenNetwork {
  let model: MembraneModel
  let options: PredictionOptions
  let device: Device
  let engine: Engine

  func predict(
    _ tomogram: any VolumeSource<Float>, into sink: any VolumeSink<Float>, keeping: TileKeeping,
    monitor: StageMonitor, ranks: any Communicator
  ) throws -> (found: Int, all: Int) {
    try MembranePrediction.predict(
      tomogram, model: model, options: options, into: sink, keeping: keeping, device: device,
      engine: engine, monitor: monitor, ranks: ranks)
  }

  func assist(
    on tomogram: any VolumeSource<Float>, keeping: TileKeeping, monitor: StageMonitor,
    ranks: any Communicator
  ) throws {
    try predictTiles(
      of: tomogram, model: model, options: options, keeping: keeping,
      device: device.dealt(to: ranks, engine: engine), engine: engine, monitor: monitor,
      ranks: ranks)
  }
}

extension Pipeline {
  /// Stages 1 and 2: a normalised tomogram, and how likely each of its voxels is membrane.
  ///
  /// - Parameter key: digest of all that decides the result.
  func predict(_ monitor: StageMonitor, key: String) throws {
    let tomogram = try openTomogram()
    let network = try openNetwork()
    let prepared = try prepared(tomogram)
    for note in tomogram.input.notes + prepared.notes { say(note) }
    let sink = try MRCHalfSink(
      path: folder.probability, geometry: tomogram.geometry, template: tomogram.input.header,
      label: label("membrane probability"))
    // Each half costs as much as the tomogram itself.
    let monitors = monitor.parts(1 + plan.halves.count)
    try order(volume: 0, key: key)
    let tiles = try network.predict(
      prepared.source, into: sink, keeping: keeping(volume: 0, key: key), monitor: monitors[0],
      ranks: context.ranks)
    if 0 < tiles.found { say("\(tiles.found) of \(tiles.all) tiles are of an earlier run") }
    try sink.commit()
    // What earlier halves told holds no more.
    Folder.remove(folder.halves)
    if !plan.halves.isEmpty {
      try compareHalves(network, key: key, monitors: Array(monitors.dropFirst()))
    }
  }

  /// Predicts on half tomograms, and writes how well they agree.
  private func compareHalves(
    _ network: OpenNetwork, key: String, monitors: [StageMonitor]
  ) throws {
    let probabilities = try plan.halves.indices.map { number in
      let view = try open(plan.halves[number].path)
      let scratch = try ScratchVolume<Float>(geometry: view.geometry, folder: folder.path)
      let prepared = try prepared(view).source
      try order(volume: number + 1, key: key)
      _ = try network.predict(
        prepared, into: scratch, keeping: keeping(volume: number + 1, key: key),
        monitor: monitors[number], ranks: context.ranks)
      return scratch as any VolumeSource<Float>
    }
    let own = try InputVolume.open(path: folder.probability, scratchFolder: folder.path).source
    let (first, second) = (probabilities[0], probabilities.count == 2 ? probabilities[1] : own)
    var agreement = HalfAgreement()
    for slab in first.geometry.bounds.slabs(thickness: 8) {
      agreement.add(try first.read(slab).samples, try second.read(slab).samples)
    }
    try AtomicFile.write(try canonicalJSON(agreement), to: folder.halves, overwrite: true)
    if let dice = agreement.dice {
      say("the masks of the two halves agree with a Dice of \((dice * 1000).rounded() / 1000)")
    }
  }

  private func keeping(volume: Int, key: String) -> TileKeeping {
    .file(path: folder.tiles(ofVolume: volume), work: key)
  }

  /// A tomogram after stage 1.
  func prepared(_ tomogram: VolumeView) throws -> PreparedTomogram {
    try prepare(tomogram.source, options: plan.preprocessing, workers: context.workers)
  }

  private func openNetwork() throws -> OpenNetwork {
    let modelPath = try required(
      plan.model?.path, .predict, "a model", "Give one with --model.")
    let model = try MembraneModel(path: modelPath)
    let engine = try Engine.open()
    try engine.setThreads(plan.threads)
    let device = try Device(named: plan.device, engine: engine)
    return OpenNetwork(
      model: model, options: plan.prediction, device: device, engine: engine)
  }

  /// The tomogram as the plan reads it.
  func openTomogram() throws -> VolumeView {
    let path = try required(
      plan.tomogram?.path, .predict, "a tomogram", "Name one, or give it with --tomogram.")
    return try open(path)
  }

  /// A volume as the plan reads it.
  func open(_ path: String) throws -> VolumeView {
    try VolumeView(path: path, reading: plan.reading, scratchFolder: folder.path)
  }

  /// The label that an MRC output gets; no date, so that the same plan gives the same bytes.
  func label(_ content: String) -> String { "bilayer \(plan.version): \(content)" }

  func required<Value>(
    _ value: Value?, _ stage: Stage, _ wanted: String, _ advice: String
  ) throws -> Value {
    guard let value else {
      throw PipelineError.missingInput(stage: stage, wanted: wanted, advice: advice)
    }
    return value
  }
}

// MARK: - Many ranks

/// What the first rank asks of the others.
private struct PredictionOrder: Codable {
  var plan: Plan
  var folder: String
  /// The tomogram (0), or a half.
  var volume: Int
  var key: String
}

extension Pipeline {
  /// Helps the first rank to predict, whenever it asks, until it dismisses the others.
  ///
  /// Files are read under the names that the first rank has for them; nothing is written but tiles.
  ///
  /// - Throws: a `Fault`; `StoppedTogether` on all ranks at once.
  public static func assist(
    _ ranks: any Communicator, monitor: StageMonitor, workers: Workers
  ) throws {
    let context = RunContext(
      workers: workers, monitor: { _ in monitor }, say: { _ in }, ranks: ranks)
    while true {
      let message = try ranks.announced([])
      if message.isEmpty { return }
      let order = try JSONDecoder().decode(PredictionOrder.self, from: Data(message))
      let folder = ResultFolder(order.folder)
      let pipeline = Pipeline(
        plan: order.plan, folder: folder, context: context, log: .silent,
        journal: StageJournal(of: folder))
      try pipeline.assist(order, monitor: monitor)
    }
  }

  /// Tells ranks in `assist` that there is nothing more to do.
  public static func dismiss(_ ranks: any Communicator) throws { _ = try ranks.announced([]) }

  private func order(volume: Int, key: String) throws {
    guard 1 < context.ranks.size else { return }
    let order = PredictionOrder(plan: plan, folder: folder.path, volume: volume, key: key)
    _ = try context.ranks.announced(Array(try JSONEncoder().encode(order)))
  }

  private func assist(_ order: PredictionOrder, monitor: StageMonitor) throws {
    let volume =
      order.volume == 0 ? try openTomogram() : try open(plan.halves[order.volume - 1].path)
    try openNetwork().assist(
      on: try prepared(volume).source,
      keeping: keeping(volume: order.volume, key: order.key), monitor: monitor,
      ranks: context.ranks)
  }
}
