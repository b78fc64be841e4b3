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
  @Option(help: ArgumentHelp("The network (default: the one shipped).", valueName: "MODEL"))
  var model: String?

  @Option(help: ArgumentHelp("Grey of dense matter.", valueName: "auto|dark|bright"))
  var contrast: ContrastValue?

  @Option(
    help: ArgumentHelp(
      "Mirrored copies that are averaged: 1, 2, 4 or 8.", valueName: "N", visibility: .hidden))
  var mirrors: Int?

  mutating func validate() throws {
    if let mirrors, ![1, 2, 4, 8].contains(mirrors) {
      throw ValidationError("--mirrors \(mirrors): expected 1, 2, 4 or 8.")
    }
  }

  /// Puts model, engine and device into a plan.
  func resolve(_ plan: inout Plan, device: DeviceOptions) throws {
    if model != nil || plan.model == nil {
      plan.model = try InputRecord(path: try model ?? MembraneModel.shippedModelPath())
    }
    let network = try MembraneModel(path: plan.model?.path ?? "")
    if let contrast { plan.preprocessing.contrast = contrast.contrast }
    if let mirrors { plan.prediction.mirroredCopies = mirrors }
    try plan.fitTiles(to: network.card.architecture)
    let engine = try Engine.open()
    plan.engine = engine.torchVersion
    plan.device = try Device(named: device.device ?? plan.device, engine: engine).description
  }
}

/// `--contrast`.
enum ContrastValue: String, ExpressibleByArgument, CaseIterable {
  case auto
  case dark
  case bright

  var contrast: Contrast { Contrast(rawValue: rawValue) ?? .auto }
}
