/// What each value of a truth's label volume stands for.
///
/// A table over all 65 536 values, so that a row kernel asks with one load. The ignore labels win
/// over the membrane labels where a value is in both.
struct LabelRoles: Sendable {
  /// Neither membrane nor ignored.
  static let background: UInt8 = 0
  /// A voxel of a membrane.
  static let membrane: UInt8 = 1
  /// A voxel that counts nowhere.
  static let ignored: UInt8 = 2

  /// Role of each label, indexed by the label.
  let table: [UInt8]

  /// Makes the table.
  ///
  /// - Parameter membraneLabels: nil makes every label but 0 and the ignored ones a membrane.
  ///   Values that no `UInt16` holds, and 0, are passed over.
  init(membraneLabels: Set<Int>?, ignoreLabels: Set<Int>) {
    let membrane = membraneLabels == nil ? Self.membrane : Self.background
    var table = [UInt8](repeating: membrane, count: 1 << 16)
    for label in membraneLabels ?? [] where table.indices.contains(label) {
      table[label] = Self.membrane
    }
    table[0] = Self.background
    for label in ignoreLabels where table.indices.contains(label) {
      table[label] = Self.ignored
    }
    self.table = table
  }

  /// Role of a label.
  subscript(label: UInt16) -> UInt8 { table[Int(label)] }
}
