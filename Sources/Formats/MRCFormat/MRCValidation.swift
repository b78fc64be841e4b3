import WorkLedger

/// A fault of an MRC file.
public struct MRCFinding: Equatable, Sendable, CustomStringConvertible {
  /// 1...n in the order of a report.
  public let number: Int
  /// Header field, or `file`, `data`.
  public let field: String
  /// What was found and what was expected.
  public let message: String

  public var description: String { "\(number). \(field): \(message)" }
}

/// Every fault of an MRC file against MRC2014, numbered; none where it is valid.
///
/// The checks are those of mrcfile's validator, and a few that it lacks: lying machine stamps,
/// cells that are no numbers, samples that are not finite, files that end early. A voxel size of 0
/// is no fault, because the standard lets it be unknown. Modes 3, 4 and 101 are valid.
///
/// - Parameter scratchFolder: where a packed file is unpacked.
/// - Throws: `MRCError.file` where the file cannot be read at all.
public func validateMRC(
  path: String, scratchFolder: String
) throws(MRCError) -> [MRCFinding] {
  var findings = MRCFindings()
  let opened: MRCFile
  do throws(MRCError) {
    opened = try MRCFile.open(path: path, scratchFolder: scratchFolder)
  } catch {
    if case .file = error { throw error }
    // Whatever else is wrong with the header is worth telling too.
    if let (header, bytes) = try MRCFile.plainHeader(path: path) {
      findings.checkHeader(header, bytes: bytes)
    }
    findings.add("file", error.description)
    return findings.list
  }
  let bytes = try MRCFile.bytes(of: opened.file, at: 0, count: MRCHeader.byteCount)
  findings.checkHeader(opened.header, bytes: bytes)
  if 0 < opened.surplusBytes {
    findings.add(
      "file", "it is at least \(opened.surplusBytes) bytes longer than its header says")
  }
  try findings.checkData(of: opened)
  return findings.list
}

extension MRCFile {
  /// The header of an unpacked file and its bytes, where it has one.
  fileprivate static func plainHeader(path: String) throws(MRCError) -> (MRCHeader, [UInt8])? {
    let file: InputFile
    do { file = try InputFile(path: path) } catch { throw MRCError.file(error) }
    guard MRCHeader.byteCount <= file.byteCount else { return nil }
    let bytes = try bytes(of: file, at: 0, count: MRCHeader.byteCount)
    guard let header = try? MRCHeader(bytes: bytes, path: path) else { return nil }
    return (header, bytes)
  }
}

/// Faults as they are found.
struct MRCFindings {
  private(set) var list: [MRCFinding] = []

  mutating func add(_ field: String, _ message: String) {
    list.append(MRCFinding(number: list.count + 1, field: field, message: message))
  }

  mutating func checkHeader(_ header: MRCHeader, bytes: [UInt8]) {
    checkIdentity(header, bytes: bytes)
    checkSizes(header)
    checkLabels(header)
    if header.version != 20140 && header.version != 20141 {
      add("nversion", "found \(header.version), expected 20140 or 20141")
    }
    if 0 < header.extendedHeaderByteCount && !header.hasKnownExtendedHeader {
      add(
        "exttyp",
        "an extended header of \(header.extendedHeaderByteCount) bytes has the type "
          + "'\(header.extendedHeaderType)', expected one of "
          + MRCHeader.knownExtendedHeaderTypes.joined(separator: " "))
    }
  }

  private mutating func checkIdentity(_ header: MRCHeader, bytes: [UInt8]) {
    if !bytes[208..<212].elementsEqual("MAP ".utf8) {
      add("map", "the identifier 'MAP ' is missing")
    }
    let stamp = header.machineStamp
    let order: ByteOrder? =
      switch (stamp[0], stamp[1]) {
      case (0x44, 0x44), (0x44, 0x41): .little
      case (0x11, 0x11): .big
      default: nil
      }
    if order == nil {
      let found = (0..<4).map { String(stamp[$0], radix: 16) }.joined(separator: " ")
      add("machst", "found \(found), expected 44 44 0 0, 44 41 0 0 or 11 11 0 0 (hexadecimal)")
    } else if let order, order != header.byteOrder {
      add("machst", "it says \(order.rawValue)-endian, but the numbers are not")
    }
    if header.mode == MRCMode.rgb.rawValue {
      add("mode", "found 16 (RGB), which MRC2014 does not have")
    }
  }

  private mutating func checkSizes(_ header: MRCHeader) {
    for (axis, name) in ["x", "y", "z"].enumerated() {
      if header.sampling[axis] <= 0 {
        add("m\(name)", "found \(header.sampling[axis]), expected a number above 0")
      }
      let edge = header.cellAngstrom[axis]
      if !(0 <= edge && edge.isFinite) {
        add("cella.\(name)", "found \(edge), expected a length in Å, or 0 where unknown")
      }
      let angle = header.cellAnglesDegrees[axis]
      if !(0 < angle && angle < 180) {
        add("cellb.\(["alpha", "beta", "gamma"][axis])", "found \(angle), expected 90 degrees")
      }
      if !header.origin[axis].isFinite {
        add("origin.\(name)", "found \(header.origin[axis]), expected a number")
      }
    }
    let map = header.axisMap
    if [map.x, map.y, map.z].sorted() != [1, 2, 3] {
      add("mapc mapr maps", "found \(map.x) \(map.y) \(map.z), expected each of 1, 2, 3 once")
    }
    if header.spaceGroup < 0 { add("ispg", "found \(header.spaceGroup), expected 0 or above") }
    let (sections, perVolume) = (header.extent.z, header.sampling.z)
    if 401...630 ~= header.spaceGroup && 0 < perVolume && !sections.isMultiple(of: perVolume) {
      add("mz", "a stack of volumes of \(perVolume) sections each has \(sections) sections")
    }
  }

  private mutating func checkLabels(_ header: MRCHeader) {
    let used = header.labels.map { !$0.isEmpty }
    let count = used.count { $0 }
    if used.prefix(count).contains(false) {
      add("label", "empty labels stand between labels with text")
    }
    if count != header.labelCount {
      add("nlabl", "found \(header.labelCount), but \(count) labels have text")
    }
  }

  mutating func checkData(of file: MRCFile) throws(MRCError) {
    let header = file.header
    let isSigned = header.mode0Decision.isSigned
    guard let layout = header.layout(bytesAreSigned: isSigned) else { return }
    let extent = header.sampleExtent
    // Rows follow each other without gaps, except where a row's last byte holds one sample only.
    let isPacked = layout.kind == .fourBit
    let flat = SampleLayout(
      kind: layout.kind, isSwapped: layout.isSwapped,
      columns: isPacked ? extent.x : extent.x * extent.y * extent.z)
    let statistics: MRCStatistics
    do {
      statistics = try flat.statistics(
        at: header.dataOffset, rows: isPacked ? extent.y * extent.z : 1
      ) { (target, offset) in try file.file.read(into: &target, at: offset) }
    } catch let error as FileError {
      throw MRCError.file(error)
    } catch { preconditionFailure("Reading a file throws file errors only.") }
    checkStatistics(header, statistics)
  }

  private mutating func checkStatistics(_ header: MRCHeader, _ found: MRCStatistics) {
    if 0 < found.nonFiniteCount {
      add("data", "\(found.nonFiniteCount) samples are NaN or infinite")
    }
    let deviation = found.standardDeviation
    if 0 <= header.rms && !Self.agrees(deviation, header.rms, slack: 0) {
      add("rms", "found \(header.rms), but the data's is \(deviation)")
    }
    if header.minimum < header.maximum {
      if header.minimum != found.minimum {
        add("dmin", "found \(header.minimum), but the data's is \(found.minimum)")
      }
      if header.maximum != found.maximum {
        add("dmax", "found \(header.maximum), but the data's is \(found.maximum)")
      }
    }
    // Below both means "not determined".
    if min(header.minimum, header.maximum) < header.mean
      && !Self.agrees(found.mean, header.mean, slack: 1e-5 * deviation)
    {
      add("dmean", "found \(header.mean), but the data's is \(found.mean)")
    }
  }

  /// mrcfile's tolerance: 1 %. A mean near 0 gets a little more, since it is a difference.
  private static func agrees(_ found: Double, _ stated: Float, slack: Double) -> Bool {
    (found - Double(stated)).magnitude <= 1e-8 + 0.01 * Double(stated).magnitude + slack
  }
}
