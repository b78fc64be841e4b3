import LinearAlgebra
import Morphology
import RealModule

/// How the surfaces at two rims continue towards each other.
struct RimPair: Sendable {
  let start: Rim
  /// Its normal is turned so that start and end have the same side of the surface.
  let end: Rim
  /// Straight distance in Å.
  let chord: Double
  /// Larger angle between straight across and the chord, within the surface, at either rim; radians.
  let obliquity: Double
  /// Angle by which the surface bends from rim to rim; radians, either sign.
  let bend: Double
  /// Difference between the bends at either end: 0 for an arc, large for an S; radians.
  let unevenness: Double

  /// Compares two rims; nil where they do not face each other at all.
  init?(_ start: Rim, _ end: Rim) {
    let away = end.position - start.position
    chord = away.length
    guard 0 < chord else { return nil }
    let across = away / chord
    guard 0.2 < across.dot(start.outward), 0.2 < -across.dot(end.outward) else { return nil }
    // Facing rims of one surface run against each other when their normals have the same side.
    let twist = start.along.dot(end.along)
    guard 0.5 < abs(twist) else { return nil }
    var turned = end
    if 0 < twist { turned.normal = -end.normal }
    (self.start, self.end) = (start, turned)
    let side = (start.along - turned.along).normalized
    obliquity = max(
      Double.asin(min(abs(across.dot(start.along)), 1)),
      Double.asin(min(abs(across.dot(turned.along)), 1)))
    let up = across.cross(side)
    // Bends are counted towards `up` at either end; an arc has the same at both.
    let first = Double.asin(min(max(start.outward.dot(up), -1), 1))
    let second = Double.asin(min(max(end.outward.dot(up), -1), 1))
    bend = first + second
    unevenness = abs(first - second)
  }

  /// Length of the arc with this chord and bend, in Å.
  var arcLength: Double {
    let half = abs(bend) / 2
    return half < 1e-3 ? chord : chord * half / Double.sin(min(half, 1.6))
  }

  /// Radius of that arc in Å.
  var radius: Double { abs(bend) < 1e-6 ? .infinity : arcLength / abs(bend) }

  /// Whether the pair meets the limits.
  func isAllowed(by options: TracingOptions) -> Bool {
    let degree = Double.pi / 180
    return chord <= options.maximumGapAngstrom
      && obliquity <= options.maximumObliquityDegrees * degree
      && abs(bend) <= options.maximumBendDegrees * degree
      && unevenness <= options.maximumUnevennessDegrees * degree
      && options.minimumRadiusAngstrom <= radius
  }
}

/// What a bridge costs; `TracingOptions.acceptanceCost` is the dearest that is closed.
///
///     length / maximum gap × (1 + 2 obliquity²) + 3 unevenness² + 0.1 bend²
///       + seen share × max(0, 1 − 4 r) − ½ r,    r = mean probability / threshold
///
/// Angles in radians. Length is the prior that gaps are short; unevenness that membranes bend evenly
/// (Helfrich's bending energy of an S is several times that of an arc); bend that they bend little,
/// lightly, as vesicles are round. Density that the segmentation saw but did not trust lowers it; that
/// there is none, in directions which the wedge does not hide, raises it.
enum BridgeCost {
  static func prior(of pair: RimPair, options: TracingOptions) -> Double {
    let obliquity = pair.obliquity * pair.obliquity
    let length = pair.arcLength / options.maximumGapAngstrom
    return length * (1 + 2 * obliquity) + 3 * pair.unevenness * pair.unevenness
      + 0.1 * pair.bend * pair.bend
  }

  /// What the probability along a path, of which the wedge hides a share, adds to its prior cost.
  static func evidence(
    meanProbability: Double, hiddenShare: Double, options: TracingOptions
  ) -> Double {
    let ratio = meanProbability / max(options.probabilityThreshold, 0.01)
    return (1 - hiddenShare) * max(0, 1 - 4 * ratio) - 0.5 * ratio
  }
}
