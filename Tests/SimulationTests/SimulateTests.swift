import Glibc
import LinearAlgebra
import Meshes
import Testing
import TomogramModel
import TomographicImaging
import Volumes

@testable import Simulation

/// A small, quick scene; debug builds are slow.
private func smallScene() -> SceneOptions {
  var options = SceneOptions()
  options.size = VolumeSize(x: 64, y: 56, z: 40)
  options.pixelSizeAngstrom = 14
  options.vesicles = 2
  options.vesicleRadiusNm = Span2(15, 22)
  options.nestedPairs = 0
  options.tubules = 1
  options.tubuleRadiusNm = Span2(10, 12)
  options.sheets = 0
  options.contactVesicles = 0
  options.particlesPerMillionNm3 = 40
  options.ribosomesPerMillionNm3 = 2
  options.goldBeads = 0
  options.filaments = 1
  options.texture = Span2(0, 0.05)
  return options
}

private func quickSeries() -> ImagingOptions {
  var options = ImagingOptions()
  options.tiltStepDegrees = 8
  return options
}

private let fixedRandom = CounterRandom(seed: 1, stream: 1)

private func smallOptions() -> SimulationOptions {
  SimulationOptions(scene: smallScene(), imaging: quickSeries())
}

@Suite struct SimulateTests {
  @Test("The same seed gives the same bytes on one and on two threads, another seed others")
  func deterministic() throws {
    let first = try simulate(smallOptions(), seed: 5, workers: .one)
    let second = try simulate(smallOptions(), seed: 5, workers: Workers(count: 2))
    #expect(first.tomogram == second.tomogram)
    #expect(first.labels == second.labels)
    #expect(first.truth == second.truth)
    #expect(first.surfaces.map(\.mesh) == second.surfaces.map(\.mesh))
    let other = try simulate(smallOptions(), seed: 6, workers: Workers(count: 2))
    #expect(first.tomogram != other.tomogram)
  }

  @Test("Halves of a series add up to the whole, with other noise, and change nothing in it")
  func halves() throws {
    var options = smallOptions()
    let alone = try simulate(options, seed: 5, workers: Workers(count: 2))
    options.imaging.makesHalves = true
    let found = try simulate(options, seed: 5, workers: Workers(count: 2))
    #expect(found.tomogram == alone.tomogram && alone.halves == nil)
    let halves = try #require(found.halves)
    let (even, odd) = (halves.even.samples, halves.odd.samples)
    // Each tomogram has a s.d. of 1; the whole is proportional to a sum of the halves whose scales
    // are found by least squares.
    func product(_ a: [Float], _ b: [Float]) -> Double {
      zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let whole = found.tomogram.samples
    let (ee, eo, oo) = (product(even, even), product(even, odd), product(odd, odd))
    let (we, wo, ww) = (product(whole, even), product(whole, odd), product(whole, whole))
    let determinant = ee * oo - eo * eo
    let (a, b) = ((we * oo - wo * eo) / determinant, (wo * ee - we * eo) / determinant)
    let explained = a * we + b * wo
    #expect(1 - explained / ww < 1e-6)
    // Of the halves' variance most is noise, which they do not share.
    #expect(eo / (ee * oo).squareRoot() < 0.6)
    #expect(0.3 < a && 0.3 < b)
  }

  @Test("Sheets are placed as they are drawn: most stand upright, in deep and in shallow volumes")
  func sheetsStandUpright() {
    for depth in [24, 56] {
      var options = SceneOptions()
      options.size = VolumeSize(x: 56, y: 56, z: depth)
      options.pixelSizeAngstrom = 14
      (options.vesicles, options.nestedPairs, options.tubules) = (0, 0, 0)
      (options.contactVesicles, options.sheets) = (0, 1)
      let heights = (UInt64(0)..<40).map { seed in
        let builder = SceneBuilder(
          options: options, surroundings: Compartment(density: 0, texture: 0, amplitude: 0),
          workers: .one)
        var placement = MembranePlacement(
          options: options, builder: builder, random: CounterRandom(seed: seed, stream: 2))
        placement.placeLarge()
        return (builder.shapes[0].shape as? SheetShape).map { abs($0.frame.normal.z) } ?? 1
      }
      // 15 % are drawn nearly flat; of the others few have a normal within 30° of the beam.
      #expect(heights.count { $0 < 0.87 } >= 25)
    }
  }

  @Test("Labels are the voxels within half a thickness of the mesh of the same number")
  func labelsAgreeWithMeshes() throws {
    let scene = try renderScene(smallScene(), seed: 3, workers: Workers(count: 2))
    #expect(!scene.membranes.isEmpty)
    let half = scene.options.halfThicknessAngstrom
    for membrane in scene.membranes where !membrane.mesh.triangles.isEmpty {
      let vertices = membrane.mesh.vertices
      for voxel in stride(from: 0, to: scene.labels.samples.count, by: 61) {
        let index = VoxelIndex(x: voxel % 64, y: voxel / 64 % 56, z: voxel / 64 / 56)
        // The mesh ends at the border, where the nearest vertex says nothing.
        guard (2..<62).contains(index.x), (2..<54).contains(index.y), (2..<38).contains(index.z)
        else { continue }
        let position = scene.labels.geometry.position(of: index).angstrom
        let nearest = vertices.reduce(Double.infinity) {
          min($0, ($1 - position).squaredLength)
        }.squareRoot()
        // Vertices lie up to 35 Å apart, so the nearest is up to 20 Å beside the foot.
        let atLeast = max(nearest * nearest - 400, 0).squareRoot()
        if scene.labels.samples[voxel] == UInt16(membrane.label) {
          #expect(atLeast <= half + 1.5)
        } else if nearest < half - 1.5 {
          Issue.record("voxel \(voxel) lies \(nearest) Å from \(membrane.label), without its label")
        }
      }
    }
  }

  @Test("The noise is scaled to the wanted leaflet contrast", arguments: [0.4, 0.9, 1.6])
  func contrast(target: Double) throws {
    var options = smallOptions()
    options.imaging.leafletCNR = target
    let result = try simulate(options, seed: 8, workers: Workers(count: 2))
    #expect(abs(result.truth.leafletCNR / target - 1) < 0.05)
    #expect(0 < result.truth.tiltSNR ?? 0)
    // Measured again, from the files' content alone: dark is dense.
    let scene = try renderScene(options.scene, seed: 8, workers: .one)
    let contrast = LeafletContrast(scene)
    let measured = contrast.measured(result.tomogram.samples.map { -$0 })
    #expect(abs(measured - result.truth.leafletCNR) < 1e-6)
  }

  @Test("Background keeps ten voxels from every object and leaflets lie on head groups")
  func contrastVoxels() throws {
    var options = smallScene()
    (options.particlesPerMillionNm3, options.ribosomesPerMillionNm3) = (0, 0)
    (options.filaments, options.tubules, options.membraneProteinsPer1000Nm2) = (0, 0, 0)
    options.vesicles = 1
    let scene = try renderScene(options, seed: 12, workers: .one)
    let contrast = LeafletContrast(scene)
    #expect(!contrast.leaflet.isEmpty)
    let objects = scene.objects.samples.indices.filter { scene.objects.samples[$0] != 0 }
    func place(_ voxel: Int) -> SIMD3<Int> { SIMD3(voxel % 64, voxel / 64 % 56, voxel / 64 / 56) }
    for voxel in contrast.background.indices where voxel.isMultiple(of: 997) {
      let here = place(Int(contrast.background[voxel]))
      let isFar = objects.allSatisfy { object in
        let offset = place(object) &- here
        return 100 < (offset &* offset).wrappedSum()
      }
      #expect(isFar)
    }
    let labels = scene.labels.samples
    #expect(
      contrast.leaflet.allSatisfy { labels[Int($0)] != 0 || scene.objects.samples[Int($0)] != 0 })
  }

  @Test("Tomograms have dark membranes unless bright ones are wanted")
  func contrastSign() throws {
    var options = smallOptions()
    options.imaging.leafletCNR = nil
    let scene = try renderScene(options.scene, seed: 4, workers: .one)
    let leaflet = LeafletContrast(scene).leaflet
    func mean(_ imaging: ImagingOptions) throws -> Double {
      let result = try simulate(scene, imaging: imaging, seed: 1, workers: Workers(count: 2))
      #expect(result.truth.tiltSNR == nil)
      return leaflet.reduce(0) { $0 + Double(result.tomogram.samples[Int($1)]) }
        / Double(leaflet.count)
    }
    #expect(try mean(options.imaging) < 0)
    options.imaging.isBright = true
    #expect(try mean(options.imaging) > 0)
  }

  @Test("A scene imaged twice keeps its truth and changes its noise")
  func reuse() throws {
    let scene = try renderScene(smallScene(), seed: 2, workers: Workers(count: 2))
    let first = try simulate(scene, imaging: quickSeries(), seed: 1, workers: .one)
    let second = try simulate(scene, imaging: quickSeries(), seed: 2, workers: .one)
    #expect(first.labels == second.labels)
    #expect(first.tomogram != second.tomogram)
    #expect(first.truth.instances == second.truth.instances)
  }

  @Test("Truth has a row and a surface for each membrane, with areas that fit together")
  func truth() throws {
    let result = try simulate(smallOptions(), seed: 9, workers: Workers(count: 2))
    #expect(result.surfaces.count == result.truth.instances.count)
    let present = Set(result.labels.samples).subtracting([0])
    #expect(present.isSubset(of: Set(result.truth.instances.map { UInt16($0.label) })))
    let box = result.labels.geometry.box
    for (row, surface) in zip(result.truth.instances, result.surfaces) {
      #expect(0 <= row.seenAreaNm2 && row.seenAreaNm2 <= row.areaNm2 && 0 < row.areaNm2)
      #expect((row.volumeNm3 != nil) == row.closed)
      #expect(row.surface == "surfaces/membrane_000\(row.label).ply")
      for vertex in surface.mesh.vertices {
        for axis in 0..<3 {
          #expect(box.lower[axis] - 1e-6 <= vertex[axis] && vertex[axis] <= box.upper[axis] + 1e-6)
        }
      }
      #expect(surface.normals.allSatisfy { abs($0.squaredLength - 1) < 1e-6 })
    }
  }

  @Test("Quantised tomograms hold whole numbers from 0 to 255 and stay near the exact ones")
  func quantised() throws {
    let scene = try renderScene(smallScene(), seed: 2, workers: Workers(count: 2))
    var options = quickSeries()
    let exact = try simulate(scene, imaging: options, seed: 1, workers: .one).tomogram.samples
    options.isQuantised = true
    let coarse = try simulate(scene, imaging: options, seed: 1, workers: .one).tomogram.samples
    #expect(coarse.allSatisfy { 0 <= $0 && $0 <= 255 && $0 == $0.rounded() })
    #expect(
      zip(exact, coarse).allSatisfy { abs($0) > 3.9 || abs(127.5 + 32 * $0 - $1) <= 0.51 })
  }

  @Test("Smoothing that keeps edges lowers the noise of flat parts")
  func smoothing() {
    var options = ImagingOptions()
    options.leafletCNR = nil
    let geometry = VolumeGeometry(size: VolumeSize(x: 20, y: 18, z: 16), voxelSizeAngstrom: 10)
    // Checkerboard of ±0.1 left of a step of height 4.
    let samples = (0..<geometry.size.count).map { voxel -> Float in
      let (x, y, z) = (voxel % 20, voxel / 20 % 18, voxel / 360)
      return (x < 10 ? 0 : 4) + ((x + y + z).isMultiple(of: 2) ? 0.1 : -0.1)
    }
    func roughness(_ values: [Float]) -> Float {
      // Of the part left of the step, relative to the step.
      let flat = values.indices.filter { $0 % 20 < 8 }.map { values[$0] }
      let high = values.indices.filter { $0 % 20 > 11 }.map { values[$0] }
      let step = abs(high.reduce(0, +) / Float(high.count) - flat.reduce(0, +) / Float(flat.count))
      return ((flat.max() ?? 0) - (flat.min() ?? 0)) / step
    }
    let plain = finish(
      samples, geometry: geometry, options: options, random: fixedRandom, workers: .one)
    options.smoothingRounds = 3
    let smooth = finish(
      samples, geometry: geometry, options: options, random: fixedRandom,
      workers: Workers(count: 2))
    #expect(roughness(smooth) < 0.5 * roughness(plain))
  }
}

@Suite struct SimulationOptionsTests {
  @Test("Random options repeat with their seed, differ between seeds and can all be used")
  func randomised() throws {
    for seed in UInt64(0)..<200 {
      let options = SimulationOptions.randomised(seed: seed)
      #expect(options == SimulationOptions.randomised(seed: seed))
      #expect(options != SimulationOptions.randomised(seed: seed + 1))
      try options.scene.check()
      try options.imaging.check()
      #expect((7...20).contains(options.scene.pixelSizeAngstrom))
      #expect(1 < options.imaging.tiltAnglesDegrees.count)
    }
  }

  @Test("Options that make no sense are refused with their name")
  func refused() {
    var options = smallOptions()
    options.scene.size.x = 4
    #expect(throws: SimulationError.self) {
      try simulate(options, seed: 1, workers: .one)
    }
    options = smallOptions()
    options.imaging.tiltMaximumDegrees = -70
    #expect(throws: SimulationError.self) { try options.imaging.check() }
    options = smallOptions()
    options.imaging.leafletCNR = -1
    do {
      try options.imaging.check()
      Issue.record("a contrast below 0 was taken")
    } catch {
      #expect(error.option == "leafletCNR" && error.kind == .usage)
      #expect(error.description.contains("-1"))
    }
  }

  @Test("Tilt angles run from the lowest by the step, never beyond the highest")
  func tilts() {
    var options = ImagingOptions()
    (options.tiltMinimumDegrees, options.tiltMaximumDegrees, options.tiltStepDegrees) = (-50, 61, 4)
    #expect(options.tiltAnglesDegrees.first == -50)
    #expect(options.tiltAnglesDegrees.last == 58)
    #expect(options.tiltAnglesDegrees.count == 28)
  }

  @Test("A simulation that is told to stop stops")
  func stops() {
    let monitor = StageMonitor(progress: { _ in }, shouldStop: { true })
    #expect(throws: Stopped.self) {
      try simulate(smallOptions(), seed: 1, workers: .one, monitor: monitor)
    }
  }
}
