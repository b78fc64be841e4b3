// swift-tools-version: 6.2
// Bilayer: cryo-electron tomograms in, separate membranes with honest error bars out.
// This file is the table of contents: one line a module, lower layers first.

import PackageDescription

let houseSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

func module(_ name: String, _ path: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(
    name: name, dependencies: dependencies, path: "Sources/\(path)", swiftSettings: houseSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: houseSettings)
}

func systemLibrary(_ name: String, pkgConfig: String? = nil, debian: String) -> Target {
  .systemLibrary(
    name: name, path: "Sources/Shims/\(name)", pkgConfig: pkgConfig, providers: [.apt([debian])])
}

let numerics = Target.Dependency.product(name: "RealModule", package: "swift-numerics")
let arguments = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")

// MARK: - Shims: the only doors to C

let shims: [Target] = [
  .target(
    name: "CTorchLoader", path: "Sources/Shims/CTorchLoader", exclude: ["plugin"],
    linkerSettings: [.linkedLibrary("dl")]),
  .target(
    name: "CMPILoader", path: "Sources/Shims/CMPILoader", exclude: ["plugin"],
    linkerSettings: [.linkedLibrary("dl")]),
  systemLibrary("CFFTW", pkgConfig: "fftw3f", debian: "libfftw3-dev"),
  systemLibrary("CZlib", pkgConfig: "zlib", debian: "zlib1g-dev"),
  systemLibrary("CBZip2", debian: "libbz2-dev"),
  systemLibrary("CCrypto", pkgConfig: "libcrypto", debian: "libssl-dev"),
  systemLibrary("CTIFF", pkgConfig: "libtiff-4", debian: "libtiff-dev"),
  systemLibrary("CCHOLMOD", debian: "libsuitesparse-dev"),
]

// MARK: - Core: values and algorithms that know no file format and no network

let core: [Target] = [
  module("LinearAlgebra", "Core/LinearAlgebra", [numerics]),
  module("Volumes", "Core/Volumes", [numerics]),
  module("TomogramModel", "Core/TomogramModel", [numerics, "LinearAlgebra", "Volumes"]),
  module("WorkLedger", "Core/WorkLedger", ["CCrypto", "Volumes"]),
  module("FourierTransforms", "Core/FourierTransforms", [numerics, "CFFTW", "Volumes"]),
  module("Filters", "Core/Filters", [numerics, "Volumes"]),
  module(
    "TomographicImaging", "Core/TomographicImaging",
    [numerics, "FourierTransforms", "TomogramModel", "Volumes"]),
  module("GroupComparison", "Core/GroupComparison", [numerics, "TomographicImaging"]),
  module("Morphology", "Core/Morphology", [numerics, "Filters", "LinearAlgebra", "Volumes"]),
  module("Graphs", "Core/Graphs"),
  module(
    "Meshes", "Core/Meshes",
    [numerics, "Graphs", "LinearAlgebra", "TomogramModel", "Volumes"]),
  module(
    "ParametricShapes", "Core/ParametricShapes", [numerics, "LinearAlgebra", "Meshes"]),
  module(
    "SurfaceUnrolling", "Core/SurfaceUnrolling",
    [numerics, "Graphs", "LinearAlgebra", "Meshes", "Volumes"]),
  module(
    "GaussianProcesses", "Core/GaussianProcesses",
    [numerics, "CCHOLMOD", "LinearAlgebra", "Meshes", "TomographicImaging", "Volumes"]),
]

// MARK: - Formats: files of the field, in and out

let formats: [Target] = [
  module("MRCFormat", "Formats/MRCFormat", ["CBZip2", "CZlib", "Volumes", "WorkLedger"]),
  module("TIFFFormat", "Formats/TIFFFormat", ["CTIFF", "Volumes", "WorkLedger"]),
  module(
    "VolumeFiles", "Formats/VolumeFiles", ["MRCFormat", "TIFFFormat", "Volumes", "WorkLedger"]),
  module(
    "MeshFormats", "Formats/MeshFormats",
    [
      numerics, "CZlib", "GaussianProcesses", "LinearAlgebra", "Meshes", "TomogramModel",
      "Volumes", "WorkLedger",
    ]),
  module(
    "TableFormats", "Formats/TableFormats", [numerics, "TomogramModel", "Volumes", "WorkLedger"]),
]

// MARK: - Engine: tensors and training; knows nothing of membranes

let engine: [Target] = [
  module("Collective", "Engine/Collective", ["CMPILoader", "TomogramModel", "Volumes"]),
  module("Tensors", "Engine/Tensors", ["CTorchLoader", "Collective", "Volumes", "WorkLedger"]),
  module(
    "ReinforcementLearning", "Engine/ReinforcementLearning",
    [numerics, "Tensors", "TomogramModel", "Training"]),
  module(
    "Training", "Engine/Training",
    [numerics, "Collective", "Tensors", "TomogramModel", "Volumes", "WorkLedger"]),
]

// MARK: - Simulation, the pipeline's stages, evaluation: side by side, none imports another

let imaging: [Target.Dependency] = [
  numerics, "Filters", "FourierTransforms", "LinearAlgebra", "TomogramModel", "Volumes",
]

let stages: [Target] = [
  module(
    "Simulation", "Simulation",
    imaging + ["Meshes", "Morphology", "TomographicImaging", "WorkLedger"]),
  module("Preprocessing", "Stages/1-Preprocessing", imaging + ["TomographicImaging"]),
  module(
    "MembranePrediction", "Stages/2-MembranePrediction",
    imaging + ["Collective", "Tensors", "Training", "WorkLedger"]),
  module(
    "GapTracing", "Stages/3-GapTracing",
    imaging + [
      "Graphs", "Morphology", "ParametricShapes", "ReinforcementLearning", "Tensors", "Training",
      "WorkLedger",
    ]),
  module(
    "InstanceSeparation", "Stages/4-InstanceSeparation",
    imaging + ["Graphs", "Meshes", "Morphology", "WorkLedger"]),
  module(
    "SurfaceFitting", "Stages/5-SurfaceFitting",
    imaging + ["GaussianProcesses", "Graphs", "Meshes", "Morphology"]),
  module(
    "Morphometry", "Stages/6-Morphometry",
    imaging + ["GaussianProcesses", "Graphs", "Meshes", "Morphology", "ParametricShapes"]),
  module(
    "Evaluation", "Evaluation", imaging + ["Graphs", "Meshes", "Morphology", "TomographicImaging"]),
]

// MARK: - Program: composes everything

let everyFormat: [Target.Dependency] = [
  "MRCFormat", "MeshFormats", "TIFFFormat", "TableFormats", "VolumeFiles",
]
let everyStage: [Target.Dependency] = [
  "GapTracing", "InstanceSeparation", "MembranePrediction", "Morphometry", "Preprocessing",
  "SurfaceFitting",
]

let program: [Target] = [
  module(
    "Report", "Program/Report",
    everyFormat + [
      numerics, "CZlib", "GroupComparison", "LinearAlgebra", "Meshes", "TomogramModel",
      "TomographicImaging", "Volumes", "WorkLedger",
    ]),
  module(
    "Pipeline", "Program/Pipeline",
    everyFormat + everyStage + [
      numerics, "Collective", "Filters", "GaussianProcesses", "Meshes", "ParametricShapes",
      "ReinforcementLearning", "Report", "Tensors", "TomogramModel", "Volumes", "WorkLedger",
    ]),
  module(
    "BilayerCommands", "Program/BilayerCommands",
    everyFormat + everyStage + [
      arguments, numerics, "Collective", "Evaluation", "GaussianProcesses", "LinearAlgebra",
      "Meshes", "Morphology", "Pipeline", "ReinforcementLearning", "Report", "Simulation",
      "SurfaceUnrolling", "Tensors", "TomogramModel", "TomographicImaging", "Training", "Volumes",
      "WorkLedger",
    ]),
  .executableTarget(
    name: "bilayer", dependencies: ["BilayerCommands"], path: "Sources/Program/bilayer",
    swiftSettings: houseSettings),
  .executableTarget(
    name: "bilayer-bench",
    dependencies: everyFormat + everyStage + [
      numerics, "FourierTransforms", "GaussianProcesses", "GroupComparison", "LinearAlgebra",
      "Meshes", "Morphology", "ParametricShapes", "Simulation", "Tensors", "TestSupport",
      "TomogramModel", "TomographicImaging", "Training", "Volumes", "WorkLedger",
    ], path: "Benchmarks", swiftSettings: houseSettings),
]

// MARK: - Tests

let testTargets: [Target] = [
  .target(
    name: "TestSupport",
    dependencies: [
      numerics, "CZlib", "Collective", "LinearAlgebra", "Meshes", "TomogramModel",
      "TomographicImaging", "Volumes", "WorkLedger",
    ],
    path: "TestSupport", swiftSettings: houseSettings),
  tests("WorkLedgerTests", ["TestSupport", "Volumes", "WorkLedger"]),
  // Calls the C table as it is: macros and strict memory safety do not go together.
  .testTarget(
    name: "CTorchLoaderTests", dependencies: ["CTorchLoader"], path: "Tests/CTorchLoaderTests",
    swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]),
  tests("LinearAlgebraTests", [numerics, "LinearAlgebra", "TestSupport"]),
  tests("VolumesTests", ["Volumes"]),
  tests("TomogramModelTests", ["TomogramModel", "Volumes"]),
  tests("FourierTransformsTests", ["FourierTransforms", "Volumes"]),
  tests("FiltersTests", ["Filters", "TestSupport", "Volumes"]),
  tests(
    "TomographicImagingTests",
    ["FourierTransforms", "TestSupport", "TomogramModel", "TomographicImaging", "Volumes"]),
  tests("MorphologyTests", [numerics, "Morphology", "TestSupport", "Volumes"]),
  tests("GroupComparisonTests", [numerics, "GroupComparison", "TomographicImaging"]),
  tests("GraphsTests", ["Graphs", "TestSupport", "Volumes"]),
  tests(
    "MeshesTests",
    [
      numerics, "LinearAlgebra", "Meshes", "TestSupport", "TomogramModel", "TomographicImaging",
      "Volumes",
    ]),
  tests(
    "GaussianProcessesTests",
    [numerics, "GaussianProcesses", "LinearAlgebra", "Meshes", "TomographicImaging"]),
  tests(
    "ParametricShapesTests",
    [
      numerics, "LinearAlgebra", "Meshes", "ParametricShapes", "TestSupport", "TomogramModel",
      "TomographicImaging",
    ]),
  tests(
    "SurfaceUnrollingTests", [numerics, "LinearAlgebra", "Meshes", "SurfaceUnrolling", "Volumes"]),
  tests("MRCFormatTests", ["MRCFormat", "TestSupport", "Volumes", "WorkLedger"]),
  tests("TIFFFormatTests", ["TIFFFormat", "TestSupport", "Volumes", "WorkLedger"]),
  tests(
    "VolumeFilesTests", ["MRCFormat", "TestSupport", "VolumeFiles", "Volumes", "WorkLedger"]),
  tests(
    "MeshFormatsTests",
    [
      "GaussianProcesses", "LinearAlgebra", "MeshFormats", "Meshes", "TestSupport",
      "TomogramModel", "Volumes", "WorkLedger",
    ]),
  tests(
    "TableFormatsTests", [numerics, "TableFormats", "TestSupport", "TomogramModel", "Volumes"]),
  tests("TensorsTests", ["Tensors", "TestSupport", "Volumes"]),
  tests(
    "ReinforcementLearningTests",
    ["ReinforcementLearning", "Tensors", "TomogramModel", "Training"]),
  tests("CollectiveTests", ["Collective", "TestSupport", "TomogramModel", "Volumes"]),
  tests(
    "TrainingTests",
    ["Collective", "Tensors", "TestSupport", "TomogramModel", "Training", "Volumes"]),
  tests(
    "SimulationTests",
    [
      "LinearAlgebra", "Meshes", "Morphology", "Simulation", "TestSupport", "TomogramModel",
      "TomographicImaging", "Volumes",
    ]),
  tests(
    "PreprocessingTests",
    [
      "FourierTransforms", "Preprocessing", "TestSupport", "TomogramModel",
      "TomographicImaging", "Volumes",
    ]),
  tests(
    "MembranePredictionTests",
    [
      numerics, "Collective", "MembranePrediction", "Tensors", "TestSupport", "TomogramModel",
      "Training",
      "Volumes", "WorkLedger",
    ]),
  tests(
    "GapTracingTests",
    [
      numerics, "GapTracing", "Morphology", "ReinforcementLearning", "Tensors", "TestSupport",
      "TomogramModel", "Training", "Volumes",
    ]),
  tests(
    "InstanceSeparationTests",
    [numerics, "InstanceSeparation", "Morphology", "TestSupport", "TomogramModel", "Volumes"]),
  tests(
    "SurfaceFittingTests",
    [
      numerics, "GaussianProcesses", "LinearAlgebra", "Meshes", "ParametricShapes",
      "SurfaceFitting", "TestSupport", "TomogramModel", "Volumes",
    ]),
  tests(
    "MorphometryTests",
    [
      numerics, "GaussianProcesses", "LinearAlgebra", "Meshes", "Morphometry", "TestSupport",
      "TomogramModel", "TomographicImaging", "Volumes",
    ]),
  tests(
    "EvaluationTests",
    [
      "Evaluation", "LinearAlgebra", "Meshes", "TestSupport", "TomogramModel", "TomographicImaging",
      "Volumes",
    ]),
  tests(
    "ReportTests",
    everyFormat + [
      "CZlib", "GapTracing", "InstanceSeparation", "LinearAlgebra", "Meshes", "Report",
      "TestSupport", "TomogramModel", "Volumes", "WorkLedger",
    ]),
  tests(
    "PipelineTests",
    everyFormat + everyStage + [
      "Pipeline", "TestSupport", "TomogramModel", "Volumes", "WorkLedger",
    ]),
  tests(
    "BilayerCommandsTests",
    everyFormat + [
      "BilayerCommands", "GapTracing", "LinearAlgebra", "MembranePrediction", "Meshes",
      "Pipeline", "Tensors", "TestSupport", "TomogramModel", "Volumes", "WorkLedger",
    ]),
]

let package = Package(
  name: "bilayer",
  products: [
    .executable(name: "bilayer", targets: ["bilayer"]),
    .library(
      name: "BilayerCore",
      targets: ["FourierTransforms", "Meshes", "Morphology", "TomogramModel", "Volumes"]),
    .library(
      name: "BilayerFiles",
      targets: ["MRCFormat", "MeshFormats", "TIFFFormat", "TableFormats", "VolumeFiles"]),
    .library(name: "BilayerPipeline", targets: ["Pipeline", "Tensors"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
  ],
  targets: shims + core + formats + engine + stages + program + testTargets
)
