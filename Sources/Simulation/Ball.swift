import RealModule
import TomographicImaging
import Volumes

/// A Gaussian ball of density: what particles are made of.
struct Ball: Sendable {
  /// Å.
  var centre: SIMD3<Double>
  /// Standard deviation, Å.
  var width: Double
  /// Density at the centre, in head-group density.
  var density: Double
}

/// Adds balls to a volume, section by section; each section adds its balls in the given order.
func addBalls(
  _ balls: [Ball], to density: inout [Float], geometry: VolumeGeometry, workers: Workers
) {
  let size = geometry.size
  let voxel = geometry.voxelSizeAngstrom.x
  var bySection = [[Int32]](repeating: [], count: size.z)
  for (index, ball) in balls.enumerated() {
    let middle = ball.centre.z / voxel
    let reach = 3 * blurred(ball.width, voxel: voxel) / voxel
    let first = max(0, Int((middle - reach).rounded(.up)))
    let last = min(size.z - 1, Int((middle + reach).rounded(.down)))
    guard first <= last else { continue }
    for z in first...last { bySection[z].append(Int32(index)) }
  }
  let sections = bySection
  workers.fillRows(of: &density, rowLength: size.x * size.y) { z, section in
    for index in sections[z] {
      addBall(balls[Int(index)], z: z, voxel: voxel, size: size, to: &section)
    }
  }
}

private func blurred(_ width: Double, voxel: Double) -> Double {
  (width * width + voxel * voxel / 12).squareRoot()
}

private func addBall(
  _ ball: Ball, z: Int, voxel: Double, size: VolumeSize, to section: inout MutableSpan<Float>
) {
  let width = blurred(ball.width, voxel: voxel)
  let shrink = ball.width / width
  let middle = ball.centre / voxel
  let (sigma, reach) = (width / voxel, 3 * width / voxel)
  func weights(_ middle: Double, _ count: Int) -> (first: Int, values: [Float]) {
    let first = max(0, Int((middle - reach).rounded(.up)))
    let last = min(count - 1, Int((middle + reach).rounded(.down)))
    guard first <= last else { return (0, []) }
    let values = (first...last).map { index in
      let offset = (Double(index) - middle) / sigma
      return Float(Double.exp(-offset * offset / 2))
    }
    return (first, values)
  }
  let depth = (Double(z) - middle.z) / sigma
  let peak = Float(
    ball.density * shrink * shrink * shrink * Double.exp(-depth * depth / 2))
  let (firstX, alongX) = weights(middle.x, size.x)
  let (firstY, alongY) = weights(middle.y, size.y)
  for (row, weight) in alongY.enumerated() {
    let start = (firstY + row) * size.x + firstX
    let scale = peak * weight
    for x in alongX.indices { section[start &+ x] += scale * alongX[x] }
  }
}

/// A kind of particle: balls about its middle, the third axis being the way out of a membrane.
struct ParticleSpecies: Sendable {
  var balls: [Ball]

  /// A lump of balls within `radius`, Å.
  static func lump(
    radius: Double, density: Double, random: inout CounterRandom
  ) -> ParticleSpecies {
    let count = max(1, min(30, Int((radius / 14) * (radius / 14))))
    var balls: [Ball] = []
    for _ in 0..<count {
      let distance = radius * 0.75 * random.uniform(0, 1).squareRoot()
      balls.append(
        Ball(
          centre: random.direction() * distance, width: random.uniform(0.25, 0.45) * radius,
          density: density * random.uniform(0.5, 1.2) / max(1, Double(count).squareRoot() * 0.7)))
    }
    return ParticleSpecies(balls: balls)
  }

  /// A protein that spans a membrane and stands out of it by up to `height`, Å.
  static func membraneProtein(
    height: Double, density: Double, random: inout CounterRandom
  ) -> ParticleSpecies {
    let width = random.uniform(9, 18)
    var balls: [Ball] = []
    var place = -random.uniform(15, 45)
    while place < height {
      let side = random.direction() * random.uniform(0, 0.25 * height)
      let away = 30 < place ? SIMD3(side.x, side.y, 0) : .zero
      let strength = abs(place) < 25 ? 0.5 : 1
      balls.append(
        Ball(
          centre: SIMD3(0, 0, place) + away, width: width,
          density: density * strength * random.uniform(0.6, 1.2)))
      place += 1.7 * width
    }
    return ParticleSpecies(balls: balls)
  }

  /// The species' balls put into a frame.
  func placed(in frame: Frame) -> [Ball] {
    balls.map {
      Ball(centre: frame.position($0.centre), width: $0.width, density: $0.density)
    }
  }
}
