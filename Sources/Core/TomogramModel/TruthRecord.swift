public import Volumes

/// What is known of a simulated tomogram: the content of `truth.json`.
///
/// Written by the simulator, read by the evaluation. Keys are CONTRACT's, with the unit last.
public struct TruthRecord: Hashable, Sendable, Codable {
  /// Size, voxel size and origin of `tomogram.mrc` and `labels.mrc`.
  public var geometry: VolumeGeometry
  /// The seed that makes the same tomogram again.
  public var seed: UInt64
  /// Tilt angles of the projections, degrees, rising.
  public var tiltAnglesDegrees: [Double]
  /// (Mean background − mean over leaflet voxels) / s.d. of the background.
  public var leafletCNR: Double
  /// Variance of the noise-free projection over variance of the noise, at the lowest tilt; nil
  /// where no noise was added.
  public var tiltSNR: Double?
  /// Half of the labelled membrane's thickness, in Å.
  public var halfThicknessAngstrom: Double
  /// One row a membrane, by rising label.
  public var instances: [TruthInstance]

  enum CodingKeys: String, CodingKey {
    case geometry
    case seed
    case tiltAnglesDegrees = "tilt_angles_deg"
    case leafletCNR = "leaflet_cnr"
    case tiltSNR = "tilt_snr"
    case halfThicknessAngstrom = "half_thickness_A"
    case instances
  }

  /// Makes a record.
  public init(
    geometry: VolumeGeometry, seed: UInt64, tiltAnglesDegrees: [Double], leafletCNR: Double,
    tiltSNR: Double?, halfThicknessAngstrom: Double, instances: [TruthInstance]
  ) {
    self.geometry = geometry
    self.seed = seed
    self.tiltAnglesDegrees = tiltAnglesDegrees
    self.leafletCNR = leafletCNR
    self.tiltSNR = tiltSNR
    self.halfThicknessAngstrom = halfThicknessAngstrom
    self.instances = instances
  }

  /// The range of the tilt angles.
  ///
  /// - Precondition: at least two different angles.
  public var tilt: TiltGeometry {
    TiltGeometry(
      minimumDegrees: tiltAnglesDegrees.min() ?? 0, maximumDegrees: tiltAnglesDegrees.max() ?? 0)
  }
}

/// One simulated membrane: a row of `truth.json`.
public struct TruthInstance: Hashable, Sendable, Codable {
  /// Its label in `labels.mrc`, from 1.
  public var label: Int
  /// What was simulated: `vesicle`, `tubule`, `sheet`, ...
  public var kind: String
  /// Whether the surface encloses a volume inside the tomogram.
  public var closed: Bool
  /// Distance between the two leaflets' head-group layers, in Å.
  public var leafletSpacingAngstrom: Double
  /// Area of the mid-surface inside the volume, in nm².
  public var areaNm2: Double
  /// The part of the area that the wedge does not hide, in nm².
  public var seenAreaNm2: Double
  /// Enclosed volume in nm³; nil for a surface that is not closed.
  public var volumeNm3: Double?
  /// Mid-surface mesh, a path relative to `truth.json`.
  public var surface: String

  enum CodingKeys: String, CodingKey {
    case label
    case kind
    case closed
    case leafletSpacingAngstrom = "leaflet_spacing_A"
    case areaNm2 = "area_nm2"
    case seenAreaNm2 = "seen_area_nm2"
    case volumeNm3 = "volume_nm3"
    case surface
  }

  /// Makes a row.
  public init(
    label: Int, kind: String, closed: Bool, leafletSpacingAngstrom: Double, areaNm2: Double,
    seenAreaNm2: Double, volumeNm3: Double?, surface: String
  ) {
    self.label = label
    self.kind = kind
    self.closed = closed
    self.leafletSpacingAngstrom = leafletSpacingAngstrom
    self.areaNm2 = areaNm2
    self.seenAreaNm2 = seenAreaNm2
    self.volumeNm3 = volumeNm3
    self.surface = surface
  }
}
