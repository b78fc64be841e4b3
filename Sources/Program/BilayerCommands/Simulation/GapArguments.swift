import ArgumentParser
import MRCFormat
import Morphology
import VolumeFiles
import Volumes

/// What gaps are cut into.
struct GapArguments: ParsableArguments {
  @Flag(help: "A scene with known gaps, and the segmentation that has them.")
  var gaps = false

  @Option(help: ArgumentHelp("With --gaps: erase from these labels instead.", valueName: "FILE"))
  var labels: String?

  @Option(help: ArgumentHelp("Labels that are membranes (default: all).", valueName: "1,2,..."))
  var membraneLabels: LabelListValue?

  @Flag(help: "Labels are classes: each connected part is a membrane.")
  var labelsAreClasses = false

  mutating func validate() throws {
    if labels != nil && !gaps {
      throw ValidationError("--labels names what gaps are erased from: give --gaps too.")
    }
    if labels == nil && (membraneLabels != nil || labelsAreClasses) {
      throw ValidationError("--membrane-labels and --labels-are-classes tell of --labels FILE.")
    }
  }

  /// The labels of a file as one instance a membrane.
  func membranes(path: String, pixelSizeAngstrom: Double?) throws -> Volume<UInt16> {
    let input = try InputVolume.open(
      path: path, options: InputOptions(pixelSizeAngstrom: pixelSizeAngstrom),
      scratchFolder: Machine.scratchFolder)
    try input.requireVolume()
    let chosen = membraneLabels?.labels
    var block = try input.labels(UInt16.self).readAll().map {
      chosen?.contains($0) ?? true ? $0 : 0
    }
    if labelsAreClasses { block = block.splitIntoComponents() }
    return Volume(geometry: input.geometry, samples: block.samples)
  }
}
