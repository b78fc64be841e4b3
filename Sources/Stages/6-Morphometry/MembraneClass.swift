/// What kind of membrane a surface is, by its shape alone.
public enum MembraneClass: String, Codable, CaseIterable, Sendable {
  /// Rounded and small: all of it, or a piece with the curvature of such a one.
  case vesicle
  /// Encloses something and is larger than a vesicle, lobed, or a flat sac.
  case largeClosed = "large-closed"
  /// Curves around an axis, and not along it.
  case tubule
  /// Separates two sides and encloses nothing that can be seen.
  case sheet
  /// One of two membranes of which one follows the other on its inside.
  case nestedPair = "nested-pair"
  /// Too small an open piece to say what it belongs to.
  case fragment

  /// Whether such a membrane has an inside, also where its surface has holes.
  public var enclosesSomething: Bool { self != .sheet && self != .fragment }
}

/// What is taken for granted about the shapes of membranes: the thresholds that classes have.
///
/// Lengths and areas from the literature of cell biology, the others half way between the ideal
/// shapes that they tell apart, shifted where phantoms of validation seeds showed that real surfaces
/// deviate to one side (Decision 8).
public struct ClassPriors: Codable, Hashable, Sendable {
  /// Largest diameter of a vesicle, in nm: that of the sphere of as much area, or, of a piece, twice
  /// its radius of curvature. Transport, synaptic and small extracellular vesicles lie below,
  /// endosomes, lysosomes and mitochondria above.
  public var largestVesicleNm = 150.0
  /// Open pieces smaller than this are fragments, in nm²: the area of a vesicle of 40 nm, and a
  /// patch of 70 × 70 nm.
  public var largestFragmentNm2 = 5000.0
  /// Share of the area that must curve around the inside in both directions for a rounded shape:
  /// 1 for a sphere, about ½ by chance for a tube, less for waves.
  public var leastConvexShare = 0.6
  /// Share of the area on one ellipsoid, wider than any tubule, from which a shape counts as rounded
  /// whatever its curvatures say: those of a large vesicle without its caps look like a tube's.
  public var leastEllipsoidShare = 0.8
  /// The same for a surface that goes all around, of which more may be false pieces beside it.
  public var leastEllipsoidShareAround = 0.6
  /// Largest length of the mean normal of such a surface: half way between a sphere, 0, and half of one.
  public var largestMeanNormalAround = 0.25
  /// Width that tubules stay below, in nm.
  public var largestTubuleNm = 150.0
  /// Solid angle, in sr, that a rounded piece must cover to be told from a bent sheet: area over
  /// squared radius of curvature, 4π for a sphere. For pieces that mostly the border cuts.
  public var leastSolidAngle = 0.8
  /// The same for pieces that end inside the volume: a quarter of a sphere. Less is a fragment.
  public var leastFreeSolidAngle = 3.0
  /// Largest share of the normals' second moments along one direction that a tube may have: 0.5
  /// straight and whole, 1 for a plane.
  public var largestTubuleNormals = 0.75
  /// Largest length of the mean normal of a tube that ends inside the volume: 2/π for half a tube
  /// cut lengthwise, more for a bent sheet.
  public var largestTubuleMeanNormal = 0.7
  /// Shape indices of tubes: 0.5 in the middle between sphere and saddle.
  public var tubuleShapeIndices = 0.25...0.72
  /// Largest share of the normals' second moments along the third direction that a tube may have:
  /// half way between a straight one and a sphere.
  public var largestTubuleThird = 1.0 / 6
  /// Largest share of a tube's area that curves inwards in both directions: ½ by chance, nearly all of a
  /// long vesicle.
  public var largestTubuleConvexShare = 0.75
  /// Length over width of a tube with two open ends or none.
  public var leastTubuleElongation = 1.5
  /// How far an open surface must close around its inside to be a sac, 0...1: a sheet stays below
  /// 0.5 wherever it is seen from.
  public var leastEnclosure = 0.45
  /// Largest distance of the two membranes of a pair, in nm: envelopes and autophagosomes have 8-30.
  public var largestPairGapNm = 40.0
  /// Share of the outer one's area that has the inner one so near.
  public var leastPairShare = 0.6
  /// Distance that four of five places of the outer one stay below, over that of one of five.
  public var largestPairUnevenness = 3.0

  /// The defaults.
  public init() {}
}
