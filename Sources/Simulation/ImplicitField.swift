import LinearAlgebra

/// A smooth function of position (Å) whose zero is a closed surface; below 0 inside.
///
/// It changes by at most 1 an Å, so that its size never exceeds the distance to the surface.
protocol ImplicitField: Sendable {
  /// A box that holds the surface.
  var lower: SIMD3<Double> { get }
  var upper: SIMD3<Double> { get }

  /// Value in Å and gradient at a position.
  func evaluated(at position: SIMD3<Float>) -> (value: Float, gradient: SIMD3<Float>)
}

/// All within `radius` of a line; a ball where the line has no length.
struct Capsule: Sendable {
  let start: SIMD3<Double>
  let end: SIMD3<Double>
  /// Å.
  let radius: Double
  private let kernelStart: SIMD3<Float>
  private let along: SIMD3<Float>
  private let inverseSquare: Float

  init(start: SIMD3<Double>, end: SIMD3<Double>, radius: Double) {
    (self.start, self.end, self.radius) = (start, end, radius)
    kernelStart = SIMD3(start)
    along = SIMD3(end - start)
    inverseSquare = along == .zero ? 0 : 1 / along.squaredLength
  }

  static func ball(centre: SIMD3<Double>, radius: Double) -> Capsule {
    Capsule(start: centre, end: centre, radius: radius)
  }

  /// Signed distance and its gradient.
  @inline(__always)
  func evaluated(at position: SIMD3<Float>) -> (value: Float, gradient: SIMD3<Float>) {
    let offset = position - kernelStart
    let share = min(max(offset.dot(along) * inverseSquare, 0), 1)
    let rest = offset - along * share
    let size = max(rest.length, 1e-4)
    return (size - Float(radius), rest / size)
  }
}

/// The smooth union of capsules, grown by `growthAngstrom` on all sides.
struct CapsuleUnion: ImplicitField {
  let capsules: [Capsule]
  let blendAngstrom: Double
  /// Below 0: shrunk.
  var growthAngstrom = 0.0

  /// By how much the smooth union may reach beyond the capsules.
  private var bulge: Double { blendAngstrom * Double(capsules.count).squareRoot() + growthAngstrom }

  var lower: SIMD3<Double> {
    capsules.reduce(SIMD3(repeating: .infinity)) {
      pointwiseMin($0, pointwiseMin($1.start, $1.end) - $1.radius)
    } - bulge
  }

  var upper: SIMD3<Double> {
    capsules.reduce(SIMD3(repeating: -.infinity)) {
      pointwiseMax($0, pointwiseMax($1.start, $1.end) + $1.radius)
    } + bulge
  }

  func evaluated(at position: SIMD3<Float>) -> (value: Float, gradient: SIMD3<Float>) {
    var inside = SmoothMaximum(blend: Float(blendAngstrom))
    for capsule in capsules {
      let (value, gradient) = capsule.evaluated(at: position)
      inside.add(-value, gradient: -gradient)
    }
    return (-inside.value - Float(growthAngstrom), -inside.gradient)
  }
}

/// A flat round disc with a rounded rim: all within `halfWidth` of a flat disc.
struct Lamella: Sendable {
  let frame: Frame
  let discRadiusAngstrom: Double
  let halfWidthAngstrom: Double
  private let kernelFrame: KernelFrame

  init(frame: Frame, discRadiusAngstrom: Double, halfWidthAngstrom: Double) {
    self.frame = frame
    self.discRadiusAngstrom = discRadiusAngstrom
    self.halfWidthAngstrom = halfWidthAngstrom
    kernelFrame = KernelFrame(frame)
  }

  /// Signed distance and its gradient.
  @inline(__always)
  func evaluated(at position: SIMD3<Float>) -> (value: Float, gradient: SIMD3<Float>) {
    let local = kernelFrame.local(position)
    let radius = max((local.x * local.x + local.y * local.y).squareRoot(), 1e-4)
    let beyond = max(radius - Float(discRadiusAngstrom), 0)
    let size = max((beyond * beyond + local.z * local.z).squareRoot(), 1e-4)
    let outward = beyond / size / radius
    let gradient =
      (kernelFrame.first * local.x + kernelFrame.second * local.y) * outward
      + kernelFrame.normal * (local.z / size)
    return (size - Float(halfWidthAngstrom), gradient)
  }
}

/// A body without the lamellae that enter it from its border: the matrix of a mitochondrion, whose
/// inner membrane folds into cristae.
struct FoldedField: ImplicitField {
  let body: CapsuleUnion
  var lamellae: [Lamella]
  let blendAngstrom: Double

  var lower: SIMD3<Double> { body.lower }
  var upper: SIMD3<Double> { body.upper }

  func evaluated(at position: SIMD3<Float>) -> (value: Float, gradient: SIMD3<Float>) {
    var outside = SmoothMaximum(blend: Float(blendAngstrom))
    let (value, gradient) = body.evaluated(at: position)
    outside.add(value, gradient: gradient)
    for lamella in lamellae {
      let (value, gradient) = lamella.evaluated(at: position)
      outside.add(-value, gradient: -gradient)
    }
    return (outside.value, outside.gradient)
  }

  /// Number of the lamella whose surface is nearest to a position; nil without any.
  func nearestLamella(to position: SIMD3<Float>) -> Int? {
    let distances = lamellae.map { abs($0.evaluated(at: position).value) }
    return distances.indices.min { distances[$0] < distances[$1] }
  }
}
