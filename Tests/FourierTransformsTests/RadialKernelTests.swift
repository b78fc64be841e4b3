import FourierTransforms
import Testing
import Volumes

@Suite struct RadialKernelTests {
  private let voxel = SIMD3(10.0, 10.0, 12.5)

  @Test("A grid's coefficients are the gain that was asked for, where that is smooth")
  func gain() {
    // In space it falls by e every 63 / 2π Å, and is long gone at a reach of 120 Å.
    @Sendable func gain(_ frequency: Double) -> Double {
      1 / (1 + 4000 * frequency * frequency)
    }
    let kernel = RadialKernel(reach: 12, voxelSizeAngstrom: voxel, gain: gain)
    #expect(kernel.values.count == kernel.edge * kernel.edge * kernel.edge)
    let plan = FFTPlan(shape: [26, 28, 30])
    let found = kernel.spectrum(on: plan)
    var place = 0
    for z in 0..<26 {
      for y in 0..<28 {
        for x in 0...15 {
          let (fx, fy) = (frequency(x, of: 30) / voxel.x, frequency(y, of: 28) / voxel.y)
          let fz = frequency(z, of: 26) / voxel.z
          let expected = gain((fx * fx + fy * fy + fz * fz).squareRoot())
          #expect(abs(Double(found[place]) - expected) < 0.02)
          place += 1
        }
      }
    }
  }

  @Test("A kernel ends at its reach, and a gain of 1 everywhere is the voxel itself")
  func reach() {
    let sharp = RadialKernel(reach: 5, voxelSizeAngstrom: voxel) { $0 < 0.02 ? 1 : 0 }
    let edge = sharp.edge
    #expect(sharp.values[0] == 0 && sharp.values[edge * edge * edge - 1] == 0)
    #expect(abs(sharp.values[(5 * edge + 5) * edge]) < 1e-6)
    #expect(0 < sharp.values[(5 * edge + 5) * edge + 5])
    let one = RadialKernel(reach: 3, voxelSizeAngstrom: voxel) { _ in 1 }
    for (place, value) in one.values.enumerated() {
      #expect(abs(value - (place == one.values.count / 2 ? 1 : 0)) < 1e-6)
    }
  }
}
