import RealModule
public import Tensors
public import TomogramModel
public import Training

extension LogitCalibration {
  /// The calibration under which the targets are most likely: logistic regression on the logit
  /// (Platt 1999), by Newton's method; weights of 0 hide values.
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
    // Newton's method on a convex function of two variables converges in a few steps from here.
    for _ in 0..<30 {
      let step = newtonStep(logits, targets, weights)
      slope -= step.slope
      offset -= step.offset
      if abs(step.slope) + abs(step.offset) < 1e-6 { break }
    }
    // Separable data drive the slope to infinity, nonsense data below 0: then rather nothing.
    if !(0.1...10).contains(slope) || !offset.isFinite { self.init() }
  }

  /// sigmoid(slope · logit + offset).
  func probability(ofLogit logit: Double) -> Double {
    1 / (1 + Double.exp(-(slope * logit + offset)))
  }

  private func newtonStep(
    _ logits: [Float], _ targets: [Float], _ weights: [Float]
  ) -> (slope: Double, offset: Double) {
    // Gradient g and Hessian h of the negative log-likelihood; a ridge keeps h invertible.
    var (g0, g1, h00, h01, h11) = (0.0, 0.0, 1e-6, 0.0, 1e-6)
    for index in logits.indices where weights[index] != 0 {
      let (x, w) = (Double(logits[index]), Double(weights[index]))
      let p = probability(ofLogit: x)
      let error = w * (p - Double(targets[index]))
      let curvature = w * p * (1 - p)
      g0 += error
      g1 += error * x
      h00 += curvature
      h01 += curvature * x
      h11 += curvature * x * x
    }
    let determinant = h00 * h11 - h01 * h01
    guard 0 < determinant else { return (0, 0) }
    // No step longer than 1: far from the answer the quadratic model is poor.
    let slopeStep = (h00 * g1 - h01 * g0) / determinant
    let offsetStep = (h11 * g0 - h01 * g1) / determinant
    let length = max(1, abs(slopeStep), abs(offsetStep))
    return (slopeStep / length, offsetStep / length)
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
          let input = try Tensor(
            batch.input.values, shape: batch.input.shape, on: device, engine: engine)
          return try self.logits(of: input, training: false).values()
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
