import CCHOLMOD
import Synchronization

// The entries of Z = A⁻¹ where L has entries, exactly, without the rest of A⁻¹ (Takahashi, Fagan & Chin
// 1973; Erisman & Tinney 1975), block by block from the last: with J the columns of a block, I its
// rows below them and X = L_IJ L_JJ⁻¹,
//     Z_IJ = −Z_II X          Z_JJ = (L_JJ L_JJᵀ)⁻¹ + Xᵀ Z_II X
// (Lin, Yang, Meza, Lu, Ying & E 2011, "SelInv", ACM TOMS 37, 40, there for L D Lᵀ). All of Z_II is
// known by then: its columns belong to later blocks, whose rows hold the rest of I (the fill of one
// column is a subset of its parent's).
//
// As many operations as the factorisation, and as much memory again.

extension CholeskyFactor {
  /// The diagonal of A⁻¹: exact marginal variances of a field with precision A.
  public func inverseDiagonal() -> [Double] {
    let layout = SupernodalLayout(self)
    var inverse = SelectedInverse(layout, order: order, storedEntries: storedEntries)
    denseKernelLock.withLock { _ in
      for block in (0..<layout.count).reversed() { inverse.settle(block) }
    }
    var diagonal = [Double](repeating: 0, count: order)
    for block in 0..<layout.count {
      let (columns, rows) = (layout.columns(of: block), layout.rowCount(of: block))
      for (place, column) in columns.enumerated() {
        diagonal[layout.original(column)] =
          inverse.values[layout.valueStart(of: block) + place * (rows + 1)]
      }
    }
    return diagonal
  }
}

/// Entries of the inverse in the factor's own layout, the lower triangle of each diagonal block.
private struct SelectedInverse {
  private let layout: SupernodalLayout
  private(set) var values: [Double]
  /// Block of each column.
  private let owner: [Int32]
  /// Place of each row in the block that is being read.
  private var place: [Int32]
  private var gathered: [Double] = []
  private var scaled: [Double] = []

  init(_ layout: SupernodalLayout, order: Int, storedEntries: Int) {
    self.layout = layout
    values = [Double](repeating: 0, count: storedEntries)
    place = [Int32](repeating: 0, count: order)
    var owner = [Int32](repeating: 0, count: order)
    for block in 0..<layout.count {
      for column in layout.columns(of: block) { owner[column] = Int32(block) }
    }
    self.owner = owner
  }

  /// Computes the block's entries; those of all later blocks are known.
  mutating func settle(_ block: Int) {
    let width = layout.columns(of: block).count
    let height = layout.rowCount(of: block)
    let below = height - width
    let start = layout.valueStart(of: block)
    for offset in 0..<(width * height) { values[start + offset] = layout.value(at: start + offset) }
    if 0 < below {
      gather(below: width, of: block, count: below)
      scaled = [Double](repeating: 0, count: below * width)
      for column in 0..<width {
        for row in 0..<below {
          scaled[column * below + row] = values[start + column * height + width + row]
        }
      }
    }
    unsafe values.withUnsafeMutableBufferPointer { all in
      guard let base = all.baseAddress else { return }
      // In bounds: a block has width × height values from its start.
      let corner = unsafe base + start
      if 0 < below { unsafe Self.solveRight(corner, &scaled, width, height, below) }
      unsafe Self.invert(corner, width, height)
      if 0 < below { unsafe Self.spread(corner, gathered, scaled, width, height, below) }
    }
  }

  /// Puts Z_II, lower triangle, into `gathered`.
  private mutating func gather(below width: Int, of block: Int, count: Int) {
    if gathered.count < count * count {
      gathered = [Double](repeating: 0, count: count * count)
    }
    var mapped = Int32(-1)
    for column in 0..<count {
      let index = layout.row(width + column, of: block)
      let source = owner[index]
      if source != mapped {
        mapped = source
        for position in 0..<layout.rowCount(of: Int(source)) {
          place[layout.row(position, of: Int(source))] = Int32(position)
        }
      }
      let rows = layout.rowCount(of: Int(source))
      let first = layout.columns(of: Int(source)).lowerBound
      let from = layout.valueStart(of: Int(source)) + (index - first) * rows
      for row in column..<count {
        gathered[column * count + row] =
          values[from + Int(place[layout.row(width + row, of: block)])]
      }
    }
  }

  /// X = L_IJ L_JJ⁻¹ in place of L_IJ.
  private static func solveRight(
    _ corner: UnsafeMutablePointer<Double>, _ scaled: inout [Double], _ width: Int, _ height: Int,
    _ below: Int
  ) {
    var (m, n, lead, one) = (Int32(below), Int32(width), Int32(height), 1.0)
    unsafe dtrsm_("R", "L", "N", "N", &m, &n, &one, corner, &lead, &scaled, &m)
  }

  /// (L_JJ L_JJᵀ)⁻¹, lower triangle, in place of L_JJ.
  private static func invert(_ corner: UnsafeMutablePointer<Double>, _ width: Int, _ height: Int) {
    var (n, lead, info) = (Int32(width), Int32(height), Int32(0))
    unsafe dpotri_("L", &n, corner, &lead, &info)
    precondition(info == 0, "A factor's diagonal is above 0.")
  }

  /// Z_IJ = −Z_II X below the block's corner, and −Xᵀ Z_IJ added to it.
  private static func spread(
    _ corner: UnsafeMutablePointer<Double>, _ gathered: [Double], _ scaled: [Double],
    _ width: Int, _ height: Int, _ below: Int
  ) {
    var (m, n, lead) = (Int32(below), Int32(width), Int32(height))
    var (minus, zero, one) = (-1.0, 0.0, 1.0)
    let lower = unsafe corner + width
    unsafe dsymm_("L", "L", &m, &n, &minus, gathered, &m, scaled, &m, &zero, lower, &lead)
    unsafe dgemm_(
      "T", "N", &n, &n, &m, &minus, scaled, &m, lower, &lead, &one, corner, &lead)
  }
}
