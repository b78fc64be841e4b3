import MRCFormat
import TestSupport
import Testing
import Volumes
import WorkLedger

/// Both ways with mrcfile, the reader and writer that the field takes as its reference.
@Suite(
  "Agreement with mrcfile",
  .enabled(if: PythonChecks.areReady(), "mrcfile is missing: run Scripts/install-checks.sh"))
struct MrcfileTests {
  private static let geometry = VolumeGeometry(
    size: VolumeSize(x: 9, y: 7, z: 5), voxelSizeAngstrom: SIMD3(10.25, 10.25, 12),
    originAngstrom: SIMD3(-100.5, 40, 1234.5))

  /// Prints, for a file: validity, mode, voxel size, origin, start, labels, sum of index * value.
  private static let report = """
    import sys, io, mrcfile, numpy as np
    out = io.StringIO()
    valid = mrcfile.validate(sys.argv[1], print_file=out)
    print('valid', valid, '' if valid else out.getvalue())
    with mrcfile.open(sys.argv[1]) as m:
        v = m.voxel_size; o = m.header.origin; n = m.nstart
        print('mode', m.header.mode, 'ispg', m.header.ispg, 'mz', m.header.mz == m.header.nz)
        print('voxel', *('%.4f' % float(v[k]) for k in 'xyz'))
        print('origin', *('%.4f' % float(o[k]) for k in 'xyz'))
        print('start', n.x, n.y, n.z)
        print('labels', *m.get_labels(), sep='|')
        print('extended', bytes(m.header.exttyp).strip(b'\\0'), m.header.nsymbt)
        d = m.data.astype(np.float64).ravel()
        print('sum', '%.3f' % float((d * np.arange(1, d.size + 1)).sum()))
    """

  private func write<Sample: MRCSample>(
    _ type: Sample.Type, to path: String, geometry: VolumeGeometry, template: MRCHeader? = nil,
    _ make: (Int) -> Sample
  ) throws {
    let sink = try MRCSink<Sample>(
      path: path, geometry: geometry, template: template, label: "bilayer: made for a test")
    let samples = (0..<geometry.size.count).map(make)
    let volume = Volume(geometry: geometry, samples: samples)
    for slab in geometry.bounds.slabs(thickness: 2) { try sink.write(try volume.read(slab)) }
    try sink.commit()
  }

  private func value(_ index: Int) -> Int { (index * 29) % 101 }

  @Test("mrcfile reads and validates what is written, in every mode")
  func mrcfileReadsOurs() throws {
    try TemporaryFolder.with { folder in
      let geometry = Self.geometry
      try write(Int8.self, to: folder + "/0", geometry: geometry) { Int8(value($0)) }
      try write(Int16.self, to: folder + "/1", geometry: geometry) { Int16(value($0)) }
      try write(Float.self, to: folder + "/2", geometry: geometry) { Float(value($0)) }
      try write(UInt16.self, to: folder + "/6", geometry: geometry) { UInt16(value($0)) }
      try write(Float16.self, to: folder + "/12", geometry: geometry) { Float16(value($0)) }
      let sum = (0..<geometry.size.count).reduce(0) { $0 + ($1 + 1) * value($1) }
      for mode in [0, 1, 2, 6, 12] {
        let result = try PythonChecks.run(Self.report, [folder + "/\(mode)"], in: folder)
        #expect(
          result.output == """
            valid True\u{20}
            mode \(mode) ispg 1 mz True
            voxel 10.2500 10.2500 12.0000
            origin -100.5000 40.0000 1234.5000
            start 0 0 0
            labels|bilayer: made for a test
            extended b'' 0
            sum \(sum).000
            """)
        #expect(try validateMRC(path: folder + "/\(mode)", scratchFolder: folder).isEmpty)
      }
    }
  }

  @Test("Start, labels and extended header are carried over, and positions kept")
  func templateIsCarriedOver() throws {
    try TemporaryFolder.with { folder in
      var input = MRCBytes(size: (9, 7, 5), mode: 0)
      input.set(Int32(-4), at: 16)
      input.set(Int32(6), at: 24)
      input.set(Int32(160), at: 92)
      input.set("CCP4", at: 104)
      input.set(Int32(10), at: 220)
      for index in 0..<10 { input.set("label \(index)", at: 224 + 80 * index) }
      input.bytes += [UInt8](repeating: 65, count: 160) + [UInt8](repeating: 3, count: 9 * 7 * 5)
      try AtomicFile.write(input.bytes, to: folder + "/in")
      let volume = try MRCVolume(path: folder + "/in", scratchFolder: folder)
      #expect(volume.geometry.originAngstrom == SIMD3(-40, 0, 60))
      try write(
        Int16.self, to: folder + "/out", geometry: volume.geometry, template: volume.template
      ) { Int16(value($0)) }
      let lines = try PythonChecks.run(Self.report, [folder + "/out"], in: folder).output
      #expect(lines.contains("valid True"), "\(lines)")
      #expect(lines.contains("start -4 0 6") && lines.contains("origin 0.0000 0.0000 0.0000"))
      #expect(lines.contains("labels|label 1|"), "The oldest label is dropped.")
      #expect(lines.contains("|label 9|bilayer: made for a test"))
      #expect(lines.contains("extended b'CCP4' 160"))
      let output = try MRCVolume(path: folder + "/out", scratchFolder: folder)
      #expect(output.geometry == volume.geometry)
      #expect(output.header.extendedHeader == [UInt8](repeating: 65, count: 160))
    }
  }

  private static let writer = """
    import sys, mrcfile, numpy as np
    folder = sys.argv[1]
    types = {0: 'i1', 1: 'i2', 2: 'f4', 6: 'u2', 12: 'f2'}
    a = np.arange(9 * 7 * 5).reshape(5, 7, 9)
    for mode, kind in types.items():
        for order in '<>':
            for pack in (None, 'gzip', 'bzip2'):
                name = '%s/%d_%s_%s' % (folder, mode, 'lb'[order == '>'], pack)
                d = (a * 37 % 201 - (0 if mode == 6 else 100)).astype(order + kind)
                with mrcfile.new(name, data=d, compression=pack) as m:
                    m.voxel_size = (3.5, 3.5, 7)
                    m.header.origin = (1.5, -2.5, 1000)
                    m.nstart = (1, 2, 3)
    """

  @Test("What mrcfile writes is read: every mode, byte order and packing")
  func readsMrcfiles() throws {
    try TemporaryFolder.with { folder in
      let made = try PythonChecks.run(Self.writer, [folder], in: folder)
      #expect(made.status == 0, "\(made.output)")
      let names = Folder.names(in: folder)
      #expect(names.count == 30)
      for name in names {
        let path = folder + "/" + name
        let volume = try MRCVolume(path: path, scratchFolder: folder)
        let shift: Float = name.hasPrefix("6") ? 0 : 100
        let expected = (0..<315).map { Float($0 * 37 % 201) - shift }
        #expect(try volume.readAll().samples == expected, "\(name)")
        #expect(volume.geometry.voxelSizeAngstrom == SIMD3(3.5, 3.5, 7), "\(name)")
        #expect(volume.geometry.originAngstrom == SIMD3(1.5, -2.5, 1000), "\(name)")
        // Bytes have no order, so mrcfile writes mode 0 in the machine's.
        let isBig = name.contains("_b_") && !name.hasPrefix("0")
        #expect(volume.header.byteOrder == (isBig ? .big : .little), "\(name)")
        let findings = try validateMRC(path: path, scratchFolder: folder)
        #expect(findings.isEmpty, "\(name): \(findings)")
        #expect(volume.template.start == SIMD3(1, 2, 3))
      }
      // The unpacked copies have no names.
      #expect(Folder.names(in: folder) == names)
    }
  }

  private static let shared = """
    import sys, mrcfile, numpy as np
    with mrcfile.open(sys.argv[1], permissive=True) as m:
        d = m.data
        if d is None: sys.exit('no data')
        if d.dtype == np.int8 and sys.argv[2] == 'unsigned': d = d.view(np.uint8)
        v = m.voxel_size; o = m.header.origin
        d = d.reshape((1,) * (3 - d.ndim) + d.shape); n = len(d)
        f = d[sorted({0, n // 2, n - 1})].ravel()[::11].astype(np.float64); w = np.arange(f.size) % 1009
        print(*d.shape, *('%.5f' % float(v[k]) for k in 'xyz'), '%.6g' % (f * w).sum())
    """

  @Test(
    "Every MRC file at hand is read as mrcfile reads it",
    .enabled(if: SharedData.isAtHand, "No shared data."), arguments: SharedVolumes.names)
  func readsSharedData(name: String) throws {
    let path = try #require(SharedData.path(name))
    try TemporaryFolder.with { folder in
      let volume = try MRCVolume(path: path, scratchFolder: folder)
      let isUnsigned = volume.notes.contains { $0.contains("read as unsigned") }
      let sign = isUnsigned ? "unsigned" : "signed"
      let result = try PythonChecks.run(Self.shared, [path, sign], in: folder)
      let words = result.output.split(separator: " ").map(String.init)
      guard words.count == 7 else {
        Issue.record("\(name): \(result.output)")
        return
      }
      let size = volume.geometry.size
      #expect(words[0..<3].map { Int($0) } == [size.z, size.y, size.x])
      if volume.voxelSizeIsKnown {
        for axis in 0..<3 {
          let voxel = volume.geometry.voxelSizeAngstrom[axis]
          #expect(abs(voxel - (Double(words[3 + axis]) ?? 0)) < 1e-4)
        }
      }
      let sum = try weightedSum(volume)
      let expected = try #require(Double(words[6]))
      #expect(abs(sum - expected) <= 2e-5 * abs(expected) + 1e-3, "\(name)")
    }
  }

  /// Every 11th voxel of the first, middle and last section, times its number modulo 1009.
  private func weightedSum(_ volume: MRCVolume) throws -> Double {
    let size = volume.geometry.size
    var samples: [Float] = []
    for z in Set([0, size.z / 2, size.z - 1]).sorted() {
      let section = Region(
        lower: VoxelIndex(x: 0, y: 0, z: z), upper: VoxelIndex(x: size.x, y: size.y, z: z + 1))
      samples += try volume.read(section).samples
    }
    var sum = 0.0
    for (number, index) in stride(from: 0, to: samples.count, by: 11).enumerated() {
      sum += Double(samples[index]) * Double(number % 1009)
    }
    return sum
  }
}

enum SharedVolumes {
  /// The smaller MRC volumes under the shared data.
  static let small = [
    "io/big_endian.mrc", "io/big_head.mrc", "io/emd_3197.map", "io/emd_3197.map.bz2",
    "io/emd_3197.map.gz", "io/imod_int16.mrc", "io/no_map_id_int8.mrc", "io/zero_cell.mrc",
    "raw/lysosome_wbp_left_bin2.mrc", "seg/sarscov2_Fig13A_lbl.mrc.gz", "seg/synapse_labels.mrc",
    "seg/t74_vesicle3_bin6.Labels.mrc", "seg/tomo22_z50_ves_4_seg.mrc",
    "tiny/test_blob_detect.rec", "tiny/test_image_membrane.rec",
  ]

  /// All MRC volumes under the shared data.
  static let names =
    small + [
      "raw/lysosome_wbp_left.mrc", "raw/lysosome_wbp_left_ref.mrc.gz",
      "seg/AP_middle_labels.mrc.gz", "seg/golgi_lbl.mrc.gz", "seg/mito_TE1_lbl.mrc.gz",
      "seg/sarscov2_Fig13B_lbl.mrc.gz", "seg/thylakoid_T1S1M1.mrc.gz",
      "seg/vacuole_contact_labels.mrc.gz", "sim/polnet_s101_lbl.mrc.gz",
      "sim/polnet_s101_snr0.1.mrc", "sim/polnet_s101_snr0.3.mrc",
    ]
}
