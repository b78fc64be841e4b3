public import Volumes

/// Why a pipeline could not run.
public enum PipelineError: Fault, Equatable {
  /// The output folder holds results already.
  case folderHoldsResults(folder: String, example: String, finished: Bool)
  /// Another process works in the output folder.
  case folderIsBusy(folder: String)
  /// A stage lacks what it works on.
  case missingInput(stage: Stage, wanted: String, advice: String)
  /// A plan cannot be read.
  case badPlan(path: String, reason: String)
  /// A file is not what it was when the plan was made.
  case changedInput(path: String, expectedHash: String, foundHash: String)
  /// An option's value makes no sense.
  case badOption(option: String, value: String, expected: String)
  /// Two volumes that must cover the same voxels do not.
  case sizesDiffer(path: String, found: VolumeSize, expected: VolumeSize)
  /// A mask holds something that is no label.
  case badMask(path: String, value: Float)
  /// A volume of labels holds something that is no label.
  case badLabel(path: String, value: Float)
  /// A text file of tilt angles cannot be used.
  case badTiltFile(path: String, reason: String)
  /// The memory cap is below what the smallest piece of work needs.
  case memoryTooSmall(neededGigabytes: Double, givenGigabytes: Double)

  public var kind: FaultKind {
    switch self {
    case .folderHoldsResults, .badOption, .missingInput: .usage
    case .folderIsBusy, .memoryTooSmall: .resources
    case .badPlan, .changedInput, .sizesDiffer, .badMask, .badLabel, .badTiltFile: .input
    }
  }

  public var description: String {
    switch self {
    case .folderHoldsResults(let folder, let example, let finished):
      "\(folder) holds \(finished ? "finished results" : "results of an unfinished run") already "
        + "(\(example)). Choose another folder, give --resume to "
        + "\(finished ? "redo only what has changed" : "continue that run"), "
        + "or --force to replace it."
    case .folderIsBusy(let folder):
      "Another run of bilayer is working in \(folder). Wait for its end or choose another folder."
    case .missingInput(let stage, let wanted, let advice):
      "\(stage.rawValue) needs \(wanted). \(advice)"
    case .badPlan(let path, let reason): "\(path) is no usable plan: \(reason)"
    case .changedInput(let path, let expected, let found):
      "\(path) has changed since the plan was made: SHA-256 \(found.prefix(12))..., expected "
        + "\(expected.prefix(12)).... Bring the old file back, or start anew without --plan."
    case .badOption(let option, let value, let expected):
      "\(option) \(value): expected \(expected)."
    case .sizesDiffer(let path, let found, let expected):
      "\(path) has \(found.inWords) voxels, where \(expected.inWords) were expected. "
        + "Give a file on the tomogram's grid."
    case .badMask(let path, let value):
      "\(path) holds the value \(value), where a mask has whole numbers, 0 for no membrane. "
        + "Give a mask; a probability is given with --probability."
    case .badLabel(let path, let value):
      "\(path) holds the value \(value), where labels are whole numbers from 0 to 65535. "
        + "Give a volume of labels."
    case .badTiltFile(let path, let reason):
      "\(path) gives no tilt range: \(reason) Expected one angle a line (.tlt, .rawtlt) or lines "
        + "'TiltAngle = 12.3' (.mdoc). Give --tilt-range LOW,HIGH instead."
    case .memoryTooSmall(let needed, let given):
      "The work needs at least \(Self.rounded(needed)) GB of memory, but --memory allows "
        + "\(Self.rounded(given)) GB. Raise --memory, or preview with --bin 2 or --region."
    }
  }

  private static func rounded(_ value: Double) -> Double { (value * 100).rounded(.up) / 100 }
}

extension VolumeSize {
  /// The size as users write it, x first: `928 x 928 x 464`.
  public var inWords: String { "\(x) x \(y) x \(z)" }
}
