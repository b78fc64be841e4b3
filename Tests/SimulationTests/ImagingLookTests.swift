import LinearAlgebra
import Meshes
import Testing
import TomogramModel
import TomographicImaging
import Volumes

@testable import Simulation

private let cube = VolumeSize(x: 20, y: 14, z: 12)

private func normalSamples(_ size: VolumeSize, seed: UInt64 = 3) -> [Float] {
  var random = CounterRandom(seed: seed, stream: 9)
  return (0..<size.count).map { _ in Float(random.normal()) }
}

private func finished(
  _ samples: [Float], size: VolumeSize, workers: Workers = .one,
  _ change: (inout ImagingOptions) -> Void
) -> [Float] {
  var options = ImagingOptions()
  change(&options)
  return finish(
    samples, geometry: VolumeGeometry(size: size, voxelSizeAngstrom: 10), options: options,
    random: CounterRandom(seed: 5, stream: 2), workers: workers)
}

@Suite struct ImagingLookTests {
  @Test("The median is that of the sorted voxel and its six neighbours")
  func median() {
    let samples = normalSamples(cube)
    let result = medianOfNeighbours(samples, size: cube, workers: Workers(count: 2))
    for voxel in samples.indices {
      let (x, y, z) = (voxel % cube.x, voxel / cube.x % cube.y, voxel / (cube.x * cube.y))
      func at(_ x: Int, _ y: Int, _ z: Int) -> Float {
        let isInside = 0..<cube.x ~= x && 0..<cube.y ~= y && 0..<cube.z ~= z
        return isInside ? samples[(z * cube.y + y) * cube.x + x] : samples[voxel]
      }
      let near = [
        at(x, y, z), at(x - 1, y, z), at(x + 1, y, z), at(x, y - 1, z), at(x, y + 1, z),
        at(x, y, z - 1), at(x, y, z + 1),
      ]
      #expect(result[voxel] == near.sorted()[3])
    }
  }

  @Test("A blur along the beam leaves sections apart in x and y and joins them in z")
  func axialBlur() {
    var samples = [Float](repeating: 0, count: cube.count)
    let (row, section) = (cube.x, cube.x * cube.y)
    let middle = 6 * section + 7 * row + 10
    samples[middle] = 100
    let result = finished(samples, size: cube) { $0.axialBlurVoxels = 1.5 }
    let ground = result[0]
    #expect(result[middle] < ground && result[middle + section] < ground)
    #expect(result[middle + 1] == ground && result[middle + row] == ground)
  }

  @Test("A background's gradient rises evenly by the wanted number of s.d. from corner to corner")
  func gradient() {
    let flat = normalSamples(cube).map { 3 * $0 }
    let added = [1, 3].map { threads in
      var options = ImagingOptions()
      options.backgroundGradient = 0.8
      var samples = flat
      UnevenBackground(options, size: cube, random: CounterRandom(seed: 5, stream: 2)).add(
        to: &samples, workers: Workers(count: threads))
      return zip(samples, flat).map { $0 - $1 }
    }
    #expect(added[0] == added[1])
    let rise = Double((added[0].max() ?? 0) - (added[0].min() ?? 0))
    // The corners' voxels are one less apart along each axis than there are voxels.
    #expect((0.9...1.0001).contains(rise / standardDeviation(flat) / 0.8))
    let steps = (1..<cube.x).map { added[0][$0] - added[0][$0 - 1] }
    #expect(steps.allSatisfy { abs($0 - steps[0]) < 1e-5 })
  }

  @Test("Patches have about the wanted s.d. and change slowly")
  func patches() {
    let size = VolumeSize(x: 96, y: 96, z: 8)
    var options = ImagingOptions()
    options.backgroundPatches = 0.5
    let flat = normalSamples(size)
    var samples = flat
    UnevenBackground(options, size: size, random: CounterRandom(seed: 1, stream: 1)).add(
      to: &samples, workers: Workers(count: 2))
    let added = zip(samples, flat).map { $0 - $1 }
    #expect((0.2...0.8).contains(standardDeviation(added)))
    // The shortest wave is 29 voxels long: 2π/29 · amplitude a voxel each at most.
    let steepest = (1..<added.count).reduce(Float(0)) { worst, voxel in
      voxel.isMultiple(of: size.x) ? worst : max(worst, abs(added[voxel] - added[voxel - 1]))
    }
    #expect(steepest < 0.4)
  }

  @Test("Missing projections are gone, misaligned ones shifted by 2 to 6 voxels")
  func faults() throws {
    var options = ImagingOptions()
    (options.missingTilts, options.misalignedTilts) = (5, 3)
    try options.check()
    let faults = SeriesFaults(options, random: CounterRandom(seed: 4, stream: 1))
    let all = options.tiltAnglesDegrees
    #expect(faults.anglesDegrees.count == all.count - 5)
    #expect(faults.anglesDegrees == faults.anglesDegrees.sorted())
    #expect(Set(faults.anglesDegrees).isSubset(of: Set(all)))
    let lengths = faults.shifts.map { ($0 * $0).sum().squareRoot() }.filter { $0 != 0 }
    #expect(lengths.count == 3 && lengths.allSatisfy { 2 <= $0 && $0 <= 6 })
    options.missingTilts = all.count - 1
    #expect(throws: SimulationError.self) { try options.check() }
  }
}

private func flatScene() -> SceneOptions {
  var options = SceneOptions()
  options.size = VolumeSize(x: 56, y: 48, z: 48)
  options.pixelSizeAngstrom = 14
  (options.vesicles, options.nestedPairs, options.tubules, options.sheets) = (1, 0, 0, 0)
  (options.contactVesicles, options.goldBeads, options.filaments) = (0, 0, 0)
  (options.particlesPerMillionNm3, options.ribosomesPerMillionNm3) = (10, 0)
  options.vesicleRadiusNm = Span2(18, 20)
  (options.deformation, options.texture) = (Span2(0, 0), Span2(0, 0.02))
  options.membraneProteinsPer1000Nm2 = 0
  return options
}

@Suite struct SpecialSceneTests {
  /// The first scene whose vesicle does not cross the border.
  private func wholeVesicle() throws -> RenderedScene {
    for seed in UInt64(1)...20 {
      let scene = try renderScene(flatScene(), seed: seed, workers: Workers(count: 2))
      if scene.membranes.first?.closed == true { return scene }
    }
    throw SimulationError(option: "vesicles", reason: "none is whole")
  }

  @Test("A filled wedge shows what the wedge hides, at the contrast of what is seen")
  func wedgeFill() throws {
    let scene = try wholeVesicle()
    let membrane = try #require(scene.membranes.first)
    func contrasts(fill: Double) throws -> (seen: Double, hidden: Double) {
      var options = ImagingOptions()
      (options.tiltStepDegrees, options.leafletCNR) = (6, nil)
      (options.wedgeFill, options.alignmentErrorVoxels) = (fill, 0)
      let tomogram = try image(scene, options: options, seed: 1, workers: .one).tomogram
      func mean(_ isWanted: (SIMD3<Double>) -> Bool) -> Double {
        let values = zip(membrane.mesh.vertices, membrane.normals).filter { isWanted($1) }
          .compactMap { vertex, normal -> Double? in
            let place = tomogram.geometry.coordinate(of: Position(angstrom: vertex + normal * 19))
              .rounded(.toNearestOrEven)
            let index = VoxelIndex(x: Int(place.x), y: Int(place.y), z: Int(place.z))
            return tomogram.geometry.bounds.contains(index) ? Double(tomogram[index]) : nil
          }
        return -values.reduce(0, +) / Double(max(values.count, 1))
      }
      return (mean { abs($0.z) < 0.3 }, mean { 0.95 < abs($0.z) })
    }
    let (plain, filled) = (try contrasts(fill: 0), try contrasts(fill: 0.8))
    #expect(0 < plain.seen && plain.hidden < 0.5 * plain.seen)
    #expect(0.5 * plain.seen < filled.seen)
    #expect(plain.hidden + 0.3 * filled.seen < filled.hidden)
  }

  @Test("Scenes without membranes, and empty ice, give noise as others have", arguments: [10, 0])
  func noMembrane(particles: Int) throws {
    var scene = flatScene()
    scene.vesicles = 0
    scene.particlesPerMillionNm3 = Double(particles)
    if particles == 0 { scene.texture = Span2(0, 0) }
    var imaging = ImagingOptions()
    imaging.tiltStepDegrees = 8
    let options = SimulationOptions(scene: scene, imaging: imaging)
    let result = try simulate(options, seed: 2, workers: Workers(count: 2))
    #expect(result.truth.instances.isEmpty && result.surfaces.isEmpty)
    #expect(result.labels.samples.allSatisfy { $0 == 0 })
    #expect(result.truth.leafletCNR == 0)
    #expect(result.tomogram.samples.allSatisfy { $0.isFinite })
    #expect(abs(standardDeviation(result.tomogram.samples) - 1) < 1e-3)
    #expect(0 <= result.truth.tiltSNR ?? -1)
  }
}
