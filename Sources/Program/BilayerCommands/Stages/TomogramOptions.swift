import ArgumentParser
import MembranePrediction
import Pipeline
import Preprocessing
import Tensors
import VolumeFiles
import Volumes

/// Which part of a volume is used.
struct PartOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Use this part only, in voxels.", valueName: "z0:z1,y0:y1,x0:x1"))
  var region: RegionValue?

  @Option(help: ArgumentHelp("Average N voxels along each axis into one.", valueName: "N"))
  var bin: Int?

  mutating func validate() throws {
    if let bin, bin < 1 { throw ValidationError("--bin \(bin): expected 1 or more.") }
  }

  /// Puts the part into a plan; opens the volume only where a region must be resolved.
  func resolve(_ plan: inout ReadingPlan, path: String) throws {
    if let bin { plan.bin = bin }
    if let region {
      let input = try InputVolume.open(
        path: path, options: plan.input, scratchFolder: Machine.scratchFolder)
      plan.region = try region.resolved(in: input.geometry.size)
    }
  }
}

/// How a network is applied.
struct PredictionArguments: ParsableArguments {
  @Option(help: ArgumentHelp("Speed against quality.", valueName: "fast|standard|accurate"))
  var preset: PresetValue?

  @Option(
    help: ArgumentHelp(
      "A network's file, or one that is shipped (default: the preset's).",
      valueName: "MODEL|volume|fast|slice"))
  var model: String?

  @Option(
    help: ArgumentHelp(
      "Half tomogram (even, odd); once or twice: are the predictions on both alike?",
      valueName: "FILE"))
  var half: [String] = []

  @Option(help: ArgumentHelp("Grey of dense matter.", valueName: "auto|dark|bright"))
  var contrast: ContrastValue?

  @Option(
    help: ArgumentHelp(
      "Mirrored copies that are averaged: 1, 2, 4 or 8.", valueName: "N", visibility: .hidden))
  var mirrors: Int?

  @Option(
    help: ArgumentHelp(
      "Arithmetic of networks (default: bfloat16 where the processor multiplies it).",
      valueName: "single|bfloat16"))
  var precision: PrecisionValue?

  mutating func validate() throws {
    if 2 < half.count {
      throw ValidationError("--half: expected one or two files, found \(half.count).")
    }
    if let mirrors, ![1, 2, 4, 8].contains(mirrors) {
      throw ValidationError("--mirrors \(mirrors): expected 1, 2, 4 or 8.")
    }
  }

  /// Puts model, engine and device into a plan.
  func resolve(_ plan: inout Plan, device: DeviceOptions) throws {
    // A plan that holds a network holds also what it computes with.
    let isNew = plan.model == nil
    preset?.preset.apply(to: &plan.prediction)
    if let path = try modelPath(isNeeded: plan.model == nil) {
      plan.model = try InputRecord(path: path)
    }
    if !half.isEmpty { plan.halves = try half.map { try InputRecord(path: $0) } }
    let network = try MembraneModel(path: plan.model?.path ?? "")
    if let contrast { plan.preprocessing.contrast = contrast.contrast }
    if let mirrors { plan.prediction.mirroredCopies = mirrors }
    try plan.fitTiles(to: network.card.architecture)
    let engine = try Engine.open()
    let device = try Device(named: device.device ?? plan.device, engine: engine)
    if let precision {
      plan.prediction.precision = try precision.checked(on: device, engine: engine)
    } else if isNew, device == .cpu, engine.processorMultipliesBFloat16 {
      plan.prediction.precision = .bfloat16
    }
    plan.engine = engine.torchVersion
    plan.device = device.description
  }
}

extension PredictionArguments {
  /// The file that the command line wants, or nil where the plan's may stay.
  private func modelPath(isNeeded: Bool) throws -> String? {
    if let model { return try ShippedModel(rawValue: model)?.path() ?? model }
    guard isNeeded || preset != nil else { return nil }
    return try (preset ?? .standard).preset.model.path()
  }
}

/// `--preset`.
enum PresetValue: String, ExpressibleByArgument, CaseIterable {
  case fast
  case standard
  case accurate

  var preset: PredictionPreset {
    switch self {
    case .fast: .fast
    case .standard: .standard
    case .accurate: .accurate
    }
  }
}

/// `--contrast`.
enum ContrastValue: String, ExpressibleByArgument, CaseIterable {
  case auto
  case dark
  case bright

  var contrast: Contrast { Contrast(rawValue: rawValue) ?? .auto }
}

/// `--precision`.
enum PrecisionValue: String, ExpressibleByArgument, CaseIterable {
  case single
  case bfloat16

  /// The precision, if the device has it.
  func checked(on device: Device, engine: Engine) throws -> NetworkPrecision {
    guard self == .bfloat16 else { return .single }
    guard device != .cpu || engine.processorMultipliesBFloat16 else {
      throw ValidationError(
        "--precision bfloat16: this processor does not multiply bfloat16 (AMX); leave it out.")
    }
    return .bfloat16
  }
}
