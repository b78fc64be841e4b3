import MembranePrediction
import Tensors
import Training
import Volumes

/// Measures a step of training the standard network, with 32 bits and, where the device multiplies it,
/// with bfloat16; patches are drawn beforehand.
func benchmarkLearning(
  _ tomogram: any VolumeSource<Float>, labels: any VolumeSource<UInt16>, workers: Workers,
  meter: Meter
) throws {
  guard let engine = try? Engine.open() else {
    return meter.skip("learn", because: "no engine")
  }
  let device = try Device(named: "auto", engine: engine)
  var sampling = SamplingOptions()
  sampling.batchSize = 2
  sampling.patchSize = VolumeSize(x: 112, y: 112, z: 112)
  let batch = try SegmentationSource(
    [benchmarkExample(tomogram, labels: labels)], options: sampling, workers: workers
  ).batch(step: 0)
  for precision in NetworkPrecision.benchmarked(on: device, engine) {
    let weights = UNet.initialWeights(.volume, seed: 1)
    let network = try UNet(.volume, weights: weights, device: device, engine: engine)
    var options = TrainingOptions()
    options.mixedPrecision = precision == .bfloat16
    let trainer = try Trainer(
      network, source: SameBatch(batch: batch), options: options, device: device, engine: engine)
    // Kernels are made, and memory is fetched, in the first step.
    try trainer.takeStep()
    let steps = 3
    let voxels = steps * sampling.batchSize * sampling.patchSize.count
    try meter.measure(precision.row("learn"), voxels: voxels) {
      for _ in 0..<steps { try trainer.takeStep() }
    }
  }
}

/// One batch again and again.
private struct SameBatch: TrainingSource {
  let batch: TrainingBatch

  var validationBatchCount: Int { 0 }

  func batch(step: Int) -> TrainingBatch { batch }

  func validationBatch(_ index: Int) -> TrainingBatch { batch }
}

extension NetworkPrecision {
  /// What a device computes with.
  static func benchmarked(on device: Device, _ engine: Engine) -> [NetworkPrecision] {
    device == .cpu && !engine.processorMultipliesBFloat16 ? [.single] : [.single, .bfloat16]
  }

  /// The name of a row of the table.
  func row(_ stage: String) -> String { self == .single ? stage : stage + " bf16" }
}
