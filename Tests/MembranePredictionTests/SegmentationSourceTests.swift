@testable import MembranePrediction
import RealModule
import Tensors
import TestSupport
import Testing
import TomogramModel
import Training
import Volumes

@Suite struct SegmentationSourceTests {
  private func example(
    _ size: VolumeSize = VolumeSize(x: 32, y: 24, z: 24), noise: Float = 0
  ) throws -> SegmentationExample {
    let phantom = ShellPhantom.make(size: size, noise: noise, seed: 1)
    return try SegmentationExample(
      tomogram: phantom.tomogram, labels: phantom.labels, voxelSizeAngstrom: 10
    ) { $0 == 0 ? .background : .membrane }
  }

  private func options(edge: Int = 16, batch: Int = 2) -> SamplingOptions {
    var options = SamplingOptions()
    options.patchSize = VolumeSize(x: edge, y: edge, z: edge)
    options.batchSize = batch
    return options
  }

  @Test("A batch is a function of seed and step, for any number of threads")
  func reproducible() throws {
    let example = try example(noise: 0.5)
    func batch(_ step: Int, workers: Int, seed: UInt64 = 1) throws -> TrainingBatch {
      var options = options(batch: 3)
      options.seed = seed
      return try SegmentationSource([example], options: options, workers: Workers(count: workers))
        .batch(step: step)
    }
    let first = try batch(4, workers: 1)
    #expect(try batch(4, workers: 3) == first)
    #expect(try batch(5, workers: 1) != first)
    #expect(try batch(4, workers: 1, seed: 2) != first)
    #expect(first.input.shape == [3, 1, 16, 16, 16])
  }

  @Test("The parts that ranks make of a batch are those of the whole batch")
  func parts() throws {
    let source = try SegmentationSource(
      [example(noise: 0.5)], options: options(batch: 3), workers: .one)
    let whole = source.batch(step: 4)
    for part in [BatchPart(0, of: 2), BatchPart(1, of: 2), .whole] {
      #expect(source.batch(step: 4, part: part) == whole.samples(part.range(of: 3)))
    }
  }

  @Test("Density and truth are mirrored, zoomed and turned together")
  func alignment() throws {
    var options = options(batch: 8)
    options.densityShare = 0
    let source = try SegmentationSource([example()], options: options, workers: .one)
    // Without noise a voxel is dense just where it is membrane, but for the edge's interpolation.
    var (wrong, membrane) = (0, 0)
    for step in 0..<4 {
      let batch = source.batch(step: step)
      for (value, target) in zip(batch.input.values, batch.target.values) {
        membrane += target == 1 ? 1 : 0
        if (value > 0.9 && target == 0) || (value < 0.1 && target == 1) { wrong += 1 }
      }
    }
    #expect(2000 < membrane)
    // Nearest and linear sampling differ in a few voxels of a corner.
    #expect(wrong < membrane / 50)
  }

  @Test("A turned patch across the border is what looking up each place by itself gives")
  func sampling() throws {
    let example = try example(VolumeSize(x: 20, y: 18, z: 9), noise: 1)
    var place = PatchPlacement(centre: SIMD3(4.3, 10.2, 6.1))
    (place.zoom, place.turn, place.mirrored) = (1.13, -0.11, SIMD3(-1, 1, 1))
    let edge = 16
    let patch = SegmentationPatch(
      example, place, size: VolumeSize(x: edge, y: edge, z: edge), hiddenWeight: 1)
    let (cosine, sine) = (Double.cos(-0.11) * 1.13, Double.sin(-0.11) * 1.13)
    var counted = 0
    for index in patch.density.indices {
      let voxel = SIMD3(index % edge, index / edge % edge, index / edge / edge)
      let d = SIMD3<Double>(voxel) - 7.5
      let position = SIMD3(
        Double(place.centre.x) - (cosine * d.x - sine * d.y),
        Double(place.centre.y) + sine * d.x + cosine * d.y, Double(place.centre.z) + 1.13 * d.z)
      #expect(abs(Double(patch.density[index]) - density(of: example, at: position)) < 1e-3)
      let nearest = position.rounded(.toNearestOrAwayFromZero)
      // Halfway between two voxels rounding decides.
      let offset = position - nearest
      if (0..<3).contains(where: { 0.499 < abs(offset[$0]) }) { continue }
      let isInside = (0..<3).allSatisfy {
        0 <= nearest[$0] && Int(nearest[$0]) < [example.size.x, example.size.y, example.size.z][$0]
      }
      #expect(patch.weight[index] == (isInside ? 1 : 0))
      guard isInside else { continue }
      counted += 1
      let code = example.truth[self.offset(of: example, SIMD3<Int>(nearest))]
      #expect(patch.target[index] == (code == 1 ? 1 : 0))
    }
    #expect(1000 < counted)
  }

  private func offset(of example: SegmentationExample, _ voxel: SIMD3<Int>) -> Int {
    (voxel.z * example.size.y + voxel.y) * example.size.x + voxel.x
  }

  /// Trilinear, corner by corner; the border repeated.
  private func density(of example: SegmentationExample, at position: SIMD3<Double>) -> Double {
    let floor = position.rounded(.down)
    let share = position - floor
    let last = SIMD3(example.size.x, example.size.y, example.size.z) &- 1
    return (0..<8).reduce(0) { sum, corner in
      let side = SIMD3(corner & 1, corner >> 1 & 1, corner >> 2)
      let voxel = (SIMD3<Int>(floor) &+ side).clamped(lowerBound: .zero, upperBound: last)
      let weight = (0..<3).reduce(1.0) { $0 * (side[$1] == 1 ? share[$1] : 1 - share[$1]) }
      let value = example.density[self.offset(of: example, voxel)]
      return sum + weight * Double(Float(value) * SegmentationExample.step)
    }
  }

  @Test("Most patches hold membrane where that is wanted, though it is rare")
  func membraneShare() throws {
    let size = VolumeSize(x: 96, y: 24, z: 24)
    var phantom = ShellPhantom.make(size: size, noise: 0, seed: 1)
    for index in phantom.labels.samples.indices where phantom.labels.samples[index] != 1 {
      phantom.labels.samples[index] = 0
    }
    let example = try SegmentationExample(
      tomogram: phantom.tomogram, labels: phantom.labels, voxelSizeAngstrom: 10
    ) { $0 == 1 ? .membrane : .background }
    func share(_ wanted: Float) throws -> Double {
      var options = options(edge: 8, batch: 60)
      options.membraneShare = wanted
      let batch = try SegmentationSource([example], options: options, workers: .one).batch(step: 0)
      let patches = stride(from: 0, to: batch.target.values.count, by: 512).filter {
        batch.target.values[$0..<$0 + 512].contains(1)
      }
      return Double(patches.count) / 60
    }
    #expect(try 0.9 < share(1))
    #expect(try share(0) < 0.5)
  }

  @Test("What is beyond the volume, or not known, has no weight")
  func weights() throws {
    // Thinner than a patch: the rest of each patch lies outside.
    let size = VolumeSize(x: 32, y: 32, z: 8)
    let phantom = ShellPhantom.make(size: size, noise: 0, seed: 1)
    let example = try SegmentationExample(
      tomogram: phantom.tomogram, labels: phantom.labels, voxelSizeAngstrom: 10
    ) { $0 == 0 ? .background : $0 == 2 ? .ignored : .membrane }
    var options = options()
    (options.zoom, options.turnDegrees) = (0, 0)
    let batch = try SegmentationSource([example], options: options, workers: .one).batch(step: 1)
    let weights = batch.weight.values
    #expect(weights.allSatisfy { $0 == 0 || $0 == 1 })
    // At most 8 of 16 sections count.
    #expect(weights.reduce(0, +) <= Float(weights.count) / 2)
    let hidden = zip(weights, batch.target.values).filter { $0.0 == 0 && $0.1 == 1 }
    #expect(hidden.count < weights.count)
    #expect(0 < weights.reduce(0, +))
  }

  @Test("Of a sphere, the wedge of ±60° hides the third that geometry says, and its weight is less")
  func hidden() throws {
    let edge = 44
    let grid = VolumeGeometry(
      size: VolumeSize(x: edge, y: edge, z: edge), voxelSizeAngstrom: 10)
    var labels = [UInt16](repeating: 0, count: grid.size.count)
    for index in labels.indices {
      let (x, y, z) = (index % edge - 22, index / edge % edge - 22, index / (edge * edge) - 22)
      let squared = x * x + y * y + z * z
      if 14 * 14 < squared && squared < 18 * 18 { labels[index] = 1 }
    }
    func example(_ tilt: TiltGeometry) throws -> SegmentationExample {
      try SegmentationExample(
        tomogram: Volume<Float>(geometry: grid), labels: Volume(geometry: grid, samples: labels),
        voxelSizeAngstrom: 10, tilt: tilt
      ) { $0 == 0 ? .background : .membrane }
    }
    func hiddenShare(_ example: SegmentationExample) -> Double {
      Double(example.hiddenCount) / Double(example.hiddenCount + example.membraneCount)
    }
    let parted = try example(.customary)
    // Normals turn evenly about y: 60° of 180° lie outside ±60°, 105° outside −30° to 45°. A shell
    // of radius 16 voxels is counted to a few percent only.
    #expect(abs(hiddenShare(parted) - 60 / 180.0) < 0.03)
    let narrow = try example(TiltGeometry(minimumDegrees: -30, maximumDegrees: 45))
    #expect(abs(hiddenShare(narrow) - 105 / 180.0) < 0.03)
    #expect(parted.hiddenCount + parted.membraneCount == labels.count { $0 != 0 })
    var options = options(edge: 32, batch: 1)
    options.hiddenWeight = 0.25
    let batch = try SegmentationSource([parted], options: options, workers: .one).batch(step: 0)
    let weighted = zip(batch.weight.values, batch.target.values)
    #expect(weighted.contains { $0.0 == 0.25 && $0.1 == 1 })
    #expect(!weighted.contains { $0.0 == 0.25 && $0.1 == 0 })
  }

  @Test("Of sparsely labelled tomograms only the labelled sections count")
  func sparse() throws {
    let size = VolumeSize(x: 32, y: 32, z: 32)
    var phantom = ShellPhantom.make(size: size, noise: 0, seed: 1)
    let labelled = 14...16
    for index in phantom.labels.samples.indices
    where !labelled.contains(index / (size.x * size.y)) { phantom.labels.samples[index] = 0 }
    let example = try SegmentationExample(
      tomogram: phantom.tomogram, labels: phantom.labels, voxelSizeAngstrom: 10,
      ignoresEmptySections: true
    ) { $0 == 0 ? .background : .membrane }
    var options = options(edge: 32, batch: 1)
    (options.zoom, options.turnDegrees, options.densityShare) = (0, 0, 0)
    let batch = try SegmentationSource([example], options: options, workers: .one).batch(step: 3)
    // The patch is as large as the volume, which mirroring along z maps onto itself.
    let counting = batch.weight.values.reduce(0, +)
    #expect(counting == Float(labelled.count * size.x * size.y))
    #expect(zip(batch.weight.values, batch.target.values).allSatisfy { $0.0 == 1 || $0.1 == 0 })
  }

  @Test("Sections alone are drawn for networks of sections")
  func sections() throws {
    var options = options()
    options.patchSize = VolumeSize(x: 16, y: 16, z: 1)
    let batch = try SegmentationSource([example()], options: options, workers: .one).batch(step: 0)
    #expect(batch.input.shape == [2, 1, 16, 16])
    #expect(batch.input.values.allSatisfy { $0.isFinite })
  }

  @Test("Validation patches are not varied and never change")
  func validation() throws {
    let example = try example()
    let source = try SegmentationSource(
      [example], validation: [example], options: options(), workers: .one)
    #expect(source.validationBatchCount == 16)
    #expect(source.validationBatch(3) == source.validationBatch(3))
    let none = try SegmentationSource([example], options: options(), workers: .one)
    #expect(none.validationBatchCount == 0)
  }

  @Test("An example of other voxels is brought to the model's")
  func resampled() throws {
    let phantom = ShellPhantom.make(
      size: VolumeSize(x: 40, y: 40, z: 40), noise: 0, seed: 1, voxelSizeAngstrom: 5)
    let example = try SegmentationExample(
      tomogram: phantom.tomogram, labels: phantom.labels, voxelSizeAngstrom: 10
    ) { $0 == 0 ? .background : .membrane }
    #expect(example.size == VolumeSize(x: 20, y: 20, z: 20))
    let count = phantom.labels.samples.filter { $0 != 0 }.count
    #expect(abs(example.membraneCount * 8 - count) < count / 5)
  }

  @Test("Pairs that do not fit, and data without membrane, are refused")
  func refusals() throws {
    let phantom = ShellPhantom.make(size: VolumeSize(x: 8, y: 8, z: 8), noise: 0, seed: 1)
    let other = ShellPhantom.make(size: VolumeSize(x: 8, y: 8, z: 9), noise: 0, seed: 1)
    #expect(throws: ExampleError.self) {
      try SegmentationExample(
        tomogram: phantom.tomogram, labels: other.labels, voxelSizeAngstrom: 10
      ) { _ in .membrane }
    }
    let empty = try SegmentationExample(
      tomogram: phantom.tomogram, labels: phantom.labels, voxelSizeAngstrom: 10
    ) { _ in .background }
    #expect(throws: ExampleError.noMembrane) {
      try SegmentationSource([empty], options: options(), workers: .one)
    }
  }
}
