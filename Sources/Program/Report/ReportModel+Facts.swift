import TomogramModel
import Volumes

extension ReportModel {
  mutating func addFacts(context: ReportContext, planned: PlanFacts?) {
    if let volume { addSizes(volume) }
    if let tilt = planned?.tilt {
      facts.append(
        Fact("Tilt range", "\(degrees(tilt.minimumDegrees)) to \(degrees(tilt.maximumDegrees))"))
    }
    let option = planned?.preprocessing?.contrast
    if let contrast = context.contrast ?? (option == "auto" ? nil : option) {
      facts.append(Fact("Contrast", contrast))
    }
    if isMeasured { facts.append(Fact("Membranes", shown(membranes.count))) }
    let areas = membranes.compactMap { $0["area_nm2"]?.value }
    if !areas.isEmpty { facts.append(Fact("Total area", shown(areas.reduce(0, +)) + " nm²")) }
    let known = totalProvenance
    if 0 < known.total {
      facts.append(
        Fact("Seen in the density", percent(Double(known.seen) / Double(known.total))))
    }
    let silent = membranes.reduce(0) { sum, membrane in
      sum + membrane.measurements.count { $0.measurement.value == nil }
    }
    if 0 < silent {
      notes.append(
        "\(silent == 1 ? "One number is" : "\(shown(silent)) numbers are") left out because the "
          + "data cannot carry \(silent == 1 ? "it" : "them"); the reasons stand below the table.")
    }
  }

  private mutating func addSizes(_ volume: BinnedVolume) {
    let edge = volume.whole.voxelSizeAngstrom
    let isCubic = max(abs(edge.x - edge.y), abs(edge.x - edge.z)) < 1e-4 * edge.x
    let edges = isCubic ? [edge.x] : [edge.x, edge.y, edge.z]
    facts.append(Fact("Voxel", edges.map { shown($0) }.joined(separator: " × ") + " Å"))
    let size = volume.whole.size
    let extent = edge * SIMD3(Double(size.x), Double(size.y), Double(size.z)) / 10
    let sides = [extent.x, extent.y, extent.z].map { shown($0, significantDigits: 3) }
    facts.append(Fact("Volume", sides.joined(separator: " × ") + " nm"))
    if 1 < volume.factor {
      let factor = volume.factor
      facts.append(Fact("Shown binned", "\(factor) × \(factor) × \(factor) voxels"))
    }
  }

  private func degrees(_ angle: Double) -> String { shown(angle) + "°" }
}

extension Methods {
  init(files: FolderFiles, context: ReportContext, planned: PlanFacts?, capCount: Int) {
    var versions: [Version] = []
    if let version = planned?.version { versions.append(Version("Bilayer", version)) }
    if let engine = planned?.engine { versions.append(Version("libtorch", engine)) }
    self.init(versions: versions + context.versions)
    let steps: [(Step, String)] = [
      (.predicted, "probability.mrc"), (.traced, "bridges.csv"), (.separated, "instances.mrc"),
      (.measured, "instances.csv"),
    ]
    self.steps = Set(steps.filter { files.existing($0.1) != nil }.map(\.0))
    if !files.surfaces().isEmpty { self.steps.insert(.fitted) }
    if planned?.prediction?.precision == "bfloat16" {
      manners[.predicted] = Self.prediction(arithmetic: "libtorch [2], products of bfloat16")
    }
    if let tracing = planned?.tracing, let method = tracing.method {
      manners[.traced] = Self.tracing(method, probability: tracing.minimumProbability)
    }
    if 0 < capCount { particulars.append(Self.caps(capCount)) }
    if let method = planned?.separation?.method { manners[.separated] = Self.separation(method) }
    if planned?.instances != nil {
      manners[.separated] = "Labels of membranes were taken as given."
    }
    if let tilt = planned?.tilt {
      particulars.append(
        "Projections were taken as running from \(shown(tilt.minimumDegrees))° to "
          + "\(shown(tilt.maximumDegrees))° about the y axis.")
    }
    if let hash = planned?.model?.sha256 {
      particulars.append("The network's weights have the SHA-256 digest \(hash).")
    }
  }
}
