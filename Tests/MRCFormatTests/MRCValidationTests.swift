import MRCFormat
import TestSupport
import Testing
import Volumes
import WorkLedger

@Suite("Validating MRC files")
struct MRCValidationTests {
  /// Fields found faulty in a valid 4 x 3 x 2 file of int16 zeros but for what `change` does.
  private func faults(
    mode: Int32 = 1, bytes: Int = 48, _ change: (inout MRCBytes) -> Void
  ) throws -> [String] {
    try TemporaryFolder.with { folder in
      var file = MRCBytes(size: (4, 3, 2), mode: mode)
      file.bytes += [UInt8](repeating: 0, count: bytes)
      change(&file)
      try AtomicFile.write(file.bytes, to: folder + "/a")
      let findings = try validateMRC(path: folder + "/a", scratchFolder: folder)
      #expect(findings.map(\.number) == Array(1..<(findings.count + 1)))
      return findings.map(\.field)
    }
  }

  @Test("A file without faults has no finding")
  func valid() throws {
    #expect(try faults { _ in } == [])
    #expect(try faults { $0.set(Float(0), at: 40) } == [], "An unknown voxel size is no fault.")
    #expect(try faults(mode: 101, bytes: 12) { _ in } == [])
    #expect(try faults(mode: 4, bytes: 192) { _ in } == [])
  }

  @Test("Each fault of the header is found by its field")
  func headerFaults() throws {
    #expect(try faults { $0.set("MAP\0", at: 208) } == ["map"])
    #expect(try faults { $0.bytes[212] = 7 } == ["machst"])
    #expect(try faults { $0.set(Int32(-4), at: 28) } == ["mx"])
    #expect(try faults { $0.set(Float(-4), at: 44) } == ["cella.y"])
    #expect(try faults { $0.set(Float.nan, at: 48) } == ["cella.z"])
    #expect(try faults { $0.set(Float(0), at: 60) } == ["cellb.gamma"])
    #expect(try faults { $0.set(Int32(1), at: 68) } == ["mapc mapr maps"])
    #expect(try faults { $0.set(Int32(-1), at: 88) } == ["ispg"])
    #expect(try faults { $0.set(Float.infinity, at: 196) } == ["origin.x"])
    #expect(try faults { $0.set(Int32(20139), at: 108) } == ["nversion"])
    #expect(try faults { $0.set(Int32(3), at: 220) } == ["nlabl"])
    #expect(
      try faults {
        $0.set("second", at: 304)
        $0.set(Int32(1), at: 220)
      } == ["label"])
    #expect(
      try faults {
        $0.set(Int32(401), at: 88)
        $0.set(Int32(3), at: 36)
      } == ["mz"])
    #expect(
      try faults {
        $0.set(Int32(16), at: 92)
        $0.bytes += [UInt8](repeating: 0, count: 16)
      } == ["exttyp"])
  }

  @Test("Wrong statistics are found where the header claims to have them")
  func statisticsFaults() throws {
    func stated(_ low: Float, _ high: Float, _ mean: Float, _ rms: Float) throws -> [String] {
      try faults { file in
        file.bytes.removeLast(48)
        file.append((0..<24).map { UInt32($0) }, width: 2)
        for (index, value) in [low, high, mean].enumerated() { file.set(value, at: 76 + 4 * index) }
        file.set(rms, at: 216)
      }
    }
    // 0...23: mean 11.5, standard deviation sqrt((24^2 - 1) / 12) = 6.922.
    #expect(try stated(0, 23, 11.5, 6.922) == [])
    #expect(try stated(0, -1, -2, -1) == [])
    #expect(try stated(1, 23, 11.5, 6.922) == ["dmin"])
    #expect(try stated(0, 22, 11.5, 6.922) == ["dmax"])
    #expect(try stated(0, 23, 12.5, 6.922) == ["dmean"])
    #expect(try stated(0, 23, 11.5, 7.5) == ["rms"])
  }

  @Test("Samples that are no numbers, and lengths that are wrong, are found")
  func dataFaults() throws {
    #expect(
      try faults(mode: 2, bytes: 92) { $0.append([Float.nan.bitPattern], width: 4) } == ["data"])
    #expect(try faults(bytes: 50) { _ in } == ["file"])
    #expect(try faults(bytes: 40) { _ in } == ["file"])
    #expect(try faults(bytes: 40) { $0.set(Int32(0), at: 108) } == ["nversion", "file"])
    #expect(try faults(mode: 16, bytes: 72) { _ in } == ["mode"])
  }

  @Test(
    "Our verdict on real files is mrcfile's",
    .enabled(if: SharedData.isAtHand, "No shared data."),
    .enabled(if: PythonChecks.areReady(), "mrcfile is missing: run Scripts/install-checks.sh"))
  func agreesWithMrcfile() throws {
    let names = SharedVolumes.small.filter { SharedData.path($0) != nil }
    let program = """
      import sys, io, mrcfile
      for p in sys.argv[1:]: print(mrcfile.validate(p, print_file=io.StringIO()))
      """
    try TemporaryFolder.with { folder in
      let paths = names.map { SharedData.path($0) ?? "" }
      let verdicts = try PythonChecks.run(program, paths, in: folder).output.split(separator: "\n")
      #expect(verdicts.count == names.count)
      for (path, verdict) in zip(paths, verdicts) {
        let findings = try validateMRC(path: path, scratchFolder: folder)
        #expect(findings.isEmpty == (verdict == "True"), "\(path): \(verdict), \(findings)")
      }
    }
  }
}

@Suite("Statistics of volumes")
struct MRCStatisticsTests {
  @Test("They equal the two-pass sums, for any number of workers", arguments: [1, 2, 3])
  func againstNaive(workers: Int) throws {
    let size = VolumeSize(x: 61, y: 83, z: 3)
    // A mean far from 0 would spoil one-pass sums of squares.
    let samples = (0..<size.count).map { Float(1e4) + Float(($0 &* 7919) % 1009) / 64 }
    let volume = Volume(
      geometry: VolumeGeometry(size: size, voxelSizeAngstrom: 10), samples: samples)
    let found = try statistics(of: volume, workers: Workers(count: workers))
    let mean = samples.reduce(0) { $0 + Double($1) } / Double(size.count)
    let squares = samples.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    #expect(abs(found.mean - mean) < 1e-8)
    #expect(abs(found.standardDeviation - (squares / Double(size.count)).squareRoot()) < 1e-8)
    #expect(found.minimum == samples.min() && found.maximum == samples.max())
    #expect(found.finiteCount == size.count && found.nonFiniteCount == 0)
    #expect(found == (try statistics(of: volume, workers: .one)))
  }

  @Test("NaN and infinities are counted and left out; a constant is called one")
  func gaps() throws {
    let geometry = VolumeGeometry(size: VolumeSize(x: 5, y: 1, z: 1), voxelSizeAngstrom: 10)
    let volume = Volume(
      geometry: geometry, samples: [1, Float.nan, 3, Float.infinity, -Float.infinity])
    let found = try statistics(of: volume, workers: .one)
    #expect(found.nonFiniteCount == 3 && found.finiteCount == 2)
    #expect(found.mean == 2 && found.standardDeviation == 1)
    #expect(found.minimum == 1 && found.maximum == 3 && !found.isConstant)
    let constant = Volume<Float>(geometry: geometry, repeating: 4)
    #expect(try statistics(of: constant, workers: .one).isConstant)
    let empty = Volume(geometry: geometry, samples: Array(repeating: Float.nan, count: 5))
    #expect(try statistics(of: empty, workers: .one).finiteCount == 0)
  }
}
