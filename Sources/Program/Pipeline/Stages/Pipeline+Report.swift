import MembranePrediction
import Preprocessing
public import Report
import TomogramModel
import VolumeFiles
import Volumes

extension ReportContext {
  /// What a result folder's own plan tells: the tomogram as the stages saw it. Knows nothing where
  /// there is no plan of this version, or the tomogram no longer is where it was; the report says so.
  public init(planIn folder: String, scratchFolder: String) {
    guard let plan = try? Plan(path: ResultFolder(folder).plan) else {
      self.init()
      return
    }
    let view = plan.tomogram.flatMap {
      try? VolumeView(path: $0.path, reading: plan.reading, scratchFolder: scratchFolder)
    }
    self.init(plan, tomogram: view)
  }

  /// What a plan and its tomogram tell.
  fileprivate init(_ plan: Plan, tomogram view: VolumeView?) {
    self.init(tomogram: view?.source, notes: view?.input.notes ?? [])
    reliability = plan.reliability
    if view != nil { tomogramPath = plan.tomogram?.path }
  }
}

extension Plan {
  /// What the model's card says of its probabilities; nil where there is no card to be read.
  var reliability: ProbabilityBins? {
    model.flatMap { try? MembraneModel(path: $0.path) }?.card.reliability
  }
}

extension Pipeline {
  /// What people look at: the page, the methods paragraph, the ChimeraX script.
  func report(_ monitor: StageMonitor) throws {
    let tomogram = try (plan.tomogram?.path).map { try open($0) }
    var known = ReportContext(plan, tomogram: tomogram)
    if let tomogram {
      let prepared = try prepared(tomogram)
      known.contrast = "\(prepared.contrast.rawValue) membranes"
      known.notes += prepared.notes
    }
    _ = try writeReport(of: [folder.path], context: known, scratchFolder: folder.path)
    try monitor.report(completed: 1, of: 1)
  }
}
