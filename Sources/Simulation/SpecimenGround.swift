import RealModule
import TomographicImaging
import Volumes

/// A film of carbon near the lower border with the edge of a round hole.
struct CarbonFilm: Sendable {
  let centre: SIMD2<Double>
  let holeRadius: Double
  let lowest: Double
  let highest: Double
  let density: Float

  init(_ geometry: VolumeGeometry, random: inout CounterRandom) {
    let box = geometry.box
    let size = box.upper - box.lower
    holeRadius = random.uniform(5000, 15000)
    let angle = random.uniform(0, 2 * .pi)
    // The edge passes within a third of the width from the middle of the field.
    let distance = holeRadius + random.uniform(-0.33, 0.33) * size.x
    let middle = (box.lower + box.upper) / 2
    centre = SIMD2(middle.x + distance * .cos(angle), middle.y + distance * .sin(angle))
    lowest = box.lower.z + random.uniform(0, 0.15) * size.z
    highest = lowest + random.uniform(100, 250)
    density = Float(random.uniform(0.6, 1.6))
  }

  /// Share of carbon at a place, 0...1, with edges of about 20 Å.
  func share(_ x: Float, _ y: Float, _ z: Float) -> Float {
    guard Float(lowest) - 20 < z && z < Float(highest) + 20 else { return 0 }
    let offset = SIMD2(x - Float(centre.x), y - Float(centre.y))
    let radius = (offset.x * offset.x + offset.y * offset.y).squareRoot()
    func ramp(_ depth: Float) -> Float { min(max(depth / 20 + 0.5, 0), 1) }
    return ramp(radius - Float(holeRadius)) * ramp(z - Float(lowest)) * ramp(Float(highest) - z)
  }
}

/// What lies between the objects: textured lumina and surroundings, ice, its faces, carbon.
struct SpecimenGround: Sendable {
  let options: SceneOptions
  let faces: [HalfSpace]
  let carbon: CarbonFilm?
  private var textures: [Texture] = []

  init(options: SceneOptions, faces: [HalfSpace], carbon: CarbonFilm?) {
    self.options = options
    self.faces = faces
    self.carbon = carbon
  }

  /// Draws the textures, each with its own grain.
  mutating func drawTextures(random: CounterRandom, workers: Workers) {
    // A tile half as wide as the volume repeats twice along an axis at most, 128 voxels apart or more
    // in large volumes.
    var edge = 32
    while 2 * edge < max(options.size.x, options.size.y, options.size.z) && edge < 128 {
      edge *= 2
    }
    let tile = edge
    textures = (0..<SceneContents.textureCount).map { index in
      var drawer = random.substream(index)
      let correlation = drawer.logUniform(8, 60) / options.pixelSizeAngstrom
      let exponent = drawer.uniform(1.5, 4)
      let graininess = drawer.chance(0.5) ? drawer.uniform(0, 1) : 0
      return Texture(
        edge: tile, correlation: correlation, exponent: exponent, graininess: graininess,
        random: drawer.substream(1), workers: workers)
    }
  }

  /// 1 where an object is, seen on the density before the ground is added.
  func objects(_ builder: SceneBuilder, gold: Volume<Float>?, workers: Workers) -> [Int8] {
    let width = options.size.x
    var objects = [Int8](repeating: 0, count: builder.density.count)
    let (density, labels) = (builder.density, builder.labels)
    workers.fillRows(of: &objects, rowLength: width) { row, span in
      let first = row * width
      let (y, z) = (row % options.size.y, row / options.size.y)
      for x in span.indices {
        let voxel = first &+ x
        var isObject = 0.15 < abs(density[voxel]) || labels[voxel] != 0
        if let gold, 0 < gold.samples[voxel] { isObject = true }
        if let carbon, 0 < carbon.share(along(x), along(y), along(z)) { isObject = true }
        span[x] = isObject ? 1 : 0
      }
    }
    return objects
  }

  private func along(_ index: Int) -> Float { Float(index) * Float(options.pixelSizeAngstrom) }

  /// Adds the ground to the density and ends everything at the faces.
  func fill(_ builder: SceneBuilder, workers: Workers) {
    let width = options.size.x
    let compartmentOf = builder.compartmentOf
    let compartments = builder.compartments
    var labels = builder.labels
    for voxel in builder.fadedVoxels { labels[voxel] = 0 }
    let bilayers = labels
    workers.fillRows(of: &builder.density, rowLength: width) { row, span in
      let (y, z) = (row % options.size.y, row / options.size.y)
      let starts = textures.map { $0.rowStart(y: y, z: z) }
      let first = row * width
      for x in span.indices {
        let compartment = compartments[Int(compartmentOf[first &+ x])]
        let texture = textures[compartment.texture].value(
          start: starts[compartment.texture], x: x)
        // Bilayers displace the soup around them.
        let room: Float = bilayers[first &+ x] == 0 ? 1 : 0.3
        span[x] += (compartment.density + compartment.amplitude * texture) * room
        if let carbon {
          let share = carbon.share(along(x), along(y), along(z))
          span[x] += share * carbon.density * (1 + 0.3 * texture)
        }
      }
      endAtFaces(&span, y: y, z: z)
    }
    clearBeyondFaces(builder)
  }

  /// Multiplies a row by the specimen's share of each voxel. Ice itself needs no density: what is
  /// constant between two flat faces has projections without detail, and the ramp removes them.
  private func endAtFaces(_ row: inout MutableSpan<Float>, y: Int, z: Int) {
    guard !faces.isEmpty else { return }
    for x in row.indices { row[x] *= shareInside(x: x, y: y, z: z) }
  }

  private func shareInside(x: Int, y: Int, z: Int) -> Float {
    var share: Float = 1
    for face in faces {
      let position = SIMD3(Double(x), Double(y), Double(z)) * options.pixelSizeAngstrom
      let depth = Float(-face.excess(position) / options.pixelSizeAngstrom)
      share *= min(max(depth + 0.5, 0), 1)
    }
    return share
  }

  private func clearBeyondFaces(_ builder: SceneBuilder) {
    guard !faces.isEmpty else { return }
    let size = options.size
    for z in 0..<size.z {
      for y in 0..<size.y {
        for x in 0..<size.x where shareInside(x: x, y: y, z: z) < 0.5 {
          let voxel = (z * size.y + y) * size.x + x
          builder.labels[voxel] = 0
          builder.leaflets[voxel] = 0
        }
      }
    }
  }
}
