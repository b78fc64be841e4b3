import FourierTransforms
import Preprocessing
import TestSupport
import Testing
import TomogramModel
import TomographicImaging
import Volumes

@Suite struct DensityFilterTests {
  private func noise(_ size: VolumeSize, voxel: Double = 10) -> Volume<Float> {
    ShellPhantom.make(size: size, noise: 1, seed: 3, voxelSizeAngstrom: voxel).tomogram
  }

  private func filtered(
    _ volume: Volume<Float>, by filter: DensityFilter, reachAngstrom: Double, threads: Int = 2
  ) throws -> Volume<Float> {
    let sink = MemorySink<Float>(geometry: volume.geometry)
    try FilterPlan(volume.geometry, reachAngstrom: reachAngstrom).filter(
      volume, with: filter, into: sink, workers: Workers(count: threads), monitor: .silent)
    return sink.volume
  }

  @Test("Tiles do not show: every voxel is what the plain sum over the kernel gives")
  func plainSum() throws {
    let volume = noise(VolumeSize(x: 37, y: 20, z: 9))
    let filter = DensityFilter { 1 / (1 + 1e4 * $0 * $0) - 0.3 }
    let found = try filtered(volume, by: filter, reachAngstrom: 80)
    let kernel = RadialKernel(
      reach: 8, voxelSizeAngstrom: volume.geometry.voxelSizeAngstrom, gain: filter.gain)
    let size = volume.geometry.size
    for (x, y, z) in [(0, 0, 0), (15, 15, 8), (16, 16, 4), (36, 19, 8), (20, 3, 5)] {
      var sum = 0.0
      var place = 0
      for dz in -8...8 {
        for dy in -8...8 {
          for dx in -8...8 {
            let at = VoxelIndex(
              x: min(max(x - dx, 0), size.x - 1), y: min(max(y - dy, 0), size.y - 1),
              z: min(max(z - dz, 0), size.z - 1))
            sum += Double(kernel.values[place] * volume[at])
            place += 1
          }
        }
      }
      #expect(abs(sum - Double(found[VoxelIndex(x: x, y: y, z: z)])) < 1e-4)
    }
    let alone = try filtered(volume, by: filter, reachAngstrom: 80, threads: 1)
    #expect(alone == found)
  }

  @Test("What a transfer function did is undone where it can be", arguments: [false, true])
  func deconvolution(isPhaseFlipped: Bool) throws {
    let size = VolumeSize(x: 64, y: 64, z: 48)
    let clean = ShellPhantom.make(size: size, noise: 0, seed: 3).tomogram
    // At 10 Å the transfer of 5 µm changes sign at 1/32 Å⁻¹ and more often beyond.
    let transfer = ContrastTransfer(defocusAngstrom: 50_000)
    let blurred = try filtered(
      clean,
      by: DensityFilter {
        let value = transfer.value(atFrequency: $0)
        return isPhaseFlipped ? abs(value) : value
      }, reachAngstrom: 320)
    func likeness(_ volume: Volume<Float>) -> Double {
      correlation(volume.samples, clean.samples)
    }
    let back = try filtered(
      blurred, by: .deconvolution(of: transfer, isPhaseFlipped: isPhaseFlipped),
      reachAngstrom: 320)
    #expect(likeness(blurred) + 0.1 < likeness(back))
    let wrong = try filtered(
      blurred, by: .deconvolution(of: transfer, isPhaseFlipped: !isPhaseFlipped),
      reachAngstrom: 320)
    #expect(likeness(wrong) < likeness(back))
  }

  @Test("Matched amplitudes are the other tomogram's, whatever its voxels and its scale")
  func matching() throws {
    let own = noise(VolumeSize(x: 64, y: 64, z: 64))
    var other = noise(VolumeSize(x: 80, y: 64, z: 64), voxel: 12.5)
    // Smooth, and three times as strong.
    other = try filtered(
      other, by: DensityFilter { 3 / (1 + 2000 * $0 * $0) }, reachAngstrom: 200)
    let target = try AmplitudeSpectrum(of: other, workers: .one)
    let filter = DensityFilter.matching(
      try AmplitudeSpectrum(of: own, workers: .one), to: target)
    let matched = try filtered(own, by: filter, reachAngstrom: 320)
    let found = try AmplitudeSpectrum(of: matched, workers: .one)
    let frequencies = [0.005, 0.01, 0.02, 0.03, 0.039]
    for frequency in frequencies {
      let ratio = found.amplitude(at: frequency) / target.amplitude(at: frequency)
      #expect(abs(ratio - 1) < 0.1, "\(frequency)")
    }
    #expect(target.highestFrequency == 0.04 && found.highestFrequency == 0.05)
  }
}
