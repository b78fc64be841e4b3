import LinearAlgebra
public import Meshes
public import TomogramModel

/// The membranes with `parent` filled in: the label of the smallest membrane that each one lies
/// inside; nil for none.
///
/// A membrane lies inside another if that one winds around most of its vertices; so a container may
/// have holes, or be cut by the volume's border (`WindingNumber`).
///
/// - Parameter containers: which membranes can contain others; nil: the closed ones.
/// - Precondition: one surface a membrane, in the same order.
public func nested(
  _ membranes: [Membrane], surfaces: [MembraneSurface], containers: [Bool]? = nil
) -> [Membrane] {
  precondition(membranes.count == surfaces.count, "Each membrane has a surface.")
  let candidates = surfaces.enumerated().compactMap { number, surface -> Container? in
    containers?[number] ?? surface.mesh.isClosed ? Container(number, surface.mesh) : nil
  }.sorted { ($0.size, $0.number) < ($1.size, $1.number) }
  return membranes.indices.map { number in
    var membrane = membranes[number]
    let parent = candidates.first { container in
      container.number != number && container.holds(surfaces[number].mesh)
    }
    membrane.parent = parent.map { membranes[$0.number].label }
    return membrane
  }
}

private struct Container {
  let number: Int
  /// Volume of its box in Å³: grows from the inside out, also where surfaces are open.
  let size: Double
  private let lower: SIMD3<Double>
  private let upper: SIMD3<Double>
  private let winding: WindingNumber

  init?(_ number: Int, _ mesh: TriangleMesh) {
    guard let box = mesh.boundsAngstrom else { return nil }
    (self.number, lower, upper) = (number, box.lower, box.upper)
    let extent = upper - lower
    size = extent.x * extent.y * extent.z
    winding = WindingNumber(mesh)
  }

  /// Looks at some 60 vertices spread over the mesh.
  func holds(_ mesh: TriangleMesh) -> Bool {
    let step = max(mesh.vertices.count / 60, 1)
    let probes = stride(from: 0, to: mesh.vertices.count, by: step).map { mesh.vertices[$0] }
    return probes.count < 2
      * probes.count { place in
        // Normals of open surfaces may point either way.
        (pointwiseMin(place, lower) == lower && pointwiseMax(place, upper) == upper)
          && 0.5 <= abs(winding.value(at: place))
      }
  }
}
