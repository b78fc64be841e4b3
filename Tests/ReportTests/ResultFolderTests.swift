import Glibc
import MRCFormat
import MeshFormats
import TableFormats
import TestSupport
import Testing
import TomogramModel
import Volumes
import WorkLedger

@testable import Report

@Suite struct ResultFolderTests {
  /// Writes a result folder of a phantom; the tomogram lies beside it.
  private func write(_ phantom: ReportPhantom, to folder: String) throws {
    unsafe mkdir(folder, 0o777)
    unsafe mkdir(folder + "/surfaces", 0o777)
    try writeVolume(phantom.tomogram(), to: folder + "/../tomogram.mrc")
    try writeVolume(phantom.labels(), to: folder + "/instances.mrc")
    let provenance = phantom.provenance()
    try writeVolume(provenance, to: folder + "/provenance.mrc")
    try writeVolume(
      Volume<Float>(
        geometry: provenance.geometry, samples: provenance.samples.map { $0 == 0 ? 0.1 : 0.9 }),
      to: folder + "/probability.mrc")
    try MembraneTable.write(phantom.membranes(), to: folder + "/instances.csv")
    try BridgeTable.write(phantom.bridges(), to: folder + "/bridges.csv")
    for index in phantom.vesicles.indices {
      try PLYFile.write(
        phantom.surface(index, subdivisions: 2),
        to: folder + "/surfaces/membrane_000\(index + 1).ply"
      )
    }
    try AtomicFile.write(
      """
      {"version": "0.1.0", "seed": 18446744073709551615, "unheard": [1],
       "prediction": {"precision": "bfloat16"},
       "tilt": {"minimumDegrees": -48, "maximumDegrees": 51},
       "tomogram": {"path": "\(folder)/../tomogram.mrc", "sha256": "00"}}
      """, to: folder + "/plan.json")
  }

  private func writeVolume<Sample: MRCSample>(_ volume: Volume<Sample>, to path: String) throws {
    let sink = try MRCSink<Sample>(path: path, geometry: volume.geometry, label: "test")
    try sink.write(volume.block)
    try sink.commit()
  }

  @Test("A folder's files come back as the model they were written from")
  func loading() throws {
    try TemporaryFolder.with { base in
      let phantom = ReportPhantom.few(size: 24)
      let folder = base + "/result"
      try write(phantom, to: folder)
      let model = try ReportModel(folder: folder, scratchFolder: base)
      let expected = try phantom.model(subdivisions: 2)
      #expect(model.name == "tomogram")
      #expect(model.membranes.map(\.label) == [1, 2, 3, 4])
      #expect(model.membranes.map(\.parent) == [nil, nil, nil, 1])
      #expect(model.bridges == phantom.bridges())
      #expect(model.provenance == expected.provenance)
      #expect(model.volume?.labels == expected.volume?.labels)
      #expect(model.volume?.density == expected.volume?.density)
      #expect(model.meshes.parts == expected.meshes.parts)
      #expect(model.facts.contains(ReportModel.Fact("Tilt range", "−48° to 51°")))
      #expect(model.facts.contains(ReportModel.Fact("Voxel", "10 Å")))
      #expect(model.notes.contains { $0.hasPrefix("One number is left out") })
    }
  }

  @Test("The report is three files; they are replaced only when asked for")
  func writing() throws {
    try TemporaryFolder.with { base in
      let folder = base + "/result"
      try write(.few(size: 16), to: folder)
      let files = try writeReport(of: [folder], scratchFolder: base)
      #expect(files == ["report.html", "methods.txt", "open.cxc"].map { folder + "/" + $0 })
      let first = try InputFile(path: files[0]).readAll()
      #expect(try InputFile(path: files[1]).readText().contains("products of bfloat16"))
      #expect(throws: FileError.targetExists(path: files[0])) {
        try writeReport(of: [folder], scratchFolder: base)
      }
      _ = try writeReport(of: [folder], overwrite: true, scratchFolder: base)
      #expect(try InputFile(path: files[0]).readAll() == first)
      let script = try InputFile(path: files[2]).readText()
      #expect(script.contains("open \"surfaces/membrane_0004.ply\" id 6"))
    }
  }

  @Test("A tomogram that has moved leaves its part empty, with a note")
  func movedTomogram() throws {
    try TemporaryFolder.with { base in
      let folder = base + "/result"
      try write(.few(size: 16), to: folder)
      unsafe unlink(base + "/tomogram.mrc")
      let model = try ReportModel(folder: folder, scratchFolder: base)
      #expect(model.volume?.density.isEmpty == true && model.volume?.labels.isEmpty == false)
      #expect(model.notes.contains { $0.contains("no longer is where it was") })
      let given = ReportContext(tomogram: ReportPhantom.few(size: 16).tomogram())
      let helped = try ReportModel(folder: folder, context: given, scratchFolder: base)
      #expect(helped.volume?.density.isEmpty == false)
    }
  }

  @Test("A folder without a table does not claim that there are no membranes")
  func unmeasured() throws {
    try TemporaryFolder.with { base in
      let folder = base + "/result"
      try write(.few(size: 16), to: folder)
      unsafe unlink(folder + "/instances.csv")
      let model = try ReportModel(folder: folder, scratchFolder: base)
      #expect(!model.facts.contains { $0.title == "Membranes" })
      let html = try ReportPage(model).html()
      #expect(html.contains("have not been measured") && !html.contains("No membrane was found"))
    }
  }

  @Test("A folder of something else is refused, with what to do")
  func foreignFolder() throws {
    try TemporaryFolder.with { base in
      #expect(throws: ReportError.notAResultFolder(path: base)) {
        try ReportModel(folder: base, scratchFolder: base)
      }
      #expect(ReportError.notAResultFolder(path: base).kind == .input)
    }
  }

  @Test("Volumes of two tomograms in one folder are refused")
  func mixedFolder() throws {
    try TemporaryFolder.with { base in
      let folder = base + "/result"
      try write(.few(size: 16), to: folder)
      unsafe unlink(folder + "/provenance.mrc")
      try writeVolume(ReportPhantom.few(size: 20).provenance(), to: folder + "/provenance.mrc")
      #expect(throws: ReportError.self) { try ReportModel(folder: folder, scratchFolder: base) }
    }
  }

  @Test("A volume shown binned has its own size, also where edges are no multiple")
  func binned() throws {
    try TemporaryFolder.with { base in
      let folder = base + "/result"
      try write(.few(size: 16), to: folder)
      let whole = try ReportModel(folder: folder, scratchFolder: base)
      var options = ReportOptions()
      options.volumeVoxelLimit = 250
      let model = try ReportModel(folder: folder, options: options, scratchFolder: base)
      #expect(model.facts.contains(ReportModel.Fact("Shown binned", "3 × 3 × 3 voxels")))
      for fact in whole.facts { #expect(model.facts.contains(fact), "\(fact)") }
    }
  }

  @Test("Surfaces beyond the limit come coarse into the page")
  func tooManyTriangles() throws {
    try TemporaryFolder.with { base in
      let folder = base + "/result"
      try write(.few(size: 16), to: folder)
      var options = ReportOptions()
      options.triangleLimit = 700
      let model = try ReportModel(folder: folder, options: options, scratchFolder: base)
      #expect((200...700).contains(model.meshes.triangleCount))
      #expect(model.meshes.parts.map(\.label) == [1, 2, 3, 4])
      // Curvatures are those of the full surfaces.
      #expect(model.curvatureAreas.count == 4)
      #expect(try ReportPage(model).html().contains("Histogram of Mean curvature"))
    }
  }
}
