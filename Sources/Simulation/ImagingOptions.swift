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
  /// Projections that are missing from the series.
  public var missingTilts = 0
  /// Projections that are shifted by 2-6 voxels beyond the usual error.
  public var misalignedTilts = 0
  /// 0...1: how far the reconstruction is replaced by one without a missing wedge at the same
  /// contrast, as programs that fill it in do.
  public var wedgeFill = 0.0
  /// Rounds of edge-preserving smoothing; not included in `leafletCNR`, nor is what follows.
  public var smoothingRounds = 0
  /// Rounds in which each voxel becomes the median of itself and its six neighbours.
  public var medianRounds = 0
  /// S.d. of a Gaussian blur along the beam alone, voxels; 0 none.
  public var axialBlurVoxels = 0.0
  /// Rise of the background across the volume to one side, in the tomogram's s.d.
  public var backgroundGradient = 0.0
  /// S.d. of the background's slow changes, in the tomogram's s.d.
  public var backgroundPatches = 0.0
  /// Whether the values are rounded to 0...255.
  public var isQuantised = false
  /// Whether dense matter is bright; usual tomograms have it dark.
  public var isBright = false
  /// Whether tomograms of every other projection are made too: an even and an odd half.
  public var makesHalves = false

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
    guard 0 <= min(missingTilts, misalignedTilts),
      missingTilts + max(2, misalignedTilts) <= tiltAnglesDegrees.count
    else {
      throw SimulationError(
        option: "missingTilts",
        reason: "found \(missingTilts) missing and \(misalignedTilts) misaligned projections of "
          + "\(tiltAnglesDegrees.count), expected 0 or more, and at least 2 projections left")
    }
    guard 0 <= wedgeFill, wedgeFill <= 1 else {
      throw SimulationError(
        option: "wedgeFill", reason: "found \(wedgeFill), expected 0 to 1")
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
