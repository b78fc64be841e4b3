public import Meshes
public import TomogramModel
public import Volumes

/// What is evaluated: the files of a result folder, or any mask. Only the mask is needed.
public struct ResultInput: Sendable {
  /// Membrane voxels, not 0.
  public var mask: any VolumeSource<Int8>
  /// Probability of membrane, 0...1: for calibration.
  public var probability: (any VolumeSource<Float>)?
  /// How each voxel is known, raw values of `Provenance`: for gaps.
  public var provenance: (any VolumeSource<Int8>)?
  /// Instance labels, 0 for none: for instances.
  public var instances: (any VolumeSource<UInt16>)?
  /// Fitted surfaces, in the frame of the mask's geometry.
  public var surfaces: [MembraneSurface]
  /// Closed gaps, ends in the frame of the mask's geometry; those not accepted are passed over.
  public var bridges: [Bridge]

  /// Makes the input; parts left out leave out the metrics that need them.
  public init(
    mask: any VolumeSource<Int8>, probability: (any VolumeSource<Float>)? = nil,
    provenance: (any VolumeSource<Int8>)? = nil, instances: (any VolumeSource<UInt16>)? = nil,
    surfaces: [MembraneSurface] = [], bridges: [Bridge] = []
  ) {
    self.mask = mask
    self.probability = probability
    self.provenance = provenance
    self.instances = instances
    self.surfaces = surfaces
    self.bridges = bridges
  }
}

/// What a result is compared with: a simulated folder, or any label volume. Only labels are needed.
public struct TruthInput: Sendable {
  /// A label for each voxel: an instance each, unless `EvaluationOptions.labelsAreClasses`.
  public var labels: any VolumeSource<UInt16>
  /// Exact mid-surfaces in the frame of the labels' geometry, in any order, one or many membranes
  /// a mesh. Each connected piece is given to the membrane label it runs through; a piece that runs
  /// through none is passed over (a filament, say).
  public var surfaces: [TriangleMesh]
  /// `truth.json`.
  public var record: TruthRecord?
  /// The tomogram: for `leaflet_cnr` where no record states it.
  public var tomogram: (any VolumeSource<Float>)?
  /// The known gaps of a benchmark.
  public var gaps: KnownGaps?

  /// Makes the input.
  public init(
    labels: any VolumeSource<UInt16>, surfaces: [TriangleMesh] = [], record: TruthRecord? = nil,
    tomogram: (any VolumeSource<Float>)? = nil, gaps: KnownGaps? = nil
  ) {
    self.labels = labels
    self.surfaces = surfaces
    self.record = record
    self.tomogram = tomogram
    self.gaps = gaps
  }
}

/// Gaps of a benchmark, as `bilayer simulate --gaps` makes them.
public struct KnownGaps: Sendable {
  /// The segmentation with gaps that the result started from: not 0 is membrane.
  public var mask: any VolumeSource<Int8>
  /// Id of the gap that a voxel was cut out for; 0 elsewhere.
  public var labels: any VolumeSource<Int16>
  /// A record for each id.
  public var records: [GapRecord]

  /// Makes the input.
  public init(
    mask: any VolumeSource<Int8>, labels: any VolumeSource<Int16>, records: [GapRecord]
  ) {
    (self.mask, self.labels, self.records) = (mask, labels, records)
  }
}

extension ResultInput {
  /// Makes sure that every volume is on the truth's grid.
  func checkSizes(against truth: TruthInput) throws(EvaluationError) {
    let expected = truth.labels.geometry.size
    let found: [(String, VolumeSize?)] = [
      ("mask", mask.geometry.size), ("probability", probability?.geometry.size),
      ("provenance", provenance?.geometry.size), ("instance volume", instances?.geometry.size),
      ("mask with gaps", truth.gaps?.mask.geometry.size),
      ("gap volume", truth.gaps?.labels.geometry.size),
    ]
    for (name, size) in found {
      guard let size, size != expected else { continue }
      throw .sizesDiffer(name: name, found: size, expected: expected)
    }
  }

  /// The surfaces and bridges in the truth's frame: a place keeps its voxel coordinate, so that a
  /// program that lost pixel size or origin can still be judged.
  func inFrame(of geometry: VolumeGeometry) -> (surfaces: [MembraneSurface], bridges: [Bridge]) {
    let own = mask.geometry
    guard own != geometry else { return (surfaces, bridges) }
    func moved(_ position: SIMD3<Double>) -> SIMD3<Double> {
      geometry.position(ofCoordinate: own.coordinate(of: Position(angstrom: position))).angstrom
    }
    let scale = Float(geometry.meanVoxelSizeAngstrom / own.meanVoxelSizeAngstrom)
    let surfaces = surfaces.map { surface in
      var result = surface
      result.mesh.vertices = surface.mesh.vertices.map(moved)
      result.standardDeviationAngstrom = surface.standardDeviationAngstrom.map { $0 * scale }
      return result
    }
    let bridges = bridges.map { bridge in
      var result = bridge
      result.start = Position(angstrom: moved(bridge.start.angstrom))
      result.end = Position(angstrom: moved(bridge.end.angstrom))
      return result
    }
    return (surfaces, bridges)
  }
}
