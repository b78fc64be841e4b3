public import Volumes

/// One membrane and what is known of it: a row of `instances.csv`.
public struct Membrane: Hashable, Sendable, Codable {
  /// Its label in `instances.mrc`: 1...n by falling area.
  public var label: Int
  /// What the user calls it; nil where nobody has named it.
  public var name: String?
  /// What kind of membrane it is, e.g. `vesicle`; `unclassified` where nobody has looked.
  public var classification: String
  /// Whether the surface encloses a volume; nil where nobody has looked.
  public var closed: Bool?
  /// Label of the membrane it lies inside, if any.
  public var parent: Int?
  /// Voxels of the label.
  public var voxels: Int
  /// Box of the label.
  public var region: Region
  /// Measured quantities by column name, unit last (`area_nm2`), in the order of the table.
  public var measurements: [NamedMeasurement]

  /// Makes a record without measurements.
  public init(label: Int, voxels: Int, region: Region) {
    self.label = label
    classification = "unclassified"
    self.voxels = voxels
    self.region = region
    measurements = []
  }

  /// The measurement of the given name.
  public subscript(name: String) -> Measurement? {
    measurements.first { $0.name == name }?.measurement
  }
}

/// A measurement and its column name.
public struct NamedMeasurement: Hashable, Sendable, Codable {
  /// Column name with the unit last, e.g. `area_nm2`.
  public var name: String
  /// Value, doubt, or verdict.
  public var measurement: Measurement

  /// Names a measurement.
  public init(_ name: String, _ measurement: Measurement) {
    (self.name, self.measurement) = (name, measurement)
  }
}
