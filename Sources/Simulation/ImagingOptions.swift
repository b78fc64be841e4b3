public import TomographicImaging

/// How a specimen is recorded and reconstructed. `init()` is a middling tilt series.
public struct ImagingOptions: Codable, Equatable, Sendable {
  /// Lowest tilt angle, degrees.
  public var tiltMinimumDegrees = -60.0
  /// Highest tilt angle, degrees.
  public var tiltMaximumDegrees = 60.0
  /// Angle between projections, degrees.
  public var tiltStepDegrees = 3.0
  /// Underfocus, µm.
  public var defocusMicrometre = 4.0
  /// Phase shift of a phase plate, degrees; 0 without one.
  public var phaseShiftDegrees = 0.0
  /// S.d. of the error of the defocus that the correction assumes, µm.
  public var defocusErrorMicrometre = 0.05
  /// What is done about the contrast transfer function.
  public var transferCorrection = TransferCorrection.phaseFlip
  /// Acceleration voltage, kV.
  public var voltageKilovolt = 300.0
  /// Exposure of the whole series, e/Å², spread evenly, lowest tilts first.
  public var exposureElectronsPerSquareAngstrom = 100.0
  /// B-factor of everything else that blurs, Å².
  public var blurFactorSquareAngstrom = 300.0
  /// S.d. of the shift of each projection from its true place, voxels.
  public var alignmentErrorVoxels = 0.4
  /// (Mean background − mean over leaflet voxels) / s.d. of the background that the noise is scaled
  /// to; nil: no noise. Where streaks and textures alone leave less, it is met over noise alone.
  public var leafletCNR: Double? = 0.8
  /// Whether `leafletCNR` is met over the noise alone, so that gold streaks and textures, which also
  /// count in CONTRACT's figure, come on top and lower it.
  public var cnrIsOverNoiseAlone = false
  /// S.d. (voxels) of the blur that colours the noise of projections; 0 white.
  public var noiseBlurVoxels = 0.0
  /// How the weight of back-projection ends.
  public var apodisation = Apodisation.hamming
  /// S.d. of a Gaussian blur of the tomogram, voxels; 0 none. Included in `leafletCNR`.
  public var lowPassVoxels = 0.0
  /// Rounds of edge-preserving smoothing after everything else; not included in `leafletCNR`.
  public var smoothingRounds = 0
  /// Whether the values are rounded to 0...255.
  public var isQuantised = false
  /// Whether dense matter is bright; usual tomograms have it dark.
  public var isBright = false

  /// The default series.
  public init() {}

  /// Tilt angles in degrees, rising.
  public var tiltAnglesDegrees: [Double] {
    let count = Int(((tiltMaximumDegrees - tiltMinimumDegrees) / tiltStepDegrees).rounded(.down))
    return (0...max(count, 0)).map { tiltMinimumDegrees + Double($0) * tiltStepDegrees }
  }

  /// Throws where a value is out of its range.
  func check() throws(SimulationError) {
    guard
      -80 <= tiltMinimumDegrees, tiltMinimumDegrees < tiltMaximumDegrees,
      tiltMaximumDegrees <= 80, 0.2 <= tiltStepDegrees,
      tiltStepDegrees <= tiltMaximumDegrees - tiltMinimumDegrees
    else {
      throw SimulationError(
        option: "tilt",
        reason:
          "found \(tiltMinimumDegrees)...\(tiltMaximumDegrees) by \(tiltStepDegrees) degrees, "
          + "expected a rising range within ±80 in steps of at least 0.2")
    }
    guard 0 < defocusMicrometre, 0 < voltageKilovolt else {
      throw SimulationError(
        option: "defocusMicrometre", reason: "found \(defocusMicrometre), expected more than 0")
    }
    guard leafletCNR.map({ 0 < $0 }) ?? true else {
      throw SimulationError(
        option: "leafletCNR", reason: "found \(leafletCNR ?? 0), expected more than 0")
    }
  }
}
