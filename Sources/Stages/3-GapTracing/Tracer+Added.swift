import LinearAlgebra
import Morphology
import TomogramModel
import Volumes

/// What is known of one connected part of added voxels.
private struct AddedPart {
  var places: [SIMD3<Double>] = []
  var area = 0.0
  var hiddenArea = 0.0
  var thetaArea = 0.0

  mutating func add(_ sample: MidSurfaceSample, isHidden: Bool) {
    let area = sample.areaSquareAngstrom
    places.append(sample.position)
    self.area += area
    if isHidden { hiddenArea += area }
    thetaArea += area * TiltGeometry.thetaDegrees(ofNormal: sample.normal)
  }

  var hiddenShare: Double { area == 0 ? 0 : hiddenArea / area }
}

extension Tracer {
  /// Smaller parts are roughness, no gap: not added. In voxels.
  private static let leastPartVoxels = 27

  /// Puts added voxels into the mask, and records each connected part as a bridge: from end to end
  /// where it is longest. A part of which the wedge hides more than half is inferred.
  func drawAdded(_ added: ScratchVolume<Int8>) throws -> [Bridge] {
    let found = try labelComponents(
      of: added, connectivity: .twentySix, scratchFolder: scratchFolder, workers: workers)
    let components = found.components.prefix { Self.leastPartVoxels <= $0.voxels }
    try draw(found.labels, count: components.count, as: { _ in .bridged })
    var parts = [AddedPart](repeating: AddedPart(), count: components.count)
    try forEachMidSurfaceTile(of: mask, workers: workers) { tile, samples in
      let labels = try found.labels.read(tile)
      for sample in samples where tile.contains(sample.voxel) {
        let label = Int(labels[sample.voxel])
        guard 0 < label, label <= parts.count else { continue }
        parts[label - 1].add(sample, isHidden: tilt.hides(normal: sample.normal))
      }
    }
    try draw(found.labels, count: components.count) {
      0.5 < parts[$0].hiddenShare ? .inferred : .bridged
    }
    return zip(components, parts).map { component, part in
      record(part, id: component.label, voxels: component.voxels, box: component.region)
    }
  }

  private func draw(
    _ labels: any VolumeSource<Int32>, count: Int, as provenance: (Int) -> Provenance
  ) throws {
    for slab in geometry.bounds.slabs(thickness: 8) {
      let numbers = try labels.read(slab)
      var block = try mask.read(slab)
      for (offset, number) in numbers.samples.enumerated()
      where 0 < number && Int(number) <= count {
        block.samples[offset] = provenance(Int(number) - 1).rawValue
      }
      mask.write(block)
    }
  }

  private func record(_ part: AddedPart, id: Int, voxels: Int, box: Region) -> Bridge {
    // A lump without a mid-surface is known by its box.
    let last = VoxelIndex(x: box.upper.x - 1, y: box.upper.y - 1, z: box.upper.z - 1)
    let ends =
      farthestEnds(of: part.places)
      ?? (geometry.position(of: box.lower).angstrom, geometry.position(of: last).angstrom)
    return Bridge(
      id: id, start: Position(angstrom: ends.0), end: Position(angstrom: ends.1),
      lengthAngstrom: (ends.1 - ends.0).length,
      thetaDegrees: part.area == 0 ? nil : part.thetaArea / part.area,
      hiddenShare: part.hiddenShare, probability: nil, method: options.method.rawValue,
      accepted: true, voxels: voxels)
  }
}
