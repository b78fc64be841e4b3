import TomogramModel
import Volumes

/// Voxels of one membrane by how they are known.
public struct ProvenanceCount: Hashable, Sendable, Codable {
  /// Seen in the density.
  public var seen = 0
  /// Closed gaps.
  public var bridged = 0
  /// Hidden by the missing wedge and inferred.
  public var inferred = 0

  /// Makes a count of nothing.
  public init() {}

  /// All voxels whose provenance is known.
  public var total: Int { seen + bridged + inferred }

  /// Adds a voxel; `none` adds nothing.
  mutating func add(_ raw: Int8) {
    switch Provenance(rawValue: raw) {
    case .seen: seen += 1
    case .bridged: bridged += 1
    case .inferred: inferred += 1
    case .some(.none), nil: break
    }
  }

  /// The most frequent kind; the less certain one where two are as frequent.
  var prevailing: Provenance {
    let most = max(seen, bridged, inferred)
    if most == 0 { return .none }
    return inferred == most ? .inferred : bridged == most ? .bridged : .seen
  }

  static func += (left: inout ProvenanceCount, right: ProvenanceCount) {
    left.seen += right.seen
    left.bridged += right.bridged
    left.inferred += right.inferred
  }
}

extension BinnedVolume {
  /// Reads labels, and provenance where known, box by box.
  ///
  /// A binned voxel gets a label where at least a quarter of its voxels are labelled, so that thin
  /// membranes survive; of several labels the one that a majority vote leaves over.
  ///
  /// - Returns: input voxels by label and provenance.
  mutating func addLabels(
    _ instances: any VolumeSource<UInt16>, provenance source: (any VolumeSource<Int8>)?
  ) throws -> [Int: ProvenanceCount] {
    labels = [UInt16](repeating: 0, count: geometry.size.count)
    if source != nil { provenance = [UInt8](repeating: 0, count: geometry.size.count) }
    var counts: [Int: ProvenanceCount] = [:]
    for box in boxes(of: instances.geometry.bounds) {
      let block = try instances.read(box)
      let known = try source?.read(box)
      for z in (box.lower.z / factor)..<((box.upper.z + factor - 1) / factor) {
        for y in (box.lower.y / factor)..<((box.upper.y + factor - 1) / factor) {
          for x in 0..<geometry.size.x {
            bin(block, known, x: x, y: y, z: z, into: &counts)
          }
        }
      }
    }
    return counts
  }

  private mutating func bin(
    _ block: Block<UInt16>, _ known: Block<Int8>?, x: Int, y: Int, z: Int,
    into counts: inout [Int: ProvenanceCount]
  ) {
    let upper = block.region.upper
    let columns = (x * factor)..<min((x + 1) * factor, upper.x)
    let (samples, provenances) = (block.samples.span, known?.samples)
    var (candidate, lead, labelled, voxels) = (UInt16(0), 0, 0, 0)
    var local = ProvenanceCount()
    for section in (z * factor)..<min((z + 1) * factor, upper.z) {
      for row in (y * factor)..<min((y + 1) * factor, upper.y) {
        let start = block.offset(of: VoxelIndex(x: 0, y: row, z: section))
        voxels += columns.count
        for column in columns {
          let label = samples[start &+ column]
          if label == 0 { continue }
          labelled += 1
          if lead == 0 { candidate = label }
          lead += label == candidate ? 1 : -1
          if let raw = provenances?[start &+ column] {
            local.add(raw)
            counts[Int(label), default: ProvenanceCount()].add(raw)
          }
        }
      }
    }
    guard voxels <= 4 * labelled, 0 < labelled else { return }
    let offset = (z * geometry.size.y + y) * geometry.size.x + x
    labels[offset] = candidate
    if known != nil { provenance[offset] = UInt8(local.prevailing.rawValue) }
  }
}
