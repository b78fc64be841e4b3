public import Volumes

extension MRCHeader {
  /// The 1024 bytes of the header, in its byte order and with the origin where MRC2014 has it.
  public func bytes() -> [UInt8] {
    var writer = HeaderWriter(order: byteOrder)
    writer.put(extent, at: 0)
    writer.put(mode, at: 12)
    writer.put(start, at: 16)
    writer.put(sampling, at: 28)
    writer.put(cellAngstrom, at: 40)
    writer.put(cellAnglesDegrees, at: 52)
    writer.put(axisMap, at: 64)
    writer.put(SIMD3(minimum, maximum, mean), at: 76)
    writer.put(spaceGroup, at: 88)
    writer.put(extendedHeaderByteCount, at: 92)
    writer.put(extendedHeaderType, count: 4, at: 104)
    writer.put(version, at: 108)
    writer.put(imodStamp, at: 152)
    writer.put(imodFlags, at: 156)
    writer.put(origin, at: 196)
    if hasMapIdentifier { writer.put("MAP ", count: 4, at: 208) }
    for index in 0..<4 { writer.bytes[212 + index] = machineStamp[index] }
    writer.put(Int32(bitPattern: rms.bitPattern), at: 216)
    writer.put(labelCount, at: 220)
    for (index, label) in labels.prefix(10).enumerated() {
      writer.put(label, count: 80, at: 224 + 80 * index)
    }
    return writer.bytes
  }

  /// A header in the normal form of all outputs: little-endian, version 20141, standard origin
  /// sign, axes 1 2 3, one volume, statistics undetermined.
  ///
  /// - Precondition: each side is below 2³¹ voxels.
  init(size: VolumeSize, mode: MRCMode, voxelSizeAngstrom: SIMD3<Double>, origin: SIMD3<Double>) {
    func word(_ side: Int) -> Int32 {
      precondition(side <= Int(Int32.max), "A side of an MRC volume is below 2^31 voxels.")
      return Int32(side)
    }
    extent = SIMD3(word(size.x), word(size.y), word(size.z))
    self.mode = mode.rawValue
    start = .zero
    sampling = extent
    let sides = SIMD3(Double(size.x), Double(size.y), Double(size.z))
    cellAngstrom = SIMD3<Float>(voxelSizeAngstrom * sides)
    cellAnglesDegrees = SIMD3(repeating: 90)
    axisMap = SIMD3(1, 2, 3)
    (minimum, maximum, mean, rms) = (0, -1, -2, -1)
    spaceGroup = 1
    extendedHeaderByteCount = 0
    extendedHeaderType = ""
    version = 20141
    (imodStamp, imodFlags) = (0, 0)
    self.origin = SIMD3<Float>(origin)
    hasMapIdentifier = true
    machineStamp = SIMD4(0x44, 0x44, 0, 0)
    labelCount = 0
    labels = []
    byteOrder = .little
    extendedHeader = []
  }

  /// This header in normal form, for outputs on the same grid.
  func normalised(
    order: AxisOrder, geometry: VolumeGeometry, placement: MRCPlacement
  ) -> MRCHeader {
    let mode = MRCMode(rawValue: mode) ?? .float32
    var normal = MRCHeader(
      size: geometry.size, mode: mode, voxelSizeAngstrom: geometry.voxelSizeAngstrom,
      origin: placement.isFromStart ? .zero : geometry.originAngstrom)
    normal.start = order.fromFile(start)
    normal.setLabels(labels)
    normal.setExtendedHeader(extendedHeader, type: extendedHeaderType)
    return normal
  }

  /// Keeps the labels that say something, the last ten of them.
  mutating func setLabels(_ candidates: [String]) {
    labels = Array(candidates.filter { !$0.isEmpty }.suffix(10))
    labelCount = Int32(labels.count)
  }

  /// Carries over an extended header; an empty one takes it away.
  mutating func setExtendedHeader(_ bytes: [UInt8], type: String) {
    extendedHeader = bytes
    extendedHeaderByteCount = Int32(bytes.count)
    extendedHeaderType = bytes.isEmpty ? "" : type
  }
}

extension MRCHeader {
  /// The header of an output.
  ///
  /// The position of every voxel is `geometry`'s. The start is the template's, moved along where
  /// the output is a part of its grid; where the template's position came from its start, so does
  /// the output's. The extended header is copied only to an output of the same size, because its
  /// records describe sections.
  ///
  /// - Parameter label: what the output is, without date; up to 80 printable ASCII characters.
  public init(
    output geometry: VolumeGeometry, mode: MRCMode, template: MRCHeader?, label: String
  ) {
    self.init(
      size: geometry.size, mode: mode, voxelSizeAngstrom: geometry.voxelSizeAngstrom,
      origin: geometry.originAngstrom)
    let text = label.utf8.prefix(80).map { (32..<127).contains($0) ? $0 : 32 }
    setLabels((template?.labels ?? []) + [String(decoding: text, as: UTF8.self)])
    guard let template else { return }
    let order = AxisOrder(map: SIMD3(1, 2, 3), axes: "xyz")
    let placement = template.placement(order: order, pixelSizeAngstrom: nil)
    let voxel = placement.voxelSizeAngstrom
    if Self.isSameSpacing(voxel, geometry.voxelSizeAngstrom) {
      let shift = (geometry.originAngstrom - placement.originAngstrom) / voxel
      let steps = shift.rounded(.toNearestOrEven)
      let error = shift - steps
      if (error * error).sum() < 1e-4 {
        start = template.start &+ SIMD3<Int32>(clamping: SIMD3<Int>(steps))
        if placement.isFromStart { origin = .zero }
      }
    }
    // A start beside a zero origin would itself be read as a position.
    if origin == .zero && !placement.isFromStart { start = .zero }
    if template.extent == extent {
      setExtendedHeader(template.extendedHeader, type: template.extendedHeaderType)
    }
  }

  private static func isSameSpacing(_ one: SIMD3<Double>, _ other: SIMD3<Double>) -> Bool {
    (0..<3).allSatisfy { (one[$0] - other[$0]).magnitude <= 1e-5 * one[$0] }
  }
}

/// Numbers put at byte offsets of a header.
private struct HeaderWriter {
  let order: ByteOrder
  var bytes = [UInt8](repeating: 0, count: MRCHeader.byteCount)

  mutating func put(_ value: Int32, at offset: Int) {
    for index in 0..<4 {
      let shift = 8 * (order == .little ? index : 3 - index)
      bytes[offset + index] = UInt8(truncatingIfNeeded: value >> Int32(shift))
    }
  }

  mutating func put(_ values: SIMD3<Int32>, at offset: Int) {
    for axis in 0..<3 { put(values[axis], at: offset + 4 * axis) }
  }

  mutating func put(_ values: SIMD3<Float>, at offset: Int) {
    for axis in 0..<3 { put(Int32(bitPattern: values[axis].bitPattern), at: offset + 4 * axis) }
  }

  mutating func put(_ text: String, count: Int, at offset: Int) {
    for (index, byte) in text.utf8.prefix(count).enumerated() { bytes[offset + index] = byte }
  }
}
