import FoundationEssentials
import MRCFormat
import Meshes
import MeshFormats
import TableFormats
import TomogramModel
import VolumeFiles
import Volumes
import WorkLedger

extension ReportModel {
  /// Reads a result folder.
  ///
  /// Volumes are read slab by slab; no more than the binned volume, a slab, and one surface at full
  /// detail are in memory. Files that are missing leave their part of the page empty, with a note.
  ///
  /// - Parameters:
  ///   - context: what is known beyond the folder.
  ///   - scratchFolder: where packed volumes are unpacked.
  /// - Throws: `ReportError`, or the error of the file that cannot be read.
  public init(
    folder: String, context: ReportContext = ReportContext(),
    options: ReportOptions = ReportOptions(), scratchFolder: String
  ) throws {
    let files = FolderFiles(folder: folder)
    guard
      ["plan.json", "instances.csv", "instances.mrc"].contains(where: { files.existing($0) != nil })
    else { throw ReportError.notAResultFolder(path: folder) }
    self.init(name: files.name, methods: Methods())
    (notes, reliability) = (context.notes, context.reliability)
    let planned = try readPlan(files)
    isMeasured = files.existing("instances.csv") != nil
    if isMeasured { membranes = try MembraneTable.read(path: files.path("instances.csv")) }
    if let path = files.existing("profiles.csv") {
      profiles = DensityProfileCurve.curves(of: try CSVTable.read(path: path))
    }
    if let path = files.existing("parametric.csv") {
      shapes = SimpleShape.shapes(of: try CSVTable.read(path: path))
    }
    if let path = files.existing("classes.csv") {
      learnedClasses = LearnedClass.classes(of: try CSVTable.read(path: path))
    }
    if let path = files.existing("bridges.csv") { bridges = try BridgeTable.read(path: path) }
    if let path = files.existing("halves.json") { addHalves(try InputFile(path: path).readAll()) }
    try addVolumes(
      files, context: context, planned: planned, options: options, scratchFolder: scratchFolder)
    try addSurfaces(files, limit: options.triangleLimit)
    addFacts(context: context, planned: planned)
    methods = Methods(
      files: files, context: context, planned: planned,
      capCount: bridges.count { $0.accepted && $0.method == Bridge.capMethod })
  }

  /// What half tomograms tell of the probabilities; a file of another version tells nothing.
  private mutating func addHalves(_ bytes: [UInt8]) {
    halves = try? JSONDecoder().decode(HalfAgreement.self, from: Data(bytes))
    guard let dice = halves?.dice else { return }
    facts.append(Fact("Halves agree", "Dice \(shown(dice, significantDigits: 3))"))
  }

  private mutating func readPlan(_ files: FolderFiles) throws -> PlanFacts? {
    guard let path = files.existing("plan.json") else { return nil }
    let text = try InputFile(path: path).readText()
    plan = text
    let facts = try PlanFacts.parse(text, path: path)
    if let tomogram = facts.tomogram { name = Self.stem(of: tomogram.path) }
    return facts
  }

  private mutating func addVolumes(
    _ files: FolderFiles, context: ReportContext, planned: PlanFacts?, options: ReportOptions,
    scratchFolder: String
  ) throws {
    func open(_ name: String) throws -> InputVolume? {
      try files.existing(name).map {
        try InputVolume.open(path: $0, scratchFolder: scratchFolder)
      }
    }
    let labels = try open("instances.mrc")
    let tomogram = try context.tomogram ?? plannedTomogram(planned, scratchFolder: scratchFolder)
    guard let geometry = labels?.geometry ?? tomogram?.geometry else { return }
    var binned = BinnedVolume(geometry: geometry, voxelLimit: options.volumeVoxelLimit)
    if let tomogram {
      if tomogram.geometry.size == geometry.size {
        try binned.addDensity(tomogram)
      } else {
        notes.append(
          "The tomogram is not shown: its size differs from that of instances.mrc, so this result "
            + "was made from another part of it or at another binning.")
      }
    }
    if let labels {
      let known = try open("provenance.mrc")
      if let known, known.geometry.size != geometry.size {
        throw ReportError.sizesDiffer(
          path: known.path, found: known.geometry.size, expected: geometry.size)
      }
      provenance = try binned.addLabels(
        labels.labels(UInt16.self), provenance: known?.labels(Int8.self))
    }
    volume = binned
  }

  /// The tomogram that the plan names; nil, with a note, where it cannot be had any more.
  private mutating func plannedTomogram(
    _ planned: PlanFacts?, scratchFolder: String
  ) throws -> (any VolumeSource<Float>)? {
    guard let input = planned?.tomogram else {
      notes.append("The tomogram is not shown: this folder's plan names none.")
      return nil
    }
    guard Folder.byteCount(ofFile: input.path) != nil else {
      notes.append("The tomogram is not shown: it no longer is where it was (\(input.path)).")
      return nil
    }
    let opened = try InputVolume.open(
      path: input.path, options: planned?.reading?.input ?? InputOptions(),
      scratchFolder: scratchFolder)
    notes += opened.notes.map(Self.sentence)
    guard let region = planned?.reading?.region, opened.geometry.bounds.contains(region) else {
      return opened.source
    }
    return Self.cropped(opened.source, to: region)
  }

  /// A note as a sentence.
  private static func sentence(_ note: String) -> String {
    note.prefix(1).uppercased() + note.dropFirst() + (note.hasSuffix(".") ? "" : ".")
  }

  private static func cropped(
    _ source: some VolumeSource<Float>, to region: Region
  ) -> any VolumeSource<Float> {
    CroppedSource(source, region: region)
  }

  /// Each surface gets its share of the triangles by the size of its file, so that only one is held
  /// at full detail.
  private mutating func addSurfaces(_ files: FolderFiles, limit: Int) throws {
    let paths = files.surfaces()
    // A vertex has about 50 bytes and two triangles of 13: an estimate that errs on the safe side.
    let sizes = paths.map { Folder.byteCount(ofFile: $0.path) ?? 0 }
    let total = max(sizes.reduce(0, +), 1)
    let isDense = limit < total / 38
    var coarse: [(label: Int, surface: MembraneSurface)] = []
    for (index, entry) in paths.enumerated() {
      let surface = try PLYFile.read(path: entry.path)
      addCurvature(of: surface)
      let share = max(Int(Double(limit) * Double(sizes[index]) / Double(total)), 100)
      coarse.append((entry.label, isDense ? coarsened(surface, triangleLimit: share) : surface))
    }
    meshes = PackedMeshes(coarse)
  }

  /// Curvature by area, at full detail.
  private mutating func addCurvature(of surface: MembraneSurface) {
    var areas = CurvatureAreas()
    for (curvature, area) in zip(surface.meanCurvaturePerNm, surface.mesh.vertexAreasAngstrom2()) {
      areas.add(Double(curvature), area: area)
    }
    curvatureAreas.append(areas)
  }

  /// A file's name without folders and endings.
  static func stem(of path: String) -> String {
    var name = path.split(separator: "/").last.map(String.init) ?? path
    for ending in [".gz", ".bz2", ".mrc", ".rec", ".map", ".st", ".tif", ".tiff"]
    where name.lowercased().hasSuffix(ending) && ending.count < name.count {
      name.removeLast(ending.count)
    }
    return name
  }
}
