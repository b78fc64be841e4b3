// bilayer-bench [XxYxZ] [MODEL]: voxels per second and peak memory of each stage, on a simulated
// tomogram. Later stages work on the true membranes, so that their load does not depend on a model.
// `bilayer-bench cohort [EXPERIMENTS]`: error rates of the cohort report's test. `bilayer-bench surface`: standard
// deviations of a surface of a million vertices. `bilayer-bench analytic [REPEATS INSTANCES]`: surfaces known by
// formula; `bilayer-bench analytic rims`: where open ones end. `bilayer-bench patches`: what training asks of the processor.
// `bilayer-bench network`: predicting and training alone.

import FoundationEssentials
import GapTracing
import Glibc
import InstanceSeparation
import MembranePrediction
import Meshes
import Morphometry
import Preprocessing
import Simulation
import SurfaceFitting
import Tensors
import TomogramModel
import Volumes

let arguments = Array(CommandLine.arguments.dropFirst())
let workers = Workers(count: ProcessInfo.processInfo.activeProcessorCount)
if arguments.first == "cohort" {
  let experiments = arguments.dropFirst().first.flatMap { Int($0) } ?? 2000
  CohortValidation(experiments: max(experiments, 100), workers: workers).run()
  exit(0)
}
if arguments.first == "analytic" {
  if arguments.contains("rims") {
    try AnalyticValidation(workers: workers, repeats: 0, instances: 0).rims()
    exit(0)
  }
  let (repeats, instances) = (arguments.dropFirst().first, arguments.dropFirst(2).first)
  try AnalyticValidation(
    workers: workers,
    repeats: max(repeats.flatMap { Int($0) } ?? 3, 0),
    instances: max(instances.flatMap { Int($0) } ?? 20, 0)
  ).run()
  exit(0)
}
if arguments.first == "surface" {
  try benchmarkLargeSurface(meter: Meter("surface in patches"))
  exit(0)
}
if try MeshComparison.run(arguments, workers: workers) { exit(0) }
let wantsPatches = arguments.first == "patches"
let wantsNetwork = arguments.first == "network"
let extent = wantsPatches || wantsNetwork ? "256x256x128" : arguments.first ?? "256x256x128"
let edges = extent.split(separator: "x").compactMap { Int($0) }
guard edges.count == 3, edges.allSatisfy({ 32 <= $0 && $0 <= 2048 }) else {
  print("usage: bilayer-bench [XxYxZ] [MODEL]     32 to 2048 voxels along each axis")
  throw ExitError.usage
}
var scene = SimulationOptions()
scene.scene.size = VolumeSize(x: edges[0], y: edges[1], z: edges[2])
let voxels = scene.scene.size.count
let meter = Meter("\(arguments.first ?? "256x256x128") voxels, \(workers.count) threads")

let simulated = try meter.measure("simulate", voxels: voxels) {
  try simulate(scene, seed: 1, workers: workers, monitor: .silent)
}
let prepared = try meter.measure("prepare", voxels: voxels) {
  let prepared = try prepare(
    simulated.tomogram, options: PreprocessingOptions(), workers: workers)
  for slab in simulated.tomogram.geometry.bounds.slabs(thickness: 8) {
    _ = try prepared.source.read(slab)
  }
  return prepared
}
if wantsPatches {
  try benchmarkPatches(prepared.source, labels: simulated.labels, workers: workers, meter: meter)
  exit(0)
}
try benchmarkPrediction(
  prepared.source, model: arguments.count < 2 ? nil : arguments[1], meter: meter)
try benchmarkLearning(prepared.source, labels: simulated.labels, workers: workers, meter: meter)
if wantsNetwork { exit(0) }

let geometry = simulated.labels.geometry
let truth = MappedSource(simulated.labels) { (label: UInt16) -> Int8 in label == 0 ? 0 : 1 }
let (mask, provenance) = (
  MemorySink<Int8>(geometry: geometry), MemorySink<Int8>(geometry: geometry)
)
let tracer = try openShippedTracer()
_ = try meter.measure("trace", voxels: voxels) {
  try trace(
    probability: nil, mask: truth, density: prepared.source, tracer: tracer,
    tilt: simulated.truth.tilt, options: TracingOptions(), into: mask, provenance: provenance,
    scratchFolder: "/tmp", workers: workers, monitor: .silent)
}
try benchmarkPatches(prepared.source, labels: simulated.labels, workers: workers, meter: meter)
let instances = MemorySink<UInt16>(geometry: geometry)
let membranes = try meter.measure("separate", voxels: voxels) {
  try separate(
    mask: mask.volume, options: SeparationOptions(), into: instances, scratchFolder: "/tmp",
    workers: workers, monitor: .silent)
}
let fitted = try meter.measure("fit", voxels: voxels) {
  try membranes.map {
    try fitSurface(
      of: $0, in: instances.volume, provenance: provenance.volume, probability: nil,
      tilt: simulated.truth.tilt,
      options: FittingOptions(), workers: workers)
  }
}
_ = try meter.measure("measure", voxels: voxels) {
  let measured = try zip(membranes, fitted).map {
    try measure(
      $0, surface: $1.surface, posterior: $1.posterior, tomogram: prepared.source,
      voxelVolumeNm3: geometry.voxelVolumeNm3, voxelSizeIsKnown: true,
      tilt: simulated.truth.tilt
    ).membrane
  }
  return nested(
    measured, outlines: fitted.map { MembraneOutline($0.surface.mesh) },
    containers: measured.map { $0.closed == true }
  ) { fitted[$0].surface.mesh }
}

try benchmarkSurfacePosterior(meter: meter)
