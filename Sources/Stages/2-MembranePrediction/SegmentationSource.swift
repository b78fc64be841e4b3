import Tensors
public import Training
public import Volumes

/// How patches are drawn from tomograms, and varied. The defaults are those of the shipped model.
public struct SamplingOptions: Codable, Hashable, Sendable {
  /// Voxels of a patch; along z 1 for networks of sections.
  public var patchSize = VolumeSize(x: 64, y: 64, z: 64)
  /// Patches in a batch.
  public var batchSize = 2
  /// Share of patches that have membrane at or near their middle.
  public var membraneShare: Float = 0.7
  /// How much membrane counts that the wedge hides (0: not at all), where examples know it: it is
  /// inferred from what is seen on either side.
  public var hiddenWeight: Float = 1
  /// Largest relative change of size, either way.
  public var zoom: Float = 0.25
  /// Largest turn about the beam, in degrees: tilt axes are seldom exactly along y.
  public var turnDegrees: Float = 8
  /// Share of patches whose density is varied.
  public var densityShare: Float = 0.8
  /// Batches kept for validation.
  public var validationBatchCount = 16
  /// Names the random numbers.
  public var seed: UInt64 = 1

  /// The defaults.
  public init() {}
}

/// Batches of patches from tomograms in memory.
///
/// Patches are mirrored, zoomed, and turned a little about the beam. They are never turned by a
/// right angle, nor about another axis: the missing wedge must stay where it is. Sampling is
/// trilinear; a voxel beyond the volume has weight 0.
public struct SegmentationSource: TrainingSource {
  private let examples: [SegmentationExample]
  private let validation: [SegmentationExample]
  private var options: SamplingOptions
  private let workers: Workers

  /// Makes a source.
  ///
  /// - Parameters:
  ///   - examples: what is learned from.
  ///   - validation: what is not; may be empty.
  /// - Throws: `ExampleError.noMembrane` where there is nothing to learn.
  public init(
    _ examples: [SegmentationExample], validation: [SegmentationExample] = [],
    options: SamplingOptions, workers: Workers
  ) throws {
    guard examples.contains(where: { 0 < $0.membraneCount }) else { throw ExampleError.noMembrane }
    (self.examples, self.validation) = (examples, validation)
    (self.options, self.workers) = (options, workers)
  }

  /// Tomograms that are learned from, and tomograms that watch.
  public var exampleCount: (learned: Int, watched: Int) { (examples.count, validation.count) }

  /// The same tomograms with patches from anywhere, as a user's tomogram has them: what
  /// probabilities are calibrated on. Four times the batches, as most hold little membrane.
  public func withoutPreference() -> SegmentationSource {
    var source = self
    source.options.membraneShare = 0
    source.options.validationBatchCount *= 4
    return source
  }

  public var validationBatchCount: Int { validation.isEmpty ? 0 : options.validationBatchCount }

  public func batch(step: Int) -> TrainingBatch { batch(step: step, part: .whole) }

  /// Makes only the patches of the part: each has random numbers of its own.
  public func batch(step: Int, part: BatchPart) -> TrainingBatch {
    let samples = part.range(of: options.batchSize)
    return joined(
      workers.map(samples.count) { place in
        let sample = samples.lowerBound + place
        var generator = CountedGenerator(options.seed, 1, UInt64(step), UInt64(sample))
        let example = examples[Int(generator.next() % UInt64(examples.count))]
        return patch(of: example, varied: true, &generator)
      })
  }

  public func validationBatch(_ index: Int) -> TrainingBatch {
    joined(
      workers.map(options.batchSize) { sample in
        let number = index * options.batchSize + sample
        var generator = CountedGenerator(options.seed, 2, UInt64(number))
        return patch(of: validation[number % validation.count], varied: false, &generator)
      })
  }

  private func joined(_ patches: [SegmentationPatch]) -> TrainingBatch {
    let size = options.patchSize
    let spatial = size.z == 1 ? [size.y, size.x] : [size.z, size.y, size.x]
    func tensor(_ part: @Sendable (SegmentationPatch) -> [Float]) -> TensorValues {
      var values = [Float](repeating: 0, count: patches.count * size.count)
      workers.fillRows(of: &values, rowLength: size.count) { sample, row in
        let source = part(patches[sample])
        for index in row.indices { row[index] = source[index] }
      }
      return TensorValues(shape: [patches.count, 1] + spatial, values: values)
    }
    return TrainingBatch(
      input: tensor { $0.density }, target: tensor { $0.target }, weight: tensor { $0.weight })
  }

  private func patch(
    of example: SegmentationExample, varied: Bool, _ generator: inout CountedGenerator
  ) -> SegmentationPatch {
    var place = PatchPlacement(centre: centre(in: example, &generator))
    if varied {
      let turn = options.turnDegrees * .pi / 180
      place.zoom = 1 + generator.uniform(-options.zoom...options.zoom)
      place.turn = options.patchSize.z == 1 ? 0 : generator.uniform(-turn...turn)
      place.mirrored = SIMD3(
        generator.chance(0.5) ? -1 : 1, generator.chance(0.5) ? -1 : 1,
        generator.chance(0.5) ? -1 : 1)
    }
    if options.patchSize.z == 1 { place.centre.z = place.centre.z.rounded() }
    place.pull(inside: example.size, patch: options.patchSize)
    var patch = SegmentationPatch(
      example, place, size: options.patchSize, hiddenWeight: options.hiddenWeight)
    if varied && generator.chance(options.densityShare) {
      DensityVariation(&generator).apply(to: &patch.density, size: options.patchSize, &generator)
    }
    return patch
  }

  /// A voxel near membrane with probability `membraneShare`, else anywhere.
  private func centre(
    in example: SegmentationExample, _ generator: inout CountedGenerator
  ) -> SIMD3<Float> {
    let size = example.size
    let wantsMembrane = generator.chance(options.membraneShare) && 0 < example.membraneCount
    var found = 0
    // Membranes fill some percent of a volume: 500 tries miss with probability < 0.01.
    for _ in 0..<(wantsMembrane ? 500 : 1) {
      found = Int(generator.next() % UInt64(size.count))
      if example.truth[found] == 1 { break }
    }
    let (x, y, z) = (found % size.x, found / size.x % size.y, found / (size.x * size.y))
    let jitter = Float(options.patchSize.x) / 4
    let thin = options.patchSize.z == 1
    return SIMD3(
      Float(x) + generator.uniform(-jitter...jitter),
      Float(y) + generator.uniform(-jitter...jitter),
      Float(z) + (thin ? 0 : generator.uniform(-jitter...jitter)))
  }
}
