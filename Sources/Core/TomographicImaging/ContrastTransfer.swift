import RealModule

/// How a microscope passes on a weak phase object, radially symmetric.
///
/// CTF(k) = √(1 − A²) sin χ + A cos χ, χ = π λ Δz k² − ½ π Cs λ³ k⁴ (Williams & Carter, ch. 28,
/// with underfocus positive), in the sign that keeps dense matter positive at low frequency.
public struct ContrastTransfer: Hashable, Sendable, Codable {
  /// Underfocus Δz in Å, above 0.
  public var defocusAngstrom: Double
  /// Acceleration voltage in kV.
  public var voltageKilovolt: Double
  /// Spherical aberration Cs in mm.
  public var sphericalAberrationMillimetre: Double
  /// Share A of amplitude contrast, 0...1.
  public var amplitudeContrast: Double
  /// Phase shift of a phase plate, degrees, added to χ.
  public var phaseShiftDegrees: Double

  /// Makes a transfer function; defaults are those of a usual 300 kV microscope.
  public init(
    defocusAngstrom: Double, voltageKilovolt: Double = 300,
    sphericalAberrationMillimetre: Double = 2.7, amplitudeContrast: Double = 0.07,
    phaseShiftDegrees: Double = 0
  ) {
    self.defocusAngstrom = defocusAngstrom
    self.voltageKilovolt = voltageKilovolt
    self.sphericalAberrationMillimetre = sphericalAberrationMillimetre
    self.amplitudeContrast = amplitudeContrast
    self.phaseShiftDegrees = phaseShiftDegrees
  }

  /// Relativistic electron wavelength in Å: 12.2643 / √(V + 0.97845·10⁻⁶ V²), V in volts.
  public var wavelengthAngstrom: Double {
    let volts = voltageKilovolt * 1000
    return 12.2643 / (volts + 0.97845e-6 * volts * volts).squareRoot()
  }

  /// Phase shift χ at a frequency in cycles per Å.
  public func phase(atFrequency frequency: Double) -> Double {
    let square = frequency * frequency
    let wavelength = wavelengthAngstrom
    let aberration = sphericalAberrationMillimetre * 1e7
    return .pi * wavelength * defocusAngstrom * square
      - 0.5 * .pi * aberration * wavelength * wavelength * wavelength * square * square
      + phaseShiftDegrees * .pi / 180
  }

  /// Transfer at a frequency in cycles per Å, −1...1.
  public func value(atFrequency frequency: Double) -> Double {
    let shift = phase(atFrequency: frequency)
    let amplitude = amplitudeContrast
    return (1 - amplitude * amplitude).squareRoot() * Double.sin(shift)
      + amplitude * Double.cos(shift)
  }
}

/// What is done about the transfer function before reconstruction.
public enum TransferCorrection: String, Hashable, Sendable, Codable, CaseIterable {
  /// Nothing.
  case none
  /// Coefficients of negative transfer change sign.
  case phaseFlip
  /// Coefficients are multiplied with CTF / (CTF² + 0.1).
  case wiener

  /// The factor for a coefficient whose transfer is believed to be `transfer`.
  public func gain(believedTransfer transfer: Double) -> Double {
    switch self {
    case .none: 1
    case .phaseFlip: transfer < 0 ? -1 : 1
    // 0.1: a usual noise-to-signal ratio of Wiener deconvolution of tomograms.
    case .wiener: transfer / (transfer * transfer + 0.1)
    }
  }
}

/// Loss of signal to radiation damage after an accumulated exposure: exp(−N / 2Nc(k)),
/// Nc = 0.245 k^−1.665 + 2.81 e/Å² (Grant & Grigorieff, eLife 2015, eq. 3, 300 kV).
public func exposureEnvelope(
  atFrequency frequency: Double, electronsPerSquareAngstrom exposure: Double
) -> Double {
  guard 0 < frequency else { return 1 }
  let critical = 0.245 * Double.pow(frequency, -1.665) + 2.81
  return Double.exp(-exposure / (2 * critical))
}
