import RealModule

/// Shape descriptors as a learner wants them: sizes by their logarithm, nothing unbounded.
public struct ShapeFeatures: Hashable, Sendable {
  /// One for each of `names`.
  public let values: [Double]

  /// Descriptors used, columns of `shapes.csv`.
  public static let names = columns.map(\.name)

  /// Columns and how each is scaled. Left out is what says nothing of shape (`closed` repeats
  /// `boundary_loops`) or is unbounded where it is meaningless (the sphere through a sheet).
  private static let columns: [(name: String, scale: @Sendable (Double) -> Double)] = [
    ("area_nm2", logarithm), ("enclosure", plain), ("width_nm", logarithm),
    ("elongation", logarithm), ("median_curvature_per_nm", plain),
    ("curvedness_per_nm", plain), ("shape_index", plain), ("convex_share", plain),
    ("mean_normal", plain), ("normals_first", plain), ("normals_third", plain),
    ("sphere_share", plain), ("ellipsoid_share", plain), ("plane_share", plain),
    ("length_nm", logarithm), ("breadth_nm", logarithm), ("depth_nm", logarithm),
    ("boundary_loops", logarithm), ("border_share", plain),
  ]

  private static let plain: @Sendable (Double) -> Double = { $0 }
  /// 0 stays 0.
  private static let logarithm: @Sendable (Double) -> Double = { .log(1 + max($0, 0)) }

  /// Takes a table's cells.
  ///
  /// - Parameter value: a column's number.
  public init(_ value: (String) throws -> Double) rethrows {
    values = try Self.columns.map { column in column.scale(try value(column.name)) }
  }

  /// Takes descriptors.
  public init(_ shape: ShapeDescriptors) {
    let known = Dictionary(
      uniqueKeysWithValues: ShapeDescriptors.columns.map { ($0.name, $0.value(shape)) })
    self.init { known[$0] ?? 0 }
  }
}
