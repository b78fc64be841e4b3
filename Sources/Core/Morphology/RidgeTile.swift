import Filters
import LinearAlgebra
import Volumes

/// A place where the smoothed mask has a ridge, in voxel coordinates.
struct RidgePoint: Sendable {
  var voxel: VoxelIndex
  /// Unit normal in voxel coordinates.
  var normal: SIMD3<Double>
  /// Distance from the voxel's centre to the ridge along the normal, in voxels.
  var offset: Double
  /// Standard deviation of the Gaussian that found it, in voxels.
  var sigma: Double

  /// The axis most nearly along the normal.
  var axis: Int { normal.magnitudes.largestAxis }

  /// Where the ridge crosses the voxel's column along an axis, from the voxel's centre.
  func crossing(axis: Int) -> Double {
    let share = normal[axis]
    return share == 0 ? .infinity : offset / share
  }

  /// The ridge point in voxel coordinates.
  var coordinate: SIMD3<Double> {
    SIMD3(Double(voxel.x), Double(voxel.y), Double(voxel.z)) + offset * normal
  }
}

/// One tile of a mask with everything needed to find the ridge in its core.
struct RidgeTile {
  /// Smoothing in voxels, and the greatest depth (distance of the deepest voxel nearby to the
  /// outside, in voxels) it is used for. A box of half width h smoothed by σ >= h/2.5 still has a
  /// clear second derivative at its centre: exp(−h²/2σ²) > 4 %.
  private static let levels: [(sigma: Double, depth: Float)] = [
    (1.25, 3.2), (2, 5.2), (3.2, .infinity),
  ]
  /// Width of the belt around the core where ridge points are found too, as neighbours.
  static let belt = 4
  static let halo = belt + 11

  private let core: Region
  let mask: Block<Int8>
  private let depth: Block<Float>
  private let smoothed: [Block<Float>?]

  /// Reads and smooths a tile; nil where its core holds no mask.
  init?(of whole: Block<Int8>, core: Region) {
    guard let occupied = boundingBox(of: whole, in: core, where: { $0 != 0 }) else { return nil }
    self.core = occupied
    let outer = occupied.expanded(by: Self.halo)
    let inside = whole.cropped(to: outer.clamped(to: whole.region))
    mask = inside.replicatingBorder(to: outer)
    let depth = euclideanDistance(toZeroOf: mask, spacing: SIMD3(repeating: 1), workers: .one)
    self.depth = depth
    let values = Block(
      region: outer, samples: mask.samples.map { $0 == 0 ? Float(0) : 1 })
    // A level's voxels lie among those of the level before.
    var (deep, shallower): (Region?, Float) = (outer, 0)
    smoothed = Self.levels.map { level in
      deep = deep.flatMap { boundingBox(of: depth, in: $0) { shallower < $0 } }
      shallower = level.depth
      guard let deep else { return nil }
      // Around a deep voxel this level is asked for its neighbours and, for derivatives, for theirs.
      let reach = 2 + GaussianKernel(sigma: level.sigma).radius
      return gaussianSmoothed(
        values.cropped(to: deep.expanded(by: reach).clamped(to: outer)),
        sigmaVoxels: SIMD3(repeating: level.sigma), workers: .one)
    }
  }

  /// The samples of the core, in raster order.
  func samples(geometry: VolumeGeometry, keepsRims: Bool) -> [MidSurfaceSample] {
    let belt = core.expanded(by: Self.belt)
    let candidates = CandidateGrid(region: belt.expanded(by: 1), points: ridgeCandidates(in: belt))
    let chosen = candidates.points.filter { candidates.wins($0) }
    let ridge = CandidateGrid(region: belt, points: chosen)
    return chosen.filter { core.contains($0.voxel) && (keepsRims || ridge.agrees($0)) }.map {
      sample(for: $0, neighbours: ridge, geometry: geometry)
    }
  }

  private func ridgeCandidates(in region: Region) -> [RidgePoint] {
    var points: [RidgePoint] = []
    for z in region.lower.z..<region.upper.z {
      for y in region.lower.y..<region.upper.y {
        for x in region.lower.x..<region.upper.x {
          let voxel = VoxelIndex(x: x, y: y, z: z)
          guard mask[voxel] != 0, let point = ridgePoint(at: voxel) else { continue }
          points.append(point)
        }
      }
    }
    return points
  }

  /// The nearest ridge point, if it is nearer than the neighbouring voxel's far face.
  private func ridgePoint(at voxel: VoxelIndex) -> RidgePoint? {
    let deepest = depth.maximumOfNeighbours(around: voxel)
    let level = Self.levels.firstIndex { deepest <= $0.depth } ?? Self.levels.count - 1
    guard let field = smoothed[level] else { return nil }
    let (value, gradient, hessian) = field.logarithmicDerivatives(at: voxel)
    guard 0 < value else { return nil }
    let eigenvalues = hessian.eigenvalues
    let sigma = Self.levels[level].sigma
    // Flatter than a hundredth of the Gaussian's own curvature is no ridge but the inside of a body.
    guard eigenvalues.x < -0.01 / (sigma * sigma), eigenvalues.z <= -eigenvalues.x else {
      return nil
    }
    let normal = hessian.eigenvector(of: eigenvalues.x)
    let point = RidgePoint(
      voxel: voxel, normal: normal, offset: -gradient.dot(normal) / eigenvalues.x, sigma: sigma)
    return abs(point.crossing(axis: point.axis)) <= CandidateGrid.reach ? point : nil
  }

  private func sample(
    for point: RidgePoint, neighbours: CandidateGrid, geometry: VolumeGeometry
  ) -> MidSurfaceSample {
    // A Gaussian moves the ridge of a curved sheet by −σ²(κ1 + κ2)/2 along the normal, whatever its
    // thickness: the maximum of (R'/r) exp(−(r − R')²/2σ²) over r lies at r = R' − σ²/R' for a
    // sphere. Taken back here.
    let shift = point.sigma * point.sigma * neighbours.divergence(at: point) / 2
    let edges = geometry.voxelSizeAngstrom
    let position = geometry.position(ofCoordinate: point.coordinate + shift * point.normal)
    // A normal is a plane's gradient: it divides by the edges where positions multiply.
    let gradient = point.normal / edges
    let length = gradient.length
    let normal = gradient / length
    let axis = point.axis
    let face = edges.x * edges.y * edges.z / edges[axis]
    return MidSurfaceSample(
      voxel: point.voxel, position: position.angstrom, normal: normal,
      halfThicknessAngstrom: thickness(along: point) / 2 / length,
      areaSquareAngstrom: face / abs(normal[axis]))
  }

  /// Length of the mask along the normal through a ridge point, in voxels: ∫ mask dt, as the
  /// interpolated mask of a plane has the plane's thickness as its mean integral.
  private func thickness(along point: RidgePoint) -> Double {
    let step = 0.25
    var sum = Double(mask.interpolated(at: point.coordinate))
    for direction in [1.0, -1.0] {
      var lowest: Float = 1
      for k in 1...(4 * (Self.halo - 2)) {
        let distance = direction * step * Double(k)
        let value = mask.interpolated(at: point.coordinate + distance * point.normal)
        // Past the edge a rise belongs to another membrane.
        if lowest < 0.5 && lowest < value { break }
        lowest = min(lowest, value)
        sum += Double(value)
        if value < 0.01 { break }
      }
    }
    return max(sum * step, 0.5)
  }
}

/// The smallest box, within a region of a block, that holds all its voxels of a kind; nil where there is none.
@inline(__always)
private func boundingBox<Sample>(
  of block: Block<Sample>, in region: Region, where isMember: (Sample) -> Bool
) -> Region? {
  var box: Region?
  for z in region.lower.z..<region.upper.z {
    for y in region.lower.y..<region.upper.y {
      let start = block.offset(of: VoxelIndex(x: region.lower.x, y: y, z: z))
      let row = block.samples.span.extracting(start..<(start + region.size.x))
      var (first, last) = (Int.max, -1)
      for x in 0..<row.count where isMember(row[x]) { (first, last) = (min(first, x), x) }
      guard 0 <= last else { continue }
      let found = Region(
        lower: VoxelIndex(x: region.lower.x + first, y: y, z: z),
        upper: VoxelIndex(x: region.lower.x + last + 1, y: y + 1, z: z + 1))
      box = box?.union(found) ?? found
    }
  }
  return box
}

/// Ridge points by voxel.
struct CandidateGrid {
  /// How far from a voxel's centre, along its column, the ridge may be to be the voxel's: more than
  /// half, as two neighbours may each think it is the other's.
  static let reach = 0.75

  let points: [RidgePoint]
  private var indices: Block<Int32>

  init(region: Region, points: [RidgePoint]) {
    self.points = points
    indices = Block(region: region, repeating: -1)
    for (index, point) in points.enumerated() { indices[point.voxel] = Int32(index) }
  }

  subscript(voxel: VoxelIndex) -> RidgePoint? {
    guard indices.region.contains(voxel) else { return nil }
    let index = indices[voxel]
    return index < 0 ? nil : points[Int(index)]
  }

  /// Whether no neighbour in the voxel's column has a better claim to the ridge.
  func wins(_ point: RidgePoint) -> Bool {
    let axis = point.axis
    let crossing = point.crossing(axis: axis)
    for side in [-1, 1] {
      let voxel = point.voxel.moved(by: side, along: axis)
      guard let other = self[voxel] else { continue }
      let theirs = other.crossing(axis: axis)
      guard abs(theirs) <= Self.reach else { continue }
      // Only one that sees the same crossing is a rival; two sheets may be neighbours.
      guard abs(Double(side) + theirs - crossing) < 1 else { continue }
      if (abs(theirs), side) < (abs(crossing), 0) { return false }
    }
    return true
  }

  /// Whether a point's normal is within 25° of its neighbourhood's.
  ///
  /// At an open rim the smoothed mask falls off along the sheet as fast as across it, and the ridge
  /// turns into the rim's corners: such points, in the outermost voxel or two, are no mid-surface.
  func agrees(_ point: RidgePoint) -> Bool {
    var tensor = SymmetricMatrix.zero
    forEachNeighbour(of: point) { tensor.addOuterProduct(of: $0.normal) }
    return 0.9 < abs(tensor.eigenvector(of: tensor.eigenvalues.z).dot(point.normal))
  }

  @inline(__always)
  private func forEachNeighbour(of point: RidgePoint, _ body: (RidgePoint) -> Void) {
    let around = Region(point.voxel).expanded(by: RidgeTile.belt).clamped(to: indices.region)
    let span = indices.samples.span
    for z in around.lower.z..<around.upper.z {
      for y in around.lower.y..<around.upper.y {
        let row = indices.offset(of: VoxelIndex(x: around.lower.x, y: y, z: z))
        for place in row..<(row + around.size.x) where 0 <= span[place] {
          body(points[Int(span[place])])
        }
      }
    }
  }

  /// Divergence of the normals, per voxel: κ1 + κ2 where the normal at `point` counts as outward.
  ///
  /// Least squares over neighbours in a disc: Σ Δn·Δx / Σ Δx² is half the trace of ∂n/∂x.
  func divergence(at point: RidgePoint) -> Double {
    var (product, square) = (0.0, 0.0)
    forEachNeighbour(of: point) { other in
      let away = other.coordinate - point.coordinate
      let height = away.dot(point.normal)
      let alignment = other.normal.dot(point.normal)
      // Another sheet, or beyond a fold.
      guard abs(alignment) > 0.5, abs(height) < 2 else { return }
      let turned = alignment < 0 ? -other.normal : other.normal
      let tangent = away - height * point.normal
      product += (turned - point.normal).dot(tangent)
      square += tangent.squaredLength
    }
    return square == 0 ? 0 : 2 * product / square
  }
}
