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

func tests(
  _ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []
) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, path: "Tests/\(name)", resources: resources,
    swiftSettings: houseSettings)
}

func systemLibrary(_ name: String, pkgConfig: String? = nil, debian: String) -> Target {
  .systemLibrary(
    name: name, path: "Sources/Shims/\(name)", pkgConfig: pkgConfig, providers: [.apt([debian])])
}

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let numerics = Target.Dependency.product(name: "RealModule", package: "swift-numerics")

// MARK: - Shims: the only doors to C

let shims: [Target] = [
  .target(
    name: "CTorchLoader", path: "Sources/Shims/CTorchLoader",
    exclude: ["plugin"], linkerSettings: [.linkedLibrary("dl")]),
  systemLibrary("CFFTW", pkgConfig: "fftw3f", debian: "libfftw3-dev"),
  systemLibrary("CTIFF", pkgConfig: "libtiff-4", debian: "libtiff-dev"),
  systemLibrary("CZlib", pkgConfig: "zlib", debian: "zlib1g-dev"),
  systemLibrary("CBzip2", debian: "libbz2-dev"),
]

// MARK: - Core: values and algorithms that know no file format and no network

let core: [Target] = [
  module("Volumes", "Core/Volumes", [numerics]),
  module("TomogramModel", "Core/TomogramModel", [numerics, "Volumes"]),
  module("WorkLedger", "Core/WorkLedger", ["Volumes"]),
  module("FourierTransforms", "Core/FourierTransforms", ["CFFTW", "Volumes"]),
  module("Filters", "Core/Filters", ["Volumes"]),
  module("Morphology", "Core/Morphology", ["Volumes"]),
  module("Graphs", "Core/Graphs", ["Volumes"]),
  module("Meshes", "Core/Meshes", ["Volumes"]),
  module(
    "TomographicImaging", "Core/TomographicImaging",
    ["FourierTransforms", "TomogramModel", "Volumes"]),
]

// MARK: - Formats

let formats: [Target] = [
  module("MRCFormat", "Formats/MRCFormat", ["CBzip2", "CZlib", "Volumes", "WorkLedger"]),
  module("TIFFFormat", "Formats/TIFFFormat", ["CTIFF", "Volumes"]),
  module("MeshFormats", "Formats/MeshFormats", ["Meshes", "Volumes", "WorkLedger"]),
  module("TableFormats", "Formats/TableFormats", ["WorkLedger"]),
]

// MARK: - Engine: tensors and training, ignorant of membranes

let engine: [Target] = [
  module("Tensors", "Engine/Tensors", ["CTorchLoader"]),
  module("Training", "Engine/Training", ["Tensors", "WorkLedger"]),
]

// MARK: - Simulation, stages, evaluation

let science: [Target] = [
  module(
    "Simulation", "Simulation",
    ["Filters", "Meshes", "TomogramModel", "TomographicImaging", "Volumes"]),
  module(
    "Preprocessing", "Stages/1-Preprocessing", ["Filters", "TomogramModel", "Volumes"]),
  module(
    "MembranePrediction", "Stages/2-MembranePrediction",
    ["Filters", "Tensors", "TomogramModel", "Training", "Volumes"]),
  module(
    "GapTracing", "Stages/3-GapTracing", ["Filters", "Graphs", "Morphology", "TomogramModel", "Volumes"]),
  module(
    "InstanceSeparation", "Stages/4-InstanceSeparation", ["Morphology", "TomogramModel", "Volumes"]),
  module(
    "SurfaceFitting", "Stages/5-SurfaceFitting",
    ["Filters", "Meshes", "Morphology", "TomogramModel", "Volumes"]),
  module(
    "Morphometry", "Stages/6-Morphometry",
    ["Filters", "Meshes", "Morphology", "TomogramModel", "Volumes"]),
  module("Evaluation", "Evaluation", ["Filters", "Meshes", "Morphology", "TomogramModel", "Volumes"]),
]

// MARK: - Program

let programTargets: [Target] = [
  module(
    "Report", "Program/Report",
    ["Meshes", "TomogramModel", "Volumes"]),
  module(
    "Pipeline", "Program/Pipeline",
    [
      "Evaluation", "GapTracing", "InstanceSeparation", "MRCFormat", "MembranePrediction",
      "MeshFormats", "Meshes", "Morphometry", "Preprocessing", "Report", "Simulation",
      "SurfaceFitting", "TIFFFormat", "TableFormats", "Tensors", "TomogramModel", "Training",
      "Volumes", "WorkLedger",
    ]),
  module(
    "BilayerCommands", "Program/BilayerCommands",
    [
      argumentParser, "Evaluation", "GapTracing", "InstanceSeparation", "MRCFormat",
      "MembranePrediction", "MeshFormats", "Meshes", "Morphometry", "Pipeline", "Preprocessing",
      "Report", "Simulation", "SurfaceFitting", "TIFFFormat", "TableFormats", "Tensors",
      "TomogramModel", "Training", "Volumes", "WorkLedger",
    ]),
  .executableTarget(
    name: "bilayer", dependencies: [argumentParser, "BilayerCommands"], path: "Sources/Program/bilayer",
    swiftSettings: houseSettings),
]

// MARK: - Tests

let testSupport = Target.target(
  name: "TestSupport", dependencies: ["Meshes", "TomogramModel", "Volumes"], path: "TestSupport",
  swiftSettings: houseSettings)

let testTargets: [Target] = [
  tests("VolumesTests", ["TestSupport", "Volumes"]),
  tests("TomogramModelTests", ["TestSupport", "TomogramModel", "Volumes"]),
]

let package = Package(
  name: "bilayer",
  products: [.executable(name: "bilayer", targets: ["bilayer"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
  ],
  targets: shims + core + formats + engine + science + programTargets + [testSupport] + testTargets
)
