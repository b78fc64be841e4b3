import Preprocessing
import TestSupport
import Testing
import TomogramModel
import Volumes

@Suite struct PreparationTests {
  private let size = VolumeSize(x: 48, y: 40, z: 36)

  private func phantom(dark: Bool) -> Volume<Float> {
    ShellPhantom.make(size: size, noise: 0.5, seed: 1, dark: dark).tomogram
  }

  private func prepared(
    _ volume: Volume<Float>, contrast: Contrast = .auto
  ) throws -> PreparedTomogram {
    var options = PreprocessingOptions()
    options.contrast = contrast
    return try prepare(volume, options: options, workers: Workers(count: 2))
  }

  private func changed(
    _ volume: Volume<Float>, _ change: (Int, Float) -> Float
  ) -> Volume<Float> {
    var copy = volume
    copy.samples = volume.samples.enumerated().map { change($0.offset, $0.element) }
    return copy
  }

  @Test("Background becomes 0 and the s.d. 1, whatever the file's scale and offset")
  func normalisation() throws {
    let plain = phantom(dark: true)
    let scaled = changed(plain) { _, value in 700 + 30 * value }
    let values = try prepared(scaled).source.readAll().samples
    let expected = try prepared(plain).source.readAll().samples
    #expect(zip(values, expected).allSatisfy { abs($0 - $1) < 1e-4 })
    let mean = values.reduce(0, +) / Float(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Float(values.count)
    // Shells lift the mean above the median; the outermost 1 % is not in the s.d.
    #expect(0 <= mean && mean < 0.3)
    #expect(abs(variance.squareRoot() - 1) < 0.1)
  }

  @Test("Dense matter becomes positive whether it is dark or bright", arguments: [true, false])
  func contrast(dark: Bool) throws {
    let tomogram = try prepared(phantom(dark: dark))
    #expect(tomogram.contrast == (dark ? .dark : .bright))
    #expect(tomogram.contrastIsSure)
    let other = try prepared(phantom(dark: !dark))
    let (a, b) = (try tomogram.source.readAll(), try other.source.readAll())
    #expect(zip(a.samples, b.samples).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  @Test("A contrast that is given is taken")
  func givenContrast() throws {
    let tomogram = try prepared(phantom(dark: true), contrast: .bright)
    #expect(tomogram.contrast == .bright && tomogram.contrastIsSure)
    let right = try prepared(phantom(dark: true)).source.readAll().samples
    let wrong = try tomogram.source.readAll().samples
    #expect(zip(right, wrong).allSatisfy { abs($0 + $1) < 1e-4 })
  }

  @Test("Pure noise is said to be undecided, and is taken as dark")
  func undecided() throws {
    let volume = ShellPhantom.make(size: size, noise: 1000, seed: 2).tomogram
    let tomogram = try prepared(volume)
    #expect(!tomogram.contrastIsSure && tomogram.contrast == .dark)
    #expect(tomogram.notes[0].contains("--contrast"))
  }

  @Test("Empty margins become background and do not change the rest")
  func padding() throws {
    let plain = phantom(dark: true)
    let row = size.x * size.y
    // The upper 32 sections of a volume of twice the depth.
    let padded = Volume<Float>(
      geometry: VolumeGeometry(
        size: VolumeSize(x: size.x, y: size.y, z: size.z + 32), voxelSizeAngstrom: 10),
      samples: plain.samples.map { $0 + 100 } + Array(repeating: 0, count: 32 * row))
    let tomogram = try prepared(padded)
    #expect(tomogram.paddingValue == 0)
    let values = try tomogram.source.readAll().samples
    #expect(values.suffix(20 * row).allSatisfy { $0 == 0 })
    let expected = try prepared(plain).source.readAll().samples
    #expect(zip(values, expected).allSatisfy { abs($0 - $1) < 0.1 })
  }

  @Test("Gold does not move the scale, and is clipped")
  func outliers() throws {
    let plain = phantom(dark: true)
    let gilded = changed(plain) { index, value in index % 500 == 0 ? -1000 : value }
    let (a, b) = (try prepared(gilded), try prepared(plain))
    #expect(abs(a.standardDeviation - b.standardDeviation) < 0.1 * b.standardDeviation)
    #expect(try a.source.readAll().samples.max() == 5)
  }

  @Test("A constant volume and one with NaN are refused")
  func refusals() {
    let constant = changed(phantom(dark: true)) { _, _ in 7 }
    #expect(throws: PreprocessingError.constant(value: 7)) { try prepared(constant) }
    let broken = changed(phantom(dark: true)) { index, value in index == 9 ? .nan : value }
    #expect(throws: PreprocessingError.self) { try prepared(broken) }
  }

  @Test("A block read alone has the values that it has in the whole, for any number of threads")
  func blocks() throws {
    let volume = phantom(dark: false)
    let whole = try prepared(volume).source.readAll()
    let region = Region(
      lower: VoxelIndex(x: 3, y: 5, z: 7), upper: VoxelIndex(x: 20, y: 6, z: 30))
    let alone = try prepare(volume, options: PreprocessingOptions(), workers: .one)
    #expect(try alone.source.read(region) == whole.cropped(to: region))
  }

  @Test("One voxel more than nothing is enough", arguments: [(1, 1, 1), (2, 1, 1), (3, 33, 2)])
  func tiny(x: Int, y: Int, z: Int) throws {
    let size = VolumeSize(x: x, y: y, z: z)
    let geometry = VolumeGeometry(size: size, voxelSizeAngstrom: 10)
    let volume = Volume<Float>(geometry: geometry, samples: (0..<size.count).map { Float($0) })
    if size.count == 1 {
      #expect(throws: PreprocessingError.constant(value: 0)) { try prepared(volume) }
    } else {
      #expect(try prepared(volume).source.readAll().samples.allSatisfy { $0.isFinite })
    }
  }
}
