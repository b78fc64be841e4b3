import InstanceSeparation
import MRCFormat
import TomogramModel
import Volumes
import WorkLedger

extension Pipeline {
  /// Stage 4: which membrane each voxel belongs to.
  ///
  /// - Parameter key: digest of all that decides the result.
  func separate(_ monitor: StageMonitor, key: String) throws {
    let input = try separationInput()
    let sink = try MRCSink<UInt16>(
      path: folder.instances, geometry: input.geometry, template: input.header,
      label: label("membrane labels"))
    let membranes =
      plan.edits.steps.isEmpty
      ? try parted(input, into: sink, monitor, key: key)
      : try edited(input, into: sink, monitor, key: key)
    say(
      membranes.isEmpty
        ? "No membrane was found. Look at probability.mrc; a lower --threshold finds more."
        : "\(membranes.count) membranes.")
  }

  /// A mask to part, or labels to take in.
  private func separationInput() throws -> StageInput {
    if let given = plan.instances {
      return try required(
        try input(given: given, own: folder.instances), .separate, "labels", "")
    }
    let given = plan.stages.contains(.trace) ? nil : plan.mask
    return try required(
      try input(given: given, own: folder.mask), .separate, "a mask",
      "Run `bilayer trace` first, or give one with --mask.")
  }

  private func parted(
    _ input: StageInput, into sink: any VolumeSink<UInt16>, _ monitor: StageMonitor, key: String
  ) throws -> [Membrane] {
    guard plan.instances == nil else {
      let labels = InstanceVolume(input)
      for slab in input.geometry.bounds.slabs(thickness: 8) {
        try sink.write(try labels.source.read(slab))
        try monitor.report(completed: slab.upper.z, of: input.geometry.size.z)
      }
      try sink.commit()
      return try labels.membranes(monitor)
    }
    let steps = try folder.steps(of: .separate, work: key)
    defer { tell(steps) }
    return try InstanceSeparation.separate(
      mask: input.mask, options: plan.separation, into: sink, steps: steps,
      scratchFolder: folder.path, workers: context.workers, monitor: monitor)
  }

  /// Parts, then carries the user's edits out.
  private func edited(
    _ input: StageInput, into sink: any VolumeSink<UInt16>, _ monitor: StageMonitor, key: String
  ) throws -> [Membrane] {
    let labels = try ScratchVolume<UInt16>(geometry: input.geometry, folder: folder.path)
    let found = try parted(input, into: labels, monitor, key: key)
    try bindEdits(to: found)
    return try apply(
      plan.edits, to: labels, membranes: found,
      minimumVoxels: plan.separation.minimumVoxels, into: sink)
  }

  /// Makes sure that the edits were made for these labels: changed options number membranes anew.
  ///
  /// The first run writes down, in the plan, which labels they were.
  private func bindEdits(to found: [Membrane]) throws {
    let rows = found.map { "\($0.label) \($0.voxels) \($0.region)" }
    let digest = SHA256.hexDigest(of: Array(rows.joined(separator: "\n").utf8))
    if let known = plan.edits.separation {
      guard known == digest else {
        throw EditError.otherSeparation(steps: plan.edits.steps.count)
      }
      return
    }
    var bound = plan
    bound.edits.separation = digest
    try AtomicFile.write(try canonicalJSON(bound), to: folder.plan, overwrite: true)
  }
}
