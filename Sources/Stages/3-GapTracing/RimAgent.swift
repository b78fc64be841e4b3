import LinearAlgebra
import RealModule

/// An agent that follows a membrane from a rim into the gap, in the plane of the rim's normal and
/// outward tangent.
struct RimAgent: Sendable {
  /// Where it set out.
  let rim: Rim
  /// Place of the rim in the list of all.
  let rimIndex: Int
  /// Where it has been, from the rim on, in Å.
  private(set) var points: [SIMD3<Double>]
  /// Unit normals of the surface at these places.
  private(set) var normals: [SIMD3<Double>]
  /// Unit tangent it moves along.
  private(set) var heading: SIMD3<Double>
  /// Turn of the last step, and of all together, towards the normal; radians.
  private(set) var lastTurn = 0.0
  private(set) var bend = 0.0
  /// Whether it has left the membrane it set out from.
  var isClear = false

  /// Length of a step, in Å: two voxels of 10 Å, half of a bilayer.
  static let stepAngstrom = 20.0
  /// What an agent can do: turn by so many degrees and go a step; the last action, not listed, is to
  /// stop. 15° a step are a radius of 76 Å, the tightest tubules.
  static let turnsDegrees = [-15.0, -7.5, 0, 7.5, 15]
  /// Number of actions.
  static let actionCount = turnsDegrees.count + 1
  /// The action that ends an episode.
  static let stop = turnsDegrees.count

  /// Sets out from a rim; `flipped` looks at it from the surface's other side.
  init(_ rim: Rim, index: Int, flipped: Bool = false) {
    self.rim = rim
    rimIndex = index
    points = [rim.position]
    normals = [flipped ? -rim.normal : rim.normal]
    heading = rim.outward
  }

  var position: SIMD3<Double> { points[points.count - 1] }
  var normal: SIMD3<Double> { normals[normals.count - 1] }
  /// Steps taken.
  var stepCount: Int { points.count - 1 }
  /// Curvature of the membrane behind the rim, towards the agent's normal, in 1/Å.
  var rimCurvature: Double { normals[0].dot(rim.normal) < 0 ? -rim.curvature : rim.curvature }

  /// Turns and goes a step.
  ///
  /// - Precondition: the action is not to stop.
  mutating func move(_ action: Int) {
    let turn = Self.turnsDegrees[action] * .pi / 180
    let (cosine, sine) = (Double.cos(turn), Double.sin(turn))
    let (before, normal) = (heading, self.normal)
    heading = (cosine * heading + sine * normal).normalized
    let turned = (cosine * normal - sine * before).normalized
    // Along the chord of the arc.
    let chord = (before + heading).normalized
    points.append(position + Self.stepAngstrom * chord)
    normals.append(turned)
    lastTurn = turn
    bend += turn
  }
}
