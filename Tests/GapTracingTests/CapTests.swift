import GapTracing
import TestSupport
import Testing
import TomogramModel
import Volumes

/// Caps of closed membranes in the wedge of ±60°.
@Suite("Caps that the wedge hides") struct CapTests {
  private static let size = VolumeSize(x: 72, y: 64, z: 68)
  private static let centre = SIMD3(35.6, 31.3, 33.8)
  /// An ellipsoid of 22 × 20 × 24 voxels, and the way from it in voxels where it is near.
  private static let axes = SIMD3(22.0, 20, 24)

  private static func height(_ place: SIMD3<Double>) -> Double {
    let scaled = (place - centre) / axes
    let gradient = scaled / axes
    let value = (scaled * scaled).sum().squareRoot()
    return (value - 1) * value / (gradient * gradient).sum().squareRoot()
  }

  private static func isHidden(
    _ place: SIMD3<Double>, by tilt: TiltGeometry = .customary
  ) -> Bool { tilt.hides(normal: (place - centre) / (axes * axes)) }

  /// Probability 0.9 where `isMembrane`, else 0.05.
  private static func probability(_ isMembrane: (SIMD3<Double>) -> Bool) -> Block<Float> {
    var block = Block<Float>(region: Region(size), repeating: 0.05)
    for z in 0..<size.z {
      for y in 0..<size.y {
        for x in 0..<size.x where isMembrane(SIMD3(Double(x), Double(y), Double(z))) {
          block[VoxelIndex(x: x, y: y, z: z)] = 0.9
        }
      }
    }
    return block
  }

  private static func isOn(_ place: SIMD3<Double>) -> Bool { abs(height(place)) <= 2.4 }

  private static let hidden = places(
    of: probability { isOn($0) && isHidden($0) }.map { $0 > 0.5 ? Int8(1) : 0 }
  ) { $0 != 0 }

  private static let onlyCaps: TracingOptions = {
    var options = TracingOptions.minimalPaths
    // No bridge is cheap enough.
    options.acceptanceCost = 0
    return options
  }()

  @Test("Caps that are missing are drawn where they are, and told as inferred")
  func missing() throws {
    let traced = try Traced(
      nil, probability: Self.probability { Self.isOn($0) && !Self.isHidden($0) },
      options: Self.onlyCaps)
    let caps = traced.bridges.filter { $0.method == "cap" }
    #expect(caps.map(\.id) == [1, 2] && caps.allSatisfy(\.accepted))
    #expect(caps.allSatisfy { $0.hiddenShare == 1 && ($0.thetaDegrees ?? 90) < 60 })
    let inferred = places(of: traced.provenance.block) { $0 == Provenance.inferred.rawValue }
    // Every tenth place, as each is compared with all.
    let some = stride(from: 0, to: Self.hidden.count, by: 10).map { Self.hidden[$0] }
    #expect(share(of: some, near: inferred) > 0.99)
    #expect(inferred.allSatisfy { abs(Self.height($0)) < 4 })
    let wasMembrane = { (place: SIMD3<Double>) in Self.isOn(place) && !Self.isHidden(place) }
    #expect(caps.map(\.voxels).reduce(0, +) == inferred.count { !wasMembrane($0) })
  }

  /// 0 where the wedge begins, 1 in its middle.
  private static func depth(_ place: SIMD3<Double>) -> Double {
    let normal = (place - centre) / (axes * axes)
    return max(1 - abs(normal.x) / max(abs(normal.z), 1e-9) * 3.0.squareRoot(), 0)
  }

  // Not all the way: the shoulders of a bulge are steep enough to count as seen.
  @Test("Caps that bulge are brought nearer by a third and more")
  func misplaced() throws {
    let bulging = Self.probability { abs(Self.height($0) - 5 * Self.depth($0)) <= 2.4 }
    // Mean height of what lies in the middle of the wedge, in voxels.
    func height(of traced: Traced) -> Double {
      let caps = places(of: traced.mask.block) { $0 != 0 }.filter { 0.6 < Self.depth($0) }
      return caps.map { Self.height($0) }.reduce(0, +) / Double(caps.count)
    }
    var options = Self.onlyCaps
    let redrawn = try Traced(nil, probability: bulging, options: options)
    options.completesCaps = false
    let plain = try Traced(nil, probability: bulging, options: options)
    #expect(3.5 < height(of: plain))
    #expect(abs(height(of: redrawn)) < 2 * height(of: plain) / 3)
  }

  @Test("A cap that is drawn apart from its membrane gives way to the one in place")
  func apart() throws {
    let outside = { (place: SIMD3<Double>) in
      0.2 < Self.depth(place) && 8 < abs(place.z - Self.centre.z)
        && abs(Self.height(place) - 7) <= 1.5
    }
    let probability = Self.probability {
      Self.isOn($0) && !Self.isHidden($0) || outside($0)
    }
    var options = Self.onlyCaps
    let redrawn = try Traced(nil, probability: probability, options: options)
    #expect(places(of: redrawn.mask.block) { $0 != 0 }.allSatisfy { Self.height($0) < 4 })
    options.completesCaps = false
    let plain = try Traced(nil, probability: probability, options: options)
    #expect(!places(of: plain.mask.block) { $0 != 0 }.filter(outside).isEmpty)
  }

  @Test("A cap is not drawn where its number is rejected")
  func rejected() throws {
    var options = Self.onlyCaps
    options.rejectedBridges = [1]
    let traced = try Traced(
      nil, probability: Self.probability { Self.isOn($0) && !Self.isHidden($0) }, options: options)
    #expect(traced.bridges.filter { $0.method == "cap" }.map(\.accepted) == [false, true])
    #expect(traced.added.allSatisfy { Self.centre.z < $0.z })
    #expect(!traced.added.isEmpty)
  }

  @Test("A membrane that is open where nothing hides it stays open")
  func open() throws {
    let traced = try Traced(
      nil,
      probability: Self.probability {
        Self.isOn($0) && !Self.isHidden($0) && $0.x < Self.centre.x + 12
      }, options: Self.onlyCaps)
    #expect(traced.bridges.allSatisfy { $0.method != "cap" })
    #expect(traced.added.isEmpty)
  }

  @Test("A membrane that the wedge hides for the most part gets no caps")
  func mostlyHidden() throws {
    let narrow = TiltGeometry(minimumDegrees: -20, maximumDegrees: 20)
    let traced = try Traced(
      nil, probability: Self.probability { Self.isOn($0) && !Self.isHidden($0, by: narrow) },
      options: Self.onlyCaps, tilt: narrow)
    #expect(traced.bridges.allSatisfy { $0.method != "cap" })
  }

  @Test("A membrane in touch with another gets its caps where the two are told apart")
  func inTouch() throws {
    // A wall that the ellipsoid runs into, and that goes on beyond the wedge's border.
    let isOnWall = { (place: SIMD3<Double>) in abs(place.x - Self.centre.x - Self.axes.x) <= 2.4 }
    let probability = Self.probability {
      isOnWall($0) || Self.isOn($0) && !Self.isHidden($0)
    }
    let together = try Traced(nil, probability: probability, options: Self.onlyCaps)
    #expect(together.bridges.allSatisfy { $0.method != "cap" })
    let apart = try Traced(nil, probability: probability, options: Self.onlyCaps) { mask, labels in
      let block = try mask.read(mask.geometry.bounds)
      var parts = block.map { UInt16($0) }
      for (place, number) in zip(places(of: block) { _ in true }, block.samples.indices)
      where block.samples[number] != 0 && isOnWall(place) {
        parts.samples[number] = 2
      }
      try labels.write(parts)
      try labels.commit()
    }
    #expect(apart.bridges.filter { $0.method == "cap" }.map(\.id) == [1, 2])
    #expect(apart.added.allSatisfy { abs(Self.height($0)) < 4 })
    let some = stride(from: 0, to: Self.hidden.count, by: 10).map { Self.hidden[$0] }
    #expect(share(of: some, near: apart.added) > 0.99)
    let wall = { (traced: Traced) in
      places(of: traced.mask.block) { $0 != 0 }.count(where: isOnWall)
    }
    #expect(wall(apart) == wall(together))
  }

  @Test("A mask that is given gets caps only on demand")
  func given() throws {
    let mask = Self.probability { Self.isOn($0) && !Self.isHidden($0) }
      .map { $0 > 0.5 ? Int8(1) : 0 }
    var options = Self.onlyCaps
    let plain = try Traced(mask, options: options)
    #expect(plain.bridges.allSatisfy { $0.method != "cap" })
    #expect(plain.mask.samples == mask.samples)
    options.completesCaps = true
    let capped = try Traced(mask, options: options)
    #expect(capped.bridges.filter { $0.method == "cap" }.map(\.id) == [1, 2])
    // Its caps are whole: no other gap is left.
    #expect(capped.bridges.count == 2)
    #expect(capped.added.allSatisfy { abs(Self.height($0)) < 4 })
  }
}
