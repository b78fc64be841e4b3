import FourierTransforms
import RealModule
public import TomogramModel
import TomographicImaging
public import Volumes

/// A tomogram of a simulated specimen.
public struct SceneImage: Sendable {
  /// The reconstruction on the scene's grid; dark is dense unless the options say otherwise.
  public let tomogram: Volume<Float>
  /// Tilt angles, degrees, rising.
  public let tiltAnglesDegrees: [Double]
  /// (Mean background − mean over leaflet voxels) / s.d. of the background, measured on the result.
  public let leafletCNR: Double
  /// Variance of the noise-free projection at the lowest tilt (after transfer, without gold) over
  /// that of the noise; nil without noise.
  public let tiltSNR: Double?
  /// Tomograms of every other projection; nil where none were asked for.
  public let halves: HalfTomograms?
}

/// Two tomograms of one specimen that share no projection, and so no noise.
///
/// Each has half the dose and twice the step between projections: its noise is √2 times that of the
/// whole tomogram. Specimen, tilt range, and what is wrong with the microscope are the same.
public struct HalfTomograms: Sendable {
  /// Of the projections 0, 2, 4, ...
  public let even: Volume<Float>
  /// Of the projections 1, 3, 5, ...
  public let odd: Volume<Float>
}

private enum Stream: UInt64 {
  case noise = 101
  case defects, faults, background
}

/// Records a tilt series of a specimen and reconstructs it by weighted back-projection.
///
/// Same scene, options and seed, same bytes, whatever the number of threads. Memory: about four
/// volumes in single precision.
///
/// - Throws: `SimulationError` for options that make no sense; `Stopped` when told to.
public func image(
  _ scene: RenderedScene, options: ImagingOptions, seed: UInt64, workers: Workers,
  monitor: StageMonitor = .silent
) throws -> SceneImage {
  try options.check()
  let series = TiltSeries(scene: scene, options: options, seed: seed, workers: workers)
  let contrast = LeafletContrast(scene)
  let record = try series.recorded(contrast: contrast, monitor: monitor)
  let random = CounterRandom(seed: seed, stream: Stream.background.rawValue)
  func finished(_ samples: [Float]) -> [Float] {
    finish(
      samples, geometry: scene.density.geometry, options: options, random: random, workers: workers)
  }
  let tomogram = finished(record.samples)
  func half(_ first: Int) -> Volume<Float> {
    Volume(
      geometry: scene.density.geometry,
      samples: finished(series.half(from: first, of: record, contrast: contrast)))
  }
  let sign: Float = options.isBright ? 1 : -1
  let cnr = contrast.measured(tomogram.map { sign * $0 })
  let halves = options.makesHalves ? HalfTomograms(even: half(0), odd: half(1)) : nil
  try monitor.report(completed: 3, of: 3)
  return SceneImage(
    tomogram: Volume(geometry: scene.density.geometry, samples: tomogram),
    tiltAnglesDegrees: series.angles, leafletCNR: cnr,
    tiltSNR: record.noiseScale.flatMap { series.tiltSNR(noiseScale: $0) }, halves: halves)
}

func standardDeviation(_ samples: [Float]) -> Double {
  let count = Double(max(samples.count, 1))
  let mean = samples.reduce(0.0) { $0 + Double($1) } / count
  let sum = samples.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
  return (sum / count).squareRoot()
}

/// The projections of a scene with all their defects.
private struct TiltSeries {
  let scene: RenderedScene
  let options: ImagingOptions
  let seed: UInt64
  let workers: Workers
  let angles: [Double]
  let width: Int
  let bank: ProjectionFilterBank
  let transfer: ContrastTransfer
  let believedTransfer: [ContrastTransfer]
  let shifts: [SIMD2<Double>]
  let exposures: [Double]

  init(scene: RenderedScene, options: ImagingOptions, seed: UInt64, workers: Workers) {
    self.scene = scene
    self.options = options
    self.seed = seed
    self.workers = workers
    let size = scene.options.size
    let faults = SeriesFaults(
      options, random: CounterRandom(seed: seed, stream: Stream.faults.rawValue))
    let angles = faults.anglesDegrees
    self.angles = angles
    width = detectorWidth(for: size)
    bank = ProjectionFilterBank(width: width, height: size.y)
    transfer = ContrastTransfer(
      defocusAngstrom: options.defocusMicrometre * 1e4, voltageKilovolt: options.voltageKilovolt,
      phaseShiftDegrees: options.phaseShiftDegrees)
    var random = CounterRandom(seed: seed, stream: Stream.defects.rawValue)
    var believed: [ContrastTransfer] = []
    var shifts: [SIMD2<Double>] = []
    for _ in angles {
      let error = options.defocusErrorMicrometre * random.normal()
      believed.append(
        ContrastTransfer(
          defocusAngstrom: max(options.defocusMicrometre + error, 0.1) * 1e4,
          voltageKilovolt: options.voltageKilovolt, phaseShiftDegrees: options.phaseShiftDegrees))
      shifts.append(
        SIMD2(random.normal(), random.normal()) * options.alignmentErrorVoxels)
    }
    believedTransfer = believed
    self.shifts = zip(shifts, faults.shifts).map { $0 + $1 }
    // Dose-symmetric: the lowest tilts are recorded first; a projection has seen half its own dose.
    let share = options.exposureElectronsPerSquareAngstrom / Double(angles.count)
    var exposures = [Double](repeating: 0, count: angles.count)
    let order = angles.indices.sorted { (abs(angles[$0]), $0) < (abs(angles[$1]), $1) }
    for (place, tilt) in order.enumerated() { exposures[tilt] = (Double(place) + 0.5) * share }
    self.exposures = exposures
  }

  /// What the microscope passes on of a projection, by frequency in cycles a voxel.
  private func passed(_ tilt: Int, _ frequency: Double) -> Double {
    let perAngstrom = frequency / scene.options.pixelSizeAngstrom
    return transfer.value(atFrequency: perAngstrom)
      * exposureEnvelope(
        atFrequency: perAngstrom, electronsPerSquareAngstrom: exposures[tilt])
      * Double.exp(-options.blurFactorSquareAngstrom * perAngstrom * perAngstrom / 4)
  }

  private func corrected(_ tilt: Int, _ frequency: Double) -> Double {
    options.transferCorrection.gain(
      believedTransfer: believedTransfer[tilt].value(
        atFrequency: frequency / scene.options.pixelSizeAngstrom))
  }

  func signalProjections() -> ProjectionStack {
    var density = scene.density
    if let gold = scene.gold {
      for voxel in density.block.samples.indices {
        density.block.samples[voxel] += gold.samples[voxel]
      }
    }
    let stack = project(
      density, anglesDegrees: angles, width: width, continuesBeyondBorder: true, workers: workers)
    return bank.filtered(stack, workers: workers) { tilt in
      ProjectionFilter(
        radialGain: { passed(tilt, $0) * corrected(tilt, $0) },
        rampGain: options.apodisation.weight, shift: shifts[tilt])
    }
  }

  /// Noise of s.d. 1 at no tilt, more where the path through the ice is longer: at half a mean free
  /// path of thickness the beam loses exp(−½/cos α) of its electrons.
  private func rawNoise() -> ProjectionStack {
    let height = scene.options.size.y
    var stack = ProjectionStack(anglesDegrees: angles, width: width, height: height)
    let random = CounterRandom(seed: seed, stream: Stream.noise.rawValue)
    workers.fillRows(of: &stack.samples, rowLength: width) { row, span in
      random.fillNormal(&span, first: row * width)
      let angle = angles[row / height] * .pi / 180
      let scale = Float(Double.exp(0.25 * (1 / Double.cos(angle) - 1)))
      for x in span.indices { span[x] *= scale }
    }
    return stack
  }

  private func coloured(_ frequency: Double) -> Double {
    let place = 2 * .pi * frequency * options.noiseBlurVoxels
    return Double.exp(-place * place / 2)
  }

  func noiseProjections() -> ProjectionStack {
    bank.filtered(rawNoise(), workers: workers) { tilt in
      ProjectionFilter(
        radialGain: { coloured($0) * corrected(tilt, $0) }, rampGain: options.apodisation.weight)
    }
  }

  func reconstruct(_ stack: ProjectionStack) -> [Float] {
    let volume = backProject(
      stack, weights: angularWeights(anglesDegrees: stack.anglesDegrees),
      geometry: scene.density.geometry, workers: workers)
    guard 0 < options.lowPassVoxels else { return volume.samples }
    let size = scene.options.size
    let blur = 2 * .pi * options.lowPassVoxels
    return FFTPlan(shape: [size.z, size.y, size.x]).filtered(volume.samples, workers: workers) {
      Double.exp(-$0 * $0 * blur * blur / 2)
    }
  }

  /// Blends a reconstruction with what it would be if all directions were recorded at no tilt, at
  /// the contrast that the reconstruction gives to head groups. Nothing happens where it gives
  /// none.
  func fillWedge(of signal: inout [Float], contrast: LeafletContrast) {
    guard let tilt = angles.indices.min(by: { abs(angles[$0]) < abs(angles[$1]) }) else { return }
    let size = scene.options.size
    let blur = 2 * .pi * max(options.lowPassVoxels, 0.7)
    let whole = FFTPlan(shape: [size.z, size.y, size.x]).filtered(
      scene.density.samples, workers: workers
    ) { passed(tilt, $0) * corrected(tilt, $0) * Double.exp(-$0 * $0 * blur * blur / 2) }
    let (here, there) = (contrast.step(signal), contrast.step(whole))
    guard 0 < here, 0 < there else { return }
    let share = options.wedgeFill
    let (kept, gain) = (Float(1 - share), Float(share * here / there))
    for voxel in signal.indices { signal[voxel] = kept * signal[voxel] + gain * whole[voxel] }
  }

  /// Variance of the noise-free projection without gold over that of the noise, at the lowest tilt.
  func tiltSNR(noiseScale: Float) -> Double? {
    guard
      let tilt = angles.indices.min(by: { abs(angles[$0]) < abs(angles[$1]) }), 0 < noiseScale
    else { return nil }
    let angle = [angles[tilt]]
    let clean = bank.filtered(
      project(
        scene.density, anglesDegrees: angle, width: width, continuesBeyondBorder: true,
        workers: workers), workers: workers
    ) { _ in ProjectionFilter(radialGain: { passed(tilt, $0) }) }
    let raw = rawNoise()
    let single = ProjectionStack(
      anglesDegrees: angle, width: width, height: raw.height,
      samples: Array(raw.samples[raw.range(ofProjection: tilt)]))
    let noise = bank.filtered(single, workers: workers) { _ in
      ProjectionFilter(radialGain: { coloured($0) })
    }
    let ratio = standardDeviation(clean.samples) / standardDeviation(noise.samples)
    return ratio * ratio / Double(noiseScale * noiseScale)
  }
}

/// A tilt series that has been recorded and reconstructed.
private struct RecordedSeries {
  let signal: ProjectionStack
  /// Noise of the amplitude it is drawn with; nil where none is added.
  let noise: ProjectionStack?
  /// What the noise is multiplied by.
  let noiseScale: Float?
  /// The reconstruction of both.
  let samples: [Float]
}

extension TiltSeries {
  /// Records and reconstructs all projections, the noise scaled to the contrast asked for.
  func recorded(contrast: LeafletContrast, monitor: StageMonitor) throws -> RecordedSeries {
    let projections = signalProjections()
    var samples = filled(reconstruct(projections), contrast: contrast)
    try monitor.report(completed: 1, of: 3)
    guard let target = options.leafletCNR else {
      return RecordedSeries(signal: projections, noise: nil, noiseScale: nil, samples: samples)
    }
    let noiseStack = noiseProjections()
    let noise = reconstruct(noiseStack)
    try monitor.report(completed: 2, of: 3)
    let scale = Float(
      contrast.noiseScale(
        signal: samples, noise: noise, target: target,
        isOverNoiseAlone: options.cnrIsOverNoiseAlone))
    for voxel in samples.indices { samples[voxel] += scale * noise[voxel] }
    return RecordedSeries(
      signal: projections, noise: noiseStack, noiseScale: scale, samples: samples)
  }

  /// Reconstructs every other projection, from number `first` on.
  func half(from first: Int, of record: RecordedSeries, contrast: LeafletContrast) -> [Float] {
    var samples = filled(
      reconstruct(record.signal.everyOther(from: first)), contrast: contrast)
    guard let stack = record.noise, let scale = record.noiseScale else { return samples }
    let noise = reconstruct(stack.everyOther(from: first))
    for voxel in samples.indices { samples[voxel] += scale * noise[voxel] }
    return samples
  }

  private func filled(_ signal: [Float], contrast: LeafletContrast) -> [Float] {
    guard 0 < options.wedgeFill else { return signal }
    var signal = signal
    fillWedge(of: &signal, contrast: contrast)
    return signal
  }
}
