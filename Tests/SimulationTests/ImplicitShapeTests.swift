import LinearAlgebra
import Meshes
import Testing
import Volumes

@testable import Simulation

private func organelle() -> CapsuleUnion {
  CapsuleUnion(
    capsules: [
      .ball(centre: SIMD3(300, 310, 290), radius: 260),
      .ball(centre: SIMD3(560, 400, 330), radius: 200),
      .ball(centre: SIMD3(240, 90, 420), radius: 180),
      Capsule(start: SIMD3(560, 400, 330), end: SIMD3(900, 380, 420), radius: 120),
    ], blendAngstrom: 70)
}

/// Two balls 200 Å apart, joined by a neck of radius 90 Å.
private func bud() -> CapsuleUnion {
  let centres = [SIMD3(250.0, 260, 270), SIMD3(850.0, 260, 270)]
  return CapsuleUnion(
    capsules: [
      .ball(centre: centres[0], radius: 220), .ball(centre: centres[1], radius: 180),
      Capsule(start: centres[0], end: centres[1], radius: 90),
    ], blendAngstrom: 70)
}

/// A straight sausage along x, shrunk by 120 Å, with a crista from below.
private func mitochondrion() -> (outer: CapsuleUnion, inner: FoldedField) {
  let outer = CapsuleUnion(
    capsules: [Capsule(start: SIMD3(800, 800, 800), end: SIMD3(1600, 800, 800), radius: 700)],
    blendAngstrom: 60)
  var body = outer
  body.growthAngstrom = -120
  let crista = Lamella(
    frame: Frame(origin: SIMD3(1200, 220, 800), normal: SIMD3(1, 0.05, 0), turn: 0),
    discRadiusAngstrom: 560, halfWidthAngstrom: 90)
  return (outer, FoldedField(body: body, lamellae: [crista], blendAngstrom: 110))
}

private func shapes() -> [any MembraneShape] {
  [
    ImplicitShape(kind: "organelle", field: organelle()),
    ImplicitShape(kind: "vesicle", field: bud()),
    ImplicitShape(kind: "inner", field: mitochondrion().inner),
  ]
}

@Suite struct ImplicitShapeTests {
  @Test(
    "The mesh lies on the surface, inside its box, and distances off it are right", arguments: 0..<3
  )
  func meshAgreesWithDistance(index: Int) {
    let shape = shapes()[index]
    let mesh = OrientedMesh(shape.mesh(edgeAngstrom: 22))
    mesh.mesh.checkInvariants()
    #expect(1000 < mesh.normals.count)
    var worst = (on: 0.0, off: 0.0)
    for vertex in stride(from: 0, to: mesh.normals.count, by: 23) {
      let position = mesh.mesh.vertices[vertex]
      for axis in 0..<3 {
        #expect(shape.lower[axis] <= position[axis] && position[axis] <= shape.upper[axis])
      }
      worst.on = max(worst.on, abs(distance(shape, at: position)))
      for offset in [-25.0, 25] {
        let found = distance(shape, at: position + mesh.normals[vertex] * offset)
        worst.off = max(worst.off, abs(found - offset))
      }
    }
    #expect(worst.on < 0.1)
    #expect(worst.off < 2.5)
  }

  @Test("The mesh is one closed sphere in topology, seen from outside", arguments: 0..<3)
  func topology(index: Int) {
    let mesh = shapes()[index].mesh(edgeAngstrom: 35)
    #expect(mesh.isClosed && mesh.isConsistentlyOriented)
    #expect(mesh.triangleComponents().count == 1)
    #expect(mesh.eulerCharacteristic == 2)
    #expect(0 < mesh.signedVolumeAngstrom3)
  }

  @Test("Rows filled by leaps hold what each voxel holds alone", arguments: 0..<3)
  func leaps(index: Int) {
    let shape = shapes()[index]
    var row = [Float](repeating: 0, count: 150)
    let middle = (shape.lower + shape.upper) / 2
    let start = SIMD3<Float>(SIMD3(shape.lower.x - 150, middle.y, middle.z))
    var span = row.mutableSpan
    shape.fillDistances(&span, start: start, step: 11, band: 90)
    for x in row.indices {
      let alone = distance(shape, at: SIMD3<Double>(start + SIMD3(Float(x) * 11, 0, 0)))
      #expect(row[x] == Float(alone))
    }
    #expect(row.contains { $0 < 0 } && row.contains(90))
  }

  @Test("A neck is as wide as its capsule, and thin or creased surfaces are not gentle")
  func gentleness() {
    let shape = ImplicitShape(kind: "vesicle", field: bud())
    #expect(abs(distance(shape, at: SIMD3(570, 260, 270)) + 90) < 12)
    #expect(shape.isGentle(radiusAngstrom: 70))
    func joined(_ distance: Double, blend: Double, neck: Double?) -> ImplicitShape<CapsuleUnion> {
      let (near, far) = (SIMD3(0.0, 0, 0), SIMD3(distance, 0, 0))
      var capsules: [Capsule] = [
        .ball(centre: near, radius: 200), .ball(centre: far, radius: 200),
      ]
      if let neck { capsules.append(Capsule(start: near, end: far, radius: neck)) }
      return ImplicitShape(
        kind: "", field: CapsuleUnion(capsules: capsules, blendAngstrom: blend))
    }
    #expect(joined(300, blend: 100, neck: nil).isGentle(radiusAngstrom: 80))
    #expect(!joined(300, blend: 10, neck: nil).isGentle(radiusAngstrom: 80))
    #expect(!joined(460, blend: 30, neck: 35).isGentle(radiusAngstrom: 80))
    // Apart, and apart by a cleft alone.
    #expect(!joined(900, blend: 60, neck: nil).isGentle(radiusAngstrom: 80))
    #expect(!joined(490, blend: 20, neck: nil).isGentle(radiusAngstrom: 80))
  }

  @Test("An inner membrane keeps its gap, and a crista takes its volume out of the matrix")
  func crista() {
    let (outer, inner) = mitochondrion()
    let outerShape = ImplicitShape(kind: "outer", field: outer)
    for vertex in ImplicitShape(kind: "inner", field: inner).mesh(edgeAngstrom: 60).vertices {
      #expect(Double(outer.evaluated(at: SIMD3<Float>(vertex)).value) < -119)
    }
    var plain = inner
    plain.lamellae = []
    let volumes = [plain, inner].map {
      ImplicitShape(kind: "inner", field: $0).mesh(edgeAngstrom: 40).signedVolumeAngstrom3
    }
    // About half a disc of radius 560 + 90 Å and thickness 180 Å, and the rounded edges.
    let taken = (volumes[0] - volumes[1]) / (0.5 * .pi * 650 * 650 * 180)
    #expect((0.9...1.5).contains(taken))
    #expect(abs(distance(outerShape, at: SIMD3(1200, 1500, 800))) < 0.1)
    // In the middle of the crista, on either side of it in the matrix.
    let shape = ImplicitShape(kind: "inner", field: inner)
    #expect(60 < distance(shape, at: SIMD3(1190, 420, 800)))
    #expect(distance(shape, at: SIMD3(1000, 420, 800)) < -60)
    #expect(distance(shape, at: SIMD3(1400, 420, 800)) < -60)
  }
}

private func ball() -> StarShape {
  StarShape(
    kind: "vesicle",
    frame: Frame(origin: SIMD3(400, 400, 400), normal: SIMD3(0, 0, 1), turn: 0),
    semiAxesAngstrom: SIMD3(repeating: 300), ripples: [])
}

private func sheet() -> SheetShape {
  SheetShape(
    kind: "sheet",
    frame: Frame(origin: SIMD3(400, 400, 400), normal: SIMD3(0.2, 0.3, 1), turn: 0.4),
    field: HeightField(waves: [
      HeightField.Wave(amplitude: 40, wave: SIMD2(0.004, 0.003), phase: 0.5)
    ]), offsetAngstrom: 0, reachAngstrom: 700)
}

private func cutShapes() -> [CutShape] {
  let plane = HalfSpace(normal: SIMD3(1, 0, 0), offset: 490)
  return [
    CutShape(base: ball(), cut: .halfSpace(plane)),
    CutShape(base: ball(), cut: .outsideBall(centre: SIMD3(700, 400, 400), radius: 160)),
    CutShape(base: sheet(), cut: .halfSpace(plane)),
    CutShape(base: sheet(), cut: .insideBall(centre: SIMD3(400, 400, 400), radius: 350)),
    CutShape(base: sheet(), cut: .outsideBall(centre: SIMD3(400, 400, 400), radius: 250)),
  ]
}

@Suite struct CutShapeTests {
  @Test("Distances are those to the nearest point of the clipped mesh", arguments: 0..<5)
  func distances(index: Int) {
    let shape = cutShapes()[index]
    let mesh = OrientedMesh(shape.mesh(edgeAngstrom: 20))
    let rim = Set(mesh.mesh.boundaryLoops().flatMap { $0 })
    #expect(!rim.isEmpty)
    var worst = 0.0
    for vertex in stride(from: 0, to: mesh.normals.count, by: 11) {
      let offset = [-40.0, -25, 25, 40][vertex % 4]
      // Off the rim the nearest point may lie anywhere, so all triangles are asked.
      let position = mesh.mesh.vertices[vertex] + mesh.normals[vertex] * offset
      worst = max(worst, abs(abs(distance(shape, at: position)) - abs(offset)))
    }
    #expect(worst < 3)
  }

  @Test("Beyond the rim the distance is that to the rim", arguments: 0..<5)
  func beyondRim(index: Int) {
    let shape = cutShapes()[index]
    let mesh = OrientedMesh(shape.mesh(edgeAngstrom: 20))
    let rim = mesh.mesh.boundaryLoops()[0].map { mesh.mesh.vertices[$0] }
    for place in stride(from: 0, to: rim.count, by: 5) {
      let (excess, outwards) = shape.cut.evaluated(at: rim[place])
      guard abs(excess) < 1 else { continue }
      for step in [20.0, 45] {
        let position = rim[place] + outwards * step
        let nearest = mesh.mesh.vertices.map { ($0 - position).length }.min() ?? 0
        #expect(abs(abs(distance(shape, at: position)) - nearest) < 4)
      }
    }
  }

  @Test("A cut membrane is open, encloses nothing and has one rim of the right length")
  func rims() {
    let bowl = cutShapes()[0]
    #expect(!bowl.enclosesVolume && bowl.isSound)
    let mesh = bowl.mesh(edgeAngstrom: 20)
    #expect(!mesh.isClosed && mesh.eulerCharacteristic == 1)
    let loops = mesh.boundaryLoops()
    #expect(loops.count == 1)
    let length = loops[0].indices.reduce(0) { sum, place in
      sum
        + (mesh.vertices[loops[0][place]]
        - mesh.vertices[loops[0][(place + 1) % loops[0].count]]).length
    }
    let radius = (300.0 * 300 - 90 * 90).squareRoot()
    #expect(abs(length / (2 * .pi * radius) - 1) < 0.01)
    #expect(cutShapes()[4].mesh(edgeAngstrom: 30).boundaryLoops().count == 2)
  }

  @Test("Cuts that miss, graze or part a membrane are not sound")
  func unsound() {
    func cut(_ cut: RimCut) -> Bool { CutShape(base: ball(), cut: cut).isSound }
    let along = SIMD3(1.0, 0, 0)
    #expect(cut(.halfSpace(HalfSpace(normal: along, offset: 400))))
    #expect(!cut(.halfSpace(HalfSpace(normal: along, offset: 800))))
    #expect(!cut(.halfSpace(HalfSpace(normal: along, offset: 690))))
    let far = StarShape(
      kind: "vesicle", frame: ball().frame, semiAxesAngstrom: SIMD3(200, 200, 600), ripples: [])
    let belt = CutShape(base: far, cut: .outsideBall(centre: SIMD3(400, 400, 400), radius: 300))
    #expect(!belt.isSound)
  }
}

@Suite struct DeformedSceneTests {
  private func options() -> SceneOptions {
    var options = SceneOptions()
    options.size = VolumeSize(x: 88, y: 80, z: 56)
    options.pixelSizeAngstrom = 16
    (options.vesicles, options.nestedPairs, options.tubules, options.sheets) = (0, 0, 0, 0)
    (options.contactVesicles, options.goldBeads, options.filaments) = (0, 0, 0)
    (options.organelles, options.buddingVesicles, options.openMembranes) = (1, 1, 2)
    options.vesicleRadiusNm = Span2(18, 25)
    return options
  }

  @Test("Labels of deformed and open membranes are the voxels within half a thickness of the mesh")
  func labels() throws {
    var found: Set<String> = []
    for seed in UInt64(1)...2 {
      let scene = try renderScene(options(), seed: seed, workers: Workers(count: 2))
      for membrane in scene.membranes where !membrane.mesh.triangles.isEmpty {
        found.insert(membrane.kind)
        let isOpen = membrane.kind.hasPrefix("open-") || membrane.kind == "patch"
        if isOpen { #expect(!membrane.closed && !membrane.mesh.isClosed) }
        if membrane.closed { #expect(membrane.mesh.isClosed) }
        expectLabels(of: membrane, in: scene)
      }
    }
    #expect(found.isSuperset(of: ["organelle", "vesicle"]))
    #expect(found.contains { $0.hasPrefix("open-") || $0 == "patch" })
  }

  private func expectLabels(of membrane: SceneMembrane, in scene: RenderedScene) {
    let half = scene.options.halfThicknessAngstrom
    let (vertices, size) = (membrane.mesh.vertices, scene.options.size)
    for voxel in stride(from: 7, to: size.count, by: 509) {
      let index = VoxelIndex(
        x: voxel % size.x, y: voxel / size.x % size.y, z: voxel / (size.x * size.y))
      // The mesh ends at the border, where the nearest vertex says nothing.
      guard 2 < min(index.x, index.y, index.z), index.x < size.x - 3, index.y < size.y - 3,
        index.z < size.z - 3
      else { continue }
      let position = scene.labels.geometry.position(of: index).angstrom
      let nearest = vertices.reduce(Double.infinity) {
        min($0, ($1 - position).squaredLength)
      }
      // Vertices lie up to 40 Å apart, so the nearest is up to 24 Å beside the foot.
      let isLabelled = scene.labels[index] == UInt16(membrane.label)
      #expect(!isLabelled || max(nearest - 576, 0).squareRoot() < half + 2)
      #expect(isLabelled || half - 2 < nearest.squareRoot())
    }
  }

  @Test("Deformed scenes are the same on one and on two threads")
  func deterministic() throws {
    let first = try renderScene(options(), seed: 4, workers: .one)
    let second = try renderScene(options(), seed: 4, workers: Workers(count: 2))
    #expect(first.labels == second.labels && first.density == second.density)
    #expect(first.membranes.map(\.mesh) == second.membranes.map(\.mesh))
  }
}
