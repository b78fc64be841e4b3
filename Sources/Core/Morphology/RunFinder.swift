import Volumes

/// Connects runs of mask voxels, row after row, by union-find.
///
/// Only the runs of the present and the previous section are looked at again; of all older ones a
/// parent is kept, and of each set of runs a tally.
struct RunFinder {
  private let connectivity: Connectivity
  /// Parent of each run; of a root, which is the set's first run, `~set`, below 0.
  private var parents: [Int32] = []
  /// What each set holds. A set that went up in another leaves its place to the next.
  private var tallies: [Tally] = []
  private var freeSets: [Int32] = []
  private var previous = SectionRuns()
  private var current = SectionRuns()
  private var lastSection = Int.min

  init(connectivity: Connectivity) { self.connectivity = connectivity }

  /// Takes the next sections. Blocks come in order of z and cover the same x and y.
  mutating func add(_ block: Block<Int8>) {
    let region = block.region
    for z in region.lower.z..<region.upper.z {
      swap(&previous, &current)
      if lastSection != z - 1 { previous.removeAll(rows: region.size.y) }
      lastSection = z
      current.removeAll(rows: 0)
      for y in region.lower.y..<region.upper.y {
        addRow(
          block.samples.span.extracting(block.rowRange(y: y, z: z)),
          start: VoxelIndex(x: region.lower.x, y: y, z: z), row: y - region.lower.y)
      }
    }
  }

  private mutating func addRow(_ samples: Span<Int8>, start: VoxelIndex, row: Int) {
    current.beginRow()
    forEachRun(in: samples) { run in
      let number = Int32(parents.count)
      parents.append(~newSet(Tally(run: run, start: start)))
      current.append(
        Run(lower: Int32(run.lowerBound), upper: Int32(run.upperBound), number: number))
    }
    // Neighbouring rows and how far apart in x two touching voxels may be there.
    let diagonal: Int32 = connectivity == .six ? 0 : 1
    let corner: Int32 = connectivity == .twentySix ? 1 : 0
    if 0 < row { connect(row, with: current.range(ofRow: row - 1), of: current, reach: diagonal) }
    connect(row, with: previous.range(ofRow: row), of: previous, reach: diagonal)
    guard connectivity != .six else { return }
    connect(row, with: previous.range(ofRow: row - 1), of: previous, reach: corner)
    connect(row, with: previous.range(ofRow: row + 1), of: previous, reach: corner)
  }

  private mutating func newSet(_ tally: Tally) -> Int32 {
    if let set = freeSets.popLast() {
      tallies[Int(set)] = tally
      return set
    }
    tallies.append(tally)
    return Int32(tallies.count - 1)
  }

  /// Unites each run of the present row with the runs of another row that it touches.
  private mutating func connect(
    _ row: Int, with others: Range<Int>, of section: SectionRuns, reach: Int32
  ) {
    guard !others.isEmpty else { return }
    var other = others.lowerBound
    for index in current.range(ofRow: row) {
      let run = current.runs[index]
      // Runs that end before this one cannot touch the later ones either.
      while other < others.upperBound && section.runs[other].upper &+ reach <= run.lower {
        other &+= 1
      }
      var candidate = other
      while candidate < others.upperBound && section.runs[candidate].lower < run.upper &+ reach {
        unite(run.number, section.runs[candidate].number)
        candidate &+= 1
      }
    }
  }

  private mutating func unite(_ first: Int32, _ second: Int32) {
    let (a, b) = (root(of: first), root(of: second))
    guard a != b else { return }
    // The earlier run stays root, so that roots are first in raster order.
    let (low, high) = (min(a, b), max(a, b))
    let (kept, freed) = (~parents[Int(low)], ~parents[Int(high)])
    tallies[Int(kept)].add(tallies[Int(freed)])
    freeSets.append(freed)
    parents[Int(high)] = low
  }

  private mutating func root(of run: Int32) -> Int32 {
    var node = run
    while 0 <= parents[Int(node)] {
      // Path halving keeps trees flat without a second loop.
      let parent = parents[Int(node)]
      if 0 <= parents[Int(parent)] { parents[Int(node)] = parents[Int(parent)] }
      node = parent
    }
    return node
  }

  /// Components by falling size, and the label of each run.
  consuming func finished() -> (components: [Component], labelOfRun: [Int32]) {
    let roots = parents.indices.filter { parents[$0] < 0 }
    let order = roots.map { (root: $0, tally: tallies[Int(~parents[$0])]) }.sorted {
      ($1.tally.voxels, $0.root) < ($0.tally.voxels, $1.root)
    }
    var components: [Component] = []
    components.reserveCapacity(order.count)
    var labels = parents
    for (index, entry) in order.enumerated() {
      labels[entry.root] = Int32(index + 1)
      components.append(
        Component(label: index + 1, voxels: entry.tally.voxels, region: entry.tally.region))
    }
    // A parent is the earlier run, so its label is known when its child is reached.
    for run in labels.indices where 0 <= parents[run] { labels[run] = labels[Int(parents[run])] }
    return (components, labels)
  }
}

/// A run of mask voxels in a row.
private struct Run {
  var lower: Int32
  var upper: Int32
  /// Its number in raster order.
  var number: Int32
}

/// The runs of one section, row by row.
private struct SectionRuns {
  private(set) var runs: [Run] = []
  private var rowStarts: [Int] = []

  /// Forgets all runs; `rows` empty rows remain.
  mutating func removeAll(rows: Int) {
    runs.removeAll(keepingCapacity: true)
    rowStarts.removeAll(keepingCapacity: true)
    rowStarts.append(contentsOf: repeatElement(0, count: rows))
  }

  mutating func beginRow() { rowStarts.append(runs.count) }

  mutating func append(_ run: Run) { runs.append(run) }

  /// Where a row's runs are; none where there is no such row.
  func range(ofRow row: Int) -> Range<Int> {
    guard 0 <= row && row < rowStarts.count else { return 0..<0 }
    return rowStarts[row]..<(row + 1 < rowStarts.count ? rowStarts[row + 1] : runs.count)
  }
}

/// Voxels and box of a set of runs.
private struct Tally {
  var voxels: Int
  private var lower: SIMD3<Int32>
  private var upper: SIMD3<Int32>

  init(run: Range<Int>, start: VoxelIndex) {
    voxels = run.count
    lower = SIMD3(Int32(start.x + run.lowerBound), Int32(start.y), Int32(start.z))
    upper = SIMD3(Int32(start.x + run.upperBound), Int32(start.y + 1), Int32(start.z + 1))
  }

  mutating func add(_ other: Tally) {
    voxels &+= other.voxels
    lower = pointwiseMin(lower, other.lower)
    upper = pointwiseMax(upper, other.upper)
  }

  var region: Region {
    Region(
      lower: VoxelIndex(x: Int(lower.x), y: Int(lower.y), z: Int(lower.z)),
      upper: VoxelIndex(x: Int(upper.x), y: Int(upper.y), z: Int(upper.z)))
  }
}
