import MRCFormat
import Meshes
import Morphometry
import TomogramModel
import VolumeFiles
import Volumes
import WorkLedger

extension Pipeline {
  /// Lumen and shells, where they are wanted.
  ///
  /// - Parameters:
  ///   - membranes: classed, with a surface and its description each.
  ///
  /// - Complexity: memory of all surfaces that enclose something, 200 bytes a vertex.
  func writeCompartments(
    _ membranes: [Membrane], shapes: [ShapeDescriptors], instances: InstanceVolume
  ) throws {
    let options = plan.morphometry
    guard options.lumen || !options.shells.isEmpty else { return }
    let geometry = instances.source.geometry
    let enclosures = try membranes.indices.compactMap { number in
      try Enclosure(
        label: membranes[number].label, surface: try surface(label: membranes[number].label),
        shape: shapes[number],
        encloses: MembraneClass(rawValue: membranes[number].classification)?.enclosesSomething
          ?? false,
        inlierAngstrom: 1.5 * geometry.meanVoxelSizeAngstrom)
    }
    tell(enclosures, of: membranes)
    try fillLumen(
      of: enclosures, around: instances.source,
      into: try sink(folder.lumen, instances, "lumen of membranes"), workers: context.workers,
      monitor: context.monitor(.measure))
    try writeShells(instances, parents: membranes)
  }

  private func writeShells(_ instances: InstanceVolume, parents membranes: [Membrane]) throws {
    let bands = plan.morphometry.shells
    if bands.isEmpty { return }
    _ = try Folder.make(folder.shells)
    let lumen = try InputVolume.open(path: folder.lumen, scratchFolder: folder.path)
      .labels(UInt16.self)
    let parents = Dictionary(
      uniqueKeysWithValues: membranes.compactMap { membrane in
        membrane.parent.map { (membrane.label, $0) }
      })
    for band in bands {
      try writeShell(
        band, around: instances.source, lumen: lumen, parents: parents,
        into: try sink(
          "\(folder.shells)/shell_\(band.name).mrc", instances,
          "within \(band.name.replacing("_", with: " to ")) A of membranes"),
        workers: context.workers, monitor: context.monitor(.measure))
    }
  }

  private func sink(
    _ path: String, _ instances: InstanceVolume, _ words: String
  ) throws -> MRCSink<UInt16> {
    try MRCSink<UInt16>(
      path: path, geometry: instances.source.geometry, template: instances.header,
      label: label(words))
  }

  /// Says which lumina are open to doubt.
  private func tell(_ enclosures: [Enclosure], of membranes: [Membrane]) {
    let enclosing = Set(enclosures.map(\.label))
    let open = membranes.filter { !enclosing.contains($0.label) }.map { "\($0.label)" }
    if !open.isEmpty {
      say("No lumen, as they enclose nothing: membranes \(open.joined(separator: ", ")).")
    }
    let unclosed = Set(membranes.filter { $0.closed == false }.map(\.label))
    let closed = enclosures.filter { unclosed.contains($0.label) }.map { enclosure in
      let share = Int((enclosure.addedShare * 100).rounded())
      return share == 0
        ? "\(enclosure.label) (flat discs)" : "\(enclosure.label) (ellipsoid, \(share) %)"
    }
    if !closed.isEmpty {
      say("Lumen of open surfaces, holes closed by: \(closed.joined(separator: ", ")).")
    }
  }
}
