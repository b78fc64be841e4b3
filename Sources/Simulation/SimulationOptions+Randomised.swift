import RealModule
import TomographicImaging
public import Volumes

extension SimulationOptions {
  /// Options drawn from the whole range that tomograms of the field cover, for training: any pixel
  /// size of 7-20 Å (half of them 8-14 Å), tilt range, crowding, contrast and look; some without any
  /// membrane.
  ///
  /// - Parameters:
  ///   - seed: same seed, same options.
  ///   - size: voxels of the tomogram.
  public static func randomised(
    seed: UInt64, size: VolumeSize = VolumeSize(x: 256, y: 256, z: 128)
  ) -> SimulationOptions {
    var random = CounterRandom(seed: seed, stream: 0x6F70_7469_6F6E)
    return SimulationOptions(
      scene: .randomised(size: size, random: &random), imaging: .randomised(random: &random))
  }
}

extension SceneOptions {
  static func randomised(size: VolumeSize, random: inout CounterRandom) -> SceneOptions {
    var options = SceneOptions()
    options.size = size
    options.pixelSizeAngstrom =
      random.chance(0.5) ? random.logUniform(8, 14) : random.logUniform(7, 20)
    let share = random.uniform(0, 1)
    options.drawMembranes(random: &random)
    options.drawDeformedMembranes(random: &random)
    options.drawLeaflets(random: &random)
    options.drawContents(random: &random)
    options.drawGround(random: &random)
    if share < 0.08 {
      options.clearMembranes()
      if share < 0.04 { options.drawThicket(random: &random) }
    } else if share < 0.18 {
      options.clearMembranes()
      options.drawLargeMembranes(random: &random)
    } else if share < 0.38 {
      options.drawThicket(random: &random)
    } else if share < 0.54 {
      options.drawCrowd(random: &random)
    }
    return options
  }

  /// How much more than a field of 256 voxels of 10 Å this one holds; the depth holds less of what
  /// is large.
  private var fieldShare: Double { max(0.6, min(4, pixelSizeAngstrom * pixelSizeAngstrom / 100)) }

  private mutating func drawMembranes(random: inout CounterRandom) {
    let field = fieldShare
    func many(_ most: Int, random: inout CounterRandom) -> Int {
      Int((Double(random.integer(0...most)) * field).rounded())
    }
    vesicles = many(7, random: &random)
    nestedPairs = many(2, random: &random)
    tubules = many(3, random: &random)
    sheets = random.chance(0.4) ? random.integer(1...2) : 0
    cisternaStacks = random.chance(0.3) ? 1 : 0
    contactVesicles = many(3, random: &random)
    let smallest = random.logUniform(15, 60)
    var largest = smallest + random.uniform(10, 150)
    // What is much larger than the volume is deep mostly shows its caps, which the wedge hides.
    let depthNm = Double(size.z) * pixelSizeAngstrom / 10
    if random.chance(0.75) { largest = max(smallest + 5, min(largest, 0.6 * depthNm)) }
    vesicleRadiusNm = Span2(smallest, largest)
    deformation = Span2(0, random.uniform(0.02, 0.35))
    elongation = Span2(1, random.uniform(1.05, 2.6))
    nestedGapNm = Span2(8, random.uniform(10, 30))
    // Tubules as thin as microtubules, 11 nm to the middle of the wall, are rare in cells, and could
    // not be told from them.
    let thinnest = random.uniform(12, 20)
    tubuleRadiusNm = Span2(thinnest, thinnest + random.uniform(1, 25))
  }

  private mutating func drawDeformedMembranes(random: inout CounterRandom) {
    organelles = random.chance(0.5) ? random.integer(1...3) : 0
    buddingVesicles = random.chance(0.25) ? random.integer(1...2) : 0
    mitochondria = random.chance(0.2) ? 1 : 0
    openMembranes = random.chance(0.3) ? random.integer(1...3) : 0
    neckRadiusNm = Span2(8, random.uniform(10, 25))
    cristaThicknessNm = Span2(12, random.uniform(14, 30))
  }

  private mutating func clearMembranes() {
    (vesicles, nestedPairs, tubules, sheets, cisternaStacks) = (0, 0, 0, 0, 0)
    (contactVesicles, organelles, buddingVesicles, mitochondria) = (0, 0, 0, 0)
    openMembranes = 0
  }

  /// Few large smooth membranes, some nested, in a thicket of actin.
  private mutating func drawLargeMembranes(random: inout CounterRandom) {
    vesicles = random.integer(2...5)
    nestedPairs = random.integer(0...3)
    vesicleRadiusNm = Span2(60, random.uniform(80, 200))
    deformation = Span2(0, random.uniform(0.01, 0.08))
    elongation = Span2(1, random.uniform(1.05, 1.6))
    nestedGapNm = Span2(10, random.uniform(20, 60))
    filaments = Int(random.logUniform(15, 250))
    // Short enough to fit between the membranes; few fit between two faces.
    filamentLengthNm = Span2(60, random.uniform(120, 400))
    hasFaces = false
    membraneProteinsPer1000Nm2 = random.logUniform(1, 12)
  }

  /// Membranes close to membranes: contact sites, nested pairs, stacks, organelles.
  private mutating func drawCrowd(random: inout CounterRandom) {
    let field = fieldShare
    func some(_ range: ClosedRange<Int>, random: inout CounterRandom) -> Int {
      Int((Double(random.integer(range)) * field).rounded())
    }
    vesicles = some(3...8, random: &random)
    nestedPairs = some(1...4, random: &random)
    contactVesicles = some(3...8, random: &random)
    tubules = some(0...2, random: &random)
    cisternaStacks = random.integer(0...2)
    sheets = random.integer(0...2)
    organelles = random.integer(0...2)
    mitochondria = random.chance(0.2) ? 1 : 0
  }

  /// Microtubules and filaments, whose walls and lines look like membranes.
  private mutating func drawThicket(random: inout CounterRandom) {
    filaments = Int(random.logUniform(8, 120))
    microtubules = random.integer(2...14)
    filamentLengthNm = Span2(60, random.uniform(150, 500))
  }

  private mutating func drawLeaflets(random: inout CounterRandom) {
    let spacing = random.uniform(30, 46)
    leafletSpacingAngstrom = Span2(spacing, spacing + random.uniform(0, 6))
    let width = random.uniform(5, 9)
    leafletWidthAngstrom = Span2(width, width + 1.5)
    leafletAsymmetry = random.uniform(0, 0.4)
    coreDepth = Span2(0, random.uniform(0.05, 0.8))
  }

  private mutating func drawContents(random: inout CounterRandom) {
    let isCell = random.chance(0.55)
    membraneProteinsPer1000Nm2 = random.logUniform(0.2, 12)
    particlesPerMillionNm3 =
      isCell ? random.logUniform(20, 350) : random.logUniform(1, 30)
    ribosomesPerMillionNm3 = random.chance(0.5) ? random.logUniform(0.5, 12) : 0
    filaments = random.chance(0.4) ? random.integer(1...12) : 0
    microtubules = random.chance(0.25) ? random.integer(1...3) : 0
    goldBeads = random.chance(0.5) ? random.integer(1...8) : 0
    goldDensity = random.uniform(4, 14)
    let rough = isCell ? random.uniform(0.1, 0.5) : random.uniform(0, 0.2)
    texture = Span2(0, rough)
    lumenDensity = Span2(-random.uniform(0, 0.15), random.uniform(0, 0.4))
  }

  private mutating func drawGround(random: inout CounterRandom) {
    hasFaces = random.chance(0.35)
    faceParticlesPer1000Nm2 = random.chance(0.6) ? random.logUniform(0.05, 3) : 0
    hasCarbonEdge = random.chance(0.12)
  }
}

extension ImagingOptions {
  static func randomised(random: inout CounterRandom) -> ImagingOptions {
    var options = ImagingOptions()
    options.drawTilts(random: &random)
    options.drawTransfer(random: &random)
    options.drawLook(random: &random)
    options.drawFaults(random: &random)
    return options
  }

  private mutating func drawTilts(random: inout CounterRandom) {
    let half = random.uniform(40, 66)
    let offset = random.chance(0.3) ? random.uniform(-12, 12) : 0
    tiltMinimumDegrees = (offset - half).rounded()
    tiltMaximumDegrees = (offset + half).rounded()
    let steps = [1, 1.5, 2, 2, 2, 3, 3, 3, 3, 4, 5]
    tiltStepDegrees = steps[random.integer(0...(steps.count - 1))]
    alignmentErrorVoxels = random.uniform(0, 0.9)
    exposureElectronsPerSquareAngstrom = random.uniform(50, 150)
  }

  private mutating func drawTransfer(random: inout CounterRandom) {
    let hasPhasePlate = random.chance(0.2)
    phaseShiftDegrees = hasPhasePlate ? random.uniform(50, 120) : 0
    defocusMicrometre = hasPhasePlate ? random.logUniform(0.4, 3) : random.logUniform(1.2, 8)
    defocusErrorMicrometre = random.uniform(0, 0.2)
    voltageKilovolt = random.chance(0.75) ? 300 : 200
    transferCorrection = [.none, .phaseFlip, .phaseFlip, .wiener][random.integer(0...3)]
    blurFactorSquareAngstrom = random.logUniform(50, 1200)
  }

  private mutating func drawLook(random: inout CounterRandom) {
    noiseBlurVoxels = random.chance(0.4) ? random.uniform(0.2, 0.8) : 0
    let share = random.uniform(0, 1)
    if share < 0.15 { noiseBlurVoxels = random.uniform(0.8, 1.2) }
    apodisation = Apodisation.allCases[random.integer(0...(Apodisation.allCases.count - 1))]
    let isSmooth = random.chance(0.4)
    lowPassVoxels = isSmooth ? random.uniform(0.4, 1.6) : 0
    leafletCNR = isSmooth ? random.logUniform(0.5, 3) : random.logUniform(0.25, 2)
    // Under strongly coloured noise, or where it is met after a blur, so faint a membrane is beyond
    // anybody.
    if !isSmooth && 0.75 < share { leafletCNR = random.uniform(0.2, 0.4) }
    cnrIsOverNoiseAlone = random.chance(0.7)
    isQuantised = random.chance(0.3)
    if isSmooth { drawSmoothing(random: &random) }
  }

  /// One of three ways to smooth, or none; a filled wedge in a quarter of what is smooth.
  private mutating func drawSmoothing(random: inout CounterRandom) {
    let way = random.uniform(0, 1)
    if way < 0.35 {
      smoothingRounds = random.integer(1...12)
    } else if way < 0.5 {
      medianRounds = random.integer(1...3)
    } else if way < 0.65 {
      axialBlurVoxels = random.uniform(0.8, 2)
    }
    wedgeFill = random.chance(0.25) ? random.uniform(0.2, 0.9) : 0
  }

  private mutating func drawFaults(random: inout CounterRandom) {
    if random.chance(0.2) {
      let most = tiltAnglesDegrees.count / 5
      missingTilts = random.integer(0...max(1, min(6, most)))
      misalignedTilts = random.integer(0...max(1, min(4, most)))
    }
    guard random.chance(0.4) else { return }
    backgroundGradient = random.uniform(0, 1)
    backgroundPatches = random.chance(0.4) ? random.uniform(0.05, 0.4) : 0
  }
}
