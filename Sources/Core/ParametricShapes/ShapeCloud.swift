import LinearAlgebra
import Meshes
import RealModule

/// Vertices of a surface that shapes are fitted to, each for the same share of its area.
///
/// Lengths are in half diagonals of the surface's box, places from its middle.
struct ShapeCloud: Sendable {
  let places: [SIMD3<Double>]
  let normals: [SIMD3<Double>]
  /// Standard deviation of each place along its normal.
  let deviations: [Double]
  /// Distance over which errors are correlated.
  let correlationLength: Double
  /// Independent errors that a place counts as, at most 1.
  let independence: Double
  /// Å a unit.
  let scale: Double
  let center: SIMD3<Double>
  /// Sphere, ellipsoid and plane by sampling and reweighting, in the cloud's units: where to begin.
  private let robust: [ParametricFit]

  /// A vertex for so many voxel faces of area: nearer ones share two thirds of their error.
  private static let facesAVertex = 64.0
  private static let count = 60.0...400.0

  /// Nil for a surface without standard deviations or too small to fit anything to.
  init?(_ surface: MembraneSurface, voxelAngstrom voxel: Double) {
    let mesh = surface.mesh
    guard let box = mesh.boundsAngstrom else { return nil }
    let middle = (box.lower + box.upper) / 2
    let size = (box.upper - box.lower).length / 2
    let known = mesh.vertices.indices.filter {
      let deviation = surface.standardDeviationAngstrom[$0]
      return deviation.isFinite && 0 < deviation
    }
    let areas = mesh.vertexAreasAngstrom2()
    let area = known.reduce(0) { $0 + areas[$1] }
    guard Self.count.lowerBound <= Double(known.count), 0 < size, 0 < area else { return nil }
    let wanted = min(
      max(area / (Self.facesAVertex * voxel * voxel), Self.count.lowerBound),
      Self.count.upperBound)
    let picked = Self.picked(known, areas: areas, apart: area / wanted.rounded())
    places = picked.map { (mesh.vertices[$0] - middle) / size }
    normals = picked.map { surface.normals[$0] }
    deviations = picked.map { Double(surface.standardDeviationAngstrom[$0]) / size }
    correlationLength = SurfaceErrors.correlationLengthVoxels * voxel / size
    let faces = area / (voxel * voxel) / Double(picked.count)
    independence = min(faces / SurfaceErrors.independentFaces, 1)
    (scale, center) = (size, middle)
    robust = parametricFits(of: places, inlier: 1.5 * voxel / size)
  }

  /// The vertices at equal steps of the area summed up: as many for each part as its area says.
  private static func picked(_ known: [Int], areas: [Double], apart: Double) -> [Int] {
    var (picked, sum): ([Int], Double) = ([], 0)
    for vertex in known {
      let next = sum + areas[vertex]
      // At the middle of each step, and a large vertex once only.
      if (sum / apart + 0.5).rounded(.down) < (next / apart + 0.5).rounded(.down) {
        picked.append(vertex)
      }
      sum = next
    }
    return picked
  }
}

// MARK: - What shapes start from

extension ShapeCloud {
  var mean: SIMD3<Double> { places.reduce(.zero, +) / Double(places.count) }

  /// Second moments of the places about their mean.
  var moments: SymmetricMatrix { Self.moments(of: places.map { [mean] in $0 - mean }) }

  /// Principal axes of the normals and of the places: a surface of revolution's own is among them
  /// where the piece of it is as long on both sides of a plane through the axis.
  var axes: [SIMD3<Double>] {
    [Self.moments(of: normals), moments].flatMap { moments -> [SIMD3<Double>] in
      let values = moments.eigenvalues
      let (first, last) = (
        moments.eigenvector(of: values.x), moments.eigenvector(of: values.z)
      )
      return [first, last, first.cross(last).normalized]
    }.filter { $0 != .zero }
  }

  private static func moments(of vectors: [SIMD3<Double>]) -> SymmetricMatrix {
    var moments = SymmetricMatrix.zero
    for vector in vectors {
      moments.addOuterProduct(of: vector, weight: 1 / Double(vectors.count))
    }
    return moments
  }

  /// The robust fit of a model as a shape; none where there is no such fit.
  func robustStarts<Shape>(_ model: String, _ shape: (ParametricFit) -> Shape?) -> [Shape] {
    robust.first { $0.model == model }.flatMap(shape).map { [$0] } ?? []
  }

  /// A position in Å in the cloud's units.
  func scaled(_ position: SIMD3<Double>) -> SIMD3<Double> { (position - center) / scale }
}

// MARK: - Numbers in Å

extension ShapeCloud {
  func length(_ name: String, _ value: Double) -> FitParameter {
    FitParameter(name + "_A", value * scale)
  }

  func position(_ name: String, _ place: SIMD3<Double>) -> [FitParameter] {
    let position = center + scale * place
    return zip("xyz", 0..<3).map { FitParameter("\(name)_\($0)_A", position[$1]) }
  }

  func axis(_ name: String, _ direction: SIMD3<Double>) -> [FitParameter] {
    let unsigned = direction.unsigned
    return zip("xyz", 0..<3).map { FitParameter("\(name)_\($0)", unsigned[$1]) }
  }
}
