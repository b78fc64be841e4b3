import RealModule
import TomographicImaging
public import Volumes

extension SimulationOptions {
  /// Options drawn from the whole range that tomograms of the field cover, for training: any pixel
  /// size of 7-20 Å, tilt range, crowding, contrast and look.
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
    options.pixelSizeAngstrom = random.logUniform(7, 20)
    options.drawMembranes(random: &random)
    options.drawLeaflets(random: &random)
    options.drawContents(random: &random)
    options.drawGround(random: &random)
    return options
  }

  private mutating func drawMembranes(random: inout CounterRandom) {
    // A larger field holds more; the depth holds less of what is large.
    let field = max(0.6, min(4, pixelSizeAngstrom * pixelSizeAngstrom / 100))
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
    tubuleRadiusNm = Span2(10, random.uniform(12, 40))
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
    apodisation = Apodisation.allCases[random.integer(0...(Apodisation.allCases.count - 1))]
    let isSmooth = random.chance(0.4)
    lowPassVoxels = isSmooth ? random.uniform(0.4, 1.6) : 0
    smoothingRounds = isSmooth && random.chance(0.4) ? random.integer(1...8) : 0
    leafletCNR = isSmooth ? random.logUniform(0.5, 3) : random.logUniform(0.25, 2)
    cnrIsOverNoiseAlone = random.chance(0.7)
    isQuantised = random.chance(0.3)
  }
}
