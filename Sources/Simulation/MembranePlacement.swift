import LinearAlgebra
import Meshes
import RealModule
import TomographicImaging
import Volumes

/// Draws the membranes of a scene and places them where there is room.
struct MembranePlacement {
  let options: SceneOptions
  let builder: SceneBuilder
  var random: CounterRandom
  private static let attempts = 25

  init(options: SceneOptions, builder: SceneBuilder, random: CounterRandom) {
    self.options = options
    self.builder = builder
    self.random = random
  }

  /// Places what is large, so that what is small fills the space left.
  mutating func placeLarge() {
    for index in 0..<options.sheets { place(index) { $0.sheets() } }
    for index in 0..<options.cisternaStacks { place(index) { $0.cisternaStack() } }
    for index in 0..<options.nestedPairs { place(index) { $0.nestedPair() } }
  }

  /// Places vesicles, tubules and, at last, what touches a membrane.
  mutating func placeSmall() {
    let radii = (0..<options.vesicles).map { _ in drawnRadius() }.sorted(by: >)
    for radius in radii.prefix((radii.count + 1) / 2) { place(0) { [$0.vesicle(radius: radius)] } }
    for index in 0..<options.tubules { place(index) { [$0.tubule()] } }
    for radius in radii.dropFirst((radii.count + 1) / 2) {
      place(0) { [$0.vesicle(radius: radius)] }
    }
    for _ in 0..<options.contactVesicles { placeContactVesicle() }
  }

  /// Tries to place a group of shapes that belong together; the first must fit, the rest may not.
  ///
  /// - Parameter leastShareOfRest: share of each of the rest that must lie in the volume.
  mutating func place(
    _ index: Int, leastShareOfRest: Double = 0.08,
    _ draw: (inout MembranePlacement) -> [any MembraneShape]
  ) {
    for _ in 0..<Self.attempts {
      let group = draw(&self)
      guard let first = group.first, builder.hasRoom(for: first) else { continue }
      builder.add(first, style: style())
      for shape in group.dropFirst()
      where builder.hasRoom(for: shape, leastShareInside: leastShareOfRest) {
        builder.add(shape, style: style())
      }
      return
    }
  }

  mutating func drawn(_ span: Span2) -> Double { random.uniform(span.low, span.high) }

  mutating func drawnRadius() -> Double {
    10 * random.logUniform(options.vesicleRadiusNm.low, options.vesicleRadiusNm.high)
  }

  private mutating func style() -> MembraneStyle {
    let profile = BilayerProfile(
      spacingAngstrom: drawn(options.leafletSpacingAngstrom),
      widthAngstrom: drawn(options.leafletWidthAngstrom),
      asymmetry: random.uniform(-2, 2) * options.leafletAsymmetry,
      coreDepth: drawn(options.coreDepth), voxelAngstrom: options.pixelSizeAngstrom,
      bandAngstrom: Double(builder.bandAngstrom))
    return MembraneStyle(
      profile: profile,
      lumen: Compartment(
        density: Float(drawn(options.lumenDensity)),
        texture: random.integer(0...(SceneContents.textureCount - 1)),
        amplitude: Float(drawn(options.texture))))
  }

  /// A place in the volume grown by `margin` Å on every side.
  mutating func place(margin: Double) -> SIMD3<Double> {
    let box = builder.geometry.box
    return SIMD3(
      random.uniform(box.lower.x - margin, box.upper.x + margin),
      random.uniform(box.lower.y - margin, box.upper.y + margin),
      random.uniform(box.lower.z - margin, box.upper.z + margin))
  }

  private mutating func ripples() -> [StarShape.Ripple] {
    let total = drawn(options.deformation)
    let count = random.integer(2...5)
    return (0..<count).map { _ in
      let degree = random.integer(2...5)
      // Higher degrees bend more for the same amplitude (curvature grows as l²).
      let amplitude = total / Double(count) * 3 / Double(degree)
      return StarShape.Ripple(
        axis: SIMD3<Float>(random.direction()), degree: degree,
        amplitude: Float(random.chance(0.5) ? amplitude : -amplitude))
    }
  }

  mutating func star(
    kind: String, centre: SIMD3<Double>, radius: Double
  ) -> StarShape {
    let stretch = drawn(options.elongation)
    // The mean of the three semi-axes stays `radius`.
    let middle = random.uniform(1, stretch)
    let mean = (1 + middle + stretch) / 3
    let axes = SIMD3(1, middle, stretch) * (radius / mean)
    return StarShape(
      kind: kind,
      frame: Frame(
        origin: centre, normal: random.direction(), turn: random.uniform(0, 2 * .pi)),
      semiAxesAngstrom: axes, ripples: ripples())
  }

  private mutating func vesicle(radius: Double) -> any MembraneShape {
    star(kind: "vesicle", centre: place(margin: 0.5 * radius), radius: radius)
  }

  private mutating func nestedPair() -> [any MembraneShape] {
    let gap = 10 * drawn(options.nestedGapNm)
    let radius = max(drawnRadius(), gap + 250)
    let outer = star(kind: "outer", centre: place(margin: 0.4 * radius), radius: radius)
    let shortest = outer.semiAxesAngstrom.min()
    guard gap + 100 < shortest * 0.8 else { return [outer] }
    let inner = StarShape(
      kind: "inner", frame: outer.frame, semiAxesAngstrom: outer.semiAxesAngstrom - gap,
      ripples: outer.ripples)
    return [outer, inner]
  }

  private mutating func placeContactVesicle() {
    guard !builder.shapes.isEmpty else { return }
    for _ in 0..<Self.attempts {
      let host = builder.shapes[random.integer(0...(builder.shapes.count - 1))].shape
      let mesh = OrientedMesh(host.mesh(edgeAngstrom: 60))
      let vertex = random.integer(0...(mesh.normals.count - 1))
      guard builder.offset(at: mesh.mesh.vertices[vertex]) != nil else { continue }
      let gap = random.uniform(85, 250)
      let normal = mesh.normals[vertex]
      let outwards = random.chance(0.8) ? normal : -normal
      var guest = star(
        kind: "vesicle", centre: .zero, radius: min(drawnRadius(), 800))
      let reach = guest.radiusAngstrom(along: -outwards)
      var frame = guest.frame
      frame.origin = mesh.mesh.vertices[vertex] + outwards * (reach + gap)
      guest = StarShape(
        kind: "vesicle", frame: frame, semiAxesAngstrom: guest.semiAxesAngstrom,
        ripples: guest.ripples)
      guard builder.hasRoom(for: guest) else { continue }
      builder.add(guest, style: style())
      return
    }
  }

  private mutating func tubule() -> any MembraneShape {
    let radius = 10 * drawn(options.tubuleRadiusNm)
    let diagonal = (builder.geometry.box.upper - builder.geometry.box.lower).length
    let axis = curvedAxis(
      through: place(margin: 0), lengthAngstrom: random.uniform(0.5, 2) * diagonal,
      leastBendRadius: 3.5 * radius, step: max(15, radius / 8), random: &random)
    let (depth, wave, phase) = (
      random.uniform(0, 0.12), random.logUniform(8, 40) * radius, random.uniform(0, 2 * .pi)
    )
    var radii: [Double] = []
    var travelled = 0.0
    for index in axis.indices {
      if 0 < index { travelled += (axis[index] - axis[index - 1]).length }
      radii.append(radius * (1 + depth * .sin(2 * .pi * travelled / wave + phase)))
    }
    return TubeShape(kind: "tubule", axis: axis, radiiAngstrom: radii)
  }

  mutating func heightField(leastBendRadius: Double) -> HeightField {
    let count = random.integer(2...4)
    return HeightField(
      waves: (0..<count).map { _ in
        let wavelength = random.logUniform(800, 6000)
        let number = 2 * .pi / wavelength
        // The curvature of a wave is A k²; together the waves stay below 1 / leastBendRadius.
        let most = 1 / (leastBendRadius * number * number * Double(count))
        let amplitude = min(most * random.uniform(0.1, 1), 0.12 * wavelength)
        let angle = random.uniform(0, 2 * .pi)
        return HeightField.Wave(
          amplitude: Float(amplitude),
          wave: SIMD2(Float(number * .cos(angle)), Float(number * .sin(angle))),
          phase: Float(random.uniform(0, 2 * .pi)))
      })
  }

  /// A normal near the beam in every sixth case, so that the wedge hides some sheets; else mostly
  /// across it, as a sheet that crosses the field along the beam is the one that is seen.
  mutating func sheetNormal() -> SIMD3<Double> {
    if random.chance(0.15) {
      return SIMD3(random.uniform(-0.4, 0.4), random.uniform(-0.4, 0.4), 1)
    }
    let normal = random.direction()
    return random.chance(0.3) ? normal : SIMD3(normal.x, normal.y, 0.3 * normal.z)
  }

  /// One to three parallel sheets.
  private mutating func sheets() -> [any MembraneShape] {
    let box = builder.geometry.box
    let frame = Frame(
      origin: place(margin: 0), normal: sheetNormal(), turn: random.uniform(0, 2 * .pi))
    let field = heightField(leastBendRadius: 500)
    let count = random.chance(0.4) ? random.integer(2...3) : 1
    var offset = 0.0
    return (0..<count).map { _ in
      defer { offset += random.uniform(100, 400) }
      return SheetShape(
        kind: "sheet", frame: frame, field: field, offsetAngstrom: offset,
        reachAngstrom: (box.upper - box.lower).length)
    }
  }

  private mutating func cisternaStack() -> [any MembraneShape] {
    let frame = Frame(
      origin: place(margin: 100), normal: sheetNormal(), turn: random.uniform(0, 2 * .pi))
    let field = heightField(leastBendRadius: 1200)
    let count = random.integer(2...6)
    let half = random.uniform(55, 130)
    let distance = 2 * half + random.uniform(85, 200)
    let radius = random.uniform(500, 2500)
    return (0..<count).map { index in
      CisternaShape(
        kind: "cisterna", frame: frame, field: field,
        offsetAngstrom: (Double(index) - Double(count - 1) / 2) * distance,
        discRadiusAngstrom: radius * random.uniform(0.75, 1.1), halfWidthAngstrom: half)
    }
  }
}

/// A smooth line through a point that does not cross itself: a straight line plus two sine waves
/// across it.
func curvedAxis(
  through middle: SIMD3<Double>, lengthAngstrom: Double, leastBendRadius: Double, step: Double,
  random: inout CounterRandom
) -> [SIMD3<Double>] {
  let frame = Frame(origin: middle, normal: random.direction(), turn: random.uniform(0, 2 * .pi))
  func drawnWave() -> (amplitude: Double, number: Double, phase: Double) {
    let number = 2 * .pi / random.logUniform(1500, 8000)
    // Curvature A k² of both waves together stays below 1 / leastBendRadius.
    let most = 0.5 / (leastBendRadius * number * number)
    return (
      min(most, 0.15 * 2 * .pi / number) * random.uniform(0, 1), number,
      random.uniform(0, 2 * .pi)
    )
  }
  let (across, along) = (drawnWave(), drawnWave())
  let count = max(2, Int(lengthAngstrom / step))
  return (0...count).map { index in
    let travelled = (Double(index) / Double(count) - 0.5) * lengthAngstrom
    return frame.position(
      SIMD3(
        across.amplitude * .sin(across.number * travelled + across.phase),
        along.amplitude * .sin(along.number * travelled + along.phase), travelled))
  }
}
