/// A simple shape fitted to a surface, and how well it holds.
public struct ParametricFit: Codable, Hashable, Sendable {
  /// `sphere`, `ellipsoid` or `plane`.
  public var model: String
  /// The shape's numbers by name, unit last (`radius_A`, `center_x_A`).
  public var parameters: [FitParameter]
  /// Root mean square of the distance from all of the surface, in Å, by area.
  public var rmsResidualAngstrom: Double
  /// The same over the inliers only; what the robust fit minimises.
  public var inlierRmsResidualAngstrom: Double
  /// Share of the area within the inlier distance, 0...1.
  public var inlierShare: Double

  /// Makes a record.
  public init(
    model: String, parameters: [FitParameter], rmsResidualAngstrom: Double,
    inlierRmsResidualAngstrom: Double, inlierShare: Double
  ) {
    (self.model, self.parameters) = (model, parameters)
    self.rmsResidualAngstrom = rmsResidualAngstrom
    self.inlierRmsResidualAngstrom = inlierRmsResidualAngstrom
    self.inlierShare = inlierShare
  }

  /// The parameter of the given name.
  public subscript(name: String) -> Double? { parameters.first { $0.name == name }?.value }

  /// The three parameters `name_x`, `name_y` and `name_z`, with their unit's ending.
  public func vector(_ name: String, unit: String = "") -> SIMD3<Double>? {
    guard let x = self["\(name)_x\(unit)"], let y = self["\(name)_y\(unit)"],
      let z = self["\(name)_z\(unit)"]
    else { return nil }
    return SIMD3(x, y, z)
  }
}

/// A number of a fitted shape.
public struct FitParameter: Codable, Hashable, Sendable {
  /// Name with the unit last.
  public var name: String
  /// Value in that unit.
  public var value: Double

  /// Names a number.
  public init(_ name: String, _ value: Double) { (self.name, self.value) = (name, value) }
}
