import LinearAlgebra
import Morphology
import Volumes

/// The connected parts of what a result adds to the segmentation it started from.
struct AddedParts: Sendable {
  /// One part.
  struct Part: Sendable {
    /// Labels of the true membranes it touches.
    var membranes: Set<UInt16> = []
    var voxels = 0
    /// Diameter of the disc that is as wide in the second direction, Å.
    var extentAngstrom = 0.0
  }

  /// 1 on added voxels without thickening.
  let mask: Block<Int8>
  /// Number of the part of each voxel, from 1.
  let numbers: Block<Int32>
  let parts: [Part]

  /// Finds the parts; see `GapBenchmark` for the rule.
  ///
  /// - Parameters:
  ///   - given: 1 where the segmentation has membrane.
  ///   - gapLabels: id of the gap at each voxel.
  init(
    given: Block<Int8>, gapLabels: Block<Int16>, membraneOfGap: [Int16: UInt16],
    volumes: ComparedVolumes
  ) {
    let all = volumes.predicted.cleared(where: given) { $0 != 0 }
    let contacts = all.labelsFacing(given, labels: volumes.truthInstances)
    mask = all.cleared(where: contacts) { $0 != Self.none }
    let (components, numbers) = labelComponents(of: mask, connectivity: .twentySix)
    self.numbers = numbers
    var parts = [Part](repeating: Part(), count: components.count)
    var moments = [VoxelMoments](repeating: VoxelMoments(), count: components.count)
    let edges = volumes.geometry.voxelSizeAngstrom
    mask.forEachNonzero { voxel, offset in
      let number = Int(numbers.samples[offset]) - 1
      parts[number].voxels += 1
      moments[number].add(SIMD3(Double(voxel.x), Double(voxel.y), Double(voxel.z)) * edges)
      let gap = gapLabels.samples[offset]
      if gap != 0, let label = membraneOfGap[gap] { parts[number].membranes.insert(label) }
    }
    for number in parts.indices { parts[number].extentAngstrom = moments[number].extent }
    // Thickening hands its contact on to the parts that border on it.
    contacts.forEachNonzero { voxel, offset in
      let label = contacts.samples[offset]
      guard label != Self.unlabelled else { return }
      numbers.forEachNeighbour(of: voxel) { number in
        if number != 0 { parts[Int(number) - 1].membranes.insert(label) }
      }
    }
    self.parts = parts
  }

  /// Contact of a voxel that shares no face with the segmentation.
  static let none: UInt16 = 0
  /// Contact with a voxel of the segmentation that lies on no true membrane.
  static let unlabelled = UInt16.max
}

/// Sums that give the covariance of places.
private struct VoxelMoments {
  private var count = 0.0
  private var sum = SIMD3<Double>.zero
  private var squares = SymmetricMatrix.zero

  mutating func add(_ place: SIMD3<Double>) {
    count += 1
    sum += place
    squares.addOuterProduct(of: place)
  }

  /// 4 √λ₂: for a disc of diameter d both larger eigenvalues are d²/16.
  var extent: Double {
    guard 0 < count else { return 0 }
    var covariance = SymmetricMatrix(
      diagonal: squares.diagonal / count, offDiagonal: squares.offDiagonal / count)
    covariance.addOuterProduct(of: sum / count, weight: -1)
    return 4 * max(covariance.eigenvalues.y, 0).squareRoot()
  }
}

extension Block where Sample == Int8 {
  /// For each nonzero voxel that shares a face with `given`, the label there: that of the neighbour
  /// with the largest, or `AddedParts.unlabelled` where none has one; 0 for all others.
  fileprivate func labelsFacing(
    _ given: Block<Int8>, labels: Block<UInt16>
  ) -> Block<UInt16> {
    var contacts = Block<UInt16>(region: region, repeating: AddedParts.none)
    let steps = [(-1, 0, 0), (1, 0, 0), (0, -1, 0), (0, 1, 0), (0, 0, -1), (0, 0, 1)]
    forEachNonzero { voxel, offset in
      var best: UInt16?
      for (x, y, z) in steps {
        let other = VoxelIndex(x: voxel.x + x, y: voxel.y + y, z: voxel.z + z)
        guard region.contains(other), given[other] != 0 else { continue }
        best = Swift.max(best ?? 0, labels[other])
      }
      if let best { contacts.samples[offset] = best == 0 ? AddedParts.unlabelled : best }
    }
    return contacts
  }
}

extension Block {
  /// Calls `body` with index and offset of each voxel that is not zero.
  fileprivate func forEachNonzero(_ body: (VoxelIndex, Int) -> Void) {
    for z in region.lower.z..<region.upper.z {
      for y in region.lower.y..<region.upper.y {
        let row = rowRange(y: y, z: z)
        for offset in row where samples[offset] != .zero {
          body(VoxelIndex(x: region.lower.x + offset - row.lowerBound, y: y, z: z), offset)
        }
      }
    }
  }

  /// Calls `body` with the samples of the 26 voxels around one.
  fileprivate func forEachNeighbour(of voxel: VoxelIndex, _ body: (Sample) -> Void) {
    let around = Region(
      lower: voxel, upper: VoxelIndex(x: voxel.x + 1, y: voxel.y + 1, z: voxel.z + 1)
    ).expanded(by: 1).clamped(to: region)
    for z in around.lower.z..<around.upper.z {
      for y in around.lower.y..<around.upper.y {
        let row = offset(of: VoxelIndex(x: around.lower.x, y: y, z: z))
        for x in 0..<around.size.x { body(samples[row + x]) }
      }
    }
  }
}
