import Morphology
import TestSupport
import Testing
import Volumes

/// Floods from every voxel not yet reached, as the definition says; labels by falling size.
private func naiveLabels(of mask: Block<Int8>, touching: (Int) -> Bool) -> [Int32] {
  let size = mask.region.size
  var labels = [Int32](repeating: 0, count: size.count)
  var sizes: [(first: Int, voxels: Int)] = []
  func index(_ x: Int, _ y: Int, _ z: Int) -> Int? {
    0 <= x && x < size.x && 0 <= y && y < size.y && 0 <= z && z < size.z
      ? (z * size.y + y) * size.x + x : nil
  }
  for seed in labels.indices where mask.samples[seed] != 0 && labels[seed] == 0 {
    let label = Int32(sizes.count + 1)
    var queue = [seed]
    labels[seed] = label
    var next = 0
    while next < queue.count {
      let voxel = queue[next]
      next += 1
      let (x, y, z) = (voxel % size.x, voxel / size.x % size.y, voxel / (size.x * size.y))
      for step in 0..<27 {
        let (dx, dy, dz) = (step % 3 - 1, step / 3 % 3 - 1, step / 9 - 1)
        guard touching(abs(dx) + abs(dy) + abs(dz)), let other = index(x + dx, y + dy, z + dz),
          mask.samples[other] != 0, labels[other] == 0
        else { continue }
        labels[other] = label
        queue.append(other)
      }
    }
    sizes.append((seed, queue.count))
  }
  let order = sizes.indices.sorted {
    (-sizes[$0].voxels, sizes[$0].first) < (-sizes[$1].voxels, sizes[$1].first)
  }
  var rank = [Int32](repeating: 0, count: sizes.count + 1)
  for (place, component) in order.enumerated() { rank[component + 1] = Int32(place + 1) }
  return labels.map { rank[Int($0)] }
}

@Suite("Components") struct ComponentsTests {
  static let cases: [(Connectivity, Int)] = [(.six, 1), (.eighteen, 2), (.twentySix, 3)]

  @Test("equal a flood fill from each voxel", arguments: cases, [0.08, 0.25, 0.5])
  func matchesNaive(connectivity: (Connectivity, Int), density: Double) throws {
    for size in [VolumeSize(x: 13, y: 11, z: 19), VolumeSize(x: 1, y: 30, z: 2)] {
      let mask = randomMask(size: size, density: density, seed: UInt64(size.x))
      let expected = naiveLabels(of: mask) { 0 < $0 && $0 <= connectivity.1 }
      let (components, labels) = labelComponents(of: mask, connectivity: connectivity.0)
      #expect(labels.samples == expected)
      try TemporaryFolder.with { folder in
        let volume = Volume(
          geometry: VolumeGeometry(size: size, voxelSizeAngstrom: 10), samples: mask.samples)
        let streamed = try labelComponents(
          of: volume, connectivity: connectivity.0, scratchFolder: folder, workers: .one)
        #expect(try streamed.labels.readAll().samples == expected)
        #expect(streamed.components == components)
      }
    }
  }

  @Test("are counted, boxed and sorted from the largest down")
  func records() {
    let mask = randomMask(size: VolumeSize(x: 14, y: 15, z: 16), density: 0.1, seed: 3)
    let (components, labels) = labelComponents(of: mask, connectivity: .twentySix)
    #expect(components.map(\.label) == Array(1...components.count))
    for (larger, smaller) in zip(components, components.dropFirst()) {
      #expect(larger.voxels >= smaller.voxels)
    }
    for component in components {
      let part = labels.cropped(to: component.region)
      #expect(part.samples.count { $0 == Int32(component.label) } == component.voxels)
      #expect(labels.samples.count { $0 == Int32(component.label) } == component.voxels)
    }
  }

  @Test("A spiral that meets itself only at its end is one component")
  func unitesLate() {
    // A comb: teeth that are joined by the last row only, so that every tooth is a set of its own
    // until then.
    var mask = Block<Int8>(region: Region(VolumeSize(x: 21, y: 9, z: 3)), repeating: 0)
    for z in 0..<3 {
      for x in stride(from: 0, to: 21, by: 2) {
        for y in 0..<9 { mask[VoxelIndex(x: x, y: y, z: z)] = 1 }
      }
    }
    #expect(labelComponents(of: mask, connectivity: .twentySix).components.count == 11)
    for x in 0..<21 { mask[VoxelIndex(x: x, y: 8, z: 2)] = 1 }
    let joined = labelComponents(of: mask, connectivity: .six).components
    #expect(joined.count == 1)
    #expect(joined.first?.voxels == 11 * 27 + 10)
  }

  @Test("An empty mask has none")
  func empty() {
    let mask = Block<Int8>(region: Region(VolumeSize(x: 5, y: 5, z: 5)), repeating: 0)
    #expect(labelComponents(of: mask, connectivity: .six).components.isEmpty)
  }
}
