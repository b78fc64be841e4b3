import MRCFormat
import TestSupport
import Testing
import VolumeFiles
import Volumes
import WorkLedger

@Suite("Input volumes")
struct InputVolumeTests {
  @Test("A real tomogram of known voxel size is accepted, by content, packed or plain")
  func acceptsTomogram() throws {
    guard let path = SharedData.path("tiny/test_image_membrane.rec") else { return }
    let input = try InputVolume.open(path: path, scratchFolder: "/tmp")
    let statistics = try input.requiringTomogram(workers: Workers(count: 2))
    #expect(input.geometry.size == VolumeSize(x: 16, y: 16, z: 16))
    #expect(statistics.minimum < statistics.maximum)
  }
}
