import ArgumentParser
import LinearAlgebra
import Meshes

/// Which part of a membrane `bilayer export --patch` lays flat.
struct PatchArguments: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Middle of the patch: the membrane's point nearest to it (default: its middle).",
      valueName: "X,Y,Z Å"))
  var at: PositionValue?

  @Option(help: ArgumentHelp("How far the patch reaches (default: all of it).", valueName: "Å"))
  var patchRadius: Double?

  @Option(help: ArgumentHelp("How far along the normal, both ways.", valueName: "Å"))
  var depth = 150.0

  @Option(help: ArgumentHelp("Pixel (default: the tomogram's).", valueName: "Å"))
  var patchPixel: Double?

  mutating func validate() throws {
    for (name, value) in [
      ("--patch-radius", patchRadius), ("--depth", depth), ("--patch-pixel", patchPixel),
    ] {
      if let value, !(0 < value && value.isFinite) {
        throw ValidationError("\(name) \(value): expected a length in Å above 0.")
      }
    }
  }

  /// The vertex in the middle.
  func seed(on mesh: TriangleMesh) -> Int {
    let mean = mesh.vertices.reduce(SIMD3.zero, +) / Double(max(mesh.vertices.count, 1))
    let wanted = at?.position ?? mean
    return mesh.vertices.indices.min {
      (mesh.vertices[$0] - wanted).squaredLength < (mesh.vertices[$1] - wanted).squaredLength
    } ?? 0
  }
}

/// `X,Y,Z` in Å.
struct PositionValue: ExpressibleByArgument {
  let position: SIMD3<Double>

  init?(argument: String) {
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map {
      Double($0)
    }
    guard numbers.count == 3, let x = numbers[0], let y = numbers[1], let z = numbers[2],
      x.isFinite, y.isFinite, z.isFinite
    else { return nil }
    position = SIMD3(x, y, z)
  }
}
