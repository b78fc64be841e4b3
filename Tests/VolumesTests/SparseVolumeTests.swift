import Testing
import Volumes

@Suite struct SparseVolumeTests {
  @Test(
    "What is set is read back, and all else is 0",
    arguments: [
      VolumeSize(x: 1, y: 1, z: 1), VolumeSize(x: 8, y: 16, z: 8), VolumeSize(x: 21, y: 9, z: 17),
    ])
  func readsBack(size: VolumeSize) {
    var sparse = SparseVolume(size: size)
    var dense = [Int32](repeating: 0, count: size.count)
    for number in stride(from: 0, to: size.count, by: 5) {
      let (x, y, z) = (number % size.x, number / size.x % size.y, number / (size.x * size.y))
      sparse[x, y, z] = Int32(number) - 7
      dense[number] = Int32(number) - 7
    }
    sparse[0, 0, 0] = 0
    dense[0] = 0
    for z in 0..<size.z {
      for y in 0..<size.y {
        for x in 0..<size.x { #expect(sparse[x, y, z] == dense[(z * size.y + y) * size.x + x]) }
      }
    }
    var found = [Int32](repeating: 0, count: size.count)
    sparse.forEach { place, sample in
      found[(place.z * size.y + place.y) * size.x + place.x] += sample
    }
    #expect(found == dense)
  }
}
