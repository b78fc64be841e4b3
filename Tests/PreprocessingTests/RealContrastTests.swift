import FoundationEssentials
import Preprocessing
import TestSupport
import Testing
import Volumes

/// Bytes of an uncompressed file as a volume: enough of MRC mode 0 and TIFF for the data at hand,
/// since this module knows no file formats.
private func volume(_ name: String, size: VolumeSize, skip: Int, signed: Bool) -> Volume<Float>? {
  guard let path = SharedData.path(name),
    let data = FileManager.default.contents(atPath: path), skip + size.count <= data.count
  else { return nil }
  let bytes = data.dropFirst(skip).prefix(size.count)
  return Volume(
    geometry: VolumeGeometry(size: size, voxelSizeAngstrom: 14),
    samples: bytes.map { signed ? Float(Int8(bitPattern: $0)) : Float($0) })
}

@Suite(.enabled(if: SharedData.isAtHand, "No shared data."))
struct RealContrastTests {
  @Test(
    "Real and foreign tomograms, and their inversions, are told apart",
    arguments: [
      ("raw/lysosome_wbp_left_bin2.mrc", VolumeSize(x: 165, y: 165, z: 93), 1024, Contrast.dark),
      ("sim/polnet_s101_snr0.1.mrc", VolumeSize(x: 256, y: 256, z: 64), 1024, .dark),
      // Microtubules and gold, bright; sections are stored one after the other behind small tables.
      ("confounder/13pf_MT.tif", VolumeSize(x: 94, y: 206, z: 35), 1024, .bright),
    ])
  func contrast(name: String, size: VolumeSize, skip: Int, contrast: Contrast) throws {
    let isSigned = contrast == .dark
    let tomogram = try #require(volume(name, size: size, skip: skip, signed: isSigned))
    let found = try prepare(
      tomogram, options: PreprocessingOptions(), workers: Workers(count: 2))
    #expect(found.contrast == contrast && found.contrastIsSure)
    let inverted = try prepare(
      MappedSource(tomogram) { 255 - $0 }, options: PreprocessingOptions(),
      workers: Workers(count: 2))
    #expect(inverted.contrast != contrast && inverted.contrastIsSure)
  }
}
