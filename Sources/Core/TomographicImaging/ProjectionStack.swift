/// Projections of one specimen at a series of tilt angles, in memory.
///
///     samples: [tilt][y][u], u fastest; u and y are detector axes in pixels of the voxel's size
///
/// The tilt axis is y, through the middle of the volume and of the detector's row.
public struct ProjectionStack: Equatable, Sendable {
  /// Tilt angles in degrees, one a projection.
  public let anglesDegrees: [Double]
  /// Pixels in a detector row.
  public let width: Int
  /// Rows of a projection: those of the volume.
  public let height: Int
  /// All pixels.
  public var samples: [Float]

  /// Makes a stack.
  ///
  /// - Precondition: one sample a pixel; width and height above 0.
  public init(anglesDegrees: [Double], width: Int, height: Int, samples: [Float]) {
    precondition(
      0 < width && 0 < height && samples.count == anglesDegrees.count * width * height,
      "A stack holds one sample for each pixel of each projection.")
    self.anglesDegrees = anglesDegrees
    self.width = width
    self.height = height
    self.samples = samples
  }

  /// Makes a stack of zeros.
  public init(anglesDegrees: [Double], width: Int, height: Int) {
    self.init(
      anglesDegrees: anglesDegrees, width: width, height: height,
      samples: Array(repeating: 0, count: anglesDegrees.count * width * height))
  }

  /// Where a projection lies in `samples`.
  public func range(ofProjection index: Int) -> Range<Int> {
    (index * width * height)..<((index + 1) * width * height)
  }

  /// Every other projection, from number `first` on.
  ///
  /// - Precondition: `first` is the number of a projection.
  public func everyOther(from first: Int) -> ProjectionStack {
    precondition(anglesDegrees.indices.contains(first), "A half begins at one of the projections.")
    let chosen = stride(from: first, to: anglesDegrees.count, by: 2)
    return ProjectionStack(
      anglesDegrees: chosen.map { anglesDegrees[$0] }, width: width, height: height,
      samples: chosen.flatMap { samples[range(ofProjection: $0)] })
  }
}
