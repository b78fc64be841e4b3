import ArgumentParser
import Pipeline
import TableFormats
import WorkLedger

/// `bilayer export`: surfaces for other programs.
struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write surfaces for other programs: RELION, IMOD, 3D viewers; or laid flat.",
    discussion: """
      Points lie evenly on the membranes, --spacing apart; RELION's z axis is the
      normal (out of closed membranes), rot is random. --patch lays one membrane flat,
      x and y, with the density along its normals, z; FILE.csv says where each pixel
      is and how much it is stretched. Around a tubule it is cut. --samples writes
      surfaces that the data allow as well, drawn from each membrane's posterior:
      what is measured on them scatters as far as it is uncertain.

      Example:  bilayer export results --points points.star --spacing 100 --offset 40
                bilayer export results --imod model.mod --glb scene.glb --membranes 1,3
                bilayer export results --patch flat.mrc --membranes 3 --depth 200
      """)

  @Argument(help: ArgumentHelp("Result folder with surfaces/.", valueName: "DIR"))
  var folder: String

  @Option(help: ArgumentHelp("Points for subtomograms (RELION).", valueName: "FILE.star"))
  var points: String?

  @Option(help: ArgumentHelp("Contours in each section (IMOD).", valueName: "FILE.mod"))
  var imod: String?

  @Option(help: ArgumentHelp("The scene in colour (glTF 2.0), in Å.", valueName: "FILE.glb"))
  var glb: String?

  @Option(help: ArgumentHelp("A membrane laid flat, and FILE.csv.", valueName: "FILE.mrc"))
  var patch: String?

  @Option(help: ArgumentHelp("Surfaces drawn from the posterior (PLY).", valueName: "DIR"))
  var samples: String?

  @Option(help: ArgumentHelp("How many of each membrane.", valueName: "N"))
  var sampleCount = 20

  @Option(
    help: ArgumentHelp("Only these membranes, by label (default: all).", valueName: "N,N"))
  var membranes: NumberListValue?

  @OptionGroup var sampling: PointArguments

  @OptionGroup var unrolling: PatchArguments

  @Option(
    help: ArgumentHelp(
      "Whose pixels count (default: the plan's tomogram, else the labels).", valueName: "FILE"))
  var tomogram: String?

  @OptionGroup var reading: ReadingArguments

  @Flag(help: "Replace what is there.")
  var force = false

  @Flag(help: "Print no notes.")
  var quiet = false

  mutating func validate() throws {
    if targets.isEmpty {
      throw ValidationError(
        "Nothing to write: give --points, --imod, --glb, --patch or --samples, or several of them.")
    }
    if sampleCount < 1 {
      throw ValidationError("--sample-count \(sampleCount): expected 1 or more.")
    }
    if patch != nil && membranes?.numbers.count != 1 {
      throw ValidationError("--patch lays one membrane flat: name it, as in --membranes 3.")
    }
  }

  private var targets: [String] {
    [points, imod, glb, samples, patch, patch.map { ExportedPatch.tablePath($0) }].compactMap { $0 }
  }

  func run() throws {
    for path in targets where !force && Folder.exists(path) {
      throw FileError.targetExists(path: path)
    }
    let surfaces = try ExportedSurfaces(folder: folder, labels: membranes?.numbers)
    if let glb { try surfaces.writeScene(to: glb, overwrite: force) }
    if let samples { try writeSamples(to: samples, surfaces) }
    if points == nil && imod == nil && patch == nil { return }
    let frame = try ExportFrame(folder: folder, tomogram: tomogram, reading: reading)
    if let patch { try writePatch(to: patch, surfaces, frame) }
    if let imod {
      try surfaces.model(in: frame.geometry).write(to: imod, overwrite: force)
    }
    if let points {
      let found = try sampling.particles(on: surfaces, in: frame.geometry)
      let table = RelionFile.table(
        found.particles, tomogram: sampling.tomogramName ?? frame.name, geometry: frame.geometry,
        coordinates: sampling.coordinates, notes: sampling.notes(frame))
      try table.write(to: points, overwrite: force)
      if !quiet { Console.say(found.summary, to: .messages) }
    }
  }

  private func writeSamples(to path: String, _ surfaces: ExportedSurfaces) throws {
    let bare = try ExportedSamples(surfaces: surfaces, count: sampleCount, seed: sampling.seed)
      .write(to: path, overwrite: force)
    for label in bare where !quiet {
      Console.say("Membrane \(label) has no posterior to draw from.", to: .messages)
    }
  }

  private func writePatch(
    to path: String, _ surfaces: ExportedSurfaces, _ frame: ExportFrame
  ) throws {
    guard frame.isTomogram else {
      throw UsageError(
        "--patch takes density, and the tomogram of \(folder) is not named in its plan or no longer "
          + "where it was. Give --tomogram FILE.")
    }
    let flat = try ExportedPatch(
      of: surfaces.labels[0], surfaces: surfaces, tomogram: frame.source, arguments: unrolling)
    try flat.write(to: path, overwrite: force)
    if !quiet { Console.say(flat.summary, to: .messages) }
  }
}
