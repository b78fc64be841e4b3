import MRCFormat
import TableFormats
import TestSupport
import Testing
import TomogramModel
import VolumeFiles
import Volumes
import WorkLedger

private let isBuilt = ProgramRun.program() != nil

/// Edits, labels corrected elsewhere, lumen and classes, through the built program.
@Suite(.serialized, .enabled(if: isBuilt, "No bilayer in .build: run `swift build` first."))
struct EditAndClassTests {
  /// Runs a script beside `labels.mrc`, two shells side by side with the labels 1 and 2.
  private func run(
    _ script: String, _ body: (String, ProgramRun.Outcome) throws -> Void
  ) throws {
    try TemporaryFolder.with { folder in
      try ThresholdNetwork.writeScene(to: folder)
      try body(folder, try ProgramRun.shell("set -e\n" + script, in: folder))
    }
  }

  @Test("Edits are in the plan, and a rerun carries them out again to the same bytes")
  func replays() throws {
    let script = """
      bilayer trace --mask labels.mrc --method none --output out --quiet
      bilayer separate --output out --quiet
      bilayer separate --output out --merge 1,2 --rename 1=ER --resume --quiet
      bilayer separate --output out --split 1 --resume --quiet
      cp out/instances.mrc first.mrc
      cp out/plan.json first.json
      bilayer separate --output out --force --quiet
      cmp out/instances.mrc first.mrc && cmp out/plan.json first.json
      bilayer separate --output out --merge 1,2 --split 1 --force --quiet
      cmp out/instances.mrc first.mrc && cmp out/plan.json first.json
      bilayer separate --output out --drop 3 --force --quiet
      bilayer fit --output out --quiet
      bilayer measure --output out --quiet
      bilayer report out --quiet
      grep -q '>ER<' out/report.html
      """
    try run(script) { folder, outcome in
      #expect(outcome.status == 0, "\(outcome.messages)")
      let membranes = try MembraneTable.read(path: folder + "/out/instances.csv")
      #expect(membranes.map(\.label) == [1])
      #expect(membranes[0].name == "ER" && membranes[0].classification == "vesicle")
    }
  }

  @Test("An edit that cannot be carried out leaves the plan as it was")
  func keepsPlan() throws {
    let script = """
      bilayer separate --mask labels.mrc --output out --rename 2=left --quiet
      cp out/plan.json first.json
      bilayer separate --output out --drop 7 --force --quiet 2>fault && exit 9
      cmp out/plan.json first.json
      cat fault
      bilayer separate --output out --minimum-voxels 100000 --force --quiet 2>fault && exit 9
      cat fault
      bilayer separate --output out --minimum-voxels 100000 --forget-edits --force --quiet
      """
    try run(script) { _, outcome in
      #expect(outcome.status == 0, "\(outcome.messages)")
      #expect(outcome.output.contains("no membrane 7") && outcome.output.contains("1-2"))
      #expect(outcome.output.contains("other labels") && outcome.output.contains("--forget-edits"))
    }
  }

  @Test("Labels corrected elsewhere, with odd values and as floats, are carried to the table")
  func takesCorrected() throws {
    try TemporaryFolder.with { folder in
      try ThresholdNetwork.writeScene(to: folder)
      try Self.rewrite(folder, as: Float.self, [1: 7, 2: 1201])
      try Self.rewrite(folder, as: Int16.self, [1: 7, 2: 1201])
      let outcome = try ProgramRun.shell(
        """
        set -e
        for kind in Float Int16; do
          bilayer separate --instances $kind.mrc --rename 1201=nucleus --output $kind --quiet
          for stage in fit measure; do bilayer $stage --output $kind --quiet; done
          bilayer report $kind --quiet
        done
        cmp Float/instances.csv Int16/instances.csv
        """, in: folder)
      #expect(outcome.status == 0, "\(outcome.messages)")
      let membranes = try MembraneTable.read(path: folder + "/Float/instances.csv")
      #expect(membranes.map(\.label) == [7, 1201])
      #expect(membranes.map(\.name) == [nil, "nucleus"])
      #expect(Folder.names(in: folder + "/Float/surfaces").contains("membrane_1201.ply"))
    }
  }

  private static func rewrite<Sample: MRCSample>(
    _ folder: String, as type: Sample.Type, _ map: [Int8: Sample]
  ) throws {
    let input = try InputVolume.open(path: folder + "/labels.mrc", scratchFolder: folder)
    let block = try input.source.readAll()
    let sink = try MRCSink<Sample>(
      path: "\(folder)/\(type).mrc", geometry: input.geometry, label: "corrected")
    try sink.write(block.map { map[Int8($0)] ?? .zero })
    try sink.commit()
  }

  @Test("Lumen and shells are written where they are wanted, and only there")
  func compartments() throws {
    let script = """
      bilayer separate --instances labels.mrc --output out --quiet
      bilayer fit --output out --quiet
      bilayer measure --output out --lumen --shell 0:60 --shell -40:0 --quiet
      ls out out/shells
      bilayer separate --instances labels.mrc --output bare --quiet
      bilayer fit --output bare --quiet
      bilayer measure --output bare --quiet
      test ! -e bare/lumen.mrc
      """
    try run(script) { folder, outcome in
      #expect(outcome.status == 0, "\(outcome.messages)")
      for name in ["lumen.mrc", "shell_0_60.mrc", "shell_-40_0.mrc", "shapes.csv"] {
        #expect(outcome.output.contains(name))
      }
      // Inside a shell of radius 12 voxels and 2 voxels half thickness: 4/3 π 10³ = 4190 voxels.
      let lumen = try InputVolume.open(path: folder + "/out/lumen.mrc", scratchFolder: folder)
        .source.readAll().samples
      let count = lumen.count { $0 == 1 }
      #expect(abs(Double(count) / 4190 - 1) < 0.12, "\(count)")
    }
  }

  @Test("Classes are printed, learned from a table, and applied")
  func classes() throws {
    let script = """
      for n in 1 2; do
        bilayer separate --instances labels.mrc --output r$n --quiet
        bilayer fit --output r$n --quiet
        bilayer measure --output r$n --quiet
      done
      bilayer classify r1
      printf 'folder,label,class\\nr1,1,big\\nr1,2,small\\nr2,1,big\\nr2,2,small\\n' >mine.csv
      bilayer classify --train mine.csv --output mine.json --quiet
      bilayer classify --from mine.json r1 r2
      cat r2/classes.csv
      """
    try run(script) { _, outcome in
      #expect(outcome.status == 0, "\(outcome.messages)")
      #expect(outcome.output.contains("leave_one_out_accuracy  1"))
      #expect(outcome.output.contains("vesicle"))
      #expect(outcome.output.contains("1,,big,") && outcome.output.contains("2,,small,"))
    }
  }

  @Test(
    "What is wrong with a table of classes is said",
    arguments: [
      ("folder,label\nr,1\n", "no column class"), ("folder,label,class\nr,1,a\n", "two classes"),
      ("folder,label,class\nr,one,a\n", "a label above 0"),
      ("folder,label,class\nr,1,\n", "a class's name"),
      ("folder,label,class\nr,1,a\nr,1,b\n", "is a in one row and b in another"),
      ("folder,label,class\nr,9,a\n", "no surface of a membrane 9"),
      ("folder,label,class\nr,1,a\nr,2,b\n", "1 membrane of class a"),
      ("folder,label,class\nnowhere,1,a\n", "bilayer measure"),
    ])
  func refuses(table: String, reason: String) throws {
    try TemporaryFolder.with { folder in
      _ = try Folder.make(folder + "/r")
      try ProgramRun.write(
        "label,name,class,closed,parent,voxels,x_first,x_end,y_first,y_end,z_first,z_end\n"
          + "1,,vesicle,true,,9,0,1,0,1,0,1\n2,,sheet,false,,9,0,1,0,1,0,1\n",
        to: folder + "/r/instances.csv")
      let columns = [
        "area_nm2", "enclosure", "width_nm", "elongation", "median_curvature_per_nm",
        "curvedness_per_nm", "shape_index", "convex_share", "mean_normal", "normals_first",
        "normals_third", "sphere_share", "ellipsoid_share", "plane_share", "length_nm",
        "breadth_nm", "depth_nm", "boundary_loops", "border_share",
      ]
      let ones = columns.map { _ in "1" }.joined(separator: ",")
      try ProgramRun.write(
        "label,\(columns.joined(separator: ","))\n1,\(ones)\n2,\(ones)\n",
        to: folder + "/r/shapes.csv")
      try ProgramRun.write(table, to: folder + "/mine.csv")
      let outcome = try ProgramRun.shell(
        "bilayer classify --train mine.csv --output mine.json", in: folder)
      #expect(outcome.status == 3)
      #expect(outcome.messages.contains(reason), "\(outcome.messages)")
      #expect(!Folder.exists(folder + "/mine.json"))
    }
  }
}
