import RealModule

/// How the weight |k| of back-projection falls off towards the Nyquist frequency.
public enum Apodisation: String, Hashable, Sendable, Codable, CaseIterable {
  /// Up to the Nyquist frequency (Ram-Lak).
  case none
  /// Linear up to 0.35 cycles a pixel, then a Gaussian fall with s.d. 0.05, as IMOD's default.
  case radialGaussian
  /// Times (1 + cos 2πk) / 2.
  case hann
  /// Times 0.54 + 0.46 cos 2πk.
  case hamming
  /// Times sin(πk) / πk (Shepp & Logan).
  case sheppLogan
  /// Like 30 iterations of SIRT: |k| (1 − (1 − 0.005/|k|)^30), flatter and softer.
  case sirtLike

  /// The weight of a frequency across the tilt axis, cycles a pixel, 0...0.5.
  public func weight(_ frequency: Double) -> Double {
    let ramp = abs(frequency)
    switch self {
    case .none: return ramp
    case .radialGaussian:
      let beyond = max(ramp - 0.35, 0) / 0.05
      return ramp * Double.exp(-beyond * beyond / 2)
    case .hann: return ramp * 0.5 * (1 + Double.cos(2 * .pi * ramp))
    case .hamming: return ramp * (0.54 + 0.46 * Double.cos(2 * .pi * ramp))
    case .sheppLogan: return ramp == 0 ? 0 : ramp * Double.sin(.pi * ramp) / (.pi * ramp)
    case .sirtLike:
      // The i-th iterate weighs with 1 − (1 − a)^i, a the step times the operator's gain, which
      // falls as 1/k; 0.005 puts the turn near 0.15 cycles a pixel, as in practice.
      let gain = min(1, 0.005 / max(ramp, 1e-6))
      return ramp * (1 - Double.pow(1 - gain, 30))
    }
  }
}
