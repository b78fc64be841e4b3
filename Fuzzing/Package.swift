// swift-tools-version: 6.2
// Every reader of files, given bytes that no program wrote. `Scripts/fuzz.sh` builds and runs it.

import PackageDescription

let package = Package(
  name: "bilayer-fuzz",
  dependencies: [.package(name: "bilayer", path: "..")],
  targets: [
    .target(
      name: "FuzzedReaders",
      dependencies: [
        .product(name: "BilayerFiles", package: "bilayer"),
        .product(name: "BilayerPipeline", package: "bilayer"),
      ],
      swiftSettings: [.swiftLanguageMode(.v6), .treatAllWarnings(as: .error)]),
    // libFuzzer brings main, which an executable of Swift would define a second time.
    .executableTarget(name: "bilayer-fuzz", dependencies: ["FuzzedReaders"]),
  ]
)
