import ArgumentParser
import InstanceSeparation
import Pipeline

/// Corrections of a separation. In one command line merging comes first, then splitting, dropping
/// and naming.
struct EditArguments: ParsableArguments {
  @Option(help: ArgumentHelp("Make membranes one, with the first's label.", valueName: "N,N"))
  var merge: [NumberListValue] = []

  @Option(help: ArgumentHelp("Cut membranes into their pieces, or at the neck.", valueName: "N,N"))
  var split: [NumberListValue] = []

  @Option(help: ArgumentHelp("Leave membranes out.", valueName: "N,N"))
  var drop: [NumberListValue] = []

  @Option(help: ArgumentHelp("Name a membrane.", valueName: "N=NAME"))
  var rename: [NamedLabelValue] = []

  @Flag(help: "Take all earlier edits back.")
  var forgetEdits = false

  mutating func validate() throws {
    if let alone = merge.first(where: { $0.numbers.count < 2 }) {
      throw ValidationError("--merge \(alone.numbers[0]): expected two labels or more, as in 3,7.")
    }
  }

  func resolve(_ plan: inout Plan) {
    if forgetEdits { plan.edits = MembraneEdits() }
    plan.edits.add(merge.map { MembraneEdits.Step(.merge, $0.numbers) })
    plan.edits.add(split.flatMap { $0.numbers.map { MembraneEdits.Step(.split, [$0]) } })
    plan.edits.add(drop.map { MembraneEdits.Step(.drop, $0.numbers) })
    plan.edits.add(rename.map { MembraneEdits.Step(.rename, [$0.label], name: $0.name) })
  }
}

/// `--rename 4=ER`.
struct NamedLabelValue: ExpressibleByArgument {
  let label: Int
  let name: String

  init?(argument: String) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, let label = Int(parts[0]), 0 < label, !parts[1].isEmpty,
      parts[1].unicodeScalars.allSatisfy({ 0x20 <= $0.value && $0.value != 0x7F })
    else { return nil }
    (self.label, name) = (label, String(parts[1]))
  }
}
