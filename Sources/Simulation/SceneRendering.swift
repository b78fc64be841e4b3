import LinearAlgebra
public import TomogramModel
import TomographicImaging
public import Volumes

/// Numbers of the random streams of a scene; a new part gets a new number, so that old parts stay.
private enum Stream: UInt64 {
  case setting = 1
  case membranes, particles, membraneProteins, gold, texture
  case mitochondria, organelles, openMembranes
  case levelSheets, gaps
}

/// Draws a specimen: density and exact truth.
///
/// Same options and seed, same bytes, whatever the number of threads. Memory: about 30 bytes a voxel.
///
/// - Parameter tilt: decides where gaps by the wedge are; nothing else depends on it.
/// - Throws: `SimulationError` for options that make no sense; `Stopped` when told to.
public func renderScene(
  _ options: SceneOptions, seed: UInt64, tilt: TiltGeometry = .customary, workers: Workers,
  monitor: StageMonitor = .silent
) throws -> RenderedScene {
  try options.check()
  var setting = CounterRandom(seed: seed, stream: Stream.setting.rawValue)
  let surroundings = Compartment(
    density: 0, texture: 0,
    amplitude: Float(setting.uniform(options.texture.low, options.texture.high)))
  let builder = SceneBuilder(options: options, surroundings: surroundings, workers: workers)
  let faces = options.hasFaces ? specimenFaces(options.geometry, random: &setting) : []
  placeMembranes(builder, seed: seed)
  try monitor.report(completed: 1, of: 3)
  let membranes = sceneMembranes(builder, faces: faces)
  var gaps =
    options.gapsPerLengthBin == 0
    ? nil
    : SceneGaps(
      membranes, options: options, tilt: tilt,
      random: CounterRandom(seed: seed, stream: Stream.gaps.rawValue))
  gaps?.fade(builder)
  let gold = fillContents(builder, membranes: membranes, faces: faces, gaps: &gaps, seed: seed)
  try monitor.report(completed: 2, of: 3)
  var ground = SpecimenGround(
    options: options, faces: faces,
    carbon: options.hasCarbonEdge
      ? CarbonFilm(options.geometry, random: &setting) : nil)
  ground.drawTextures(
    random: CounterRandom(seed: seed, stream: Stream.texture.rawValue), workers: workers)
  let objects = ground.objects(builder, gold: gold, workers: workers)
  ground.fill(builder, workers: workers)
  try monitor.report(completed: 3, of: 3)
  return RenderedScene(
    options: options, seed: seed,
    density: Volume(geometry: options.geometry, samples: builder.density), gold: gold,
    labels: Volume(geometry: options.geometry, samples: builder.labels),
    objects: Volume(geometry: options.geometry, samples: objects),
    leafletVoxels: builder.leaflets.indices.compactMap {
      builder.leaflets[$0] == 0 ? nil : Int32($0)
    }, membranes: membranes, gaps: gaps?.truth(labels: builder.labels, workers: workers))
}

/// Draws the membranes, what is large first.
private func placeMembranes(_ builder: SceneBuilder, seed: UInt64) {
  var placement = MembranePlacement(
    options: builder.options, builder: builder,
    random: CounterRandom(seed: seed, stream: Stream.membranes.rawValue))
  placement.drawing(from: Stream.levelSheets, seed: seed) { $0.placeLevelSheets() }
  placement.drawing(from: Stream.mitochondria, seed: seed) { $0.placeMitochondria() }
  placement.placeLarge()
  placement.drawing(from: Stream.organelles, seed: seed) { $0.placeOrganelles() }
  placement.drawing(from: Stream.openMembranes, seed: seed) { $0.placeOpenMembranes() }
  placement.placeSmall()
}

/// Adds particles and filaments to the density; the gold, which is kept apart, is returned.
private func fillContents(
  _ builder: SceneBuilder, membranes: [SceneMembrane], faces: [HalfSpace],
  gaps: inout SceneGaps?, seed: UInt64
) -> Volume<Float>? {
  var contents = SceneContents(
    options: builder.options, builder: builder, faces: faces,
    random: CounterRandom(seed: seed, stream: Stream.particles.rawValue))
  var balls = contents.solubleBalls()
  contents.random = CounterRandom(seed: seed, stream: Stream.membraneProteins.rawValue)
  let proteins = contents.membraneBalls(membranes)
  if let known = gaps {
    balls += proteins.filter { known.shows($0.centre) }
    balls += gaps?.proteins() ?? []
  } else {
    balls += proteins
  }
  contents.random = CounterRandom(seed: seed, stream: Stream.gold.rawValue)
  let gold = contents.gold()
  addBalls(balls, to: &builder.density, geometry: builder.geometry, workers: builder.workers)
  return gold
}

extension MembranePlacement {
  /// Places with a stream of its own, so that what follows does not depend on it.
  fileprivate mutating func drawing(
    from stream: Stream, seed: UInt64, _ body: (inout MembranePlacement) -> Void
  ) {
    let kept = random
    random = CounterRandom(seed: seed, stream: stream.rawValue)
    body(&self)
    random = kept
  }
}

/// Two nearly flat faces across the beam that end the specimen inside the volume.
private func specimenFaces(
  _ geometry: VolumeGeometry, random: inout CounterRandom
) -> [HalfSpace] {
  let box = geometry.box
  let (middle, half) = ((box.lower + box.upper) / 2, (box.upper.z - box.lower.z) / 2)
  return [1.0, -1.0].map { side in
    let normal = SIMD3(random.uniform(-0.12, 0.12), random.uniform(-0.12, 0.12), side).normalized
    let point = middle + SIMD3(0, 0, side * half * random.uniform(0.55, 0.9))
    return HalfSpace(normal: normal, offset: normal.dot(point))
  }
}

/// The membranes with their exact surfaces; those with nothing inside the volume have no triangles.
private func sceneMembranes(_ builder: SceneBuilder, faces: [HalfSpace]) -> [SceneMembrane] {
  let edge = max(25, 2.5 * builder.options.pixelSizeAngstrom)
  let spaces = builder.geometry.halfSpaces + faces
  return builder.workers.map(builder.shapes.count, membrane(shapes: builder.shapes))

  func membrane(
    shapes: [(shape: any MembraneShape, style: MembraneStyle)]
  ) -> @Sendable (Int) -> SceneMembrane {
    { index in
      let (shape, style) = shapes[index]
      var surface = OrientedMesh(shape.mesh(edgeAngstrom: edge))
      for space in spaces { surface.clip(to: space) }
      let upwards = surface.normals.reduce(0) { $0 + $1.z }
      if !shape.enclosesVolume && upwards < 0 { surface.flip() }
      return SceneMembrane(
        label: index + 1, kind: shape.kind, closed: shape.enclosesVolume && !surface.isCut,
        leafletSpacingAngstrom: style.profile.spacingAngstrom, mesh: surface.mesh,
        normals: surface.normals)
    }
  }
}
