public import Meshes
import TomogramModel

/// A mesh as a file of any program holds it: geometry and named arrays.
public struct ForeignMesh: Hashable, Sendable {
  /// The surface, polygons cut into triangles.
  public var mesh: TriangleMesh
  /// Arrays with one entry a vertex.
  public var vertexArrays: [NamedArray]
  /// Arrays with one entry a triangle.
  public var triangleArrays: [NamedArray]

  /// Makes a mesh with arrays.
  public init(
    mesh: TriangleMesh, vertexArrays: [NamedArray] = [], triangleArrays: [NamedArray] = []
  ) {
    (self.mesh, self.vertexArrays) = (mesh, vertexArrays)
    self.triangleArrays = triangleArrays
  }

  /// The array with the given name, a value a vertex.
  public func vertexArray(_ name: String) -> NamedArray? {
    vertexArrays.first { $0.name == name }
  }

  /// The array with the given name, a value a triangle.
  public func triangleArray(_ name: String) -> NamedArray? {
    triangleArrays.first { $0.name == name }
  }
}

/// Numbers under a name.
public struct NamedArray: Hashable, Sendable {
  /// Its name.
  public var name: String
  /// Numbers an entry, at least 1.
  public var components: Int
  /// All numbers, entry after entry.
  public var values: [Double]

  /// Makes an array.
  public init(name: String, components: Int = 1, values: [Double]) {
    precondition(0 < components, "An array's entries hold numbers.")
    (self.name, self.components, self.values) = (name, components, values)
  }

  /// Entry `index` of an array of vectors.
  func vector(_ index: Int) -> SIMD3<Double> {
    SIMD3(values[3 * index], values[3 * index + 1], values[3 * index + 2])
  }
}

/// Names of the arrays that surfaces are written with, in PLY and VTP alike.
enum SurfaceArray {
  static let standardDeviation = "sd"
  static let provenance = "provenance"
  static let meanCurvature = "mean_curvature_per_nm"
  static let gaussianCurvature = "gaussian_curvature_per_nm2"
  static let normals = "Normals"
}

extension ForeignMesh {
  /// The mesh as a membrane's surface: arrays of our own names are taken over; normals that are
  /// missing come from the triangles, provenance that is missing is `seen`, the rest is NaN.
  public func membraneSurface() -> MembraneSurface {
    let count = mesh.vertices.count
    func numbers(_ name: String) -> [Float] {
      guard let array = vertexArray(name), array.values.count == count else {
        return [Float](repeating: .nan, count: count)
      }
      return array.values.map { Float($0) }
    }
    let normals = vertexArrays.first {
      $0.name.lowercased().hasPrefix("normals") && $0.components == 3
        && $0.values.count == 3 * count
    }
    let provenance = vertexArray(SurfaceArray.provenance)?.values ?? []
    return MembraneSurface(
      mesh: mesh,
      normals: normals.map { array in mesh.vertices.indices.map { array.vector($0) } }
        ?? mesh.vertexNormals(),
      standardDeviationAngstrom: numbers(SurfaceArray.standardDeviation),
      provenance: provenance.count == count
        ? provenance.map { Int8(exactly: $0).flatMap { Provenance(rawValue: $0) } ?? .seen }
        : [Provenance](repeating: .seen, count: count),
      meanCurvaturePerNm: numbers(SurfaceArray.meanCurvature),
      gaussianCurvaturePerNm2: numbers(SurfaceArray.gaussianCurvature))
  }

  /// Cuts a polygon into a fan of triangles.
  ///
  /// - Returns: false where a corner is no vertex of the mesh.
  mutating func appendPolygon(_ corners: some Collection<Int>) -> Bool {
    let last = mesh.vertices.count
    for corner in corners where !(0 <= corner && corner < last) { return false }
    guard let first = corners.first else { return true }
    var previous: Int?
    for corner in corners.dropFirst() {
      if let previous {
        mesh.triangles.append(SIMD3(Int32(first), Int32(previous), Int32(corner)))
      }
      previous = corner
    }
    return true
  }
}
