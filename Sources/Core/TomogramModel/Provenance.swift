/// How we know of a voxel, bridge or vertex: carried from where it is decided to the last output.
public enum Provenance: Int8, Hashable, Sendable, Codable, CaseIterable {
  /// No membrane here.
  case none = 0
  /// Seen in the density.
  case seen = 1
  /// A gap closed by tracing.
  case bridged = 2
  /// Hidden by the missing wedge and inferred.
  case inferred = 3
}
