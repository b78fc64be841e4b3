public import Meshes
public import TomogramModel

/// The membranes with `parent` filled in: the label of the smallest closed membrane that each one
/// lies inside; nil for none.
///
/// A membrane lies inside another if most of its vertices do. Open surfaces contain nothing, also
/// where it is the tomogram's border that opens them.
///
/// - Precondition: one surface a membrane, in the same order.
public func nested(_ membranes: [Membrane], surfaces: [MembraneSurface]) -> [Membrane] {
  precondition(membranes.count == surfaces.count, "Each membrane has a surface.")
  let containers = surfaces.enumerated().compactMap { number, surface -> Container? in
    surface.mesh.isClosed ? Container(number, surface.mesh) : nil
  }.sorted { ($0.volume, $0.number) < ($1.volume, $1.number) }
  return membranes.indices.map { number in
    var membrane = membranes[number]
    let parent = containers.first { container in
      container.number != number && container.holds(surfaces[number].mesh)
    }
    membrane.parent = parent.map { membranes[$0.number].label }
    return membrane
  }
}

private struct Container {
  let number: Int
  let volume: Double
  let index: MeshIndex

  init(_ number: Int, _ mesh: TriangleMesh) {
    self.number = number
    volume = abs(mesh.signedVolumeAngstrom3)
    index = MeshIndex(mesh)
  }

  /// Looks at some 60 vertices spread over the mesh.
  func holds(_ mesh: TriangleMesh) -> Bool {
    let step = max(mesh.vertices.count / 60, 1)
    let probes = stride(from: 0, to: mesh.vertices.count, by: step).map { mesh.vertices[$0] }
    return probes.count < 2 * probes.count { index.contains($0) }
  }
}
