import MRCFormat
import TableFormats
import TestSupport
import Testing
import TomogramModel
import VolumeFiles
import Volumes
import WorkLedger

private let isBuilt = ProgramRun.program() != nil

/// Stages alone, on masks and labels of other programs. None of them needs the engine.
@Suite(.serialized, .enabled(if: isBuilt, "No bilayer in .build: run `swift build` first."))
struct StageTests {
  private func withScene(_ body: (String) throws -> Void) throws {
    try TemporaryFolder.with { folder in
      try ThresholdNetwork.writeScene(to: folder)
      try body(folder)
    }
  }

  @Test("Each stage runs alone: on a foreign mask, then on the folder's own files")
  func chains() throws {
    try withScene { folder in
      let run = try ProgramRun.shell(
        """
        set -e
        bilayer trace --mask labels.mrc --output out --quiet
        for stage in separate fit measure; do bilayer $stage --output out --quiet; done
        bilayer report out --quiet
        """, in: folder)
      #expect(run.status == 0, "\(run.messages)")
      let membranes = try MembraneTable.read(path: folder + "/out/instances.csv")
      #expect(membranes.map(\.label) == [1, 2])
      #expect(membranes.allSatisfy { $0.closed == true })
      // A shell of radius 12 voxels of 10 Å: 4 π 12² nm² = 1810 nm².
      let area = try #require(membranes[0]["area_nm2"]?.value)
      #expect(abs(area - 1810) < 0.03 * 1810)
      #expect(Folder.names(in: folder + "/out").contains("report.html"))
    }
  }

  @Test("Preparing writes a tomogram like the one it was given: its grid, its dark or bright")
  func prepares() throws {
    try withScene { folder in
      let run = try ProgramRun.shell(
        """
        set -e
        bilayer prepare tomogram.mrc --output plain.mrc --quiet
        bilayer prepare tomogram.mrc --defocus 4 --match plain.mrc --output filtered.mrc --quiet
        bilayer validate filtered.mrc
        bilayer prepare plain.mrc --output again.mrc --quiet
        """, in: folder)
      #expect(run.status == 0, "\(run.messages)")
      func read(_ name: String) throws -> Volume<Float> {
        let source = try InputVolume.open(path: folder + "/" + name, scratchFolder: folder).source
        return Volume(geometry: source.geometry, samples: try source.readAll().samples)
      }
      let (given, plain) = (try read("tomogram.mrc"), try read("plain.mrc"))
      let (filtered, again) = (try read("filtered.mrc"), try read("again.mrc"))
      for volume in [plain, filtered] {
        #expect(volume.geometry == given.geometry)
        #expect(0.5 < correlation(volume.samples, given.samples))
      }
      #expect(filtered.samples != plain.samples)
      #expect(zip(again.samples, plain.samples).allSatisfy { abs($0 - $1) < 0.05 })
    }
  }

  @Test(
    "Preparing replaces nothing unasked, and refuses what makes no sense",
    arguments: [
      ("--output tomogram.mrc", 2), ("--defocus 0 --output out.mrc", 2),
      ("--defocus 40000 --output out.mrc", 2), ("--phase-flipped --output out.mrc", 2),
      ("--defocus 4 --amplitude-contrast 2 --output out.mrc", 2),
      ("--match nowhere.mrc --output out.mrc", 3),
    ])
  func refusesPreparing(options: String, status: Int32) throws {
    try withScene { folder in
      let run = try ProgramRun.shell("bilayer prepare tomogram.mrc \(options)", in: folder)
      #expect(run.status == status, "\(run.messages)")
      #expect(!Folder.exists(folder + "/out.mrc"))
    }
  }

  @Test("A bridge taken back by its id is taken back in all that follows")
  func rejectsBridges() throws {
    try TemporaryFolder.with { folder in
      try writeTornSheet(to: folder + "/torn.mrc")
      let run = try ProgramRun.shell(
        """
        set -e
        bilayer trace --mask torn.mrc --method minimal-path --output out --quiet
        for stage in 'separate --widest-gap 0' fit measure; do bilayer $stage --output out --quiet; done
        cp out/instances.csv before.csv
        bilayer trace --mask torn.mrc --method minimal-path --reject 1 --output out --force --quiet
        for stage in 'separate --widest-gap 0' fit measure
        do bilayer $stage --output out --force --quiet; done
        """, in: folder)
      #expect(run.status == 0, "\(run.messages)")
      #expect(try MembraneTable.read(path: folder + "/before.csv").map(\.label) == [1])
      #expect(try MembraneTable.read(path: folder + "/out/instances.csv").map(\.label) == [1, 2])
      let bridge = try #require(try BridgeTable.read(path: folder + "/out/bridges.csv").first)
      #expect(bridge.id == 1 && !bridge.accepted)
    }
  }

  /// A flat sheet, 4 voxels thick, with a gap of 6 voxels across it.
  private func writeTornSheet(to path: String) throws {
    let size = VolumeSize(x: 44, y: 44, z: 28)
    let sheet = AnalyticSurface.plane(point: SIMD3(22, 22, 14), normal: SIMD3(0, 0, 1))
    let geometry = VolumeGeometry(
      size: size, voxelSizeAngstrom: SIMD3(repeating: 10), originAngstrom: .zero)
    let sink = try MRCSink<Int8>(path: path, geometry: geometry, label: "torn sheet")
    try sink.write(sheet.mask(size: size, thickness: 4) { 3 < abs($0.y - 22) })
    try sink.commit()
  }

  @Test("Foreign labels are fitted and measured as they are")
  func takesLabels() throws {
    try withScene { folder in
      let run = try ProgramRun.shell(
        """
        set -e
        bilayer fit --instances labels.mrc --output fitted --quiet
        bilayer measure --instances labels.mrc --surfaces fitted/surfaces \
          --tomogram tomogram.mrc --output measured --quiet
        """, in: folder)
      #expect(run.status == 0, "\(run.messages)")
      let membranes = try MembraneTable.read(path: folder + "/measured/instances.csv")
      #expect(membranes.count == 2 && membranes[0]["volume_nm3"]?.value != nil)
    }
  }

  @Test("The number of threads changes no byte")
  func ignoresThreads() throws {
    try withScene { folder in
      let run = try ProgramRun.shell(
        """
        set -e
        for n in 1 2; do
          bilayer trace --mask labels.mrc --output out$n --quiet --threads $n
          for stage in separate fit measure
          do bilayer $stage --output out$n --quiet --threads $n; done
        done
        for file in mask.mrc provenance.mrc bridges.csv instances.mrc instances.csv
        do cmp out1/$file out2/$file; done
        diff -r out1/surfaces out2/surfaces
        bilayer simulate --output sim1 --size 48x48x32 --quiet --threads 1
        bilayer simulate --output sim2 --size 48x48x32 --quiet --threads 2
        diff -r sim1 sim2
        """, in: folder)
      #expect(run.status == 0, "\(run.output)\(run.messages)")
    }
  }

  @Test("A simulation evaluated against itself is perfect, and its JSON has CONTRACT's keys")
  func evaluatesTruth() throws {
    try TemporaryFolder.with { folder in
      let run = try ProgramRun.shell(
        """
        set -e
        bilayer simulate --output phantom --size 64x64x48 --quiet
        bilayer evaluate phantom/labels.mrc phantom --format json --quiet
        bilayer evaluate phantom/labels.mrc phantom --quiet >table
        grep -q surface_f1 table
        """, in: folder)
      #expect(run.status == 0, "\(run.messages)")
      for line in [
        "\"dice\" : 1", "\"nsd_1\" : 1", "\"pq\" : 1", "\"leaflet_cnr\"", "\"tilt_snr\"",
        "\"surface_dice_membrain\"", "\"hd95_A\" : 0", "\"thickness_ratio\" : ",
        "\"voi_bits\" : 0",
        "\"surface_recall\"",
      ] { #expect(run.output.contains(line), "\(line) is not in \(run.output)") }
    }
  }

  @Test(
    "Results of two halves are compared in words, JSON and a table; what are no halves is refused")
  func comparesHalves() throws {
    try withScene { folder in
      let run = try ProgramRun.shell(
        """
        set -e
        for half in even odd; do
          bilayer fit --instances labels.mrc --output $half --quiet; done
        cp labels.mrc copy.mrc
        bilayer compare-halves even odd --pairs pairs.csv >text
        grep -q '^Verdict: ' text
        grep -q 'never that they are right' text
        bilayer compare-halves even odd --sd-factor 0.5 --format json
        set +e
        bilayer compare-halves even odd --pairs pairs.csv; echo "status $?" >&2
        bilayer compare-halves even nothing; echo "status $?" >&2
        bilayer simulate --output other --size 48x48x32 --quiet
        bilayer fit --instances other/labels.mrc --output third --quiet
        bilayer compare-halves even third; echo "status $?" >&2
        """, in: folder)
      let table = try CSVTable.read(path: folder + "/pairs.csv")
      #expect(table.rows.map { Array($0[0...1]) } == [["1", "1"], ["2", "2"]], "\(run.messages)")
      #expect(table.rows.allSatisfy { $0[table.column("coverage_95") ?? 0] == "1" })
      for line in ["\"verdict\" : ", "\"coverage_95\" : {", "\"factor\" : {", "\"block_A\" : 400"] {
        #expect(run.output.contains(line), "\(line) is not in \(run.output)")
      }
      #expect(run.messages.contains("pairs.csv"))
      #expect(run.messages.contains("48 x 48 x 32"))
      #expect(
        run.messages.split(separator: "\n").filter { $0.hasPrefix("status") }.map { $0.suffix(1) }
          == ["2", "2", "3"])
    }
  }

  @Test("A result on another grid than the truth is refused")
  func refusesOtherGrids() throws {
    try withScene { folder in
      let run = try ProgramRun.shell(
        """
        bilayer simulate --output phantom --size 48x48x32 --quiet
        bilayer evaluate labels.mrc phantom --quiet
        """, in: folder)
      #expect(run.status == 3)
      #expect(run.messages.contains("80 x 40 x 40") && run.messages.contains("48 x 48 x 32"))
    }
  }
}
