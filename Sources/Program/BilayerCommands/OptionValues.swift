import ArgumentParser
import Morphometry
import TomogramModel
import Volumes

/// `--format`: how results are printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
  case text
  case json
}

/// `--tilt-range LOW,HIGH` in degrees.
struct TiltRangeValue: ExpressibleByArgument {
  let tilt: TiltGeometry

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == 2, let low = Double(parts[0]), let high = Double(parts[1]),
      -90 < low, low < high, high < 90
    else { return nil }
    tilt = TiltGeometry(minimumDegrees: low, maximumDegrees: high)
  }
}

/// `--region z0:z1,y0:y1,x0:x1`: voxels from 0, the second not included; a side left out is the
/// volume's end, as in `40:80,:,:`.
struct RegionValue: ExpressibleByArgument {
  /// Bounds along z, y and x; nil at the volume's end.
  let bounds: [(lower: Int?, upper: Int?)]
  let text: String

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == 3 else { return nil }
    var bounds: [(Int?, Int?)] = []
    for part in parts {
      let ends = part.split(separator: ":", omittingEmptySubsequences: false)
      guard ends.count == 2, let lower = Self.bound(ends[0]), let upper = Self.bound(ends[1])
      else { return nil }
      bounds.append((lower, upper))
    }
    (self.bounds, text) = (bounds, argument)
  }

  /// The region in a volume of the given size.
  ///
  /// - Throws: a usage error where it is empty or reaches beyond the volume.
  func resolved(in size: VolumeSize) throws -> Region {
    let full = [size.z, size.y, size.x]
    let lower = bounds.map { $0.lower ?? 0 }
    let upper = zip(bounds, full).map { $0.upper ?? $1 }
    guard (0..<3).allSatisfy({ lower[$0] < upper[$0] && upper[$0] <= full[$0] }) else {
      throw UsageError(
        "--region \(text) does not lie inside the volume, which is "
          + "0:\(size.z),0:\(size.y),0:\(size.x) (z,y,x). Give a part of that.")
    }
    return Region(
      lower: VoxelIndex(x: lower[2], y: lower[1], z: lower[0]),
      upper: VoxelIndex(x: upper[2], y: upper[1], z: upper[0]))
  }

  /// A number at or above 0, or nil for nothing; the outer nil is a fault.
  private static func bound(_ text: Substring) -> Int?? {
    if text.isEmpty { return .some(nil) }
    guard let value = Int(text), 0 <= value else { return nil }
    return value
  }
}

/// `3,7`: whole numbers above 0 that name rows of a table or labels; sorted, each once.
struct NumberListValue: ExpressibleByArgument {
  let numbers: [Int]

  init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    let found = parts.compactMap { Int($0) }
    guard found.count == parts.count, found.allSatisfy({ 0 < $0 }) else { return nil }
    numbers = Set(found).sorted()
  }
}

/// `--shell LOW:HIGH` in Å.
struct ShellValue: ExpressibleByArgument {
  let band: ShellBand

  init?(argument: String) {
    let parts = argument.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let low = Double(parts[0]), let high = Double(parts[1]),
      low < high, max(abs(low), abs(high)) <= 2000
    else { return nil }
    band = ShellBand(low, high)
  }
}

/// A command that makes no sense, found after parsing: exit status 2.
struct UsageError: Fault, Equatable {
  let description: String
  var kind: FaultKind { .usage }

  init(_ description: String) { self.description = description }
}
