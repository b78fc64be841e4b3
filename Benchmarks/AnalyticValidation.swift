import LinearAlgebra
import Meshes
import Morphometry
import ParametricShapes
import RealModule
import TomogramModel
import Volumes

/// What `Scripts/validate-analytic.sh` prints: how far areas, volumes, curvatures and the choice of a
/// simple shape are from surfaces known by formula, through labels, `fit` and `measure`.
struct AnalyticValidation {
  let workers: Workers
  /// Places and orientations a figure is the mean of.
  let repeats: Int
  /// Instances a row of the confusion table.
  let instances: Int

  private static let radii = [10.0, 14, 20, 28, 40]
  private static var shapes: [(Double) -> AnalyticShape] {
    [
      AnalyticShape.sphere, AnalyticShape.ellipsoid, AnalyticShape.torus, AnalyticShape.cylinder,
      AnalyticShape.waves,
    ]
  }
  /// An error that a surface of perfect evidence has (Decision 5), in Å at voxels of 10 Å. What of it is
  /// correlated moves the surface itself, and has no part in the table of errors.
  private static let noise = 3.3

  /// Relative errors of one kind: root mean square over repeats, in percent; nil where there is none.
  private struct Errors {
    var area: Double?
    var volume: Double?
    var curvature: Double?
    var pointwise: Double?
  }

  func run() throws {
    if 0 < repeats { try errors() }
    if 0 < instances { try confusion() }
  }

  private func errors() throws {
    print(
      "| shape | condition | radius | area, % | volume, % | mean curvature, % | at vertices, % |")
    print("|---|---|---|---|---|---|---|")
    for make in Self.shapes {
      for (condition, noise) in [("clean", 0), ("noise", Self.noise)] {
        let rows = try Self.radii.map { radius in
          try row(condition, radius: radius) {
            AnalyticTrial(shape: make(10 * radius), noise: noise, correlatedShare: 0, seed: $0)
          }
        }
        if noise == 0 { printOrders(rows, of: make(1).name) }
      }
      _ = try row("half", radius: 20) { AnalyticTrial(shape: make(200).half, seed: $0) }
      _ = try row("voxels 10, 10, 13 Å", radius: 20) {
        AnalyticTrial(shape: make(200), voxelSize: SIMD3(10, 10, 13), seed: $0)
      }
    }
  }

  /// How far, in voxels, surfaces end before the rims of their labels, by half the label's thickness:
  /// what `LabelExtent.overhang` is measured by, at other places than `run` looks at.
  func rims() throws {
    print("| half thickness | shape | radius | ends early by |")
    print("|---|---|---|---|")
    for halfThickness in [1.2, 1.6, 2, 2.5, 3] {
      for radius in [14.0, 20, 28] {
        let circle = 20 * Double.pi * radius
        for (shape, rim) in [
          (AnalyticShape.sphere(10 * radius).half, circle),
          (AnalyticShape.cylinder(10 * radius), 2 * circle),
        ] {
          let short = try (1001...1003).compactMap { seed -> Double? in
            let trial = AnalyticTrial(
              shape: shape, seed: UInt64(seed), halfThickness: 10 * halfThickness)
            guard let found = try trial.run(workers: workers)?.membrane["area_nm2"]?.value
            else { return nil }
            return (shape.area - 100 * found) / rim / 10
          }
          let mean = short.reduce(0, +) / Double(max(short.count, 1))
          print("| \(halfThickness) | \(shape.name) | \(Int(radius)) | \(fixed(mean, 3)) |")
        }
      }
    }
  }

  private func row(
    _ condition: String, radius: Double, _ trial: (UInt64) -> AnalyticTrial
  ) throws -> Errors {
    let all = try (1...repeats).compactMap { repeated in
      try measured(trial(UInt64(repeated)))
    }
    func mean(_ value: (Errors) -> Double?) -> Double? {
      let values = all.compactMap(value)
      guard !values.isEmpty else { return nil }
      return (values.reduce(0) { $0 + $1 * $1 } / Double(values.count)).squareRoot()
    }
    let errors = Errors(
      area: mean(\.area), volume: mean(\.volume), curvature: mean(\.curvature),
      pointwise: mean(\.pointwise))
    let cells = [errors.area, errors.volume, errors.curvature, errors.pointwise].map {
      $0.map { fixed($0, 2) } ?? ""
    }
    print(
      "| \(trial(1).shape.name) | \(condition) | \(Int(radius)) | "
        + cells.joined(separator: " | ") + " |")
    return errors
  }

  private func measured(_ trial: AnalyticTrial) throws -> Errors? {
    guard let result = try trial.run(workers: workers) else { return nil }
    let shape = trial.shape
    func error(_ column: String, _ truth: Double?) -> Double? {
      guard let truth, let found = result.membrane[column]?.value else { return nil }
      return 100 * (abs(found) - truth) / truth
    }
    // Normals of an open surface may point to either side.
    let found = result.surface.meanCurvaturePerNm.map { Double($0) / 10 }
    let squares = [1.0, -1].map { sign in
      let known = zip(found, result.trueCurvatures).filter { $0.0.isFinite }
      return known.reduce(0) { $0 + ($1.0 - sign * $1.1) * ($1.0 - sign * $1.1) }
        / Double(max(known.count, 1))
    }
    return Errors(
      area: error("area_nm2", shape.area / 100),
      volume: error("volume_nm3", shape.volume.map { $0 / 1000 }),
      curvature: error("rms_curvature_per_nm", 10 * shape.rmsCurvature),
      pointwise: 100 * min(squares[0], squares[1]).squareRoot() / shape.rmsCurvature)
  }

  /// Slopes of log error against log voxel size, by least squares.
  private func printOrders(_ rows: [Errors], of name: String) {
    func order(_ value: (Errors) -> Double?) -> String {
      let points = zip(Self.radii, rows).compactMap { radius, row -> SIMD2<Double>? in
        value(row).map { SIMD2(-Double.log(radius), .log(max($0, 1e-6))) }
      }
      guard 2 < points.count else { return "" }
      let mean = points.reduce(SIMD2.zero, +) / Double(points.count)
      let (above, below) = points.reduce(into: (0.0, 0.0)) { sums, point in
        let off = point - mean
        sums.0 += off.x * off.y
        sums.1 += off.x * off.x
      }
      return fixed(above / below, 1)
    }
    print(
      "| \(name) | order | | \(order(\.area)) | \(order(\.volume)) | \(order(\.curvature)) | "
        + "\(order(\.pointwise)) |")
  }

  // MARK: - Confusion

  private func confusion() throws {
    let models = ["plane", "sphere", "cylinder", "ellipsoid", "torus", "none"]
    print("\n| is | " + models.joined(separator: " | ") + " | in doubt |")
    print("|---|" + models.map { _ in "---|" }.joined() + "---|")
    let cases: [(String, (Double) -> AnalyticShape)] = [
      ("plane", AnalyticShape.plane), ("sphere", AnalyticShape.sphere),
      ("half sphere", { AnalyticShape.sphere($0).half }), ("cylinder", AnalyticShape.cylinder),
      ("half cylinder", { AnalyticShape.cylinder($0).half }),
      ("ellipsoid", AnalyticShape.ellipsoid),
      ("half ellipsoid", { AnalyticShape.ellipsoid($0).half }), ("torus", AnalyticShape.torus),
      ("half torus", { AnalyticShape.torus($0).half }), ("waves", AnalyticShape.waves),
      ("budding", AnalyticShape.budding), ("box", AnalyticShape.box),
    ]
    for (name, make) in cases {
      var (counts, doubts): ([String: Int], Int) = ([:], 0)
      for instance in 0..<instances {
        // Radii of 10 to 25 voxels, in equal steps of the logarithm.
        let radius = 100 * Double.pow(2.5, (Double(instance) + 0.5) / Double(instances))
        let trial = AnalyticTrial(
          shape: make(radius), noise: Self.noise, seed: UInt64(100 + instance))
        guard let choice = try trial.run(workers: workers)?.shape else { continue }
        counts[choice.chosen?.model ?? "none", default: 0] += 1
        if choice.chosen != nil, !choice.verdict.isEmpty { doubts += 1 }
      }
      print(
        "| \(name) | " + models.map { counts[$0].map { "\($0)" } ?? "" }.joined(separator: " | ")
          + " | \(doubts) |")
    }
  }
}

/// A number with so many digits behind the point.
private func fixed(_ value: Double, _ digits: Int) -> String {
  let scale = Double.pow(10, digits)
  return "\((value * scale).rounded() / scale)"
}
