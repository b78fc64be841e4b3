import Glibc
import TestSupport
import Testing
import WorkLedger

private let isBuilt = ProgramRun.program() != nil

/// Every unusable input of CONTRACT, through `bilayer segment`.
@Suite(.enabled(if: isBuilt, "No bilayer in .build: run `swift build` first."))
struct BadInputTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    /// What the message must say.
    let words: [String]
    let bytes: [UInt8]
    var options = ""

    var testDescription: String { name }
  }

  /// A ramp of 16 x 16 x 16 voxels, and no faults.
  private static func volume(
    _ size: (Int32, Int32, Int32) = (16, 16, 16), mode: Int32 = 2, voxel: Float = 10,
    value: (Int) -> Float = { Float($0 % 97) }
  ) -> MRCBytes {
    var file = MRCBytes(size: size, mode: mode, voxel: voxel)
    let count = Int(size.0) * Int(size.1) * Int(size.2)
    let width = [3: 4, 4: 8, 16: 3][mode] ?? 4
    if mode == 2 {
      file.append((0..<count).map { value($0).bitPattern }, width: 4)
    } else {
      file.bytes += [UInt8](repeating: 1, count: count * width)
    }
    return file
  }

  private static func overflowing() -> [UInt8] {
    var file = volume()
    for axis in 0..<3 { file.set(Int32.max, at: 4 * axis) }
    return file.bytes
  }

  static let cases: [Case] = [
    Case(name: "an empty file", words: ["empty", "expected"], bytes: []),
    Case(
      name: "a text", words: ["no MRC file", "Expected"],
      bytes: Array(repeating: UInt8(ascii: "x"), count: 3000)),
    Case(
      name: "a truncated file", words: ["truncated", "needs"],
      bytes: Array(volume().bytes.dropLast(100))),
    Case(name: "sizes whose product overflows", words: ["2147483647"], bytes: overflowing()),
    Case(
      name: "a pixel size of 0", words: ["pixel size", "--pixel-size"],
      bytes: volume(voxel: 0).bytes),
    Case(
      name: "a pixel size of 1", words: ["pixel size", "--pixel-size"],
      bytes: volume(voxel: 1).bytes),
    Case(
      name: "a pixel size over 100 Å", words: ["pixel size", "--pixel-size"],
      bytes: volume(voxel: 101).bytes),
    Case(
      name: "a NaN", words: ["NaN", "1 voxels of 4096"],
      bytes: volume { $0 == 77 ? .nan : Float($0) }.bytes),
    Case(name: "constant data", words: ["same value"], bytes: volume { _ in 3 }.bytes),
    Case(name: "mode 3", words: ["mode 3"], bytes: volume(mode: 3).bytes),
    Case(name: "mode 4", words: ["mode 4"], bytes: volume(mode: 4).bytes),
    Case(name: "mode 16", words: ["mode 16"], bytes: volume(mode: 16).bytes),
    Case(name: "a 2D image", words: ["2D image"], bytes: volume((64, 64, 1)).bytes),
    Case(name: "a tilt series", words: ["tilt series"], bytes: volume((64, 64, 4)).bytes),
    Case(
      name: "a region outside", words: ["--region", "0:16,0:16,0:16"], bytes: volume().bytes,
      options: "--region 0:17,:,:"),
  ]

  @Test(
    "An unusable input ends with status 3, a message, and nothing left behind", arguments: cases)
  func refuses(_ input: Case) throws {
    try TemporaryFolder.with { folder in
      try ProgramRun.write(input.bytes, to: folder + "/in.mrc")
      let run = try ProgramRun.shell(
        "bilayer segment in.mrc --output results \(input.options)", in: folder)
      #expect(run.status == (input.options.isEmpty ? 3 : 2), "\(run.messages)")
      #expect(run.output == "")
      for words in input.words {
        #expect(run.messages.contains(words), "\(words) is not in: \(run.messages)")
      }
      #expect(Folder.names(in: folder) == ["in.mrc"])
    }
  }

  @Test("A folder and a missing file are refused by name")
  func refusesFolders() throws {
    try TemporaryFolder.with { folder in
      for name in ["subfolder", "missing.mrc"] {
        let run = try ProgramRun.shell(
          "mkdir -p subfolder; bilayer segment \(name) --output results", in: folder)
        #expect(run.status == 3)
        #expect(run.messages.contains(name))
        #expect(Folder.names(in: folder) == ["subfolder"])
      }
    }
  }

  @Test("One bad tomogram among several stops the run before anything is written")
  func checksAllFirst() throws {
    try TemporaryFolder.with { folder in
      try ProgramRun.write(Self.volume().bytes, to: folder + "/good.mrc")
      try ProgramRun.write([], to: folder + "/bad.mrc")
      let run = try ProgramRun.shell("bilayer segment bad.mrc good.mrc --output out", in: folder)
      #expect(run.status == 3)
      #expect(Folder.names(in: folder) == ["bad.mrc", "good.mrc"])
    }
  }

  @Test("A probability given as a mask is refused, and nothing is left behind")
  func refusesFractions() throws {
    try TemporaryFolder.with { folder in
      try ProgramRun.write(
        Self.volume { Float($0 % 10) / 10 }.bytes, to: folder + "/probability.mrc")
      for stage in ["trace --mask", "separate --mask", "fit --instances"] {
        let run = try ProgramRun.shell(
          "bilayer \(stage) probability.mrc --output out --quiet", in: folder)
        #expect(run.status == 3, "\(stage): \(run.messages)")
        #expect(run.messages.contains("whole numbers"), "\(stage): \(run.messages)")
        #expect(Folder.names(in: folder) == ["probability.mrc"])
      }
    }
  }

  @Test(
    "Wrong usage ends with status 2 and tells how to go on",
    arguments: [
      ("segment", "--output"), ("segment --output x", "--plan"), ("nonsense", "nonsense"),
      ("segment a.mrc --output x --threads 0", "--threads"),
      ("segment a.mrc --output x --tilt-range 60,-60", "tilt-range"),
      ("segment a.mrc --output x --threshold 2", "--threshold"),
      ("segment a/t.mrc b/t.rec --output x", "named t"),
      ("segment a.mrc --output x --axes xyy", "--axes"),
      ("evaluate a b --truth-types 1", "--truth-surfaces"), ("trace --output x", "--mask"),
    ])
  func refusesUsage(_ arguments: String, words: String) throws {
    try TemporaryFolder.with { folder in
      let run = try ProgramRun.shell("bilayer \(arguments)", in: folder)
      #expect(run.status == 2, "\(run.messages)")
      #expect(run.messages.contains(words), "\(run.messages)")
      #expect(Folder.names(in: folder) == [])
    }
  }
}
