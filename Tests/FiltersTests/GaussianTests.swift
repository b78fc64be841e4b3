import Filters
import Testing
import Volumes

@Suite("Filters") struct GaussianTests {
  @Test("A kernel's two halves sum to one", arguments: [0, 0.5, 1.25, 4])
  func kernelSum(sigma: Double) {
    let weights = GaussianKernel(sigma: sigma).weights
    #expect(abs(weights[0] + 2 * weights.dropFirst().reduce(0, +) - 1) < 1e-6)
  }
}
