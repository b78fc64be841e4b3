/// What a report may weigh.
public struct ReportOptions: Codable, Equatable, Sendable {
  /// Most voxels of the volume inside the page; one byte each before compression. 12 million keep
  /// the page below about 20 MB and hold 256 x 256 x 128 voxels unbinned.
  public var volumeVoxelLimit: Int
  /// Most triangles of all membranes together inside the page.
  public var triangleLimit: Int

  /// Makes options with the documented defaults.
  public init() {
    volumeVoxelLimit = 12_000_000
    triangleLimit = 400_000
  }
}
