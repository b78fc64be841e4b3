import MembranePrediction
import Training
import Volumes

/// Measures what training asks of the processor: patches drawn and varied.
func benchmarkPatches(
  _ tomogram: any VolumeSource<Float>, labels: any VolumeSource<UInt16>, workers: Workers,
  meter: Meter
) throws {
  let example = try benchmarkExample(tomogram, labels: labels)
  var options = SamplingOptions()
  // As `Scripts/train-models.sh` trains.
  options.batchSize = 12
  options.patchSize = VolumeSize(x: 112, y: 112, z: 112)
  let source = try SegmentationSource([example], options: options, workers: workers)
  let batches = 4
  meter.measure("patches", voxels: batches * options.batchSize * options.patchSize.count) {
    for step in 0..<batches { _ = source.batch(step: step) }
  }
}

/// A tomogram with labels, as training wants it.
func benchmarkExample(
  _ tomogram: any VolumeSource<Float>, labels: any VolumeSource<UInt16>
) throws -> SegmentationExample {
  try SegmentationExample(
    tomogram: tomogram, labels: labels,
    voxelSizeAngstrom: tomogram.geometry.meanVoxelSizeAngstrom
  ) { $0 == 0 ? .background : .membrane }
}
