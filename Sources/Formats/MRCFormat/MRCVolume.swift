public import Volumes
import WorkLedger

/// A volume in an MRC file, read block by block.
///
///     let volume = try MRCVolume(path: "tomogram.mrc", scratchFolder: "/tmp")
///     for slab in volume.geometry.bounds.slabs(thickness: 16) {
///       let block = try volume.read(slab)
///     }
///
/// Reads modes 0, 1, 2, 6, 12 and 101 in either byte order; samples come as they are stored, without
/// scaling. Axes are put in the order x y z. A packed file is unpacked once, into an unnamed file in
/// the scratch folder. Any size: only the block asked for, and 1 MiB, is in memory. Any number of
/// threads may read at once.
public final class MRCVolume: VolumeSource {
  /// Name given by the user.
  public let path: String
  /// The header as it stands in the file.
  public let header: MRCHeader
  /// Size and place of the voxels, in the order x y z.
  public let geometry: VolumeGeometry
  /// Whether the voxel size is known; where it is not, `geometry` says 1 Å.
  public let voxelSizeIsKnown: Bool
  /// What was decided where the header leaves a choice, for the user.
  public let notes: [String]
  /// The header in normal form (x y z, standard signs, little-endian): what outputs on this grid
  /// take their labels, start and extended header from.
  public let template: MRCHeader
  let file: InputFile
  let layout: SampleLayout
  let order: AxisOrder

  /// Opens a file.
  ///
  /// - Parameter scratchFolder: where a packed file is unpacked; not used for plain ones.
  /// - Throws: `MRCError` where the file is no usable volume.
  public init(
    path: String, options: MRCReadingOptions = MRCReadingOptions(), scratchFolder: String
  ) throws(MRCError) {
    let options = try options.checked()
    var opened = try MRCFile.open(path: path, scratchFolder: scratchFolder)
    var notes = try opened.repairAxisMap()
    try opened.readExtendedHeader()
    let header = opened.header
    let isSigned = header.bytesAreSigned(options.mode0, &notes)
    guard let layout = header.layout(bytesAreSigned: isSigned) else {
      throw MRCError.unusableMode(path: path, mode: header.mode)
    }
    if !header.hasMapIdentifier { notes.append("the header is of the old style, without MAP") }
    if 0 < opened.surplusBytes { notes.append("the file is longer than its header says") }
    let order = AxisOrder(map: header.axisMap, axes: options.axes)
    let placement = header.placement(order: order, pixelSizeAngstrom: options.pixelSizeAngstrom)
    notes += placement.notes
    let size = order.fromFile(header.sampleExtent)
    geometry = VolumeGeometry(
      size: VolumeSize(x: size.x, y: size.y, z: size.z),
      voxelSizeAngstrom: placement.voxelSizeAngstrom, originAngstrom: placement.originAngstrom)
    voxelSizeIsKnown = placement.voxelSizeIsKnown
    if !order.isIdentity { notes.append("the axes were put in the order x y z") }
    template = header.normalised(order: order, geometry: geometry, placement: placement)
    (self.path, self.header, self.notes) = (path, header, notes)
    (file, self.layout, self.order) = (opened.file, layout, order)
  }

  public func read(_ region: Region) throws -> Block<Float> {
    precondition(geometry.bounds.contains(region), "A region read lies inside its volume.")
    guard !region.isEmpty else { return Block(region: region, samples: []) }
    if order.isIdentity { return Block(region: region, samples: try samples(of: region)) }
    let fileRegion = order.fileRegion(of: region)
    let samples = try samples(of: fileRegion)
    return Block(
      region: region, samples: order.reordered(samples, fileSize: fileRegion.size))
  }
}

// MARK: - Reading rows

extension MRCVolume {
  /// Samples of a region whose axes are the file's, columns fastest.
  private func samples(of region: Region) throws -> [Float] {
    let size = region.size
    if layout.kind == .fourBit && 0 < region.lower.x {
      // A 4-bit sample may begin inside a byte: rows are converted from their start.
      let first = VoxelIndex(x: 0, y: region.lower.y, z: region.lower.z)
      let wide = Region(lower: first, upper: region.upper)
      return Block(region: wide, samples: try samples(of: wide)).cropped(to: region).samples
    }
    let part = RowPart(region: region, layout: layout)
    let rowsPerPiece = max(1, min(size.y, (1 << 20) / max(part.stride, 1)))
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: part.stride * rowsPerPiece, alignment: 64)
    defer { unsafe bytes.deallocate() }
    return try unsafe [Float](unsafeUninitializedCapacity: size.count) { target, initialized in
      guard let floats = target.baseAddress else { return }
      for z in region.lower.z..<region.upper.z {
        for y in stride(from: region.lower.y, to: region.upper.y, by: rowsPerPiece) {
          let rows = min(rowsPerPiece, region.upper.y - y)
          try unsafe read(rows: rows, y: y, z: z, part: part, into: bytes)
          for row in 0..<rows {
            // Inside `bytes`, which holds `rows` strides, and `target`, filled row after row.
            let source = unsafe UnsafeRawBufferPointer(
              rebasing: bytes[(row * part.stride + part.skip)..<((row + 1) * part.stride)])
            let place = unsafe UnsafeMutableBufferPointer(
              start: floats + initialized, count: size.x)
            unsafe layout.convert(source, to: place)
            initialized += size.x
          }
        }
      }
    }
  }

  /// Reads the bytes of neighbouring rows: at once where they are wanted almost whole.
  private func read(
    rows: Int, y: Int, z: Int, part: RowPart, into bytes: UnsafeMutableRawBufferPointer
  ) throws {
    let height = Int(header.extent.y)
    let first = header.dataOffset + (z * height + y) * layout.bytesPerRow + part.offset
    if part.isWholeRow {
      var span = unsafe MutableRawSpan(
        _unsafeBytes: UnsafeMutableRawBufferPointer(rebasing: bytes[..<(rows * part.stride)]))
      return try file.read(into: &span, at: first)
    }
    for row in 0..<rows {
      var span = unsafe MutableRawSpan(
        _unsafeBytes: UnsafeMutableRawBufferPointer(
          rebasing: bytes[(row * part.stride)..<((row + 1) * part.stride)]))
      try file.read(into: &span, at: first + row * layout.bytesPerRow)
    }
  }

  /// Which bytes of each row are read, and where in them the wanted samples begin.
  private struct RowPart {
    /// First byte of the row that is read.
    let offset: Int
    /// Bytes read from each row.
    let stride: Int
    /// Bytes before the first sample wanted.
    let skip: Int
    let isWholeRow: Bool

    init(region: Region, layout: SampleLayout) {
      let wanted = region.size.x * layout.bytesPerSample
      // A page more to copy costs less than one more call of the system.
      isWholeRow = layout.bytesPerRow <= 2 * wanted + 4096 || layout.kind == .fourBit
      offset = isWholeRow ? 0 : region.lower.x * layout.bytesPerSample
      stride = isWholeRow ? layout.bytesPerRow : wanted
      skip = isWholeRow ? region.lower.x * layout.bytesPerSample : 0
    }
  }
}

// MARK: - Opening

extension MRCFile {
  /// Makes the axis map a permutation of 1, 2, 3 where what is meant is clear.
  ///
  /// - Returns: what was done, for the user.
  mutating func repairAxisMap() throws(MRCError) -> [String] {
    var notes: [String] = []
    if header.axisMap == SIMD3<Int32>(repeating: 0) {
      header.axisMap = SIMD3(1, 2, 3)
      notes.append("the header has no axis map; columns, rows and sections are x, y and z")
    }
    let isFlipped =
      !header.isFromIMOD
      && (header.axisMap.y == -2
        || (header.extendedHeaderType == "FEI1" && header.version == 20140))
    if isFlipped {
      header.axisMap.y = header.axisMap.y.magnitude == 2 ? 2 : header.axisMap.y
      notes.append("IMOD would turn this file's y axis round; it is read as it stands")
    }
    let map = header.axisMap
    guard [map.x, map.y, map.z].sorted() == [1, 2, 3] else {
      throw MRCError.badHeader(
        path: path, field: "mapc mapr maps (axis map)", found: "\(map.x) \(map.y) \(map.z)",
        expected: "each of 1, 2 and 3 once")
    }
    return notes
  }

  /// Reads the bytes between header and data where they can be carried over: type known, numbers in
  /// the order that outputs have, and not more than 64 MiB.
  mutating func readExtendedHeader() throws(MRCError) {
    let count = Int(header.extendedHeaderByteCount)
    guard header.hasKnownExtendedHeader, header.byteOrder == .little, count <= 64 << 20 else {
      return
    }
    header.extendedHeader = try Self.bytes(of: file, at: MRCHeader.byteCount, count: count)
  }
}

extension MRCHeader {
  /// Whether bytes of mode 0 have a sign, by option or header; says so where it matters.
  func bytesAreSigned(_ option: MRCReadingOptions.Mode0, _ notes: inout [String]) -> Bool {
    guard mode == 0, !isHalfWidth else { return true }
    switch option {
    case .signed, .unsigned:
      notes.append("mode 0 bytes are read as \(option.rawValue), as given")
      return option == .signed
    case .auto:
      let decision = mode0Decision
      let advice = decision.isCertain ? "" : " (--mode0 signed or unsigned decides)"
      let kind = decision.isSigned ? "signed" : "unsigned"
      notes.append("mode 0 bytes are read as \(kind): \(decision.reason)\(advice)")
      return decision.isSigned
    }
  }
}
