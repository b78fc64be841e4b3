public import Volumes

/// A closed range of numbers, as two keys in JSON.
public struct Span2: Codable, Hashable, Sendable {
  /// Lowest value.
  public var low: Double
  /// Highest value.
  public var high: Double

  /// Makes the range low ... high.
  public init(_ low: Double, _ high: Double) {
    precondition(low <= high, "A range runs from low to high.")
    (self.low, self.high) = (low, high)
  }
}

/// What is in a simulated specimen. `init()` is a crowded, middling scene.
public struct SceneOptions: Codable, Equatable, Sendable {
  /// Voxels along x, y and z.
  public var size = VolumeSize(x: 256, y: 256, z: 128)
  /// Edge of a voxel, Å, 4...40.
  public var pixelSizeAngstrom = 10.0
  /// Voxels within this distance of a mid-surface get the membrane's label, Å.
  public var halfThicknessAngstrom = 25.0

  /// Closed vesicles outside each other or inside by chance.
  public var vesicles = 4
  /// Pairs of an outer and an inner closed membrane a few nm apart.
  public var nestedPairs = 1
  /// Tubules along curved axes.
  public var tubules = 1
  /// Waved sheets across the whole volume, some nearly flat in xy.
  public var sheets = 1
  /// Stacks of flattened cisternae.
  public var cisternaStacks = 0
  /// Vesicles that touch another membrane at a contact site.
  public var contactVesicles = 1
  /// Strongly deformed closed membranes with buds, necks and arms.
  public var organelles = 0
  /// Pairs of balls joined by a thin neck.
  public var buddingVesicles = 0
  /// Mitochondria: an outer membrane and an inner one that folds into cristae.
  public var mitochondria = 0
  /// Membranes that end at a rim: bowls, patches, sheets with an edge or a hole.
  public var openMembranes = 0
  /// Sheets across the beam that end at a rim inside the field, each with an upright one before its
  /// rim: large membranes that the wedge hides and that it shows.
  public var levelSheets = 0
  /// Mean radius of closed membranes, nm.
  public var vesicleRadiusNm = Span2(20, 60)
  /// Sum of the amplitudes of the ripples of closed membranes, as shares of the radius.
  public var deformation = Span2(0, 0.25)
  /// Longest over shortest semi-axis of closed membranes.
  public var elongation = Span2(1, 2)
  /// Radius of tubules, nm.
  public var tubuleRadiusNm = Span2(10, 40)
  /// Distance of the two membranes of a nested pair, nm.
  public var nestedGapNm = Span2(8, 30)
  /// Radius of the necks of budding vesicles, nm.
  public var neckRadiusNm = Span2(8, 25)
  /// Thickness of cristae between their two mid-surfaces, nm.
  public var cristaThicknessNm = Span2(12, 24)
  /// Distance between the two head-group layers, Å.
  public var leafletSpacingAngstrom = Span2(32, 46)
  /// Standard deviation of a head-group layer, Å.
  public var leafletWidthAngstrom = Span2(5, 9)
  /// Largest share by which one leaflet is denser than the other.
  public var leafletAsymmetry = 0.25
  /// Depth of the lipid tails below the surroundings, as a share of the head groups' density.
  public var coreDepth = Span2(0, 0.5)

  /// Proteins on and in membranes per 1000 nm² of membrane.
  public var membraneProteinsPer1000Nm2 = 2.0
  /// Soluble particles of 3-15 nm per 10⁶ nm³ outside membranes and lumina.
  public var particlesPerMillionNm3 = 60.0
  /// Ribosome-like particles of 25 nm per 10⁶ nm³.
  public var ribosomesPerMillionNm3 = 2.0
  /// Actin-like filaments.
  public var filaments = 3
  /// Filaments that lie side by side, 8-20 nm apart, as a bundle or a raft; 1: each by itself.
  public var filamentsPerBundle = 1
  /// Length of actin-like filaments, nm.
  public var filamentLengthNm = Span2(150, 500)
  /// Microtubules.
  public var microtubules = 0
  /// Density of microtubules over that of head groups; each has its own.
  public var microtubuleDensity = Span2(0.9, 0.9)
  /// Gold beads.
  public var goldBeads = 3
  /// Diameter of gold beads, nm.
  public var goldDiameterNm = Span2(5, 15)
  /// Density of gold over that of head groups.
  public var goldDensity = 12.0

  /// Amplitude of the texture of lumina and surroundings, in head-group density.
  public var texture = Span2(0, 0.3)
  /// Density of lumina over their surroundings, in head-group density.
  public var lumenDensity = Span2(-0.05, 0.2)
  /// Whether the ice or lamella has faces inside the volume that end the specimen.
  public var hasFaces = false
  /// Particles stuck to each face per 1000 nm².
  public var faceParticlesPer1000Nm2 = 0.5
  /// Whether a carbon film with a hole's edge lies under the specimen.
  public var hasCarbonEdge = false
  /// Most gaps of each length bin that are cut into a segmentation of the scene; 0: no segmentation.
  public var gapsPerLengthBin = 0

  /// The default scene.
  public init() {}

  /// A scene for the gap benchmark: membranes large and smooth enough for gaps of 60 nm, and beside
  /// them what must not be joined: true rims, neighbours a few nm away, membranes that are whole.
  public static var gapBenchmark: SceneOptions {
    var options = SceneOptions()
    options.gapsPerLengthBin = 12
    (options.levelSheets, options.sheets, options.openMembranes) = (1, 0, 1)
    (options.vesicles, options.nestedPairs, options.contactVesicles) = (3, 1, 2)
    options.tubules = 1
    options.vesicleRadiusNm = Span2(35, 65)
    options.deformation = Span2(0, 0.12)
    options.elongation = Span2(1, 1.6)
    options.nestedGapNm = Span2(10, 30)
    options.tubuleRadiusNm = Span2(20, 40)
    // A step in density between inside and outside would show a membrane that has faded.
    options.lumenDensity = Span2(-0.02, 0.06)
    options.texture = Span2(0, 0.15)
    return options
  }

  /// Size and voxels of the scene, the first voxel at the origin.
  public var geometry: VolumeGeometry {
    VolumeGeometry(size: size, voxelSizeAngstrom: pixelSizeAngstrom)
  }
}
