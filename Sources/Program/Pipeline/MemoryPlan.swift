public import MembranePrediction
import TomogramModel
import Volumes

extension Plan {
  /// What the engine and the program need before the first tile, in bytes: measured with libtorch
  /// 2.13 on one CPU, and rounded up.
  static let baseBytes = 600_000_000.0

  /// Makes prediction's tiles small enough for the memory cap.
  ///
  /// - Throws: `PipelineError.memoryTooSmall` where not even the smallest tile fits.
  public mutating func fitTiles(to architecture: UNetArchitecture) throws {
    let perVoxel = architecture.tileBytesPerVoxel
    let smallest = architecture.smallestTileVoxels
    let needed = Self.baseBytes + Double(smallest) * perVoxel
    let given = memoryGigabytes * 1e9
    guard needed <= given else {
      throw PipelineError.memoryTooSmall(
        neededGigabytes: needed / 1e9, givenGigabytes: memoryGigabytes)
    }
    let fitting = (given - Self.baseBytes) / perVoxel
    prediction.tileVoxels = min(prediction.tileVoxels, Int(min(fitting, 1e15)))
  }
}

extension Plan {
  /// Vertices of the largest surface, or patch of one, whose posterior fits into the memory cap, at the 9 kB that a
  /// vertex takes (`make bench`: 6.5 kB at 10⁵, and it grows with the logarithm).
  var posteriorVertices: Int {
    Int(min(max(memoryGigabytes * 1e9 - Self.baseBytes, 0) / 9000, 1e9))
  }
}

extension Plan {
  /// Consecutive membranes that are fitted or measured at the same time: no more than `most`, and together
  /// within the memory cap where one alone is.
  func batches(of membranes: [Membrane], most: Int) -> [Range<Int>] {
    let given = max(memoryGigabytes * 1e9 - Self.baseBytes, 0)
    var (batches, needed): ([Range<Int>], Double) = ([], 0)
    for (place, membrane) in membranes.enumerated() {
      let own = surfaceBytes(of: membrane)
      if let last = batches.last, last.count < most, needed + own <= given {
        batches[batches.count - 1] = last.lowerBound..<(place + 1)
        needed += own
      } else {
        batches.append(place..<(place + 1))
        needed = own
      }
    }
    return batches
  }

  /// Memory of a membrane's surface in the making (`fitSurface`), bytes. A mask of four voxels' thickness has a
  /// vertex for every four of its voxels.
  private func surfaceBytes(of membrane: Membrane) -> Double {
    let vertices = Double(membrane.voxels) / 4
    let region = Double(min(membrane.region.size.count, 1 << 26))
    return 3 * region + 1400 * vertices + 9000 * min(vertices, Double(posteriorVertices))
  }
}

extension UNetArchitecture {
  /// Memory of a tile at the widest point of the network, in bytes a voxel: about twelve copies of
  /// the finest level's channels, and the tile itself six times on its way in and out.
  var tileBytesPerVoxel: Double {
    let shrinkage = (0..<dimension).reduce(1) { product, _ in product * stemStride }
    return 48 * Double(channels[0]) / Double(shrinkage) + 24
  }

  /// A cube, or eight sections, of four of the coarsest voxels' edges: smaller ones would be mostly
  /// halo.
  var smallestTileVoxels: Int {
    let edge = 4 * lengthMultiple
    return edge * edge * (dimension == 3 ? edge : 8)
  }
}
