import LinearAlgebra
public import Meshes

// Linear finite elements on a triangle mesh, for the operators of Lindgren, Rue & Lindström 2011
// ("An explicit link between Gaussian fields and Gaussian Markov random fields", JRSS B 73, 423),
// section 2.3 and appendix A.2:
//     C  lumped mass: a third of the area of its triangles for each vertex
//     G  stiffness: −(cot α + cot β)/2 for an edge with opposite angles α, β
//     G C⁻¹ G, which the precision of a field with α = 2 needs
//
// A negative edge weight (α + β > π) would break the discrete maximum principle, so it is set to 0;
// a cotangent of a sliver is bounded, and so is the mass of a vertex with hardly any area: else a
// single bad triangle would spoil the conditioning of the whole matrix. Without slivers and on a
// Delaunay mesh none of the three bounds acts.

/// Mass and stiffness of a mesh on the pattern of G C⁻¹ G.
public struct SurfaceElements: Sendable {
  /// Lumped mass C: the area each vertex stands for, Å².
  public let masses: [Double]
  /// G, by vertices and their neighbours.
  public let stiffness: SparseSymmetricMatrix
  /// G on the pattern of G C⁻¹ G.
  let spreadStiffness: [Double]
  /// G C⁻¹ G.
  let squaredStiffness: SparseSymmetricMatrix

  /// Cotangent of the smallest angle that counts as it is, 2.9°.
  static let largestCotangent = 20.0
  /// Smallest mass, as a share of the mean one.
  static let smallestMassShare = 0.01

  /// The elements of a mesh.
  ///
  /// - Precondition: at least one triangle; each vertex belongs to a triangle.
  public init(_ mesh: TriangleMesh) {
    self.init(vertexCount: mesh.vertices.count, triangles: mesh.triangles) { mesh.corners(of: $0) }
  }

  /// The elements of triangles that are known each by itself: also of a surface that does not fit
  /// into space, as a flat torus.
  init(
    vertexCount: Int, triangles: [SIMD3<Int32>],
    corners: (Int) -> (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>)
  ) {
    precondition(!triangles.isEmpty, "A surface has triangles.")
    var masses = [Double](repeating: 0, count: vertexCount)
    var edges: [(key: UInt64, weight: Double)] = []
    edges.reserveCapacity(triangles.count * 3)
    for (number, corner) in triangles.enumerated() {
      let (a, b, c) = corners(number)
      let place = [a, b, c]
      let doubleArea = (b - a).cross(c - a).length
      for axis in 0..<3 {
        let (tail, head) = (corner[(axis + 1) % 3], corner[(axis + 2) % 3])
        let (u, v) = (place[(axis + 1) % 3] - place[axis], place[(axis + 2) % 3] - place[axis])
        let limit = Self.largestCotangent
        let cotangent = min(max(u.dot(v) / max(doubleArea, .leastNormalMagnitude), -limit), limit)
        edges.append((TriangleMesh.edgeKey(tail, head), cotangent / 2))
        masses[Int(corner[axis])] += doubleArea / 6
      }
    }
    let least = Self.smallestMassShare * masses.reduce(0, +) / Double(vertexCount)
    precondition(0 < least, "A surface has an area.")
    self.masses = masses.map { max($0, least) }
    stiffness = Self.stiffness(vertexCount: vertexCount, edges)
    (spreadStiffness, squaredStiffness) = Self.squared(stiffness, masses: self.masses)
  }

  /// Sums the edges' weights; each vertex's own entry makes its row sum to 0.
  private static func stiffness(
    vertexCount: Int, _ edges: [(key: UInt64, weight: Double)]
  ) -> SparseSymmetricMatrix {
    let sorted = edges.sorted { ($0.key, $0.weight) < ($1.key, $1.weight) }
    var (keys, weights): ([UInt64], [Double]) = ([], [])
    for edge in sorted {
      if keys.last == edge.key {
        weights[weights.count - 1] += edge.weight
      } else {
        keys.append(edge.key)
        weights.append(edge.weight)
      }
    }
    var diagonal = [Double](repeating: 0, count: vertexCount)
    for (place, key) in keys.enumerated() {
      weights[place] = max(weights[place], 0)
      diagonal[Int(key >> 32)] += weights[place]
      diagonal[Int(key & 0xFFFF_FFFF)] += weights[place]
    }
    var (starts, rows, values): ([Int32], [Int32], [Double]) = ([0], [], [])
    var next = 0
    for vertex in 0..<vertexCount {
      rows.append(Int32(vertex))
      values.append(diagonal[vertex])
      while next < keys.count, Int(keys[next] >> 32) == vertex {
        rows.append(Int32(truncatingIfNeeded: keys[next]))
        values.append(-weights[next])
        next += 1
      }
      starts.append(Int32(rows.count))
    }
    return SparseSymmetricMatrix(
      pattern: SymmetricPattern(columnStarts: starts, rows: rows), values: values)
  }

  /// G and G C⁻¹ G, both on the pattern of the latter: vertices at most two edges apart.
  private static func squared(
    _ stiffness: SparseSymmetricMatrix, masses: [Double]
  ) -> (spread: [Double], squared: SparseSymmetricMatrix) {
    let full = FullRows(stiffness)
    let count = masses.count
    var (starts, rows): ([Int32], [Int32]) = ([0], [])
    var (spread, values): ([Double], [Double]) = ([], [])
    var sums = [Double](repeating: 0, count: count)
    var mark = [Int32](repeating: -1, count: count)
    for column in 0..<count {
      var members: [Int32] = []
      for step in full.range(of: column) {
        let middle = Int(full.columns[step])
        let share = full.values[step] / masses[middle]
        for place in full.range(of: middle) where Int32(column) <= full.columns[place] {
          let row = Int(full.columns[place])
          if mark[row] != Int32(column) {
            mark[row] = Int32(column)
            sums[row] = 0
            members.append(Int32(row))
          }
          sums[row] += share * full.values[place]
        }
      }
      members.sort()
      let first = values.count
      rows += members
      values += members.map { sums[Int($0)] }
      spread += [Double](repeating: 0, count: members.count)
      var place = first
      for entry in stiffness.pattern.range(of: column) {
        while rows[place] != stiffness.pattern.rows[entry] { place += 1 }
        spread[place] = stiffness.values[entry]
      }
      starts.append(Int32(rows.count))
    }
    let pattern = SymmetricPattern(columnStarts: starts, rows: rows)
    return (spread, SparseSymmetricMatrix(pattern: pattern, values: values))
  }
}

/// Both triangles of a symmetric matrix, by rows.
private struct FullRows {
  private var starts: [Int]
  private(set) var columns: [Int32]
  private(set) var values: [Double]

  init(_ matrix: SparseSymmetricMatrix) {
    let pattern = matrix.pattern
    starts = [Int](repeating: 0, count: pattern.order + 1)
    for column in 0..<pattern.order {
      for place in pattern.range(of: column) {
        let row = Int(pattern.rows[place])
        starts[row + 1] += 1
        if row != column { starts[column + 1] += 1 }
      }
    }
    for row in 0..<pattern.order { starts[row + 1] += starts[row] }
    columns = [Int32](repeating: 0, count: starts[pattern.order])
    values = [Double](repeating: 0, count: starts[pattern.order])
    var next = starts
    func put(_ row: Int, _ column: Int, _ value: Double) {
      (columns[next[row]], values[next[row]]) = (Int32(column), value)
      next[row] += 1
    }
    for column in 0..<pattern.order {
      for place in pattern.range(of: column) {
        let row = Int(pattern.rows[place])
        put(row, column, matrix.values[place])
        if row != column { put(column, row, matrix.values[place]) }
      }
    }
  }

  func range(of row: Int) -> Range<Int> { starts[row]..<starts[row + 1] }
}
