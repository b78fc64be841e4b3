import Preprocessing
import Report
import TomogramModel
import VolumeFiles
import Volumes

extension Pipeline {
  /// What people look at: the page, the methods paragraph, the ChimeraX script.
  func report(_ monitor: StageMonitor) throws {
    var known = ReportContext()
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
