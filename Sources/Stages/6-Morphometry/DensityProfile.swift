import Meshes
import TomogramModel
import Volumes

/// Density along the normals of a membrane's seen patches, averaged patch by patch.
struct DensityProfiles {
  /// Distances from the mid-surface in Å, rising; below 0 is the inner side.
  let distances: [Double]
  /// One mean profile a patch.
  private(set) var patches: [[Double]] = []

  /// Reads the profiles. Vertices that were not seen, that the wedge hides, or whose profile leaves
  /// the volume are left out.
  ///
  /// - Complexity: one block of the tomogram of a patch and its surroundings at a time.
  init(
    _ surface: MembraneSurface, tomogram: any VolumeSource<Float>, tilt: TiltGeometry,
    options: MorphometryOptions
  ) throws {
    let geometry = tomogram.geometry
    let step = geometry.meanVoxelSizeAngstrom / 4
    let count = Int(options.profileReachAngstrom / step)
    distances = (-count...count).map { Double($0) * step }
    let areas = surface.mesh.vertexAreasAngstrom2()
    for patch in Self.patches(of: surface, tilt: tilt, edge: options.patchAngstrom) {
      var sums = [Double](repeating: 0, count: distances.count)
      var weight = 0.0
      let block = try Self.block(around: patch, surface, tomogram, options.profileReachAngstrom)
      guard let block else { continue }
      for vertex in patch {
        guard
          let profile = profile(
            at: surface.mesh.vertices[vertex], along: surface.normals[vertex], block, geometry)
        else { continue }
        for place in sums.indices { sums[place] += areas[vertex] * profile[place] }
        weight += areas[vertex]
      }
      if 0 < weight { patches.append(sums.map { $0 / weight }) }
    }
  }

  /// Seen vertices by cubes of space, in a fixed order.
  private static func patches(
    of surface: MembraneSurface, tilt: TiltGeometry, edge: Double
  ) -> [[Int]] {
    var cubes: [SIMD3<Double>: [Int]] = [:]
    for (vertex, place) in surface.mesh.vertices.enumerated()
    where surface.provenance[vertex] == .seen && !tilt.hides(normal: surface.normals[vertex]) {
      cubes[(place / edge).rounded(.down), default: []].append(vertex)
    }
    return cubes.values.sorted { $0[0] < $1[0] }
  }

  private static func block(
    around patch: [Int], _ surface: MembraneSurface, _ tomogram: any VolumeSource<Float>,
    _ reach: Double
  ) throws -> Block<Float>? {
    let geometry = tomogram.geometry
    var lower = SIMD3<Double>(repeating: .infinity)
    var upper = SIMD3<Double>(repeating: -.infinity)
    for vertex in patch {
      lower = pointwiseMin(lower, surface.mesh.vertices[vertex])
      upper = pointwiseMax(upper, surface.mesh.vertices[vertex])
    }
    let region = geometry.voxels(from: lower - reach, to: upper + reach)
    return region.isEmpty ? nil : try tomogram.read(region)
  }

  private func profile(
    at place: SIMD3<Double>, along normal: SIMD3<Double>, _ block: Block<Float>,
    _ geometry: VolumeGeometry
  ) -> [Double]? {
    var profile: [Double] = []
    profile.reserveCapacity(distances.count)
    for distance in distances {
      let coordinate = geometry.coordinate(of: Position(angstrom: place + distance * normal))
      guard let value = block.interpolated(at: coordinate), value.isFinite else { return nil }
      profile.append(value)
    }
    return profile
  }
}
