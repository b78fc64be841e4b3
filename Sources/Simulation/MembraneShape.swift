import LinearAlgebra
import Meshes
import RealModule
import Volumes

/// A membrane's mid-surface: an implicit surface for the density and a mesh for the truth.
///
/// Positions in Å. Distances are below 0 inside (or below a sheet, seen along its frame's normal).
protocol MembraneShape: Sendable {
  /// What it is, e.g. `vesicle`.
  var kind: String { get }
  /// Whether it has an inside.
  var enclosesVolume: Bool { get }
  /// Whether it crosses the volume whatever its size: then its mesh is larger than what is used of it.
  var spansVolume: Bool { get }
  /// A box that holds the whole mid-surface.
  var lower: SIMD3<Double> { get }
  var upper: SIMD3<Double> { get }

  /// Fills a row of voxels with signed distances to the mid-surface, clamped to ±`band`.
  ///
  /// - Parameters:
  ///   - start: position of the row's first voxel.
  ///   - step: distance between voxels, along x.
  func fillDistances(
    _ row: inout MutableSpan<Float>, start: SIMD3<Float>, step: Float, band: Float)

  /// The mid-surface as triangles of about the given edge length, outwards (or along the frame's
  /// normal) counterclockwise.
  func mesh(edgeAngstrom: Double) -> TriangleMesh
}

extension MembraneShape {
  var spansVolume: Bool { false }
}

/// A right-handed orthonormal frame: rows are its axes in the specimen's coordinates.
struct Frame: Sendable {
  var origin: SIMD3<Double>
  var first: SIMD3<Double>
  var second: SIMD3<Double>
  var normal: SIMD3<Double>

  /// A frame with the given third axis, turned about it by `turn` radians.
  init(origin: SIMD3<Double>, normal: SIMD3<Double>, turn: Double) {
    self.origin = origin
    self.normal = normal.normalized
    let helper: SIMD3<Double> = abs(self.normal.z) < 0.9 ? SIMD3(0, 0, 1) : SIMD3(1, 0, 0)
    let across = helper.cross(self.normal).normalized
    let along = self.normal.cross(across)
    first = across * .cos(turn) + along * .sin(turn)
    second = self.normal.cross(first)
  }

  /// A position from coordinates in the frame.
  func position(_ local: SIMD3<Double>) -> SIMD3<Double> {
    origin + first * local.x + second * local.y + normal * local.z
  }
}

/// A frame in single precision, for kernels.
struct KernelFrame: Sendable {
  let origin: SIMD3<Float>
  let first: SIMD3<Float>
  let second: SIMD3<Float>
  let normal: SIMD3<Float>

  init(_ frame: Frame) {
    origin = SIMD3(frame.origin)
    first = SIMD3(frame.first)
    second = SIMD3(frame.second)
    normal = SIMD3(frame.normal)
  }

  @inline(__always)
  func local(_ position: SIMD3<Float>) -> SIMD3<Float> {
    let offset = position - origin
    return SIMD3(offset.dot(first), offset.dot(second), offset.dot(normal))
  }
}
