import LinearAlgebra
import RealModule
import ReinforcementLearning
import TomogramModel
import Volumes

/// The window through which an agent sees a scene: the plane of its normal and heading, from behind it
/// to ahead of it, fine and coarse.
///
///     image (6, 24, 16): density, probability, fragments fine, then coarse
///     row i:    (i − 8) spacings along the heading, column j: (j − 7.5) spacings along the normal
///     spacing:  10 Å fine, 30 Å coarse: 8 nm behind to 15 nm ahead, 24 nm behind to 45 nm ahead
///
/// Fine pixels are means of three places side by side along the rim, which a membrane has in common and
/// noise has not.
enum AgentView {
  static let shape = ObservationShape(channels: 6, height: 24, width: 16, scalars: 14)
  private static let spacings: [Float] = [10, 30]
  private static let sideAngstrom: Float = 15
  private static let (rowsBehind, columnMiddle): (Float, Float) = (8, 7.5)

  /// What agents see, each in its scene.
  static func observations(
    of agents: [RimAgent], scene: @Sendable (Int) -> TracingScene, workers: Workers
  ) -> Observations {
    let count = shape.imageCount
    var images = [UInt8](repeating: 0, count: count * agents.count)
    workers.fillRows(of: &images, rowLength: count) { index, image in
      look(with: agents[index], at: scene(index), into: &image)
    }
    return Observations(
      shape: shape, images: images,
      scalars: agents.indices.flatMap { scalars(of: agents[$0], in: scene($0)) })
  }

  private static func look(
    with agent: RimAgent, at scene: TracingScene, into image: inout MutableSpan<UInt8>
  ) {
    let plane = shape.height * shape.width
    let along = SIMD3<Float>(agent.normal.cross(agent.heading))
    for (scale, volumes) in [scene.fine, scene.coarse].enumerated() {
      let side = scale == 0 ? sideAngstrom * along : SIMD3<Float>.zero
      let frame = WindowFrame(
        agent, geometry: volumes[0].geometry, spacing: spacings[scale], side: side,
        rowsBehind: rowsBehind, columnMiddle: columnMiddle)
      for (channel, volume) in volumes.enumerated() {
        let outside = channel == 0 ? TracingScene.background : 0
        let first = (3 * scale + channel) * plane
        volume.withSamples {
          frame.fill(&image, from: first, shape: shape, with: $0, outside: outside)
        }
      }
    }
  }

  /// What the image does not show, each of the order of 1.
  private static func scalars(of agent: RimAgent, in scene: TracingScene) -> [Float] {
    let (normal, heading) = (agent.normal, agent.heading)
    func hides(_ degrees: Double) -> Float {
      let angle = degrees * .pi / 180
      let turned = Double.cos(angle) * normal - Double.sin(angle) * heading
      return scene.tilt.hides(normal: turned) ? 1 : 0
    }
    let steps = Double(agent.stepCount)
    let values = [
      abs(normal.z), abs(normal.x), abs(normal.y), steps / 20, agent.bend,
      4 * agent.lastTurn, 4 * agent.bend / max(steps, 1),
      // In units of 1 / 20 nm, about the curvature of small vesicles.
      min(max(200 * agent.rimCurvature, -2), 2),
      agent.rim.halfThickness / 50,
    ]
    return values.map { Float($0) } + [
      hides(0), hides(-30), hides(30), scene.hasDensity ? 1 : 0, scene.hasProbability ? 1 : 0,
    ]
  }
}

/// A window's axes in voxel coordinates of one volume, in 65536ths: looking up the nearest voxel is
/// then a shift, three times as fast as rounding (no rounding instruction in the portable build).
private struct WindowFrame {
  private let first: SIMD3<Int32>
  private let row: SIMD3<Int32>
  private let column: SIMD3<Int32>
  private let side: SIMD3<Int32>
  private let size: SIMD3<Int32>

  init(
    _ agent: RimAgent, geometry: VolumeGeometry, spacing: Float, side: SIMD3<Float>,
    rowsBehind: Float, columnMiddle: Float
  ) {
    let voxel = SIMD3<Float>(geometry.voxelSizeAngstrom)
    let origin = SIMD3<Float>(geometry.coordinate(of: Position(angstrom: agent.position)))
    let row = spacing * SIMD3<Float>(agent.heading) / voxel
    let column = spacing * SIMD3<Float>(agent.normal) / voxel
    func fixed(_ vector: SIMD3<Float>) -> SIMD3<Int32> { SIMD3<Int32>(vector * 65536) }
    // Half a voxel more, so that the shift rounds to the nearest.
    first = fixed(origin - rowsBehind * row - columnMiddle * column + 0.5)
    (self.row, self.column, self.side) = (fixed(row), fixed(column), fixed(side / voxel))
    size = SIMD3(Int32(geometry.size.x), Int32(geometry.size.y), Int32(geometry.size.z))
  }

  /// Fills a channel of the image; places outside the volume have the value `outside`.
  func fill(
    _ image: inout MutableSpan<UInt8>, from start: Int, shape: ObservationShape,
    with samples: Span<UInt8>, outside: UInt8
  ) {
    let isSingle = side == .zero
    for i in 0..<shape.height {
      var place = first &+ Int32(i) &* row
      for j in 0..<shape.width {
        let pixel = start &+ i &* shape.width &+ j
        if isSingle {
          image[pixel] = value(at: place, samples, outside)
        } else {
          let sum =
            Int(value(at: place &- side, samples, outside))
            + Int(value(at: place, samples, outside))
            + Int(value(at: place &+ side, samples, outside))
          image[pixel] = UInt8(truncatingIfNeeded: sum / 3)
        }
        place = place &+ column
      }
    }
  }

  @inline(__always)
  private func value(
    at place: SIMD3<Int32>, _ samples: Span<UInt8>, _ outside: UInt8
  ) -> UInt8 {
    let (x, y, z) = (place.x >> 16, place.y >> 16, place.z >> 16)
    guard 0 <= x, x < size.x, 0 <= y, y < size.y, 0 <= z, z < size.z else { return outside }
    return samples[(Int(z) &* Int(size.y) &+ Int(y)) &* Int(size.x) &+ Int(x)]
  }
}
