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

// MARK: - Shims: the only doors to C

let shims: [Target] = [
  .target(
    name: "CTorchLoader", path: "Sources/Shims/CTorchLoader", exclude: ["plugin"],
    linkerSettings: [.linkedLibrary("dl")]),
  systemLibrary("CFFTW", pkgConfig: "fftw3f", debian: "libfftw3-dev"),
]

// MARK: - Core: values and algorithms that know no file format and no network

let core: [Target] = [
  module("Volumes", "Core/Volumes", [numerics]),
  module("TomogramModel", "Core/TomogramModel", [numerics, "Volumes"]),
  module("WorkLedger", "Core/WorkLedger", ["Volumes"]),
  module("FourierTransforms", "Core/FourierTransforms", ["CFFTW", "Volumes"]),
]

// MARK: - Tests

let testTargets: [Target] = [
  .target(
    name: "TestSupport", dependencies: ["Volumes"], path: "TestSupport",
    swiftSettings: houseSettings),
  tests("WorkLedgerTests", ["TestSupport", "Volumes", "WorkLedger"]),
  // Calls the C table as it is: macros and strict memory safety do not go together.
  .testTarget(
    name: "CTorchLoaderTests", dependencies: ["CTorchLoader"], path: "Tests/CTorchLoaderTests",
    swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]),
  tests("VolumesTests", ["Volumes"]),
  tests("TomogramModelTests", ["TomogramModel", "Volumes"]),
  tests("FourierTransformsTests", ["FourierTransforms", "Volumes"]),
]

let package = Package(
  name: "bilayer",
  products: [
    .library(name: "BilayerCore", targets: ["FourierTransforms", "TomogramModel", "Volumes"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1")
  ],
  targets: shims + core + testTargets
)
