import GaussianProcesses
import MeshFormats
import Meshes
import TestSupport
import Testing
import WorkLedger

@Suite struct PosteriorFileTests {
  private var posterior: SurfacePosterior {
    let mesh = TriangleMesh.icosphere(
      center: SIMD3(1, -2e4, 1.0 / 3), radiusAngstrom: 120, subdivisions: 1)
    let count = mesh.vertices.count
    return SurfacePosterior(
      carrier: mesh, heightsAngstrom: (0..<count).map { Double($0) / 7 - 2 },
      noiseDeviationsAngstrom: (0..<count).map { 3 + Double($0) / 3 }, noiseRangeAngstrom: 301.5,
      prior: MaternField(rangeAngstrom: 400.25, standardDeviation: 61))
  }

  private func bytes(_ path: String) throws -> [UInt8] { try InputFile(path: path).readAll() }

  @Test("A posterior comes back as it was, bit by bit, and the same one gives the same bytes")
  func roundTrip() throws {
    try TemporaryFolder.with { folder in
      for name in ["/a", "/b"] { try PosteriorFile.write(posterior, to: folder + name) }
      #expect(try PosteriorFile.read(path: folder + "/a") == posterior)
      #expect(try bytes(folder + "/a") == bytes(folder + "/b"))
    }
  }

  /// Expects that none of the contents is read.
  private func expectRefused(_ contents: (_ whole: [UInt8]) -> [[UInt8]]) throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/whole"
      try PosteriorFile.write(posterior, to: path)
      for content in contents(try bytes(path)) {
        try AtomicFile.write(content, to: path, overwrite: true)
        #expect(throws: MeshFileError.self) { try PosteriorFile.read(path: path) }
      }
    }
  }

  @Test("A file that is cut, longer, or another is refused")
  func damaged() throws {
    try expectRefused { whole in
      [
        Array(whole.dropLast()), whole + [0], Array(whole[..<40]), [],
        Array("ply\nformat".utf8) + [UInt8](repeating: 0, count: 100),
      ]
    }
  }

  @Test("Counts that overflow, vertices that are not there, deviations of 0 or NaN are refused")
  func impossible() throws {
    let corners = 48 + 24 * posterior.carrier.vertices.count
    let ones = [UInt8](repeating: 255, count: 7)
    try expectRefused { whole in
      func changed(_ offset: Int, _ new: [UInt8]) -> [UInt8] {
        var result = whole
        result.replaceSubrange(offset..<(offset + new.count), with: new)
        return result
      }
      return [
        changed(8, ones + [63]), changed(8, ones + [255]), changed(corners, [255, 0, 0, 0]),
        changed(corners, [255, 255, 255, 255]), changed(24, [UInt8](repeating: 0, count: 8)),
        changed(whole.count - 8, ones + [127]),
      ]
    }
  }
}
