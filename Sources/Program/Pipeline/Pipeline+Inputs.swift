import MRCFormat
import TomogramModel
import VolumeFiles
import Volumes
import WorkLedger

/// A volume that a stage works on, whoever made it.
struct StageInput {
  let path: String
  let source: any VolumeSource<Float>
  /// From which outputs on its grid take what is carried over.
  let header: MRCHeader?

  var geometry: VolumeGeometry { source.geometry }

  /// Zeros and ones.
  var mask: MaskSource { MaskSource(source, path: path) }
}

extension Pipeline {
  /// What a stage works on: the file the user has named, else the folder's own.
  ///
  /// A file of the user's is read as the plan says, and cut to the plan's part; the folder's own
  /// files are that part already.
  ///
  /// - Returns: nil where there is neither.
  func input(given: InputRecord?, own path: String) throws -> StageInput? {
    if let given {
      let view = try open(given.path)
      try view.input.requireVolume()
      try view.input.requirePixelSize()
      return StageInput(path: given.path, source: view.source, header: view.input.header)
    }
    guard Folder.exists(path) else { return nil }
    let input = try InputVolume.open(path: path, scratchFolder: folder.path)
    return StageInput(path: path, source: input.source, header: input.header)
  }

  /// The labels of stage 4, or of another program where stage 4 does not take them in.
  func instances(for stage: Stage) throws -> InstanceVolume {
    let given = plan.stages.contains(.separate) ? nil : plan.instances
    let input = try required(
      try input(given: given, own: folder.instances), stage,
      "a volume of labels", "Run `bilayer separate` first, or give one with --instances.")
    return InstanceVolume(input)
  }

  /// How each voxel is known; nil where it is on another grid, or nobody has said.
  func provenance(on geometry: VolumeGeometry) throws -> (any VolumeSource<Int8>)? {
    guard Folder.exists(folder.provenance) else { return nil }
    let input = try InputVolume.open(path: folder.provenance, scratchFolder: folder.path)
    return input.geometry.size == geometry.size ? input.labels(Int8.self) : nil
  }

  /// The probability of membrane; nil where there is none, or on another grid.
  func probability(on geometry: VolumeGeometry) throws -> (any VolumeSource<Float>)? {
    guard let input = try input(given: plan.probability, own: folder.probability) else {
      return nil
    }
    return input.geometry.size == geometry.size ? input.source : nil
  }

  /// Voxels where no membrane shall be, not 0; nil where none were named.
  func excluded(on geometry: VolumeGeometry) throws -> (any VolumeSource<Float>)? {
    guard let record = plan.exclude else { return nil }
    let view = try open(record.path)
    guard view.geometry.size == geometry.size else {
      throw PipelineError.sizesDiffer(
        path: record.path, found: view.geometry.size, expected: geometry.size)
    }
    return view.source
  }
}

/// Separate membranes as labels.
struct InstanceVolume {
  /// From which outputs on its grid take what is carried over.
  let header: MRCHeader?
  let path: String
  let source: any VolumeSource<UInt16>

  init(_ input: StageInput) {
    (path, header) = (input.path, input.header)
    source = WholeNumberSource(base: input.source, path: input.path)
  }

  /// The labels that occur, with voxels and box, by rising label.
  ///
  /// One pass, a slab at a time.
  func membranes(_ monitor: StageMonitor) throws -> [Membrane] {
    var boxes: [UInt16: (voxels: Int, region: Region)] = [:]
    let bounds = source.geometry.bounds
    for slab in bounds.slabs(thickness: 8) {
      let block = try source.read(slab)
      for z in slab.lower.z..<slab.upper.z {
        for y in slab.lower.y..<slab.upper.y {
          addRow(block.samples[block.rowRange(y: y, z: z)], y: y, z: z, to: &boxes)
        }
      }
    }
    return boxes.sorted { $0.key < $1.key }.map { label, found in
      Membrane(label: Int(label), voxels: found.voxels, region: found.region)
    }
  }

  /// Adds the runs of equal labels of a row.
  private func addRow(
    _ row: ArraySlice<UInt16>, y: Int, z: Int,
    to boxes: inout [UInt16: (voxels: Int, region: Region)]
  ) {
    var start = row.startIndex
    while start < row.endIndex {
      let label = row[start]
      var end = start + 1
      while end < row.endIndex, row[end] == label { end += 1 }
      if label != 0 {
        let run = Region(
          lower: VoxelIndex(x: start - row.startIndex, y: y, z: z),
          upper: VoxelIndex(x: end - row.startIndex, y: y + 1, z: z + 1))
        let known = boxes[label]
        boxes[label] = (
          (known?.voxels ?? 0) + end - start, known.map { $0.region.union(run) } ?? run
        )
      }
      start = end
    }
  }
}

/// Labels read from floats.
private struct WholeNumberSource: VolumeSource {
  let base: any VolumeSource<Float>
  let path: String

  var geometry: VolumeGeometry { base.geometry }

  func read(_ region: Region) throws -> Block<UInt16> {
    let block = try base.read(region)
    guard let labels = UInt16.labels(from: block.samples) else {
      let odd = block.samples.first { UInt16(exactly: $0) == nil } ?? .nan
      throw PipelineError.badLabel(path: path, value: odd)
    }
    return Block(region: region, samples: labels)
  }
}
