public import Volumes

extension Block where Sample == UInt16 {
  /// Labels in use with the box of each, by rising label.
  public func labelRegions() -> [(label: UInt16, region: Region)] {
    var boxes = [Region?](repeating: nil, count: 1 << 16)
    for z in region.lower.z..<region.upper.z {
      for y in region.lower.y..<region.upper.y {
        let row = samples.span.extracting(rowRange(y: y, z: z))
        var x = 0
        while x < row.count {
          let (label, first) = (row[x], x)
          while x < row.count && row[x] == label { x &+= 1 }
          guard label != 0 else { continue }
          let run = Region(
            lower: VoxelIndex(x: region.lower.x + first, y: y, z: z),
            upper: VoxelIndex(x: region.lower.x + x, y: y + 1, z: z + 1))
          boxes[Int(label)] = boxes[Int(label)]?.union(run) ?? run
        }
      }
    }
    return boxes.enumerated().compactMap { label, box in
      box.map { (UInt16(label), $0) }
    }
  }

  /// Each 26-connected component of each label as a label of its own: 1, 2, ... by rising old label
  /// and, within it, falling size. Components beyond the 65 535th share the last label.
  public func splitIntoComponents() -> Block {
    var result = Block(region: region, repeating: 0)
    var used = 0
    for (label, box) in labelRegions() {
      let mask = cropped(to: box).map { (sample: UInt16) -> Int8 in sample == label ? 1 : 0 }
      let (components, parts) = labelComponents(of: mask, connectivity: .twentySix)
      for z in box.lower.z..<box.upper.z {
        for y in box.lower.y..<box.upper.y {
          let (source, target) = (
            parts.rowRange(y: y, z: z),
            result.offset(of: VoxelIndex(x: box.lower.x, y: y, z: z))
          )
          for x in 0..<source.count where parts.samples[source.lowerBound + x] != 0 {
            let number = used + Int(parts.samples[source.lowerBound + x])
            result.samples[target + x] = UInt16(min(number, Int(UInt16.max)))
          }
        }
      }
      used += components.count
    }
    return result
  }
}
