import LinearAlgebra
public import Tensors
public import TomogramModel
public import Training

extension LogitCalibration {
  /// The calibration under which the targets are most likely: logistic regression on the logit
  /// (Platt 1999); weights of 0 hide values.
  ///
  /// Leaves things as they are where targets are all alike: there is nothing to fit.
  public init(fitting logits: [Float], targets: [Float], weights: [Float]) {
    precondition(
      logits.count == targets.count && logits.count == weights.count,
      "Each logit has its target and its weight.")
    self.init()
    var sums = (all: 0.0, positive: 0.0)
    for (target, weight) in zip(targets, weights) {
      sums.all += Double(weight)
      sums.positive += Double(weight * target)
    }
    guard 0 < sums.positive, sums.positive < sums.all else { return }
    let examples = logits.indices.lazy.filter { weights[$0] != 0 }.map { index in
      LogisticExample(
        row: [1, Double(logits[index])], target: Double(targets[index]),
        weight: Double(weights[index]))
    }
    guard let fitted = logisticWeights(examples, pulledTo: [0, 1], ridge: [1e-6, 1e-6]) else {
      return
    }
    (offset, slope) = (fitted[0], fitted[1])
    // Separable data drive the slope to infinity, nonsense data below 0: then rather nothing.
    if !(0.1...10).contains(slope) || !offset.isFinite { self.init() }
  }

  /// sigmoid(slope · logit + offset).
  func probability(ofLogit logit: Double) -> Double {
    sigmoid(slope * logit + offset)
  }
}

extension UNet {
  /// Fits a calibration on the validation batches of a source, whose patches should come from
  /// anywhere (`SegmentationSource.withoutPreference`), as in a tomogram; and tells how reliable the
  /// calibrated probabilities are there.
  public func calibration(
    on source: any TrainingSource, device: Device, engine: Engine
  ) throws -> (fit: LogitCalibration, reliability: ProbabilityBins) {
    var (logits, targets, weights): ([Float], [Float], [Float]) = ([], [], [])
    // Two numbers are found: every seventh voxel tells as much as all, in a seventh of the memory.
    // Odd, so that no column of a patch is left out.
    func thinned(_ values: [Float]) -> [Float] {
      stride(from: 0, to: values.count, by: 7).map { values[$0] }
    }
    for index in 0..<source.validationBatchCount {
      let batch = try source.validationBatch(index)
      logits += thinned(
        try engine.withoutRecording { () throws(EngineError) in
          try self.logits(
            of: batch.input, training: false, mixedPrecision: true, on: device, engine: engine
          ).values()
        })
      targets += thinned(batch.target.values)
      weights += thinned(batch.weight.values)
    }
    let fit = LogitCalibration(fitting: logits, targets: targets, weights: weights)
    var reliability = ProbabilityBins()
    for index in logits.indices where weights[index] != 0 {
      reliability.add(Float(fit.probability(ofLogit: Double(logits[index]))), other: targets[index])
    }
    return (fit, reliability)
  }
}
