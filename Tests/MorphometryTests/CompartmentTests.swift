import LinearAlgebra
import Meshes
import Testing
import TomogramModel
import Volumes

@testable import Morphometry

@Suite("Lumen and shells") struct CompartmentTests {
  private static let geometry = VolumeGeometry(
    size: VolumeSize(x: 35, y: 33, z: 34), voxelSizeAngstrom: SIMD3(repeating: 20),
    originAngstrom: SIMD3(-340, -320, -330))

  /// Shells 40 Å thick about the origin, the first label for the first radius.
  private static func labels(radii: [Double]) -> Volume<UInt16> {
    filled { place in
      radii.firstIndex { abs(place.length - $0) <= 20 }.map { UInt16($0 + 1) } ?? 0
    }
  }

  private static func filled(_ label: (SIMD3<Double>) -> UInt16) -> Volume<UInt16> {
    var volume = Volume<UInt16>(geometry: geometry)
    var next = 0
    for z in 0..<geometry.size.z {
      for y in 0..<geometry.size.y {
        for x in 0..<geometry.size.x {
          volume.samples[next] = label(geometry.position(of: VoxelIndex(x: x, y: y, z: z)).angstrom)
          next += 1
        }
      }
    }
    return volume
  }

  private func enclosure(_ label: Int, _ mesh: TriangleMesh) throws -> Enclosure {
    let surface = measuredSurface(mesh)
    return try #require(
      Enclosure(
        label: label, surface: surface, shape: ShapeDescriptors(surface, in: Self.geometry),
        encloses: true, inlierAngstrom: 15))
  }

  private func lumen(
    _ enclosures: [Enclosure], _ labels: Volume<UInt16>, threads: Int = 2
  ) throws -> Volume<UInt16> {
    let sink = MemorySink<UInt16>(geometry: labels.geometry)
    try fillLumen(
      of: enclosures, around: labels, into: sink, workers: Workers(count: threads),
      monitor: .silent)
    return sink.volume
  }

  private func sphere(_ radius: Double) -> TriangleMesh {
    .icosphere(radiusAngstrom: radius, subdivisions: 3)
  }

  private func overlap(_ a: Volume<UInt16>, _ b: Volume<UInt16>) -> Double {
    let both = zip(a.samples, b.samples).count { $0 != 0 && $0 == $1 }
    let any = zip(a.samples, b.samples).count { $0 != 0 || $1 != 0 }
    return Double(both) / Double(any)
  }

  @Test("Each voxel of the lumen has the innermost membrane's label, membranes have none")
  func innermost() throws {
    let labels = Self.labels(radii: [280, 150])
    let found = try lumen([try enclosure(2, sphere(150)), try enclosure(1, sphere(280))], labels)
    let expected = Self.filled { $0.length < 130 ? 2 : 170 < $0.length && $0.length < 260 ? 1 : 0 }
    #expect(0.98 < overlap(found, expected))
    for (label, inside) in zip(labels.samples, found.samples) where label != 0 {
      #expect(inside == 0)
    }
    #expect(
      found
        == (try lumen(
          [try enclosure(1, sphere(280)), try enclosure(2, sphere(150))], labels, threads: 1)))
  }

  @Test("Cubes decided at once are as if each voxel had been asked")
  func likeNaive() throws {
    // A half sphere: its winding number is far from 0 and 1 over much of the volume.
    let enclosure = try enclosure(1, sphere(250).scaled(SIMD3(1, 0.8, 1.1)).keeping { $0.z < 90 })
    let found = try lumen([enclosure], Volume<UInt16>(geometry: Self.geometry))
    // Dipoles err by up to 0.01, so that single voxels where it is ½ may differ.
    var wrong = 0
    for (number, label) in found.samples.enumerated() where number % 17 == 0 {
      let size = Self.geometry.size
      let index = VoxelIndex(
        x: number % size.x, y: number / size.x % size.y, z: number / (size.x * size.y))
      let place = Self.geometry.position(of: index).angstrom
      let isNear =
        pointwiseMin(place, enclosure.lower - 20) == enclosure.lower - 20
        && pointwiseMax(place, enclosure.upper + 20) == enclosure.upper + 20
      if (isNear && enclosure.contains(place)) != (label != 0) { wrong += 1 }
    }
    #expect(wrong <= 6, "\(wrong) voxels")
  }

  @Test("A vesicle without the caps that the wedge hides has its whole lumen")
  func capless() throws {
    let mesh = sphere(250).keeping { !TiltGeometry.customary.hides(normal: $0) }
    let enclosure = try enclosure(1, mesh)
    #expect(0.25 < enclosure.addedShare && enclosure.addedShare < 0.4)
    let found = try lumen([enclosure], Volume<UInt16>(geometry: Self.geometry))
    #expect(0.97 < overlap(found, Self.filled { $0.length < 250 ? 1 : 0 }))
  }

  @Test("The two walls of a flat sac without its rim enclose what lies between, however they point")
  func walls() throws {
    var mesh = TriangleMesh.grid(columns: 16, rows: 16) { s, t in
      SIMD3(400 * s - 200, 400 * t - 200, -50)
    }
    let other = mesh.vertices.map { SIMD3($0.x, $0.y, 50) }
    let first = Int32(mesh.vertices.count)
    mesh.vertices += other
    mesh.triangles += mesh.triangles.map { $0 &+ first }
    let found = try lumen([try enclosure(1, mesh)], Volume<UInt16>(geometry: Self.geometry))
    let expected = Self.filled { place in
      abs(place.z) < 50 && max(abs(place.x), abs(place.y)) < 200 ? 1 : 0
    }
    // Winding numbers fall below a half well before the edge of the walls: the price of no rim.
    #expect(0.6 < overlap(found, expected))
    #expect(
      ClassPriors().classify(ShapeDescriptors(measuredSurface(mesh), in: Self.geometry))
        == .largeClosed)
  }

  @Test("A sheet encloses nothing")
  func sheets() {
    let surface = measuredSurface(.grid(columns: 9, rows: 9) { SIMD3(300 * $0, 300 * $1, 0) })
    let shape = ShapeDescriptors(surface, in: Self.geometry)
    #expect(
      Enclosure(label: 1, surface: surface, shape: shape, encloses: false, inlierAngstrom: 15)
        == nil)
  }

  @Test(
    "A shell holds the voxels whose nearest membrane is within its band",
    arguments: [ShellBand(0, 90), ShellBand(-60, -20), ShellBand(-50, 75), ShellBand(30, 70)])
  func shells(band: ShellBand) throws {
    let labels = Self.labels(radii: [280, 150])
    let inside = Self.filled { $0.length < 130 ? 2 : 170 < $0.length && $0.length < 260 ? 1 : 0 }
    let sink = MemorySink<UInt16>(geometry: Self.geometry)
    try writeShell(
      band, around: labels, lumen: inside, parents: [2: 1], into: sink, workers: Workers(count: 2),
      monitor: .silent)
    // On a line through the middle everything is known by hand, to a voxel.
    for x in 0..<Self.geometry.size.x {
      let index = VoxelIndex(x: x, y: 16, z: 16)
      let radius = Self.geometry.position(of: index).angstrom.length
      let outer = max(260 - radius, radius - 300, 0)
      let inner = max(130 - radius, radius - 170, 0)
      let isInner = inner < outer
      let distance = isInner ? (radius < 150 ? -inner : inner) : (radius < 280 ? -outer : outer)
      let ends = [band.lowAngstrom, band.highAngstrom]
      if ends.contains(where: { abs($0 - distance) < 25 }) || abs(inner - outer) < 25 { continue }
      let isIn = band.lowAngstrom < distance && distance < band.highAngstrom
      #expect(sink.volume[index] == (isIn ? (isInner ? 2 : 1) : 0), "at \(radius) Å")
    }
  }

  @Test("A band is named by its ends")
  func names() {
    #expect(ShellBand(-150, 0).name == "-150_0" && ShellBand(0, 12.5).name == "0_12.5")
  }
}
