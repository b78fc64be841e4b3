import Training
import WorkLedger

/// What training has told so far, as a table (`MODEL.tsv`) and a picture (`MODEL.svg`) that grow
/// while it runs.
struct TrainingCurve {
  private let table: String
  private let picture: String
  private var records: [TrainingRecord] = []

  private static let heading = "step\tkind\tloss\tsoft_dice\trate\tgradient_norm"

  /// - Parameters:
  ///   - model: the model's path.
  ///   - step: steps done; what an interrupted run told after its last checkpoint is forgotten.
  init(besideModel model: String, upToStep step: Int) throws {
    (table, picture) = (model + ".tsv", model + ".svg")
    guard 0 < step, Folder.exists(table) else { return }
    records = try InputFile(path: table).readText().split(whereSeparator: \.isNewline).dropFirst()
      .compactMap { Self.record($0) }.filter { $0.step <= step }
  }

  /// Adds a record, and draws the picture anew where it is a validation.
  mutating func add(_ record: TrainingRecord) throws {
    records.append(record)
    let rows = records.map(Self.row).joined(separator: "\n")
    try AtomicFile.write(Array("\(Self.heading)\n\(rows)\n".utf8), to: table, overwrite: true)
    if record.kind == .validation {
      try AtomicFile.write(Array(svg.utf8), to: picture, overwrite: true)
    }
  }

  private static func row(_ record: TrainingRecord) -> String {
    let numbers = [record.loss, record.dice, record.rate, record.gradientNorm]
      .map { "\(Float($0))" }
    return (["\(record.step)", record.kind.rawValue] + numbers).joined(separator: "\t")
  }

  private static func record(_ row: Substring) -> TrainingRecord? {
    let cells = row.split(separator: "\t")
    guard cells.count == 6, let step = Int(cells[0]),
      let kind = TrainingRecord.Kind(rawValue: String(cells[1]))
    else { return nil }
    let numbers = cells[2...].compactMap { Double($0) }
    guard numbers.count == 4 else { return nil }
    return TrainingRecord(
      step: step, kind: kind, loss: numbers[0], dice: numbers[1], rate: numbers[2],
      gradientNorm: numbers[3])
  }
}

// MARK: - The picture

extension TrainingCurve {
  private static let (width, height, margin) = (640.0, 360.0, 48.0)

  /// Loss and soft Dice by step, of training (thin) and validation (thick).
  var svg: String {
    let last = Double(max(records.map(\.step).max() ?? 1, 1))
    let highest = max(records.map(\.loss).max() ?? 1, 1e-6)
    func line(
      _ kind: TrainingRecord.Kind, _ colour: String, _ value: (TrainingRecord) -> Double
    ) -> String {
      let points = records.filter { $0.kind == kind }.map { record in
        let x = Self.margin + Double(record.step) / last * (Self.width - 2 * Self.margin)
        let y = Self.height - Self.margin - value(record) * (Self.height - 2 * Self.margin)
        return "\(Float(x)),\(Float(y))"
      }
      let weight = kind == .validation ? 2.5 : 0.8
      return "<polyline fill='none' stroke='\(colour)' stroke-width='\(weight)' "
        + "points='\(points.joined(separator: " "))'/>"
    }
    let lines = [TrainingRecord.Kind.training, .validation].flatMap { kind in
      [line(kind, "#c0392b") { $0.loss / highest }, line(kind, "#2471a3") { $0.dice }]
    }
    return """
      <svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 \(Int(Self.width)) \(Int(Self.height))' \
      font-family='sans-serif' font-size='12'>
      <rect width='100%' height='100%' fill='white'/>
      <path d='M\(Self.margin) \(Self.margin)V\(Self.height - Self.margin)\
      H\(Self.width - Self.margin)' fill='none' stroke='#444'/>
      \(lines.joined(separator: "\n"))
      <text x='\(Self.margin)' y='24' fill='#c0392b'>loss, 0 to \(Float(highest))</text>
      <text x='240' y='24' fill='#2471a3'>soft Dice, 0 to 1</text>
      <text x='400' y='24' fill='#444'>thin: training, thick: validation</text>
      <text x='\(Self.width / 2)' y='\(Self.height - 14)' fill='#444' text-anchor='middle'>\
      step, 0 to \(Int(last))</text>
      </svg>

      """
  }
}
