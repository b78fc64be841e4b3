import MRCFormat
import TestSupport
import Testing
import Volumes
import WorkLedger

@Suite("Writing MRC files")
struct MRCSinkTests {
  private static let geometry = VolumeGeometry(
    size: VolumeSize(x: 6, y: 5, z: 4), voxelSizeAngstrom: SIMD3(13.5, 13.5, 14),
    originAngstrom: SIMD3(-120.25, 0, 77.5))

  private static func value(_ index: Int) -> Int { (index * 29) % 101 - 50 }

  private func check<Sample: MRCSample>(
    _ type: Sample.Type, mode: Int32, _ make: (Int) -> Sample, in folder: String
  ) throws {
    let path = folder + "/mode\(mode).mrc"
    let geometry = Self.geometry
    let sink = try MRCSink<Sample>(path: path, geometry: geometry, label: "bilayer: test")
    let samples = (0..<geometry.size.count).map { make(Self.value($0)) }
    let truth = Volume(geometry: geometry, samples: samples)
    for tile in geometry.bounds.tiles(of: VolumeSize(x: 4, y: 3, z: 3)).reversed() {
      try sink.write(try truth.read(tile))
    }
    #expect(TemporaryFolder.names(in: folder).allSatisfy { $0.hasPrefix("mode") })
    try sink.commit()
    let volume = try MRCVolume(path: path, scratchFolder: folder)
    let floats = (0..<geometry.size.count).map { Float(Self.value($0) + (mode == 6 ? 50 : 0)) }
    #expect(try volume.readAll().samples == floats)
    #expect(volume.geometry == geometry)
    #expect(volume.header.mode == mode)
    #expect(volume.header.minimum == floats.min() && volume.header.maximum == floats.max())
    let count = Double(floats.count)
    let mean = floats.reduce(0.0) { $0 + Double($1) } / count
    let variance = floats.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
    #expect(abs(Double(volume.header.mean) - mean) < 1e-5)
    if mode == 12 {
      #expect(volume.header.rms == -1)
    } else {
      #expect(abs(Double(volume.header.rms) - variance.squareRoot()) < 1e-4)
    }
  }

  @Test("What is written tile by tile, in any order, is read back in every mode")
  func roundTrip() throws {
    try TemporaryFolder.with { folder in
      try check(Int8.self, mode: 0, { Int8($0) }, in: folder)
      try check(Int16.self, mode: 1, { Int16($0) }, in: folder)
      try check(Float.self, mode: 2, { Float($0) }, in: folder)
      try check(UInt16.self, mode: 6, { UInt16($0 + 50) }, in: folder)
      try check(Float16.self, mode: 12, { Float16($0) }, in: folder)
    }
  }
}
