import FourierTransforms
import Glibc
import Testing
import TomographicImaging
import Volumes

/// A disc in the (x, z) plane, each voxel holding the share of its area inside: 8x8 samples.
private func disc(radius: Double, centre: SIMD2<Double>, size: VolumeSize) -> Volume<Float> {
  var volume = Volume<Float>(geometry: VolumeGeometry(size: size, voxelSizeAngstrom: 1))
  for z in 0..<size.z {
    for x in 0..<size.x {
      var inside = 0
      for sample in 0..<64 {
        let u = Double(x) + (Double(sample % 8) - 3.5) / 8 - centre.x
        let w = Double(z) + (Double(sample / 8) - 3.5) / 8 - centre.y
        if u * u + w * w <= radius * radius { inside += 1 }
      }
      for y in 0..<size.y { volume[VoxelIndex(x: x, y: y, z: z)] = Float(inside) / 64 }
    }
  }
  return volume
}

private func noise(_ count: Int, seed: UInt64) -> [Float] {
  var samples = [Float](repeating: 0, count: count)
  let random = CounterRandom(seed: seed, stream: 0)
  Workers.one.fillRows(of: &samples, rowLength: count) { _, row in
    random.fillNormal(&row, first: 0)
  }
  return samples
}

@Suite struct ProjectionTests {
  @Test("Every other projection keeps its angle and its pixels, from the first or the second on")
  func everyOther() {
    let angles = [-60.0, -20, 0, 20, 61]
    let stack = ProjectionStack(
      anglesDegrees: angles, width: 2, height: 1, samples: (0..<10).map { Float($0) })
    let even = stack.everyOther(from: 0)
    #expect(even.anglesDegrees == [-60, 0, 61] && even.samples == [0, 1, 4, 5, 8, 9])
    let odd = stack.everyOther(from: 1)
    #expect(odd.anglesDegrees == [-20, 20] && odd.samples == [2, 3, 6, 7])
  }

  @Test("A disc projects to its chords", arguments: [0.0, 17, -33, 45, 60, 66])
  func chords(angle: Double) {
    let size = VolumeSize(x: 80, y: 1, z: 70)
    let offset = SIMD2(6.0, -4.0)
    let centre = SIMD2(39.5, 34.5) + offset
    let width = detectorWidth(for: size)
    let stack = project(
      disc(radius: 18, centre: centre, size: size), anglesDegrees: [angle], width: width,
      continuesBeyondBorder: false, workers: .one)
    let radians = angle * .pi / 180
    let middle = Double(width - 1) / 2 + offset.x * cos(radians) + offset.y * sin(radians)
    for pixel in 0..<width {
      let u = Double(pixel) - middle
      // At the rim the chord's slope is infinite and a pixel's value says little.
      guard abs(abs(u) - 18) > 2 else { continue }
      let chord = abs(u) < 18 ? 2 * (18 * 18 - u * u).squareRoot() : 0
      #expect(abs(Double(stack.samples[pixel]) - chord) < 0.9, "pixel \(pixel)")
    }
  }

  @Test("A constant that goes on beyond the border stays constant", arguments: [0.0, 30, 45, 60])
  func constant(angle: Double) {
    let size = VolumeSize(x: 40, y: 2, z: 32)
    let volume = Volume<Float>(
      geometry: VolumeGeometry(size: size, voxelSizeAngstrom: 1), repeating: 1)
    let stack = project(
      volume, anglesDegrees: [angle], width: 60, continuesBeyondBorder: true, workers: .one)
    let expected = Float(32 / cos(angle * .pi / 180))
    #expect(stack.samples.allSatisfy { abs($0 - expected) < 1e-3 })
  }

  @Test("Projection and back-projection are each other's transpose on smooth data")
  func adjointness() {
    let size = VolumeSize(x: 48, y: 2, z: 40)
    let angles = [-52.0, -20, 3, 41]
    let geometry = VolumeGeometry(size: size, voxelSizeAngstrom: 1)
    let width = detectorWidth(for: size)
    var volume = disc(radius: 9, centre: SIMD2(20, 22), size: size)
    volume.samples = FFTPlan(shape: [40, 2, 48]).filtered(volume.samples) { exp(-60 * $0 * $0) }
    var stack = ProjectionStack(anglesDegrees: angles, width: width, height: 2)
    for index in stack.samples.indices {
      let u = Double(index % width) - 30
      stack.samples[index] = Float(exp(-u * u / 90) * (1 + 0.2 * Double(index / width)))
    }
    let forward = project(
      volume, anglesDegrees: angles, width: width, continuesBeyondBorder: false, workers: .one)
    let back = backProject(
      stack, weights: [1, 1, 1, 1], geometry: geometry, workers: .one)
    let left = zip(forward.samples, stack.samples).reduce(0.0) { $0 + Double($1.0 * $1.1) }
    let right = zip(volume.samples, back.samples).reduce(0.0) { $0 + Double($1.0 * $1.1) }
    #expect(abs(left / right - 1) < 0.005)
  }

  @Test("A point comes back at its place, brightest, after weighted back-projection")
  func point() {
    let size = VolumeSize(x: 41, y: 33, z: 31)
    let place = VoxelIndex(x: 25, y: 14, z: 11)
    let geometry = VolumeGeometry(size: size, voxelSizeAngstrom: 10)
    var volume = Volume<Float>(geometry: geometry)
    volume[place] = 1
    let angles = (0...20).map { -60 + 6 * Double($0) }
    let width = detectorWidth(for: size)
    let stack = project(
      volume, anglesDegrees: angles, width: width, continuesBeyondBorder: false, workers: .one)
    let bank = ProjectionFilterBank(width: width, height: size.y)
    let weighted = bank.filtered(stack, workers: .one) { _ in
      ProjectionFilter(rampGain: Apodisation.hann.weight)
    }
    let back = backProject(
      weighted, weights: angularWeights(anglesDegrees: angles), geometry: geometry, workers: .one)
    let brightest = back.samples.indices.max { back.samples[$0] < back.samples[$1] }
    #expect(brightest == back.block.offset(of: place))
  }

  @Test("Back-projected noise has next to no energy in the missing wedge")
  func wedge() {
    let size = VolumeSize(x: 96, y: 1, z: 96)
    let angles = (0...60).map { -60 + 2 * Double($0) }
    let width = detectorWidth(for: size)
    let stack = ProjectionStack(
      anglesDegrees: angles, width: width, height: 1,
      samples: noise(angles.count * width, seed: 5))
    let bank = ProjectionFilterBank(width: width, height: 1)
    let weighted = bank.filtered(stack, workers: .one) { _ in
      ProjectionFilter(rampGain: Apodisation.hann.weight)
    }
    var volume = backProject(
      weighted, weights: angularWeights(anglesDegrees: angles),
      geometry: VolumeGeometry(size: size, voxelSizeAngstrom: 1), workers: .one)
    // A Hann window keeps the border's step from leaking into the wedge.
    for voxel in volume.samples.indices {
      let (x, z) = (Double(voxel % 96), Double(voxel / 96))
      let window = sin(.pi * (x + 0.5) / 96) * sin(.pi * (z + 0.5) / 96)
      volume.samples[voxel] *= Float(window * window)
    }
    let spectrum = FFTPlan(shape: [96, 96]).forward(volume.samples)
    var (inside, outside) = (0.0, 0.0)
    for row in 0..<96 {
      for column in 0...48 {
        let (kx, kz) = (frequency(column, of: 96), frequency(row, of: 96))
        guard 0.004 < kx * kx + kz * kz else { continue }
        let angle = abs(atan2(kz, kx)) * 180 / .pi
        let power = Double(spectrum[row * 49 + column].power)
        if 66 < angle { outside += power } else if angle < 60 { inside += power }
      }
    }
    // The wedge takes 24 of 84 degrees here: equal density would give a share of 0.29.
    #expect(outside / inside < 0.01)
  }

  @Test("Results do not depend on the number of threads")
  func threads() {
    let size = VolumeSize(x: 19, y: 5, z: 13)
    let geometry = VolumeGeometry(size: size, voxelSizeAngstrom: 1)
    let volume = Volume(geometry: geometry, samples: noise(size.count, seed: 3))
    let angles = [-41.0, 8, 55]
    let stacks = [1, 2, 5].map { count in
      project(
        volume, anglesDegrees: angles, width: 26, continuesBeyondBorder: true,
        workers: Workers(count: count))
    }
    #expect(stacks[0] == stacks[1] && stacks[0] == stacks[2])
    let backs = [1, 2, 5].map { count in
      backProject(
        stacks[0], weights: [1, 2, 3], geometry: geometry, workers: Workers(count: count))
    }
    #expect(backs[0] == backs[1] && backs[0] == backs[2])
  }

  @Test("Angular weights of an even series are its step, and their sum is the range plus a step")
  func evenWeights() {
    let weights = angularWeights(anglesDegrees: [6, -6, 0, 3, -3])
    #expect(weights.allSatisfy { abs($0 - 3 * .pi / 180) < 1e-6 })
    #expect(angularWeights(anglesDegrees: [12]) == [1])
    #expect(angularWeights(anglesDegrees: []).isEmpty)
  }
}
