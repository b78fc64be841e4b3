import Morphology
import TomogramModel
import Volumes

/// The steps of gap tracing over scratch volumes: fragments, rims, pairs, paths, patches.
struct Tracer {
  let options: TracingOptions
  let tilt: TiltGeometry
  let geometry: VolumeGeometry
  /// Raw values of `Provenance`: first what is seen; specks are erased, and bridges drawn, in it.
  let mask: ScratchVolume<Int8>
  /// Probability × 255; nil where only a mask is given.
  let probability: ScratchVolume<UInt8>?
  let scratchFolder: String
  let workers: Workers
  let monitor: StageMonitor

  /// Dense positive, background about 0; nil where there is only a mask or a probability.
  let density: (any VolumeSource<Float>)?

  var voxel: Double { geometry.meanVoxelSizeAngstrom }

  /// The connected parts of the mask.
  struct Fragments {
    let labels: any VolumeSource<Int32>
    /// Whether a label is a membrane rather than a speck; false for label 0.
    let isMembrane: [Bool]
  }

  func fragments() throws -> Fragments {
    let found = try labelComponents(
      of: mask, connectivity: .twentySix, scratchFolder: scratchFolder, workers: workers)
    // Components come by falling size.
    let largeCount = found.components.prefix {
      options.minimumFragmentNm3 <= Double($0.voxels) * geometry.voxelVolumeNm3
    }.count
    let certainties = try certainties(of: found, largeCount: largeCount)
    let least = options.minimumFragmentCertainty * (certainties.max() ?? 0)
    return Fragments(
      labels: found.labels,
      isMembrane: [false]
        + found.components.indices.map { $0 < largeCount && least <= certainties[$0] })
  }

  /// The probability that a tenth of a fragment's voxels reach, for the large ones; 1 where only a mask
  /// is given.
  private func certainties(of found: ComponentLabelling, largeCount: Int) throws -> [Double] {
    guard let probability else { return Array(repeating: 1, count: largeCount) }
    // Components are labelled from 1, by falling size: a histogram of 256 bins for each large one.
    var histograms = [Int](repeating: 0, count: 256 * largeCount)
    for slab in geometry.bounds.slabs(thickness: 8) {
      let labels = try found.labels.read(slab)
      let values = try probability.read(slab)
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
        return found.components[index].voxels <= 10 * above
      }
      return Double((reached ?? histogram.startIndex) - histogram.startIndex) / 255
    }
  }

  /// Takes what is no membrane out of the mask.
  func eraseSpecks(_ fragments: Fragments) throws {
    for slab in geometry.bounds.slabs(thickness: 8) {
      let labels = try fragments.labels.read(slab)
      var block = try mask.read(slab)
      for (place, label) in labels.samples.enumerated() where !fragments.isMembrane[Int(label)] {
        block.samples[place] = 0
      }
      mask.write(block)
    }
  }

  /// Looks for the gaps between and in the fragments, closes those that are accepted, and records all.
  ///
  /// - Parameter model: what has learned to trace and to judge; nil where nothing has.
  func bridges(between fragments: Fragments, model: OpenTracer?) throws -> [Bridge] {
    let rims = try rims(of: fragments)
    let candidates = try candidates(from: rims, model: model)
    try monitor.report(completed: 700, of: 1000)
    let bridges = draw(candidates)
    try monitor.report(completed: 900, of: 1000)
    return bridges
  }

  /// All rims of membranes, in raster order of tiles.
  func rims(of fragments: Fragments) throws -> [Rim] {
    var rims: [Rim] = []
    let overlap = Int(RimFinder.fitVoxels.rounded(.up)) + 1
    try forEachMidSurfaceTile(of: mask, overlap: overlap, workers: workers) { tile, samples in
      let around = tile.expanded(by: overlap).clamped(to: geometry.bounds)
      let labels = try fragments.labels.read(around)
      let finder = RimFinder(
        samples.filter { fragments.isMembrane[Int(labels[$0.voxel])] }, tile: tile,
        geometry: geometry)
      rims.append(contentsOf: finder.rims(workers: workers))
      try monitor.report(completed: 100 + 300 * tile.upper.z / geometry.size.z, of: 1000)
    }
    return rims
  }
}
