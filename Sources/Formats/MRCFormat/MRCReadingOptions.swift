/// How to read a file whose header does not say all, or says it wrong.
public struct MRCReadingOptions: Hashable, Sendable, Codable {
  /// Whether the bytes of mode 0 have a sign.
  public enum Mode0: String, Hashable, Sendable, Codable, CaseIterable {
    /// As the header's IMOD stamp, version or statistics say; signed where they say nothing.
    case auto
    /// -128...127, as the standard has it.
    case signed
    /// 0...255, as older IMOD files have it.
    case unsigned
  }

  /// Whether the bytes of mode 0 have a sign.
  public var mode0: Mode0
  /// Voxel edge in Å that overrides the header's; nil: the header's.
  public var pixelSizeAngstrom: Double?
  /// Which axis of the specimen the header's x, y and z run along: `xyz` as they are, `xzy` where
  /// the thickness runs along the file's y. An order that is not cyclic mirrors the volume.
  public var axes: String

  /// Makes options; the defaults trust the header.
  public init(mode0: Mode0 = .auto, pixelSizeAngstrom: Double? = nil, axes: String = "xyz") {
    (self.mode0, self.pixelSizeAngstrom, self.axes) = (mode0, pixelSizeAngstrom, axes)
  }

  /// The options where they make sense.
  func checked() throws(MRCError) -> MRCReadingOptions {
    if let size = pixelSizeAngstrom, !(0 < size && size <= 100) {
      throw MRCError.badPixelSize(size)
    }
    guard axes.utf8.sorted() == Array("xyz".utf8) else { throw MRCError.badAxes(axes) }
    return self
  }
}
