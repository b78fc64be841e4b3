import MRCFormat
import TestSupport
import Testing
import VolumeFiles
import Volumes
import WorkLedger

@Suite("Input volumes")
struct InputVolumeTests {
  /// Opens a 12 x 11 x 10 volume of floats with a header changed by `change`.
  private func input(
    size: (Int32, Int32, Int32) = (12, 11, 10), options: InputOptions = InputOptions(),
    _ change: (inout MRCBytes) -> Void = { _ in }, value: (Int) -> Float = { Float($0 % 17) },
    _ body: (InputVolume) throws -> Void
  ) throws {
    try TemporaryFolder.with { folder in
      var file = MRCBytes(size: size, mode: 2)
      change(&file)
      let count = Int(size.0) * Int(size.1) * Int(size.2)
      file.append((0..<count).map { value($0).bitPattern }, width: 4)
      try AtomicFile.write(file.bytes, to: folder + "/a.mrc")
      try body(
        InputVolume.open(path: folder + "/a.mrc", options: options, scratchFolder: folder))
    }
  }

  private func refusal(of input: InputVolume) -> VolumeFileError? {
    #expect(throws: VolumeFileError.self) { try input.requiringTomogram(workers: .one) }
  }

  private func expect(
    _ error: VolumeFileError?, says words: [String],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(error?.kind == .input, sourceLocation: sourceLocation)
    let message = error?.description ?? ""
    for word in words {
      #expect(message.contains(word), "\(message): \(word)", sourceLocation: sourceLocation)
    }
  }

  @Test(
    "Real tomograms of known voxel size are accepted",
    .enabled(if: SharedData.isAtHand, "No shared data."),
    arguments: [
      "tiny/test_image_membrane.rec", "tiny/test_blob_detect.rec", "io/imod_int16.mrc",
      "io/no_map_id_int8.mrc", "io/big_head.mrc", "io/emd_3197.map", "io/emd_3197.map.gz",
    ])
  func acceptsTomograms(name: String) throws {
    let path = try #require(SharedData.path(name))
    let input = try InputVolume.open(path: path, scratchFolder: "/tmp")
    let statistics = try input.requiringTomogram(workers: Workers(count: 2))
    #expect(statistics.minimum < statistics.maximum)
    #expect(input.header?.extent == SIMD3<Int32>(clamping: input.sizeVector))
  }

  @Test(
    "A pixel size of 0, 1 or over 100 Å is refused, and accepted when given",
    arguments: [Float(0), 1, 100.5])
  func pixelSize(voxel: Float) throws {
    func change(_ file: inout MRCBytes) {
      for (axis, side) in [Float(12), 11, 10].enumerated() {
        file.set(side * voxel, at: 40 + 4 * axis)
      }
    }
    try input {
      change(&$0)
    } _: { input in
      expect(refusal(of: input), says: ["pixel size", "\(voxel)", "--pixel-size", input.path])
      #expect(!input.voxelSizeIsKnown)
    }
    try input(options: InputOptions(pixelSizeAngstrom: 12)) {
      change(&$0)
    } _: { input in
      try input.requiringTomogram(workers: .one)
      #expect(input.geometry.voxelSizeAngstrom == SIMD3(12, 12, 12))
    }
  }

  @Test("Data that hold NaN or are constant are refused")
  func badData() throws {
    try input(value: { $0 == 700 ? Float.nan : Float($0) }) { input in
      expect(refusal(of: input), says: ["1 voxels of 1320", "NaN"])
    }
    try input(value: { $0 == 3 ? Float.infinity : Float($0) }) { input in
      expect(refusal(of: input), says: ["1 voxels of 1320", "infinite"])
    }
    try input(value: { _ in 4.5 }) { input in
      expect(refusal(of: input), says: ["same value, 4.5"])
    }
  }

  @Test("Images, stacks of images and strips are refused where a volume is needed")
  func notVolumes() throws {
    try input(size: (64, 64, 1)) { expect(refusal(of: $0), says: ["2D image", "64 x 64 x 1"]) }
    try input(size: (64, 64, 4)) { expect(refusal(of: $0), says: ["tilt series", "64 x 64 x 4"]) }
    try input(size: (4, 64, 64)) { expect(refusal(of: $0), says: ["strip", "Reconstruct"]) }
    try input { file in
      file.set(Int32(0), at: 88)
      file.set(Int32(1), at: 36)
    } _: {
      expect(refusal(of: $0), says: ["tilt series or image stack", "by its header"])
    }
    try input(size: (12, 12, 20)) { file in
      file.set(Int32(401), at: 88)
      file.set(Int32(10), at: 36)
    } _: {
      expect(refusal(of: $0), says: ["a stack of 2 volumes"])
    }
    // 10 sections of 2 Å: no specimen is 20 Å thin and 600 Å wide.
    try input(size: (300, 300, 10)) { file in
      for (axis, side) in [Float(600), 600, 20].enumerated() { file.set(side, at: 40 + 4 * axis) }
    } _: {
      expect(refusal(of: $0), says: ["tilt series"])
    }
  }

  @Test(
    "A real tilt stack is refused, with and without a pixel size",
    .enabled(if: SharedData.isAtHand, "No shared data."))
  func realTiltStack() throws {
    let path = try #require(SharedData.path("io/zero_cell.mrc"))
    for size in [nil, 10.0] {
      let input = try InputVolume.open(
        path: path, options: InputOptions(pixelSizeAngstrom: size), scratchFolder: "/tmp")
      expect(refusal(of: input), says: ["232 x 240 x 4", "tilt series", "Reconstruct"])
    }
  }

  @Test(
    "A real image, big-endian under a stamp that lies, is refused as an image",
    .enabled(if: SharedData.isAtHand, "No shared data."))
  func realImage() throws {
    let path = try #require(SharedData.path("io/big_endian.mrc"))
    let input = try InputVolume.open(path: path, scratchFolder: "/tmp")
    expect(refusal(of: input), says: ["2D image of 10 x 2 x 1"])
  }

  @Test(
    "A real tomogram without a voxel size needs one given",
    .enabled(if: SharedData.isAtHand, "No shared data."))
  func realUnknownSize() throws {
    let path = try #require(SharedData.path("raw/lysosome_wbp_left_bin2.mrc"))
    let input = try InputVolume.open(path: path, scratchFolder: "/tmp")
    expect(refusal(of: input), says: ["pixel size", "--pixel-size"])
    let given = try InputVolume.open(
      path: path, options: InputOptions(pixelSizeAngstrom: 14.5), scratchFolder: "/tmp")
    try given.requireVolume()
    try given.requirePixelSize()
  }

  @Test("Files that are nothing we know are refused by content, whatever their name")
  func somethingElse() throws {
    try TemporaryFolder.with { folder in
      for (name, content) in [("a.mrc", "text"), ("b.tif", ""), ("c.rec", "II*\0garbage")] {
        try AtomicFile.write(content, to: folder + "/" + name)
        do {
          _ = try InputVolume.open(path: folder + "/" + name, scratchFolder: folder)
          Issue.record("\(name) was accepted.")
        } catch {
          let fault = error as? any Fault
          #expect(fault?.kind == .input, "\(error)")
          #expect(fault?.description.contains(name) == true)
        }
      }
      do {
        _ = try InputVolume.open(path: folder, scratchFolder: folder)
        Issue.record("A folder was accepted.")
      } catch { #expect((error as? any Fault)?.description.contains("is a folder") == true) }
      #expect(Folder.names(in: folder) == ["a.mrc", "b.tif", "c.rec"])
    }
  }

  @Test(
    "A TIFF stack is taken for one by its content, its axes put in order",
    .enabled(if: SharedData.isAtHand, "No shared data."))
  func tiff() throws {
    let path = try #require(SharedData.path("confounder/13pf_MT.tif"))
    try TemporaryFolder.with { folder in
      let plain = try InputVolume.open(path: path, scratchFolder: folder)
      #expect(plain.geometry.size == VolumeSize(x: 94, y: 206, z: 36) && plain.header == nil)
      expect(refusal(of: plain), says: ["pixel size", "--pixel-size"])
      let turned = try InputVolume.open(
        path: path, options: InputOptions(pixelSizeAngstrom: 10.5, axes: "xzy"),
        scratchFolder: folder)
      #expect(turned.geometry.size == VolumeSize(x: 94, y: 36, z: 206))
      try turned.requirePixelSize()
      for (x, y, z) in [(0, 0, 0), (93, 205, 35), (17, 101, 5)] {
        let place = VoxelIndex(x: x, y: y, z: z)
        let other = VoxelIndex(x: x, y: z, z: y)
        #expect(try voxel(plain, place) == voxel(turned, other))
      }
      #expect(Folder.names(in: folder).isEmpty)
    }
  }

  private func voxel(_ input: InputVolume, _ index: VoxelIndex) throws -> Float {
    let upper = VoxelIndex(x: index.x + 1, y: index.y + 1, z: index.z + 1)
    return try input.source.read(Region(lower: index, upper: upper)).samples[0]
  }

  @Test("The content's hash is that of the file's bytes")
  func hash() throws {
    try input { input in
      let bytes = try InputFile(path: input.path).readAll()
      #expect(try input.contentHash() == SHA256.hexDigest(of: bytes))
    }
  }

  @Test("Volumes of different sizes are not taken for one grid")
  func grids() throws {
    try input { one in
      try one.requireSameGrid(as: one)
      try input(size: (12, 11, 9)) { other in
        let error = #expect(throws: VolumeFileError.self) { try other.requireSameGrid(as: one) }
        expect(error, says: ["12 x 11 x 9", "12 x 11 x 10", "same size"])
      }
    }
  }
}

extension InputVolume {
  fileprivate var sizeVector: SIMD3<Int> {
    SIMD3(geometry.size.x, geometry.size.y, geometry.size.z)
  }
}

@Suite("Labels from files")
struct LabelSourceTests {
  private func labels<Sample: LabelSample & MRCSample>(
    _ values: [Float], as type: Sample.Type
  ) throws -> Result<[Sample], any Error> {
    try TemporaryFolder.with { folder in
      let geometry = VolumeGeometry(
        size: VolumeSize(x: values.count, y: 1, z: 1), voxelSizeAngstrom: 10)
      let sink = try MRCSink<Float>(path: folder + "/a", geometry: geometry, label: "labels")
      try sink.write(Block(region: geometry.bounds, samples: values))
      try sink.commit()
      let input = try InputVolume.open(path: folder + "/a", scratchFolder: folder)
      return Result { try input.labels(type).read(geometry.bounds).samples }
    }
  }

  @Test("Whole numbers of the type's range are taken as they are, to its ends")
  func wholeNumbers() throws {
    #expect(try labels([-128, 0, 1, 127], as: Int8.self).get() == [-128, 0, 1, 127])
    #expect(try labels([0, 1, 65535], as: UInt16.self).get() == [0, 1, 65535])
    #expect(try labels([-32768, 32767], as: Int16.self).get() == [-32768, 32767])
  }

  @Test(
    "Anything else is refused with its place",
    arguments: [Float(0.5), -1, 65536, .nan, .infinity, 1e30])
  func others(value: Float) throws {
    let result = try labels([3, 2, value, 1], as: UInt16.self)
    let error = #expect(throws: VolumeFileError.self) { try result.get() }
    #expect(error?.kind == .input)
    #expect(error?.description.contains("voxel x 2, y 0, z 0") == true)
  }

  @Test(
    "A label volume of the field is read as labels",
    .enabled(if: SharedData.isAtHand, "No shared data."))
  func realLabels() throws {
    let path = try #require(SharedData.path("seg/synapse_labels.mrc"))
    let input = try InputVolume.open(path: path, scratchFolder: "/tmp")
    let block = try input.labels(UInt16.self).readAll()
    let found = Set(block.samples.prefix(400_000))
    #expect(found.contains(2) || found.contains(3))
  }
}
