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
    self.init()
    guard let plan = try? Plan(path: ResultFolder(folder).plan) else { return }
    reliability = plan.reliability
    guard let path = plan.tomogram?.path,
      let view = try? VolumeView(path: path, reading: plan.reading, scratchFolder: scratchFolder)
    else { return }
    (tomogram, tomogramPath, notes) = (view.source, path, view.input.notes)
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
    var known = ReportContext()
    known.reliability = plan.reliability
    if let path = plan.tomogram?.path {
      let tomogram = try open(path)
      let prepared = try prepare(
        tomogram.source, options: plan.preprocessing, workers: context.workers)
      (known.tomogram, known.tomogramPath) = (tomogram.source, path)
      known.contrast = "\(prepared.contrast.rawValue) membranes"
      known.notes = tomogram.input.notes + prepared.notes
    }
    _ = try writeReport(of: [folder.path], context: known, scratchFolder: folder.path)
    try monitor.report(completed: 1, of: 1)
  }
}
