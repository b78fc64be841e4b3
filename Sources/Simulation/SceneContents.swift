import LinearAlgebra
import Meshes
import RealModule
import TomographicImaging
import Volumes

/// What a scene holds beside membranes: proteins, filaments, gold.
struct SceneContents {
  static let textureCount = 4

  let options: SceneOptions
  let builder: SceneBuilder
  let faces: [HalfSpace]
  var random: CounterRandom

  /// Particles and filaments in the lumina and surroundings, off the membranes.
  mutating func solubleBalls() -> [Ball] {
    let volume = options.geometry.voxelVolumeNm3 * Double(options.size.count) / 1e6
    var balls: [Ball] = []
    let species = (0..<random.integer(2...6)).map { _ in
      ParticleSpecies.lump(
        radius: random.logUniform(18, 75), density: random.uniform(0.6, 1.3), random: &random)
    }
    for _ in 0..<Int(options.particlesPerMillionNm3 * volume) {
      let kind = species[random.integer(0...(species.count - 1))]
      appendParticle(kind, to: &balls)
    }
    let ribosome = ParticleSpecies.lump(radius: 118, density: 2, random: &random)
    for _ in 0..<Int(options.ribosomesPerMillionNm3 * volume) {
      appendParticle(ribosome, to: &balls)
    }
    for face in faces { appendFaceParticles(species, on: face, to: &balls) }
    for first in stride(from: 0, to: options.filaments, by: options.filamentsPerBundle) {
      let count = min(options.filamentsPerBundle, options.filaments - first)
      let offsets = count == 1 ? [.zero] : bundleOffsets(count, random: &random)
      appendLines(
        to: &balls, lengthNm: options.filamentLengthNm, step: 27, offsets: offsets, turnsOf: actin)
    }
    let densities = options.microtubuleDensity
    for _ in 0..<options.microtubules {
      // Scenes whose microtubules are all alike stay as they were.
      let density =
        densities.low == densities.high
        ? densities.low : random.uniform(densities.low, densities.high)
      appendLines(to: &balls, lengthNm: Span2(150, 500), step: 40, offsets: [.zero]) { frame, _ in
        Self.microtubuleTurn(frame, density: density)
      }
    }
    return balls
  }

  private mutating func place() -> SIMD3<Double> {
    let box = options.geometry.box
    return SIMD3(
      random.uniform(box.lower.x, box.upper.x), random.uniform(box.lower.y, box.upper.y),
      random.uniform(box.lower.z, box.upper.z))
  }

  private func isFree(_ position: SIMD3<Double>) -> Bool {
    faces.allSatisfy { $0.excess(position) < -40 } && builder.isFree(position)
  }

  private mutating func appendParticle(_ species: ParticleSpecies, to balls: inout [Ball]) {
    let frame = Frame(
      origin: place(), normal: random.direction(), turn: random.uniform(0, 2 * .pi))
    guard isFree(frame.origin) else { return }
    balls += species.placed(in: frame)
  }

  /// Particles that stick to the face of the ice.
  private mutating func appendFaceParticles(
    _ species: [ParticleSpecies], on face: HalfSpace, to balls: inout [Ball]
  ) {
    let box = options.geometry.box
    let area = (box.upper.x - box.lower.x) * (box.upper.y - box.lower.y) / 100
    for _ in 0..<Int(options.faceParticlesPer1000Nm2 * area / 1000) {
      var position = place()
      let depth = random.uniform(20, 60)
      position.z -= (face.excess(position) + depth) / face.normal.z
      let kind = species[random.integer(0...(species.count - 1))]
      let frame = Frame(
        origin: position, normal: random.direction(), turn: random.uniform(0, 2 * .pi))
      balls += kind.placed(in: frame)
    }
  }

  /// Tries to lay lines of subunits side by side, one group at each step (Å), where they touch no
  /// membrane.
  ///
  /// - Parameter offsets: of each line, across the bundle, Å.
  private mutating func appendLines(
    to balls: inout [Ball], lengthNm: Span2, step: Double, offsets: [SIMD2<Double>],
    turnsOf subunits: (Frame, Double) -> [Ball]
  ) {
    for _ in 0..<12 {
      let axis = curvedAxis(
        through: place(), lengthAngstrom: random.uniform(10 * lengthNm.low, 10 * lengthNm.high),
        leastBendRadius: 6000, step: step, random: &random)
      let across = Frame(origin: .zero, normal: axis[axis.count - 1] - axis[0], turn: 0)
      let shifts = offsets.map { across.position(SIMD3($0.x, $0.y, 0)) }
      guard axis.allSatisfy({ point in shifts.allSatisfy { isFree(point + $0) } }) else { continue }
      for shift in shifts {
        for index in 1..<axis.count {
          let frame = Frame(
            origin: axis[index] + shift, normal: axis[index] - axis[index - 1], turn: 0)
          balls += subunits(frame, Double(index))
        }
      }
      return
    }
  }

  /// Two strands 166.5° apart at each rise of 27.5 Å.
  private let actin: (Frame, Double) -> [Ball] = { frame, index in
    let angle = index * 166.5 * .pi / 180
    return [
      Ball(
        centre: frame.position(SIMD3(16 * .cos(angle), 16 * .sin(angle), 0)), width: 15,
        density: 0.9)
    ]
  }

  /// A ring of 13 protofilaments at 112 Å from the axis, one turn rising by three monomers of 40 Å.
  private static func microtubuleTurn(_ frame: Frame, density: Double) -> [Ball] {
    (0..<13).map { protofilament in
      let angle = 2 * .pi * Double(protofilament) / 13
      let rise = Double(protofilament) * 120 / 13
      return Ball(
        centre: frame.position(SIMD3(112 * .cos(angle), 112 * .sin(angle), rise)), width: 15,
        density: density)
    }
  }

  /// Proteins on and through the membranes.
  mutating func membraneBalls(_ membranes: [SceneMembrane]) -> [Ball] {
    var balls: [Ball] = []
    for membrane in membranes {
      let species = (0..<random.integer(1...4)).map { _ in
        ParticleSpecies.membraneProtein(
          height: random.uniform(25, 130), density: random.uniform(0.5, 1.1), random: &random)
      }
      let rate =
        options.membraneProteinsPer1000Nm2 / 1000 * random.uniform(0, 2)
      for triangle in membrane.mesh.triangles.indices {
        let (a, b, c) = membrane.mesh.corners(of: triangle)
        let normal = (b - a).cross(c - a)
        let area = normal.length / 200
        guard 0 < area, random.chance(rate * area) else { continue }
        let outwards = random.chance(0.85) ? normal : -normal
        let frame = Frame(
          origin: (a + b + c) / 3, normal: outwards, turn: random.uniform(0, 2 * .pi))
        balls += species[random.integer(0...(species.count - 1))].placed(in: frame)
      }
    }
    return balls
  }

  /// The density of gold beads anywhere in the volume; nil where there are none.
  mutating func gold() -> Volume<Float>? {
    guard 0 < options.goldBeads else { return nil }
    var volume = Volume<Float>(geometry: options.geometry)
    let mean = random.uniform(options.goldDiameterNm.low, options.goldDiameterNm.high)
    for _ in 0..<options.goldBeads {
      addBead(at: place(), radius: 5 * mean * random.uniform(0.9, 1.1), to: &volume)
    }
    return volume
  }

  private func addBead(
    at centre: SIMD3<Double>, radius: Double, to volume: inout Volume<Float>
  ) {
    let voxel = options.pixelSizeAngstrom
    let middle = centre / voxel
    let reach = radius / voxel + 1
    let region = Region(
      lower: VoxelIndex(
        x: Int((middle.x - reach).rounded(.down)), y: Int((middle.y - reach).rounded(.down)),
        z: Int((middle.z - reach).rounded(.down))),
      upper: VoxelIndex(
        x: Int((middle.x + reach).rounded(.up)) + 1, y: Int((middle.y + reach).rounded(.up)) + 1,
        z: Int((middle.z + reach).rounded(.up)) + 1)
    ).clamped(to: options.geometry.bounds)
    guard !region.isEmpty else { return }
    for z in region.lower.z..<region.upper.z {
      for y in region.lower.y..<region.upper.y {
        for x in region.lower.x..<region.upper.x {
          let offset = SIMD3(Double(x), Double(y), Double(z)) - middle
          // The share of the voxel inside the bead, about: one voxel of soft edge.
          let share = min(max(radius / voxel - offset.length + 0.5, 0), 1)
          volume[VoxelIndex(x: x, y: y, z: z)] += Float(share * options.goldDensity)
        }
      }
    }
  }
}

/// Where the filaments of a bundle lie across it, Å: on a hexagonal lattice, or in one row as a raft.
func bundleOffsets(_ count: Int, random: inout CounterRandom) -> [SIMD2<Double>] {
  let spacing = random.logUniform(80, 200)
  let isRaft = random.chance(0.4)
  let side = Int(Double(count).squareRoot().rounded(.up))
  return (0..<count).map { index in
    let (row, column) = index.quotientAndRemainder(dividingBy: isRaft ? count : side)
    let shift = row.isMultiple(of: 2) ? 0 : 0.5
    return SIMD2(
      spacing * (Double(column) + shift) + random.uniform(-10, 10),
      spacing * 0.75.squareRoot() * Double(row) + random.uniform(-10, 10))
  }
}
