public import TomogramModel
public import Volumes

/// Carries out edits on a separation.
///
/// - Parameters:
///   - labels: the separation; where a membrane is split its voxels change here.
///   - membranes: what `labels` holds.
///   - minimumVoxels: a part that a split leaves is at least as large.
///   - edited: gets the labels after all edits and is committed at the end.
/// - Returns: the membranes after all edits, by rising label.
/// - Throws: `EditError` where a step names a label that is not there, or cannot be split; the
///   sink's errors.
/// - Complexity: a pass over the volume, and one over a membrane's box for each split; memory is
///   bounded by a few sections and, for a split, 4000 cells.
public func apply(
  _ edits: MembraneEdits, to labels: ScratchVolume<UInt16>, membranes: [Membrane],
  minimumVoxels: Int, into edited: any VolumeSink<UInt16>
) throws -> [Membrane] {
  var editor = LabelEditor(labels: labels, membranes: membranes)
  for step in edits.steps { try editor.apply(step, minimumVoxels: minimumVoxels) }
  let map = editor.labelOf
  for slab in labels.geometry.bounds.slabs(thickness: 8) {
    let block = try labels.read(slab)
    try edited.write(Block(region: slab, samples: block.samples.map { map[Int($0)] }))
  }
  try edited.commit()
  return editor.membranes.values.sorted { $0.label < $1.label }
}

/// Labels in the middle of being edited.
///
/// Merging and dropping only change what a written label stands for; one pass at the end writes that.
private struct LabelEditor {
  let labels: ScratchVolume<UInt16>
  /// What each label written in the volume stands for; 0 where it was dropped.
  var labelOf: [UInt16]
  var membranes: [Int: Membrane]
  /// Labels from the first separation.
  let original: Int

  init(labels: ScratchVolume<UInt16>, membranes: [Membrane]) {
    self.labels = labels
    self.membranes = Dictionary(uniqueKeysWithValues: membranes.map { ($0.label, $0) })
    original = membranes.map(\.label).max() ?? 0
    labelOf = (0...original).map { UInt16($0) }
  }

  mutating func apply(_ step: MembraneEdits.Step, minimumVoxels: Int) throws {
    for label in step.labels where membranes[label] == nil {
      throw EditError.noSuchMembrane(
        action: step.action, label: label, present: membranes.keys.sorted())
    }
    switch step.action {
    case .merge: merge(Set(step.labels).sorted())
    case .drop: for label in step.labels { relabel(label, as: 0) }
    case .split: for label in step.labels { try split(label, minimumVoxels: minimumVoxels) }
    case .rename: break
    }
  }

  private mutating func relabel(_ label: Int, as new: Int) {
    for written in labelOf.indices where Int(labelOf[written]) == label && written != 0 {
      labelOf[written] = UInt16(new)
    }
    membranes[label] = nil
  }

  private mutating func merge(_ sorted: [Int]) {
    guard let first = sorted.first, var whole = membranes[first] else { return }
    for label in sorted.dropFirst() {
      guard let part = membranes[label] else { continue }
      whole.voxels += part.voxels
      whole.region = whole.region.union(part.region)
      relabel(label, as: first)
    }
    membranes[first] = whole
  }

  /// Parts a membrane into its components; where it is one piece, cuts it at its neck.
  private mutating func split(_ label: Int, minimumVoxels: Int) throws {
    guard let whole = membranes[label] else { return }
    let map = labelOf
    let mask = CroppedSource(
      MappedSource(labels) { Int(map[Int($0)]) == label ? Int8(1) : 0 }, region: whole.region)
    let pieces: (any LabelParts)? = try ComponentParts(mask, minimumVoxels: minimumVoxels)
    let parts: (any LabelParts)? =
      try pieces ?? NeckCut(mask, voxels: whole.voxels, minimumVoxels: minimumVoxels)
    guard let parts else { throw EditError.cannotSplit(label: label, voxels: whole.voxels) }
    try write(parts, of: whole, mask: mask)
  }

  /// The largest part keeps the label, the others get new ones.
  private mutating func write(
    _ parts: any LabelParts, of whole: Membrane, mask: CroppedSource<some VolumeSource<Int8>>
  ) throws {
    let first = labelOf.count
    guard first + parts.count - 2 <= SeparationError.limit else {
      throw SeparationError.tooManyMembranes(found: first + parts.count - 2)
    }
    let numbers = [whole.label] + (first..<(first + parts.count - 1))
    labelOf += (first..<(first + parts.count - 1)).map { UInt16($0) }
    var tallies = [(voxels: Int, region: Region?)](repeating: (0, nil), count: parts.count)
    try parts.forEachSlab(of: mask) { block in
      let place = block.region.translated(by: whole.region.lower)
      var written = try labels.read(place)
      var next = 0
      for z in place.lower.z..<place.upper.z {
        for y in place.lower.y..<place.upper.y {
          for x in place.lower.x..<place.upper.x {
            defer { next += 1 }
            let part = Int(block.samples[next]) - 1
            if part < 0 { continue }
            if 0 < part { written.samples[next] = UInt16(numbers[part]) }
            let voxel = Region(
              lower: VoxelIndex(x: x, y: y, z: z), upper: VoxelIndex(x: x + 1, y: y + 1, z: z + 1))
            tallies[part].voxels += 1
            tallies[part].region = tallies[part].region?.union(voxel) ?? voxel
          }
        }
      }
      labels.write(written)
    }
    for (number, tally) in zip(numbers, tallies) {
      guard let region = tally.region else { continue }
      membranes[number] = Membrane(label: number, voxels: tally.voxels, region: region)
    }
  }
}

/// Parts of a mask, numbered from 1, the largest first.
protocol LabelParts {
  var count: Int { get }

  /// Hands out the parts of the mask's voxels, slab by slab in order of z; 0 outside the mask.
  func forEachSlab(
    of mask: any VolumeSource<Int8>, _ body: (Block<Int32>) throws -> Void) throws
}
