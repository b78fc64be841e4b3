import MRCFormat
import MembranePrediction
import Preprocessing
import Tensors
import TomogramModel
import VolumeFiles
import Volumes

extension Pipeline {
  /// Stages 1 and 2: a normalised tomogram, and how likely each of its voxels is membrane.
  func predict(_ monitor: StageMonitor) throws {
    let tomogram = try openTomogram()
    let modelPath = try required(
      plan.model?.path, .predict, "a model", "Give one with --model.")
    let model = try MembraneModel(path: modelPath)
    let engine = try Engine.open()
    try engine.setThreads(plan.threads)
    let device = try Device(named: plan.device, engine: engine)
    let prepared = try prepare(
      tomogram.source, options: plan.preprocessing, workers: context.workers)
    for note in tomogram.input.notes + prepared.notes { say(note) }
    let sink = try MRCHalfSink(
      path: folder.probability, geometry: tomogram.geometry, template: tomogram.input.header,
      label: label("membrane probability"))
    try MembranePrediction.predict(
      prepared.source, model: model, options: plan.prediction, into: sink,
      scratchFolder: folder.path, device: device, engine: engine, monitor: monitor)
    try sink.commit()
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
