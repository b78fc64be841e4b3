import TIFFFormat
import TestSupport
import Testing
import Volumes

@Suite("TIFF stacks")
struct TIFFStackTests {
  @Test("A real stack is read with its size, page by page")
  func readsRealStack() throws {
    guard let path = SharedData.path("confounder/13pf_MT.tif") else { return }
    let stack = try TIFFStack(path: path, voxelSizeAngstrom: 10.5)
    #expect(stack.geometry.size == VolumeSize(x: 94, y: 206, z: 36))
    let block = try stack.readAll()
    #expect(block.samples.allSatisfy { 0 <= $0 && $0 <= 255 })
    #expect(Set(block.samples).count > 100)
  }
}
