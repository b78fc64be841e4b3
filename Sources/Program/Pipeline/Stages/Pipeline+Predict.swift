import MRCFormat
import MembranePrediction
import Preprocessing
import Tensors
import TomogramModel
import VolumeFiles
import Volumes
import WorkLedger

/// A network ready to be applied as the plan says.
private struct OpenNetwork {
  let model: MembraneModel
  let options: PredictionOptions
  let device: Device
  let engine: Engine

  func predict(
    _ tomogram: any VolumeSource<Float>, into sink: any VolumeSink<Float>, keeping: TileKeeping,
    monitor: StageMonitor
  ) throws -> (found: Int, all: Int) {
    try MembranePrediction.predict(
      tomogram, model: model, options: options, into: sink, keeping: keeping, device: device,
      engine: engine, monitor: monitor)
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
    let keeping = TileKeeping.file(path: folder.tiles(ofVolume: 0), work: key)
    let tiles = try network.predict(
      prepared.source, into: sink, keeping: keeping, monitor: monitors[0])
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
      let keeping = TileKeeping.file(path: folder.tiles(ofVolume: number + 1), work: key)
      _ = try network.predict(
        try prepared(view).source, into: scratch, keeping: keeping, monitor: monitors[number])
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
