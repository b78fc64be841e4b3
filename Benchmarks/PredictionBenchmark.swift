import GapTracing
import MembranePrediction
import Tensors
import TomogramModel
import Volumes

/// What ends the program with a status above 0.
enum ExitError: Error {
  /// The command line makes no sense.
  case usage
}

/// Measures stage 2; skips it, with the reason, where there is no engine or no model.
func benchmarkPrediction(
  _ tomogram: any VolumeSource<Float>, model path: String?, meter: Meter
) throws {
  let (model, engine): (MembraneModel, Engine)
  do {
    model = try MembraneModel(path: try path ?? ShippedModel.volume.path())
    engine = try Engine.open()
  } catch {
    meter.skip("predict", because: "\(error)")
    return
  }
  let device = try Device(named: "auto", engine: engine)
  let sink = MemorySink<Float>(geometry: tomogram.geometry)
  var options = PredictionOptions()
  for precision in NetworkPrecision.benchmarked(on: device, engine) {
    options.precision = precision
    try meter.measure(precision.row("predict"), voxels: tomogram.geometry.size.count) {
      _ = try predict(
        tomogram, model: model, options: options, into: sink,
        keeping: .scratch(folder: "/tmp"), device: device, engine: engine, monitor: .silent)
    }
  }
}

/// The tracer that `bilayer trace` takes by default.
func openShippedTracer() throws -> OpenTracer {
  let model = try TracerModel(path: TracerModel.shippedPath())
  let policy = try model.network(device: .cpu, engine: Engine.open())
  return OpenTracer(policy: policy, judges: model.card.judges)
}
