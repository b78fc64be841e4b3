import InstanceSeparation
import MRCFormat
import TomogramModel
import Volumes

extension Pipeline {
  /// Stage 4: which membrane each voxel belongs to.
  func separate(_ monitor: StageMonitor) throws {
    let given = plan.stages.contains(.trace) ? nil : plan.mask
    let mask = try required(
      try input(given: given, own: folder.mask), .separate, "a mask",
      "Run `bilayer trace` first, or give one with --mask.")
    let sink = try MRCSink<UInt16>(
      path: folder.instances, geometry: mask.geometry, template: mask.header,
      label: label("membrane labels"))
    let membranes = try InstanceSeparation.separate(
      mask: mask.mask, options: plan.separation, into: sink, scratchFolder: folder.path,
      workers: context.workers, monitor: monitor)
    say(
      membranes.isEmpty
        ? "No membrane was found. Look at probability.mrc; a lower --threshold finds more."
        : "\(membranes.count) membranes.")
  }
}
