import LinearAlgebra
import Meshes
import RealModule
import TomographicImaging

extension MembranePlacement {
  /// Least radius of curvature of organelles, and about the least radius of their necks, Å.
  static let gentleRadiusAngstrom = 80.0

  /// Places mitochondria, which need most room of all.
  mutating func placeMitochondria() {
    for index in 0..<options.mitochondria {
      place(index, leastShareOfRest: 0) { $0.mitochondrion() }
    }
  }

  /// Places organelles and budding vesicles.
  mutating func placeOrganelles() {
    for index in 0..<options.organelles { place(index) { $0.organelle() } }
    for index in 0..<options.buddingVesicles { place(index) { $0.buddingVesicle() } }
  }

  /// Balls that overlap, some with an arm; nothing where they bend too much.
  private mutating func organelle() -> [any MembraneShape] {
    let radius = min(max(drawnRadius(), 220), 1200)
    var capsules = [Capsule.ball(centre: place(margin: 0.3 * radius), radius: radius)]
    for _ in 1..<random.integer(3...8) {
      let host = capsules[random.integer(0...(capsules.count - 1))]
      let size = max(radius * random.uniform(0.35, 1), 150)
      let distance = (host.radius + size) * random.uniform(0.5, 0.85)
      capsules.append(.ball(centre: host.start + random.direction() * distance, radius: size))
    }
    let balls = capsules
    for _ in 0..<(random.chance(0.5) ? random.integer(1...2) : 0) {
      capsules += arm(from: balls[random.integer(0...(balls.count - 1))])
    }
    return gentle(kind: "organelle", capsules)
  }

  /// A bent tube that grows out of a ball.
  private mutating func arm(from host: Capsule) -> [Capsule] {
    let radius = random.uniform(100, min(220, max(0.6 * host.radius, 110)))
    var direction = random.direction()
    var start = host.start
    var length = host.radius + random.uniform(150, 500)
    return (0..<random.integer(1...3)).map { _ in
      let end = start + direction * length
      defer {
        start = end
        direction = (direction + 0.6 * random.direction()).normalized
        length = random.uniform(250, 600)
      }
      return Capsule(start: start, end: end, radius: radius)
    }
  }

  private mutating func buddingVesicle() -> [any MembraneShape] {
    let radius = min(max(drawnRadius(), 200), 900)
    let bud = max(radius * random.uniform(0.45, 1), 160)
    let neck = min(10 * drawn(options.neckRadiusNm), 0.55 * bud)
    let centre = place(margin: 0.3 * radius)
    let other = centre + random.direction() * (radius + bud + random.uniform(40, 250))
    return gentle(
      kind: "vesicle",
      [
        .ball(centre: centre, radius: radius), .ball(centre: other, radius: bud),
        Capsule(start: centre, end: other, radius: neck),
      ])
  }

  private mutating func gentle(kind: String, _ capsules: [Capsule]) -> [any MembraneShape] {
    let blend = random.uniform(60, 110)
    // What runs into other membranes with its middle is not worth the closer look.
    let ends = capsules.flatMap { [$0.start, $0.end] }
    guard ends.allSatisfy(builder.isFree) else { return [] }
    let shape = ImplicitShape(
      kind: kind, field: CapsuleUnion(capsules: capsules, blendAngstrom: blend))
    return shape.isGentle(radiusAngstrom: Self.gentleRadiusAngstrom) ? [shape] : []
  }

  /// A bent sausage and, a constant gap inside, its inner membrane with cristae.
  private mutating func mitochondrion() -> [any MembraneShape] {
    let radius = random.uniform(700, 1600)
    let axis = curvedAxis(
      through: place(margin: 0.3 * radius), lengthAngstrom: random.uniform(1, 3) * radius,
      leastBendRadius: 3 * radius, step: 0.7 * radius, random: &random)
    let gap = random.uniform(95, 200)
    let lamellae = cristae(along: axis, radius: radius - gap)
    var body = CapsuleUnion(
      capsules: (1..<axis.count).map {
        Capsule(start: axis[$0 - 1], end: axis[$0], radius: radius)
      }, blendAngstrom: 60)
    let outer = ImplicitShape(kind: "outer", field: body)
    guard axis.allSatisfy(builder.isFree), builder.hasRoom(for: outer) else { return [] }
    body.growthAngstrom = -gap
    return [outer, Self.folded(body, lamellae: lamellae)]
  }

  /// The inner membrane with those of the lamellae that leave it gentle; a crista's edge is as sharp
  /// as the crista is thin.
  private static func folded(
    _ body: CapsuleUnion, lamellae: [Lamella]
  ) -> any MembraneShape {
    var field = FoldedField(body: body, lamellae: lamellae, blendAngstrom: 110)
    while true {
      let shape = ImplicitShape(kind: "inner", field: field)
      let mesh = shape.mesh(edgeAngstrom: 50)
      var isBad = field.lamellae.map { _ in false }
      for vertex in mesh.vertices {
        let place = SIMD3<Float>(vertex)
        guard let nearest = field.nearestLamella(to: place), !isBad[nearest] else { continue }
        let sharpest = 0.7 * field.lamellae[nearest].halfWidthAngstrom
        isBad[nearest] = !shape.isGentle(at: place, radius: Float(sharpest))
      }
      // Lamellae that cut the matrix into pieces cannot be told apart: all go.
      if !isBad.contains(true) && 1 < mesh.triangleComponents().count {
        isBad = isBad.map { _ in true }
      }
      guard isBad.contains(true) else { return shape }
      field.lamellae = zip(field.lamellae, isBad).filter { !$1 }.map(\.0)
    }
  }

  /// Discs across the axis or somewhat oblique, from alternating sides.
  private mutating func cristae(along axis: [SIMD3<Double>], radius: Double) -> [Lamella] {
    let length = (axis[axis.count - 1] - axis[0]).length + radius
    let count = min(random.integer(2...8), max(2, Int(length / 350)))
    var side = random.direction()
    return (0..<count).map { index in
      let share = (Double(index) + random.uniform(0.3, 0.7)) / Double(count)
      let along = (axis[axis.count - 1] - axis[0]).normalized
      let middle = (axis[0] + axis[axis.count - 1]) / 2
      let foot = middle + along * ((share - 0.5) * length)
      side = (-side + 0.7 * random.direction())
      side = (side - along * side.dot(along)).normalized
      let half = 5 * drawn(options.cristaThicknessNm)
      let normal = along + 0.2 * random.direction()
      return Lamella(
        frame: Frame(origin: foot + side * radius, normal: normal, turn: 0),
        discRadiusAngstrom: radius * random.uniform(0.5, 1.4), halfWidthAngstrom: half)
    }
  }
}
