import GapTracing
import Glibc
import TestSupport
import Testing
import TomogramModel
import Volumes
import WorkLedger

extension TracingOptions {
  /// Minimal paths, judged by their cost.
  static var minimalPaths: TracingOptions {
    var options = TracingOptions()
    options.method = .minimalPath
    return options
  }
}

/// What tracing made of a mask.
struct Traced {
  let bridges: [Bridge]
  let mask: Volume<Int8>
  let provenance: Volume<Int8>

  init(
    _ mask: Block<Int8>?, probability: Block<Float>? = nil,
    options: TracingOptions = .minimalPaths, tracer: OpenTracer? = nil,
    tilt: TiltGeometry = .customary, parting: MembraneParting? = nil,
    steps: StepLog = StepLog(), workers: Workers = Workers(count: 2)
  ) throws {
    let size = mask?.region.size ?? probability?.region.size ?? VolumeSize(x: 4, y: 4, z: 4)
    let geometry = VolumeGeometry(size: size, voxelSizeAngstrom: 10)
    let maskSink = MemorySink<Int8>(geometry: geometry)
    let provenanceSink = MemorySink<Int8>(geometry: geometry)
    bridges = try TemporaryFolder.with { folder in
      try trace(
        probability: probability.map(Self.volume),
        mask: mask.map(Self.volume), tracer: tracer, tilt: tilt,
        options: options, parting: parting, into: maskSink, provenance: provenanceSink,
        steps: steps, scratchFolder: folder, workers: workers, monitor: .silent)
    }
    (self.mask, provenance) = (maskSink.volume, provenanceSink.volume)
  }

  private static func volume<Sample: VolumeSample>(_ block: Block<Sample>) -> Volume<Sample> {
    Volume(
      geometry: VolumeGeometry(size: block.region.size, voxelSizeAngstrom: 10),
      samples: block.samples)
  }

  /// Places of the voxels that were added.
  var added: [SIMD3<Double>] { places(of: provenance.block) { 1 < $0 } }
}

/// Places of voxels whose value satisfies `condition`, in voxels.
func places(of block: Block<Int8>, where condition: (Int8) -> Bool) -> [SIMD3<Double>] {
  let size = block.region.size
  return block.samples.indices.filter { condition(block.samples[$0]) }.map {
    SIMD3(Double($0 % size.x), Double($0 / size.x % size.y), Double($0 / (size.x * size.y)))
  }
}

/// Share of `places` within two voxels of one of `others`.
func share(of places: [SIMD3<Double>], near others: [SIMD3<Double>]) -> Double {
  let hits = places.count { place in others.contains { (($0 - place) * ($0 - place)).sum() <= 4 } }
  return Double(hits) / Double(max(places.count, 1))
}

@Suite("Gap tracing") struct TraceTests {
  static let size = VolumeSize(x: 44, y: 44, z: 44)
  static let centre = SIMD3(21.3, 21.8, 21.6)

  @Test(
    "A hole in a sphere is closed along the sphere",
    arguments: [(5.0, 0.0, 0.0), (10, 0, 0), (10, 55, 40), (16, 90, 20)])
  func sphereWithHole(hole: (nm: Double, theta: Double, phi: Double)) throws {
    let radius = 15.0
    let sphere = AnalyticSurface.sphere(centre: Self.centre, radius: radius)
    let towards = direction(thetaDegrees: hole.theta, phiDegrees: hole.phi)
    let half = hole.nm / 2
    func isHole(_ place: SIMD3<Double>) -> Bool {
      let away = place - Self.centre
      let along = (away * towards).sum()
      let beside = ((away * away).sum() - along * along).squareRoot()
      return 0 < along && beside < half * along / (radius * radius - half * half).squareRoot()
    }
    let mask = sphere.mask(size: Self.size, thickness: 4) { !isHole($0) }
    let erased = places(of: sphere.mask(size: Self.size, thickness: 4, where: isHole)) { $0 != 0 }
    let traced = try Traced(mask)
    let added = traced.added
    let accepted = traced.bridges.filter(\.accepted)
    #expect(accepted.count == 1)
    #expect(accepted.map(\.voxels).reduce(0, +) == added.count)
    // A surface and not strings: everything erased is closed, nothing lies off the sphere.
    #expect(share(of: erased, near: added) > 0.98)
    #expect(added.allSatisfy { abs(sphere.signedDistance(at: $0)) < 4 })
    #expect(Double(added.count) < 1.25 * Double(erased.count) + 30)
    // What was membrane stays membrane, and is told as seen.
    for (before, after) in zip(mask.samples, traced.provenance.samples) where before != 0 {
      #expect(after == Provenance.seen.rawValue)
    }
    for (mask, provenance) in zip(traced.mask.samples, traced.provenance.samples) {
      #expect((mask != 0) == (provenance != 0))
    }
  }

  @Test("A slit across a plane is closed over its whole length", arguments: [6.0, 14])
  func planeWithSlit(width: Double) throws {
    let plane = AnalyticSurface.plane(
      point: Self.centre, normal: direction(thetaDegrees: 35, phiDegrees: 0))
    let isSlit = { (place: SIMD3<Double>) in abs(place.y - 22.2) < width / 2 }
    let mask = plane.mask(size: Self.size, thickness: 4) { !isSlit($0) }
    let erased = places(of: plane.mask(size: Self.size, thickness: 4, where: isSlit)) { $0 != 0 }
    let traced = try Traced(mask)
    #expect(traced.bridges.count { $0.accepted } == 1)
    // Rims start three voxels inside the volume.
    #expect(share(of: erased, near: traced.added) > 0.95)
    #expect(traced.added.allSatisfy { abs(plane.signedDistance(at: $0)) < 3 })
    let bridge = try #require(traced.bridges.first)
    // A rim's outermost sample lies up to two voxels inside the membrane's end.
    #expect(10 * width - 10 < bridge.lengthAngstrom)
    #expect(bridge.lengthAngstrom < 10 * width + 45)
    #expect(abs((bridge.thetaDegrees ?? 0) - 35) < 4)
    // |n.x| = sin 35° is above cos 35° tan 30°: seen.
    #expect(bridge.hiddenShare < 0.1)
  }

  @Test("Membranes that do not continue each other stay apart")
  func separateSheets() throws {
    let (up, side) = (SIMD3(0.0, 0, 1), SIMD3(1.0, 0, 0))
    func sheet(_ normal: SIMD3<Double>, at point: SIMD3<Double>) -> AnalyticSurface {
      .plane(point: point, normal: normal)
    }
    typealias Half = (AnalyticSurface, (SIMD3<Double>) -> Bool)
    let scenes: [[Half]] = [
      // One above the other, ending together.
      [
        (sheet(up, at: SIMD3(0, 0, 14)), { $0.x < 26 }),
        (sheet(up, at: SIMD3(0, 0, 26)), { $0.x < 26 }),
      ],
      // Facing, but one higher than the other.
      [
        (sheet(up, at: SIMD3(0, 0, 15)), { $0.x < 15 }),
        (sheet(up, at: SIMD3(0, 0, 27)), { 27 < $0.x }),
      ],
      // One ends at the other's face.
      [
        (sheet(up, at: SIMD3(0, 0, 22)), { $0.x < 20 }),
        (sheet(side, at: SIMD3(30, 0, 0)), { _ in true }),
      ],
    ]
    for scene in scenes {
      var mask = Block<Int8>(region: Region(Self.size), repeating: 0)
      for (surface, condition) in scene {
        let part = surface.mask(size: Self.size, thickness: 4, where: condition)
        for index in part.samples.indices where part.samples[index] != 0 { mask.samples[index] = 1 }
      }
      let traced = try Traced(mask)
      #expect(traced.added.isEmpty)
      #expect(!traced.bridges.contains { $0.accepted })
    }
  }

  @Test("What the wedge hides of a vesicle is inferred, and told so")
  func hiddenCaps() throws {
    let sphere = AnalyticSurface.sphere(centre: Self.centre, radius: 15)
    let isHidden = { (place: SIMD3<Double>) in
      TiltGeometry.customary.hides(normal: sphere.normal(at: place))
        && abs(sphere.normal(at: place).y) < 0.9
    }
    let mask = sphere.mask(size: Self.size, thickness: 4) { !isHidden($0) }
    let erased = places(of: sphere.mask(size: Self.size, thickness: 4, where: isHidden)) { $0 != 0 }
    let traced = try Traced(mask)
    #expect(share(of: erased, near: traced.added) > 0.9)
    #expect(traced.added.allSatisfy { abs(sphere.signedDistance(at: $0)) < 4.5 })
    let inferred = traced.provenance.samples.count { $0 == Provenance.inferred.rawValue }
    #expect(Double(inferred) > 0.6 * Double(traced.added.count))
  }

  @Test("The same bytes come out on any number of workers, and twice")
  func deterministic() throws {
    let sphere = AnalyticSurface.sphere(centre: Self.centre, radius: 13)
    let mask = sphere.mask(size: Self.size, thickness: 3) { $0.z < 30 || $0.x < 14 }
    let first = try Traced(mask, workers: .one)
    let second = try Traced(mask, workers: Workers(count: 3))
    #expect(first.provenance == second.provenance)
    #expect(first.bridges == second.bridges)
  }

  @Test("A run that goes on behind an earlier one, wherever that was killed, gives the same")
  func goesOn() throws {
    let sphere = AnalyticSurface.sphere(centre: Self.centre, radius: 13)
    let mask = sphere.mask(size: Self.size, thickness: 3) { $0.z < 30 || $0.x < 14 }
    var options = TracingOptions()
    options.method = .learned
    let tracer = OpenTracer(policy: BaselinePolicy.greedy, judges: [:])
    let expected = try Traced(mask, options: options, tracer: tracer)
    #expect(expected.bridges.contains { $0.method == "tracer" })
    try TemporaryFolder.with { folder in
      let path = folder + "/steps"
      func log() throws -> StepLog {
        try StepLog(path: path, work: String(repeating: "0", count: 64))
      }
      _ = try Traced(mask, options: options, tracer: tracer, steps: try log())
      let whole = try #require(Folder.byteCount(ofFile: path))
      for (end, kept) in [(whole, 2), (whole - 1, 1), (100, 0)] {
        try #require(unsafe truncate(path, end) == 0)
        let steps = try log()
        let traced = try Traced(mask, options: options, tracer: tracer, steps: steps)
        #expect(steps.keptCount == kept)
        #expect(traced.bridges == expected.bridges)
        #expect(traced.provenance == expected.provenance)
      }
    }
  }

  @Test("Too dear bridges are recorded but not drawn")
  func rejected() throws {
    let plane = AnalyticSurface.plane(point: Self.centre, normal: SIMD3(0, 0, 1))
    let mask = plane.mask(size: Self.size, thickness: 4) { abs($0.y - 22) > 6 }
    var options = TracingOptions.minimalPaths
    options.acceptanceCost = 0.01
    let traced = try Traced(mask, options: options)
    #expect(traced.added.isEmpty)
    #expect(traced.bridges.count == 1)
    #expect(traced.bridges.allSatisfy { !$0.accepted && 0 < $0.voxels })
    options.acceptanceCost = 1
    options.method = .none
    #expect(try Traced(mask, options: options).bridges.isEmpty)
  }
}

@Suite("Gap tracing with a probability") struct ProbabilityTests {
  static let size = VolumeSize(x: 44, y: 30, z: 30)

  /// A sheet with a bump between x = 14 and 30 that the segmentation saw but did not trust.
  static func bump(at x: Double) -> Double {
    abs(x - 22) < 8 ? 2.5 * (1 - (x - 22) * (x - 22) / 64) : 0
  }

  static func probability() -> Block<Float> {
    var block = Block<Float>(region: Region(size), repeating: 0)
    for z in 0..<size.z {
      for y in 0..<size.y {
        for x in 0..<size.x {
          let height = abs(Double(z) - 14 - bump(at: Double(x)))
          guard height <= 2 else { continue }
          let isGap = abs(Double(x) - 22) < 8
          block[VoxelIndex(x: x, y: y, z: z)] = isGap ? Float(0.45 - 0.1 * height * height) : 0.9
        }
      }
    }
    return block
  }

  @Test("A bridge follows what the segmentation saw but did not trust")
  func followsProbability() throws {
    func middleHeight(_ traced: Traced) -> Double {
      let middle = traced.added.filter { abs($0.x - 22) < 2 && abs($0.y - 15) < 8 }
      return middle.map(\.z).reduce(0, +) / Double(max(middle.count, 1))
    }
    let probability = Self.probability()
    let guided = try Traced(nil, probability: probability)
    let seen = Block(
      region: probability.region, samples: guided.provenance.samples.map { $0 == 1 ? Int8(1) : 0 })
    // The mask alone is continued smoothly, at the sheet's own height.
    #expect(abs(middleHeight(try Traced(seen)) - 14) < 0.6)
    // The bump's top is at 16.5; the prior holds back part of the way.
    #expect(14.8 < middleHeight(guided))
    #expect(middleHeight(guided) < 17)
    #expect(guided.bridges.count { $0.accepted } == 1)
  }

  @Test("The threshold decides what is membrane; what is not a number is none")
  func threshold() throws {
    var probability = Self.probability()
    probability[VoxelIndex(x: 1, y: 1, z: 1)] = .nan
    var options = TracingOptions.minimalPaths
    options.method = .none
    options.minimumFragmentCertainty = 0
    let strict = try Traced(nil, probability: probability, options: options)
    options.probabilityThreshold = 0.2
    let loose = try Traced(nil, probability: probability, options: options)
    #expect(strict.mask.samples.count { $0 == 1 } == probability.samples.count { $0 >= 0.5 })
    #expect(loose.mask.samples.count { $0 == 1 } == probability.samples.count { $0 >= 0.2 })
    #expect(strict.mask[VoxelIndex(x: 1, y: 1, z: 1)] == 0)
  }

  @Test("A speck is no membrane where the probability decides, but stays in a mask that is given")
  func specks() throws {
    var probability = Block<Float>(region: Region(Self.size), repeating: 0)
    var speck = 0
    for z in 12..<17 {
      for y in 2..<28 {
        // 26 × 26 × 5 voxels of 1 nm, and 8 × 8 × 5 beside them.
        for x in 2..<42 where x < 28 || (34 <= x && y < 10) {
          probability[VoxelIndex(x: x, y: y, z: z)] = 0.9
          if 34 <= x { speck += 1 }
        }
      }
    }
    let all = probability.samples.count { 0 < $0 }
    var options = TracingOptions.minimalPaths
    for method in [TracingOptions.Method.none, .minimalPath] {
      options.method = method
      let traced = try Traced(nil, probability: probability, options: options)
      #expect(traced.mask.samples.count { $0 != 0 } == all - speck)
      #expect(traced.bridges.isEmpty)
    }
    let given = Block(
      region: probability.region, samples: probability.samples.map { Int8($0.rounded()) })
    #expect(try Traced(given).mask.samples.count { $0 != 0 } == all)
    options.minimumFragmentNm3 = Double(speck)
    options.method = .none
    let kept = try Traced(nil, probability: probability, options: options)
    #expect(kept.mask.samples.count { $0 != 0 } == all)
  }

  @Test("What is much less certain than the surest membrane is none; if all is uncertain, all is")
  func certainty() throws {
    /// Two patches of 40 × 12 × 5 voxels.
    func membraneVoxels(_ first: Float, _ second: Float) throws -> Int {
      var probability = Block<Float>(region: Region(Self.size), repeating: 0)
      for z in 12..<17 {
        for y in 2..<28 where !(14..<16).contains(y) {
          for x in 2..<42 {
            probability[VoxelIndex(x: x, y: y, z: z)] = y < 14 ? first : second
          }
        }
      }
      var options = TracingOptions.minimalPaths
      options.method = .none
      return try Traced(nil, probability: probability, options: options).mask.samples.count {
        $0 != 0
      }
    }
    let patch = 5 * 12 * 40
    #expect(try membraneVoxels(0.9, 0.7) == patch)
    #expect(try membraneVoxels(0.9, 0.84) == 2 * patch)
    #expect(try membraneVoxels(0.6, 0.65) == 2 * patch)
  }

  @Test("Across what the wedge hides a bridge needs no density; elsewhere it does")
  func evidence() throws {
    func accepted(thetaDegrees: Double) throws -> Int {
      let plane = AnalyticSurface.plane(
        point: SIMD3(22, 22, 22), normal: direction(thetaDegrees: thetaDegrees, phiDegrees: 0))
      // The slit runs along the tilt axis' normal, so that both rims lie in the volume.
      let mask = plane.mask(size: VolumeSize(x: 44, y: 44, z: 44), thickness: 4) {
        6 < abs($0.y - 22)
      }
      let probability = Block(region: mask.region, samples: mask.samples.map { Float($0) })
      var options = TracingOptions.minimalPaths
      options.acceptanceCost = 0.6
      return try Traced(nil, probability: probability, options: options).bridges.count {
        $0.accepted
      }
    }
    #expect(try accepted(thetaDegrees: 10) == 1)
    #expect(try accepted(thetaDegrees: 80) == 0)
  }

  @Test("Nothing to trace, and volumes of different sizes, are refused")
  func refusals() throws {
    #expect(throws: TracingError.nothingToTrace) { try Traced(nil) }
    let mask = Block<Int8>(region: Region(VolumeSize(x: 5, y: 6, z: 7)), repeating: 0)
    #expect(throws: TracingError.sizesDiffer(Self.size, mask.region.size)) {
      try Traced(mask, probability: Self.probability())
    }
  }
}
