import GapTracing
import ReinforcementLearning
import Tensors
import TomogramModel
import Volumes

extension Pipeline {
  /// A tracer that has gone on learning in this tomogram itself.
  ///
  /// Pieces of what is surely membrane are cut out, and agents learn to restore them: the truth is
  /// known there, so that no annotation is needed. The judges stay as they are.
  func adapted(
    _ model: TracerModel, probability: (any VolumeSource<Float>)?, mask: (any VolumeSource<Int8>)?,
    density: (any VolumeSource<Float>)?, engine: Engine, monitor: StageMonitor
  ) throws -> any ActionValues {
    var lesson = TracingLesson(tilt: plan.tilt)
    (lesson.probability, lesson.mask, lesson.density) = (probability, mask, density)
    lesson.cutsGaps = true
    let course = try TracingCourse(
      lesson, options: plan.tracing, seed: plan.seed, scratchFolder: folder.path,
      workers: context.workers)
    guard 0 < course.startCount else {
      say("There is too little membrane to learn from: agents trace as they came.")
      return try model.network(device: .cpu, engine: engine)
    }
    var learning = DoubleDQNOptions.adapting
    (learning.steps, learning.seed) = (plan.tracing.adaptationSteps, plan.seed)
    return try model.network(
      learningIn: [course], tracing: plan.tracing, learning: learning, device: .cpu,
      engine: engine, workers: context.workers, monitor: monitor
    ) { record in
      let mean = (record.meanReturn * 1000).rounded() / 1000
      say("Agents restore what was cut out with a return of \(mean) (step \(record.step)).")
    }
  }
}
