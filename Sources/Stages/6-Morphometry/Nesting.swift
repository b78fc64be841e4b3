import LinearAlgebra
public import Meshes
public import TomogramModel

/// Where a membrane lies, as far as asking whether it lies inside another takes.
public struct MembraneOutline: Codable, Hashable, Sendable {
  /// Smallest box that holds its surface, Å.
  let lower: SIMD3<Double>
  let upper: SIMD3<Double>
  /// Some 60 vertices spread over the surface, Å.
  let probes: [SIMD3<Double>]

  /// Outlines a surface.
  public init(_ mesh: TriangleMesh) {
    let box = mesh.boundsAngstrom
    (lower, upper) = (box?.lower ?? .zero, box?.upper ?? .zero)
    let step = max(mesh.vertices.count / 60, 1)
    probes = stride(from: 0, to: mesh.vertices.count, by: step).map { mesh.vertices[$0] }
  }

  /// Volume of the box in Å³: grows from the inside out, also where surfaces are open.
  fileprivate var boxAngstrom3: Double {
    let extent = upper - lower
    return extent.x * extent.y * extent.z
  }

  fileprivate func boxHolds(_ place: SIMD3<Double>) -> Bool {
    pointwiseMin(place, lower) == lower && pointwiseMax(place, upper) == upper
  }

  /// Whether most of the probes are of a kind.
  fileprivate func isMostly(_ isSuch: (SIMD3<Double>) -> Bool) -> Bool {
    probes.count < 2 * probes.count(where: isSuch)
  }
}

/// The membranes with `parent` filled in: the label of the smallest membrane that each one lies
/// inside; nil for none.
///
/// A membrane lies inside another if that one winds around most of its probes; so a container may
/// have holes, or be cut by the volume's border (`WindingNumber`).
///
/// - Parameters:
///   - containers: which membranes can contain others.
///   - surface: the mesh of a membrane, by place; one is held at a time.
/// - Precondition: an outline a membrane, in the same order.
public func nested(
  _ membranes: [Membrane], outlines: [MembraneOutline], containers: [Bool],
  surface: (Int) throws -> TriangleMesh
) rethrows -> [Membrane] {
  precondition(membranes.count == outlines.count, "Each membrane has an outline.")
  let candidates = outlines.indices.filter { containers[$0] }
    .sorted { (outlines[$0].boxAngstrom3, $0) < (outlines[$1].boxAngstrom3, $1) }
  var result = membranes
  for number in result.indices { result[number].parent = nil }
  for container in candidates {
    let box = outlines[container]
    let inner = outlines.indices.filter { number in
      number != container && result[number].parent == nil
        && outlines[number].isMostly { box.boxHolds($0) }
    }
    if inner.isEmpty { continue }
    let winding = WindingNumber(try surface(container))
    for number in inner {
      // Normals of open surfaces may point either way.
      let isInside = outlines[number].isMostly {
        box.boxHolds($0) && 0.5 <= abs(winding.value(at: $0))
      }
      if isInside { result[number].parent = membranes[container].label }
    }
  }
  return result
}
