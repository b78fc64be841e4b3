import FoundationEssentials
import GapTracing
import InstanceSeparation
import MembranePrediction
import TestSupport
import Testing
import TomogramModel
import Volumes
import WorkLedger

@testable import Pipeline

struct PlanTests {
  private func decode(_ text: String) throws -> Plan {
    try StrictJSON.decode(text, path: "plan.json", over: Plan(stages: Stage.allCases))
  }

  @Test("A part of a plan is read over the defaults")
  func readsParts() throws {
    let plan = try decode("{\"tracing\": {\"probabilityThreshold\": 0.25}, \"seed\": 9}")
    #expect(plan.tracing.probabilityThreshold == 0.25)
    #expect(plan.seed == 9)
    #expect(plan.separation == Plan(stages: []).separation)
  }

  @Test("A plan that was written is read back as it was, a seed above Int.max too")
  func survivesFiles() throws {
    var plan = Plan(stages: [.trace, .separate])
    plan.seed = .max
    plan.reading.region = Region(VolumeSize(x: 4, y: 5, z: 6))
    plan.surfaces = "/data/surfaces"
    #expect(try decode(try canonicalJSON(plan)) == plan)
  }

  @Test(
    "Faults of a plan are named",
    arguments: [
      ("{\"tracing\": {\"treshold\": 1}}", "'tracing.treshold'"), ("{\"seed\": \"x\"}", "'seed'"),
      ("{", "not JSON"), ("[1]", "wrong kind"),
    ])
  func namesFaults(_ text: String, words: String) {
    #expect {
      try decode(text)
    } throws: { error in
      "\(error)".contains(words) && (error as? PipelineError)?.kind == .input
    }
  }

  @Test("An option changes the key of its stage and of those after it, and of none before")
  func keysFollowOptions() throws {
    let folder = ResultFolder("/nonexistent")
    let plan = Plan(stages: Stage.allCases)
    var other = plan
    other.separation.minimumVoxels = 7
    for stage in Stage.allCases where stage != .report {
      let isSame = try plan.key(of: stage, in: folder) == other.key(of: stage, in: folder)
      #expect(isSame == (stage < .separate), "\(stage)")
    }
    var capped = plan
    capped.memoryGigabytes = 2
    #expect(try plan.key(of: .measure, in: folder) == capped.key(of: .measure, in: folder))
  }

  @Test("Membranes go together as far as memory and threads allow, each once, in order")
  func batches() {
    func membrane(_ voxels: Int) -> Membrane {
      Membrane(label: 1, voxels: voxels, region: Region(VolumeSize(x: 100, y: 100, z: 100)))
    }
    var plan = Plan(stages: [.fit])
    // Beside 0.6 GB: a small one takes 3 MB and 26 MB, a large one is capped.
    plan.memoryGigabytes = 1
    let small = [Membrane](repeating: membrane(10_000), count: 9)
    #expect(plan.batches(of: small, most: 4) == [0..<4, 4..<8, 8..<9])
    #expect(plan.batches(of: small, most: 40) == [0..<9])
    let mixed = [membrane(60_000), membrane(60_000), membrane(60_000), membrane(90_000_000)]
    #expect(plan.batches(of: mixed, most: 4) == [0..<2, 2..<3, 3..<4])
    #expect(plan.batches(of: [], most: 4).isEmpty)
  }

  @Test("A tile shrinks with the memory cap, never grows, and is refused below the smallest")
  func fitsTiles() throws {
    var plan = Plan(stages: [.predict])
    let usual = plan.prediction.tileVoxels
    plan.memoryGigabytes = 100
    try plan.fitTiles(to: .volume)
    #expect(plan.prediction.tileVoxels == usual)
    plan.memoryGigabytes = 0.8
    try plan.fitTiles(to: .volume)
    #expect(plan.prediction.tileVoxels < usual)
    plan.memoryGigabytes = 0.3
    #expect {
      try plan.fitTiles(to: .volume)
    } throws: { ($0 as? PipelineError)?.kind == .resources }
  }
}

struct StageJournalTests {
  private func withFolder(_ body: (ResultFolder, StageJournal) throws -> Void) throws {
    try TemporaryFolder.with { path in
      let folder = ResultFolder(path)
      _ = try Folder.make(folder.journal)
      try body(folder, StageJournal(of: folder))
    }
  }

  @Test("A stage is done under its key, until a file of it changes its length or goes")
  func noticesLostFiles() throws {
    try withFolder { folder, journal in
      #expect(journal.isEmpty)
      try AtomicFile.write("one", to: folder.instances)
      try journal.finish(.separate, key: "k")
      #expect(journal.keyDone(.separate) == "k")
      try AtomicFile.write("longer", to: folder.instances, overwrite: true)
      #expect(journal.keyDone(.separate) == nil)
      Folder.remove(folder.instances)
      #expect(journal.keyDone(.separate) == nil)
      #expect(!journal.isEmpty)
    }
  }

  @Test("Clearing a stage removes its files, and nothing that is not the program's")
  func clearsOwnFiles() throws {
    try withFolder { folder, journal in
      _ = try Folder.make(folder.surfaces)
      try AtomicFile.write("x", to: folder.surface(label: 1) + ".ply")
      try AtomicFile.write("mine", to: folder.surfaces + "/notes.txt")
      try journal.finish(.fit, key: "k")
      journal.clear([.fit])
      #expect(Folder.names(in: folder.surfaces) == ["notes.txt"])
      #expect(journal.isEmpty)
    }
  }
}

struct ReadingTests {
  @Test("A mask is 1 wherever it is not 0, and refuses fractions and NaN")
  func readsMasks() throws {
    let geometry = VolumeGeometry(size: VolumeSize(x: 4, y: 1, z: 1), voxelSizeAngstrom: 10)
    func mask(_ samples: [Float]) throws -> [Int8] {
      let volume = Volume(geometry: geometry, samples: samples)
      return try MaskSource(volume, path: "mask.mrc").readAll().samples
    }
    #expect(try mask([0, 1, 255, -1]) == [0, 1, 1, 1])
    #expect(throws: PipelineError.badMask(path: "mask.mrc", value: 0.5)) {
      try mask([0, 0.5, 1, 1])
    }
    #expect(throws: PipelineError.self) { try mask([0, .nan, 1, 1]) }
  }

  @Test(
    "Tilt files give the range of their angles",
    arguments: [
      ("a.tlt", " -58.2\n 0.1\n 61.9\n"), ("a.rawtlt", "0.1\r\n61.9\r\n-58.2\r\n"),
      ("a.mdoc", "PixelSpacing = 2\n[ZValue = 0]\nTiltAngle = 61.9\nTiltAngle = -58.2\n"),
    ])
  func readsTilts(_ name: String, text: String) throws {
    try TemporaryFolder.with { folder in
      try AtomicFile.write(text, to: folder + "/" + name)
      let tilt = try TiltFile.geometry(path: folder + "/" + name)
      #expect(tilt.minimumDegrees == -58.2 && tilt.maximumDegrees == 61.9)
    }
  }

  @Test(
    "A tilt file without angles, with words or with one angle is refused",
    arguments: ["", "x", "3"])
  func refusesTilts(_ text: String) throws {
    try TemporaryFolder.with { folder in
      try AtomicFile.write(text, to: folder + "/a.tlt")
      #expect(throws: (any Error).self) { try TiltFile.geometry(path: folder + "/a.tlt") }
    }
  }

  @Test(
    "A stem is a name without folders and endings",
    arguments: [
      ("data/ts_01.rec.gz", "ts_01"), ("a.b.mrc", "a.b"), ("plain", "plain"), (".mrc", ".mrc"),
      ("UP.MRC", "UP"),
    ])
  func stems(_ path: String, stem: String) {
    #expect(Folder.stem(of: path) == stem)
  }
}
