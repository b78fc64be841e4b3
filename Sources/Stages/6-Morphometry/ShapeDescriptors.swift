import LinearAlgebra
public import Meshes
import RealModule
public import Volumes

/// Numbers that tell shapes of membranes apart, whatever their place and orientation.
///
/// All come from a membrane's surface alone. They are made so that pieces cut off by the volume's
/// border or hidden by the wedge change them little: medians over the surface and distributions of
/// its normals instead of extents and volumes.
public struct ShapeDescriptors: Codable, Hashable, Sendable {
  /// Area in nm².
  public var areaNm2 = 0.0
  /// Whether the surface's normals point away from its inner side; of an open one they need not.
  public var normalsPointOut = true
  /// Whether the surface has no rim.
  public var isClosed = false
  /// How far it closes around what lies on its inner side, 0...1: mean, over the surface, of the
  /// winding number half way to the opposite wall, 0 where there is none.
  public var enclosure = 0.0
  /// Median distance to the opposite wall on the inner side, in nm; 0 where most has none.
  public var widthNm = 0.0
  /// Area over that of a sphere as wide; 1 for a sphere, 2 length / width and more for flat sacs,
  /// length / width for a tube; 0 without a width.
  public var elongation = 0.0
  /// Median mean curvature in nm⁻¹, above 0 where the surface curves around its inner side.
  public var medianCurvaturePerNm = 0.0
  /// Median curvedness √((κ₁² + κ₂²) / 2) in nm⁻¹.
  public var curvednessPerNm = 0.0
  /// Median shape index, −1...1: 1 for a sphere, ½ for a tube, 0 for a saddle (Koenderink & van
  /// Doorn 1992).
  public var shapeIndex = 0.0
  /// Share of the area that curves around the inner side in both directions.
  public var convexShare = 0.0
  /// Length of the mean normal: 0 for a closed surface, 1 for a plane.
  public var meanNormal = 0.0
  /// Largest eigenvalue of the normals' second moments: 1 for a plane, ½ for a straight tube, ⅓ for
  /// a sphere.
  public var normalsAlongOne = 0.0
  /// Smallest eigenvalue: 0 for plane and tube, ⅓ for a sphere.
  public var normalsAlongThird = 0.0
  /// Share of the area on the sphere that fits best.
  public var sphereShare = 0.0
  /// That sphere's radius in nm; 0 where there is none.
  public var sphereRadiusNm = 0.0
  /// Share of the area on the ellipsoid that fits best.
  public var ellipsoidShare = 0.0
  /// Its longest semiaxis in nm; 0 where there is none.
  public var ellipsoidLongestNm = 0.0
  /// Its shortest semiaxis in nm.
  public var ellipsoidShortestNm = 0.0
  /// Share of the area on the plane that fits best.
  public var planeShare = 0.0
  /// Extents along the principal axes in nm, longest first.
  public var lengthNm = 0.0
  public var breadthNm = 0.0
  public var depthNm = 0.0
  /// Vertices − edges + triangles.
  public var eulerCharacteristic = 0
  /// Connected pieces.
  public var pieces = 0
  /// Rims.
  public var boundaryLoops = 0
  /// Share of the rims' length at the volume's border; 0 without a rim.
  public var borderShare = 0.0
}

extension ShapeDescriptors {
  /// Vertices that rays to the opposite wall are sent from.
  private static let probes = 240

  /// Describes a surface.
  ///
  /// - Parameter geometry: of the volume that the membrane lies in, for its border.
  public init(_ given: MembraneSurface, in geometry: VolumeGeometry) {
    let surface = given.facingApart()
    let mesh = surface.mesh
    let areas = mesh.vertexAreasAngstrom2()
    let voxel = geometry.meanVoxelSizeAngstrom
    let winding = WindingNumber(mesh)
    let means = zip(surface.meanCurvaturePerNm, areas).compactMap { h, area -> WeightedValue? in
      h.isFinite ? (Double(h), area) : nil
    }
    let inner = InnerSide(
      surface, winding: winding, probes: Self.probes, least: 2 * voxel,
      curvature: weightedMedian(means))
    areaNm2 = mesh.areaNm2
    isClosed = mesh.isClosed
    normalsPointOut = 0 < inner.sign
    (enclosure, widthNm) = (inner.enclosure, inner.widthAngstrom / 10)
    elongation = 0 < widthNm ? areaNm2 / (.pi * widthNm * widthNm) : 0
    describeCurvature(surface, areas: areas, sign: inner.sign)
    describeNormals(surface, areas: areas)
    describeFits(parametricFits(of: mesh, inlierAngstrom: 1.5 * voxel))
    describeExtents(mesh, areas: areas)
    eulerCharacteristic = mesh.eulerCharacteristic
    pieces = mesh.triangleComponents().count
    let rims = Rims(mesh, geometry: geometry)
    (boundaryLoops, borderShare) = (rims.count, rims.borderShare)
  }

  private mutating func describeCurvature(
    _ surface: MembraneSurface, areas: [Double], sign: Double
  ) {
    var (means, curved, indices): ([WeightedValue], [WeightedValue], [WeightedValue]) = ([], [], [])
    var (convex, total) = (0.0, 0.0)
    for (vertex, area) in areas.enumerated() {
      let h = sign * Double(surface.meanCurvaturePerNm[vertex])
      let k = Double(surface.gaussianCurvaturePerNm2[vertex])
      guard h.isFinite, k.isFinite else { continue }
      let half = max(h * h - k, 0).squareRoot()
      means.append((h, area))
      curved.append((max(2 * h * h - k, 0).squareRoot(), area))
      indices.append((2 / .pi * .atan2(y: h, x: half), area))
      total += area
      if 0 < h - half { convex += area }
    }
    medianCurvaturePerNm = weightedMedian(means)
    curvednessPerNm = weightedMedian(curved)
    shapeIndex = weightedMedian(indices)
    convexShare = 0 < total ? convex / total : 0
  }

  private mutating func describeNormals(_ surface: MembraneSurface, areas: [Double]) {
    var (mean, moments, total) = (SIMD3<Double>.zero, SymmetricMatrix.zero, 0.0)
    for (normal, area) in zip(surface.normals, areas) {
      mean += area * normal
      moments.addOuterProduct(of: normal, weight: area)
      total += area
    }
    guard 0 < total else { return }
    let values = moments.eigenvalues / total
    (meanNormal, normalsAlongOne, normalsAlongThird) = (mean.length / total, values.z, values.x)
  }

  private mutating func describeFits(_ fits: [ParametricFit]) {
    for fit in fits {
      switch fit.model {
      case "sphere":
        (sphereShare, sphereRadiusNm) = (fit.inlierShare, (fit["radius_A"] ?? 0) / 10)
      case "ellipsoid":
        ellipsoidShare = fit.inlierShare
        ellipsoidLongestNm = (fit["semiaxis_a_A"] ?? 0) / 10
        ellipsoidShortestNm = (fit["semiaxis_c_A"] ?? 0) / 10
      default: planeShare = fit.inlierShare
      }
    }
  }

  private mutating func describeExtents(_ mesh: TriangleMesh, areas: [Double]) {
    guard let center = mesh.centroidAngstrom else { return }
    var moments = SymmetricMatrix.zero
    for (vertex, area) in zip(mesh.vertices, areas) {
      moments.addOuterProduct(of: vertex - center, weight: area)
    }
    let values = moments.eigenvalues
    let long = moments.eigenvector(of: values.z)
    let short = moments.eigenvector(of: values.x)
    let extents = [long, short.cross(long), short].map { axis in
      let along = mesh.vertices.map { ($0 - center).dot(axis) }
      return ((along.max() ?? 0) - (along.min() ?? 0)) / 10
    }
    (lengthNm, breadthNm, depthNm) = (extents[0], extents[1], extents[2])
  }
}

/// The value that half of the weight lies below; 0 for nothing.
private func weightedMedian(_ values: [WeightedValue]) -> Double {
  weightedQuantile(0.5, of: values) ?? 0
}

/// The side of a surface on which it closes around something.
private struct InnerSide {
  /// 1 where the inner side is the one that normals point away from, −1 for the other.
  var sign = 1.0
  var enclosure = 0.0
  var widthAngstrom = 0.0

  /// - Parameters:
  ///   - least: nearer walls do not count, Å: a rough surface meets itself.
  ///   - curvature: median mean curvature, above 0 where the surface curves away from its normals.
  init(
    _ surface: MembraneSurface, winding: WindingNumber, probes: Int, least: Double,
    curvature: Double
  ) {
    let count = surface.mesh.vertices.count
    let step = max(count / probes, 1)
    var sides: [Self] = []
    for sign in [1.0, -1.0] {
      var (sum, widths): (Double, [Double]) = (0, [])
      let vertices = stride(from: 0, to: count, by: step)
      for vertex in vertices {
        let (place, inward) = (surface.mesh.vertices[vertex], -sign * surface.normals[vertex])
        guard
          let hit = winding.meshIndex.firstHit(from: place, along: inward, beyond: least)
        else { continue }
        widths.append(hit.distance)
        sum += min(max(sign * winding.value(at: place + inward * (hit.distance / 2)), 0), 1)
      }
      let total = vertices.reduce(0) { count, _ in count + 1 }
      var side = self
      side.sign = sign
      side.enclosure = sum / Double(max(total, 1))
      // Half of the vertices have an opposite wall: else a width says little about the shape.
      if total < 2 * widths.count { side.widthAngstrom = widths.sorted()[widths.count / 2] }
      sides.append(side)
    }
    // Where neither side is closed around, it is the one that the surface curves around.
    let differ = 0.05 < abs(sides[0].enclosure - sides[1].enclosure)
    let isFirst = differ ? sides[1].enclosure < sides[0].enclosure : 0 <= curvature
    self = isFirst ? sides[0] : sides[1]
  }

  private init() {}
}

/// Rims of a surface and how much of them the volume's border makes.
private struct Rims {
  var count = 0
  var borderShare = 0.0

  init(_ mesh: TriangleMesh, geometry: VolumeGeometry) {
    let loops = mesh.boundaryLoops()
    count = loops.count
    var (whole, border) = (0.0, 0.0)
    for loop in loops {
      for place in loop.indices {
        let (a, b) = (mesh.vertices[loop[place]], mesh.vertices[loop[(place + 1) % loop.count]])
        let length = (b - a).length
        whole += length
        if geometry.isNearBorder((a + b) / 2, voxels: 4) { border += length }
      }
    }
    borderShare = 0 < whole ? border / whole : 0
  }
}

extension VolumeGeometry {
  /// Whether a position in Å lies within so many voxels of a face of the volume.
  ///
  /// Four voxels for rims: a surface ends about half the membrane's thickness before its label.
  func isNearBorder(_ position: SIMD3<Double>, voxels: Double) -> Bool {
    let place = coordinate(of: Position(angstrom: position))
    let last = SIMD3(Double(size.x - 1), Double(size.y - 1), Double(size.z - 1))
    return place.min() <= voxels || (last - place).min() <= voxels
  }
}

extension ShapeDescriptors {
  /// A descriptor and the name of its column, unit last.
  public struct Column: Sendable {
    public let name: String
    public let value: @Sendable (ShapeDescriptors) -> Double
  }

  /// The descriptors as columns of `shapes.csv`.
  public static let columns: [Column] = [
    Column(name: "area_nm2") { $0.areaNm2 },
    Column(name: "closed") { $0.isClosed ? 1 : 0 },
    Column(name: "enclosure") { $0.enclosure },
    Column(name: "width_nm") { $0.widthNm },
    Column(name: "elongation") { $0.elongation },
    Column(name: "median_curvature_per_nm") { $0.medianCurvaturePerNm },
    Column(name: "curvedness_per_nm") { $0.curvednessPerNm },
    Column(name: "shape_index") { $0.shapeIndex },
    Column(name: "convex_share") { $0.convexShare },
    Column(name: "mean_normal") { $0.meanNormal },
    Column(name: "normals_first") { $0.normalsAlongOne },
    Column(name: "normals_third") { $0.normalsAlongThird },
    Column(name: "sphere_share") { $0.sphereShare },
    Column(name: "sphere_radius_nm") { $0.sphereRadiusNm },
    Column(name: "ellipsoid_share") { $0.ellipsoidShare },
    Column(name: "ellipsoid_longest_nm") { $0.ellipsoidLongestNm },
    Column(name: "ellipsoid_shortest_nm") { $0.ellipsoidShortestNm },
    Column(name: "plane_share") { $0.planeShare },
    Column(name: "length_nm") { $0.lengthNm },
    Column(name: "breadth_nm") { $0.breadthNm },
    Column(name: "depth_nm") { $0.depthNm },
    Column(name: "euler_characteristic") { Double($0.eulerCharacteristic) },
    Column(name: "boundary_loops") { Double($0.boundaryLoops) },
    Column(name: "border_share") { $0.borderShare },
  ]
}
