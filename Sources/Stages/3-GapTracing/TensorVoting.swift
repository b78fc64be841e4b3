import LinearAlgebra
import Morphology
import RealModule
import TomogramModel
import Volumes

// Surfaces by tensor voting (Medioni, Lee & Tang, A Computational Framework for Segmentation and
// Grouping, Elsevier 2000, ch. 3): each piece of mid-surface votes, in the places around it, for the
// surface through both that is a circle's arc. The saliency of a surface is the difference of the two
// largest eigenvalues of the votes' sum, its normal the first eigenvector.
//
// Bounded cost: both voters and places lie on a grid of an eighth of the scale, so that the number of
// votes a piece of membrane casts does not grow with the scale.

/// One voter: the pieces of mid-surface in a cell of the grid. Units: grid cells.
private struct Voter: Sendable {
  var position: SIMD3<Double>
  var normal: SIMD3<Double>
  /// Area in cells².
  var area: Double
}

/// The grid of votes. Coordinates are in cells, whole numbers at the nodes.
struct VotingField: Sendable {
  /// Cells of the grid are this long, in Å.
  let edge: Double
  let nodes: VolumeSize
  let origin: SIMD3<Double>
  /// Surface saliency as a share of that inside a whole flat membrane.
  private(set) var saliency: [Float]
  private(set) var normals: [SIMD3<Float>]

  /// The scale in cells.
  static let cellsPerScale = 8.0
  /// Votes below this share of the strongest are not cast: s² = −σ² ln 0.03.
  private static let leastVote = 0.03

  init(
    _ samples: [MidSurfaceSample], geometry: VolumeGeometry, scale: Double, workers: Workers
  ) {
    edge = max(scale / Self.cellsPerScale, geometry.meanVoxelSizeAngstrom)
    let sigma = scale / edge
    origin = geometry.originAngstrom
    let extent =
      SIMD3(Double(geometry.size.x), Double(geometry.size.y), Double(geometry.size.z))
      * geometry.voxelSizeAngstrom / edge
    let nodes = VolumeSize(x: Int(extent.x) + 1, y: Int(extent.y) + 1, z: Int(extent.z) + 1)
    self.nodes = nodes
    let voters = Self.voters(samples, edge: edge, origin: origin)
    let reach = sigma * (-Double.log(Self.leastVote)).squareRoot()
    let planes = workers.map(nodes.z) { z in
      Self.plane(z, nodes: nodes, voters: voters, sigma: sigma, reach: reach)
    }
    saliency = planes.flatMap(\.saliency)
    normals = planes.flatMap(\.normals)
  }

  private static func voters(
    _ samples: [MidSurfaceSample], edge: Double, origin: SIMD3<Double>
  ) -> [Voter] {
    var cells: [SIMD4<Int32>: Voter] = [:]
    var order: [SIMD4<Int32>] = []
    for sample in samples {
      let place = (sample.position - origin) / edge
      let cell = place.rounded(.down)
      // Two sheets through one cell mostly differ in their main direction.
      let key = SIMD4<Int32>(
        Int32(cell.x), Int32(cell.y), Int32(cell.z), Int32(sample.normal.magnitudes.largestAxis))
      let area = sample.areaSquareAngstrom / (edge * edge)
      guard var voter = cells[key] else {
        cells[key] = Voter(position: area * place, normal: area * sample.normal, area: area)
        order.append(key)
        continue
      }
      voter.position += area * place
      voter.normal += (sample.normal.dot(voter.normal) < 0 ? -area : area) * sample.normal
      voter.area += area
      cells[key] = voter
    }
    return order.compactMap { key in
      guard var voter = cells[key], 0 < voter.area else { return nil }
      voter.position /= voter.area
      voter.normal = voter.normal.normalized
      return voter
    }
  }

  /// Saliencies and normals of the nodes of one plane.
  private static func plane(
    _ z: Int, nodes: VolumeSize, voters: [Voter], sigma: Double, reach: Double
  ) -> (saliency: [Float], normals: [SIMD3<Float>]) {
    var sums = [SymmetricMatrix](repeating: .zero, count: nodes.x * nodes.y)
    // Medioni's decay by curvature, in cells: what a straight vote loses at 1 σ, a quarter circle loses.
    let decay = -16 * Double.log(0.1) * max(sigma - 1, 0) / (.pi * .pi)
    for voter in voters {
      let height = Double(z) - voter.position.z
      let rest = reach * reach - height * height
      guard 0 < rest else { continue }
      let span = rest.squareRoot()
      let (x0, x1) = range(voter.position.x, span, nodes.x)
      let (y0, y1) = range(voter.position.y, span, nodes.y)
      guard x0 <= x1, y0 <= y1 else { continue }
      for y in y0...y1 {
        for x in x0...x1 {
          let away = SIMD3(Double(x), Double(y), Double(z)) - voter.position
          castVote(
            away, of: voter, sigma: sigma, decay: decay, into: &sums[y * nodes.x + x])
        }
      }
    }
    let full = .pi * sigma * sigma
    var (saliency, normals): ([Float], [SIMD3<Float>]) = ([], [])
    for sum in sums {
      let values = sum.eigenvalues
      saliency.append(Float((values.z - values.y) / full))
      normals.append(values.z == 0 ? .zero : SIMD3<Float>(sum.eigenvector(of: values.z)))
    }
    return (saliency, normals)
  }

  private static func range(_ middle: Double, _ span: Double, _ count: Int) -> (Int, Int) {
    (
      max(Int((middle - span).rounded(.up)), 0), min(Int((middle + span).rounded(.down)), count - 1)
    )
  }

  /// A stick vote: with ϑ the angle between the tangent plane and the place at distance l, the arc is
  /// s = l ϑ / sin ϑ long and bends by κ = 2 sin ϑ / l; its strength is exp(−(s² + c κ²) / σ²) up to
  /// ϑ = 45°, and the normal there is n − 2 sin ϑ v.
  @inline(__always)
  private static func castVote(
    _ away: SIMD3<Double>, of voter: Voter, sigma: Double, decay: Double,
    into sum: inout SymmetricMatrix
  ) {
    let square = away.squaredLength
    guard 1e-12 < square else {
      sum.addOuterProduct(of: voter.normal, weight: voter.area)
      return
    }
    let length = square.squareRoot()
    let direction = away / length
    let sine = direction.dot(voter.normal)
    guard abs(sine) <= 0.7071 else { return }
    let arc = abs(sine) < 1e-6 ? length : length * Double.asin(sine) / sine
    let bend = 2 * sine / length
    let strength = Double.exp(-(arc * arc + decay * bend * bend) / (sigma * sigma))
    guard leastVote <= strength else { return }
    sum.addOuterProduct(
      of: voter.normal - 2 * sine * direction, weight: voter.area * strength)
  }
}

extension VotingField {
  /// A place on a ridge of the saliency.
  struct RidgePoint {
    /// Å.
    var position: SIMD3<Double>
    var normal: SIMD3<Double>
  }

  /// The places where the saliency is at least `threshold` and largest along the normal, one a node.
  func ridge(threshold: Float) -> [RidgePoint] {
    var points: [RidgePoint] = []
    for z in 0..<nodes.z {
      for y in 0..<nodes.y {
        for x in 0..<nodes.x {
          let offset = (z * nodes.y + y) * nodes.x + x
          guard threshold <= saliency[offset] else { continue }
          let (place, normal) = (
            SIMD3(Double(x), Double(y), Double(z)), SIMD3<Double>(normals[offset])
          )
          let (below, here, above) = (
            value(at: place - normal), Double(saliency[offset]), value(at: place + normal)
          )
          let bend = below + above - 2 * here
          guard bend < 0 else { continue }
          let shift = (below - above) / (2 * bend)
          guard abs(shift) <= 1 else { continue }
          points.append(
            RidgePoint(position: origin + edge * (place + shift * normal), normal: normal))
        }
      }
    }
    return points
  }

  /// The saliency between nodes; 0 outside the grid.
  private func value(at place: SIMD3<Double>) -> Double {
    let floor = place.rounded(.down)
    let part = place - floor
    let (x0, y0, z0) = (Int(floor.x), Int(floor.y), Int(floor.z))
    guard 0 <= min(x0, y0, z0), x0 + 1 < nodes.x, y0 + 1 < nodes.y, z0 + 1 < nodes.z else {
      return 0
    }
    var sum = 0.0
    for corner in 0..<8 {
      let (i, j, k) = (corner & 1, corner >> 1 & 1, corner >> 2)
      let weight =
        (i == 0 ? 1 - part.x : part.x) * (j == 0 ? 1 - part.y : part.y)
        * (k == 0 ? 1 - part.z : part.z)
      sum += weight * Double(saliency[((z0 + k) * nodes.y + y0 + j) * nodes.x + x0 + i])
    }
    return sum
  }
}

extension Tracer {
  /// Closes gaps where tensor voting finds a salient surface: a baseline.
  ///
  /// Memory: 40 bytes a node of a grid of an eighth of the scale, and 60 bytes a mid-surface voxel.
  func tensorVoting() throws -> [Bridge] {
    var samples: [MidSurfaceSample] = []
    try forEachMidSurfaceTile(of: mask, workers: workers) { tile, found in
      samples += found.filter { tile.contains($0.voxel) }
    }
    let field = VotingField(
      samples, geometry: geometry, scale: options.votingScaleAngstrom, workers: workers)
    try monitor.report(completed: 700, of: 1000)
    let added = try ScratchVolume<Int8>(geometry: geometry, folder: scratchFolder)
    let thicknesses = samples.map(\.halfThicknessAngstrom).sorted()
    guard !thicknesses.isEmpty else { return [] }
    let half = thicknesses[thicknesses.count / 2]
    for point in field.ridge(threshold: Float(options.votingThreshold)) {
      draw(point, half: half, beside: 1.1 * field.edge, into: added)
    }
    return try drawAdded(added)
  }

  /// Draws a disc of the membrane's thickness where there is no membrane yet.
  private func draw(
    _ point: VotingField.RidgePoint, half: Double, beside: Double, into added: ScratchVolume<Int8>
  ) {
    let box = geometry.box(
      around: point.position, radius: (half * half + beside * beside).squareRoot())
    mask.withSamples { seen in
      added.withMutableSamples { samples in
        for z in box.lower.z..<box.upper.z {
          for y in box.lower.y..<box.upper.y {
            for x in box.lower.x..<box.upper.x {
              let voxel = VoxelIndex(x: x, y: y, z: z)
              let offset = geometry.offset(of: voxel)
              let away = geometry.position(of: voxel).angstrom - point.position
              let height = away.dot(point.normal)
              guard seen[offset] == 0, abs(height) <= half,
                away.squaredLength - height * height <= beside * beside
              else { continue }
              samples[offset] = 1
            }
          }
        }
      }
    }
  }
}
