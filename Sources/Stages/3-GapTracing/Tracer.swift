import Morphology
import TomogramModel
import Volumes
import WorkLedger

/// The steps of gap tracing over scratch volumes: fragments, rims, pairs, paths, patches.
struct Tracer {
  let options: TracingOptions
  let tilt: TiltGeometry
  let geometry: VolumeGeometry
  /// Raw values of `Provenance`: first what is seen; specks are erased, and bridges drawn, in it.
  let mask: ScratchVolume<Int8>
  /// Probability × 255; nil where only a mask is given.
  let probability: ScratchVolume<UInt8>?
  /// Whether the mask is where the probability reaches its threshold, so that a network has left its gaps.
  let isPredicted: Bool
  let scratchFolder: String
  let workers: Workers
  let monitor: StageMonitor

  /// Dense positive, background about 0; nil where there is only a mask or a probability.
  let density: (any VolumeSource<Float>)?

  var voxel: Double { geometry.meanVoxelSizeAngstrom }

  /// The connected parts of the mask.
  struct Fragments {
    let runs: ComponentRuns
    /// Whether a label is a membrane rather than a speck; false for label 0.
    let isMembrane: [Bool]
  }

  func fragments() throws -> Fragments {
    let runs = try ComponentRuns(of: mask, connectivity: .twentySix)
    // Components come by falling size.
    let largeCount = runs.components.prefix {
      options.minimumFragmentNm3 <= Double($0.voxels) * geometry.voxelVolumeNm3
    }.count
    let certainties = try certainties(of: runs, largeCount: largeCount)
    let least = options.minimumFragmentCertainty * (certainties.max() ?? 0)
    return Fragments(
      runs: runs,
      isMembrane: [false]
        + runs.components.indices.map { $0 < largeCount && least <= certainties[$0] })
  }

  /// The probability that a tenth of a fragment's voxels reach, for the large ones; 1 where only a mask
  /// is given.
  private func certainties(of runs: ComponentRuns, largeCount: Int) throws -> [Double] {
    guard let probability else { return Array(repeating: 1, count: largeCount) }
    // Components are labelled from 1, by falling size: a histogram of 256 bins for each large one.
    var histograms = [Int](repeating: 0, count: 256 * largeCount)
    try runs.forEachLabelledSlab(of: mask) { labels in
      let values = try probability.read(labels.region)
      for (label, value) in zip(labels.samples, values.samples)
      where 0 < label && Int(label) <= largeCount {
        histograms[256 * (Int(label) - 1) + Int(value)] += 1
      }
    }
    return (0..<largeCount).map { index in
      let histogram = histograms[(256 * index)..<(256 * (index + 1))]
      var above = 0
      let reached = histogram.indices.last { bin in
        above += histogram[bin]
        return runs.components[index].voxels <= 10 * above
      }
      return Double((reached ?? histogram.startIndex) - histogram.startIndex) / 255
    }
  }

  /// The mask without what is no membrane.
  ///
  /// - Parameter erasesSpecks: whether that is taken out of the mask itself.
  func membranes(among fragments: Fragments, erasesSpecks: Bool) throws -> ScratchVolume<Int8> {
    let membranes =
      erasesSpecks ? mask : try ScratchVolume<Int8>(geometry: geometry, folder: scratchFolder)
    try fragments.runs.forEachLabelledSlab(of: mask) { labels in
      var block = try mask.read(labels.region)
      for (place, label) in labels.samples.enumerated() where !fragments.isMembrane[Int(label)] {
        block.samples[place] = 0
      }
      membranes.write(block)
    }
    return membranes
  }

  /// Looks for the gaps between and in membranes, closes those that are accepted, and records all.
  ///
  /// - Parameters:
  ///   - membranes: the mask without specks.
  ///   - model: what has learned to trace and to judge; nil where nothing has.
  ///   - first: the first bridge's number.
  ///   - steps: keeps rims and the ways of agents.
  func bridges(
    between membranes: ScratchVolume<Int8>, model: OpenTracer?, numberedFrom first: Int,
    steps: StepLog
  ) throws -> [Bridge] {
    let rims = try rims(of: membranes, steps: steps)
    let candidates = try candidates(from: rims, model: model, steps: steps)
    try monitor.report(completed: 700, of: 1000)
    let bridges = draw(candidates, numberedFrom: first)
    try monitor.report(completed: 900, of: 1000)
    return bridges
  }

  /// All rims of membranes, in raster order of tiles.
  func rims(of membranes: ScratchVolume<Int8>, steps: StepLog) throws -> [Rim] {
    var rims: [Rim] = []
    for tile in midSurfaceTiles(of: geometry.bounds) {
      rims += try steps.step { try self.rims(of: membranes, in: tile) }
      try monitor.report(completed: 100 + 300 * tile.upper.z / geometry.size.z, of: 1000)
    }
    return rims
  }

  private func rims(of membranes: ScratchVolume<Int8>, in tile: Region) throws -> [Rim] {
    let overlap = Int(RimFinder.fitVoxels.rounded(.up)) + 1
    let samples = try midSurface(of: mask, in: tile, overlap: overlap, workers: workers)
    guard !samples.isEmpty else { return [] }
    let known = try membranes.read(tile.expanded(by: overlap).clamped(to: geometry.bounds))
    let finder = RimFinder(
      samples.filter { known[$0.voxel] != 0 }, tile: tile, geometry: geometry)
    return finder.rims(workers: workers)
  }
}
