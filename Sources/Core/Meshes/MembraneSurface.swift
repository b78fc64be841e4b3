public import TomogramModel

/// A membrane's mid-surface with what is known at each vertex: the content of
/// `surfaces/membrane_0001.ply`.
///
/// Every per-vertex array has one entry a vertex.
public struct MembraneSurface: Hashable, Sendable {
  /// The surface.
  public var mesh: TriangleMesh
  /// Unit normals.
  public var normals: [SIMD3<Double>]
  /// Posterior standard deviation of the position along the normal, Å; NaN where there is none.
  public var standardDeviationAngstrom: [Float]
  /// How each vertex is known.
  public var provenance: [Provenance]
  /// (κ₁ + κ₂) / 2 in nm⁻¹, above 0 where the surface curves away from its normal (a sphere with
  /// outward normals has +1/r); NaN where it cannot be had.
  public var meanCurvaturePerNm: [Float]
  /// κ₁ κ₂ in nm⁻²; NaN where it cannot be had.
  public var gaussianCurvaturePerNm2: [Float]

  /// Makes a surface.
  ///
  /// - Precondition: one entry a vertex in every array.
  public init(
    mesh: TriangleMesh, normals: [SIMD3<Double>], standardDeviationAngstrom: [Float],
    provenance: [Provenance], meanCurvaturePerNm: [Float], gaussianCurvaturePerNm2: [Float]
  ) {
    self.mesh = mesh
    self.normals = normals
    self.standardDeviationAngstrom = standardDeviationAngstrom
    self.provenance = provenance
    self.meanCurvaturePerNm = meanCurvaturePerNm
    self.gaussianCurvaturePerNm2 = gaussianCurvaturePerNm2
    checkInvariants()
  }

  /// Traps where an array does not match the vertices.
  public func checkInvariants() {
    let count = mesh.vertices.count
    precondition(
      [
        normals.count, standardDeviationAngstrom.count, provenance.count,
        meanCurvaturePerNm.count, gaussianCurvaturePerNm2.count,
      ].allSatisfy { $0 == count }, "A surface has one entry a vertex in every array.")
  }
}
