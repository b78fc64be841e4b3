public import Meshes
public import Volumes

/// A simulated specimen before the microscope: density and exact truth.
///
/// It can be imaged any number of times, with other noise, tilt ranges and defects.
public struct RenderedScene: Sendable {
  /// What was asked for.
  public let options: SceneOptions
  /// The seed it was drawn from.
  public let seed: UInt64
  /// Density over ice in units of a leaflet's head groups, without gold; dense is positive.
  public let density: Volume<Float>
  /// Density of the gold beads; nil where there are none.
  public let gold: Volume<Float>?
  /// 0, or the membrane's label.
  public let labels: Volume<UInt16>
  /// 1 where any object is: membranes, particles, filaments, gold, carbon.
  public let objects: Volume<Int8>
  /// Offsets of the voxels whose centres lie within half a voxel of a head-group layer.
  public let leafletVoxels: [Int32]
  /// The membranes by rising label, from 1.
  public let membranes: [SceneMembrane]
  /// A segmentation with gaps; nil where none were asked for.
  public let gaps: GapTruth?
}

/// A membrane of a scene with its exact mid-surface, cut off at the volume's border.
public struct SceneMembrane: Sendable {
  /// Label in `labels`.
  public let label: Int
  /// What it is: `vesicle`, `organelle`, `outer`, `inner`, `tubule`, `sheet`, `cisterna`, `open`.
  public let kind: String
  /// Whether the whole closed surface lies inside the volume.
  public let closed: Bool
  /// Distance between the head-group layers, Å.
  public let leafletSpacingAngstrom: Double
  /// Mid-surface in Å.
  public let mesh: TriangleMesh
  /// Unit normals: outwards where the surface has an inside, else towards +z.
  public let normals: [SIMD3<Double>]
}
