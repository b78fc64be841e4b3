import LinearAlgebra
import RealModule

// A user's own classes from a few labelled membranes: linear discriminant analysis on standardised
// shape descriptors, its covariance pulled towards independence (Friedman 1989, Regularized
// Discriminant Analysis, with γ = 1 of his two parameters; Hastie, Tibshirani & Friedman 2009, §4.3).
// With a handful of examples and two dozen descriptors a covariance alone is singular; how far it is
// pulled, and the temperature that makes the probabilities honest, are those under which examples
// left out in turn are most probable.

/// Tells classes apart that a user has named and shown on some membranes.
public struct LearnedClasses: Codable, Hashable, Sendable {
  /// What stands in every model's file, and the version of its content.
  public static let format = "bilayer-classes-1"
  /// `LearnedClasses.format`.
  public var format = Self.format
  /// Names of the descriptors, `shapes.csv`'s columns, in the order of the numbers below.
  public var descriptors = ShapeFeatures.names
  /// Mean and standard deviation of each descriptor over all examples.
  public private(set) var means: [Double]
  public private(set) var deviations: [Double]
  /// The classes, by name.
  public private(set) var classes: [Class]
  /// Inverse of the covariance within classes, row after row.
  public private(set) var precision: [Double]
  /// Share of independence in the covariance, 0...1.
  public private(set) var shrinkage: Double
  /// What squared distances are divided by.
  public private(set) var temperature: Double
  /// Largest squared distance of an example, left out, from its own class.
  public private(set) var reach: Double

  /// A class and where its examples lie.
  public struct Class: Codable, Hashable, Sendable {
    /// The user's name for it.
    public var name: String
    /// Examples it was learned from.
    public var examples: Int
    /// Their mean, standardised.
    public var mean: [Double]
  }

  /// What a membrane is taken for.
  public struct Verdict: Hashable, Sendable {
    /// The most probable class; nil for a shape unlike all examples.
    public var name: String?
    /// Its probability, among the classes learned.
    public var probability: Double
    /// The next one.
    public var second: String
    /// Its probability.
    public var secondProbability: Double
  }

  /// How a model does on examples left out in turn.
  public struct LeaveOneOut: Hashable, Sendable {
    /// Rows: the user's class; columns: what it was taken for; both in the order of the classes.
    public var confusion: [[Int]]
    /// Mean probability of what examples were taken for.
    public var meanConfidence: Double
    /// Share of examples taken for what they are.
    public var accuracy: Double {
      let total = confusion.reduce(0) { $0 + $1.reduce(0, +) }
      let right = confusion.indices.reduce(0) { $0 + confusion[$1][$1] }
      return total == 0 ? 0 : Double(right) / Double(total)
    }
    /// Mean over classes of the share taken for what they are.
    public var balancedAccuracy: Double {
      let shares = confusion.indices.map { row in
        Double(confusion[row][row]) / Double(max(confusion[row].reduce(0, +), 1))
      }
      return shares.reduce(0, +) / Double(max(shares.count, 1))
    }
  }

  /// A membrane that the user has named.
  public struct Example: Hashable, Sendable {
    public var features: ShapeFeatures
    public var name: String

    public init(_ features: ShapeFeatures, name: String) {
      (self.features, self.name) = (features, name)
    }
  }
}

extension LearnedClasses {
  /// Shares of independence that are tried.
  private static let shrinkages = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95]
  /// Temperatures that are tried: above 1 makes less sure.
  private static let temperatures = (0...24).map { Double.pow(2, Double($0) / 4 - 1) }
  /// A shape this many times farther off than any example is unlike all.
  private static let farness = 4.0

  /// Learns from examples.
  ///
  /// - Precondition: two classes or more, two examples or more of each.
  /// - Complexity: a fit for each example and shrinkage, cubic in the descriptors.
  public static func learn(_ examples: [Example]) -> (model: LearnedClasses, check: LeaveOneOut) {
    let names = Set(examples.map(\.name)).sorted()
    precondition(2 <= names.count, "A model tells two classes apart, or more.")
    var best: (loss: Double, shrinkage: Double, temperature: Double, left: [LeftOut])?
    for shrinkage in shrinkages {
      let left = examples.indices.map { place in
        var others = examples
        let out = others.remove(at: place)
        let model = LearnedClasses(others, names: names, shrinkage: shrinkage)
        return LeftOut(
          own: names.firstIndex(of: out.name) ?? 0, distances: model.distances(of: out.features))
      }
      for temperature in temperatures {
        let loss = left.reduce(0) { $0 + $1.loss(temperature: temperature) }
        if loss < best?.loss ?? .infinity { best = (loss, shrinkage, temperature, left) }
      }
    }
    let (shrinkage, temperature) = (best?.shrinkage ?? 0.5, best?.temperature ?? 1)
    let left = best?.left ?? []
    var model = LearnedClasses(examples, names: names, shrinkage: shrinkage)
    model.temperature = temperature
    // At least what is expected of so many standardised numbers: examples may be copies.
    let expected = Double(ShapeFeatures.names.count)
    model.reach = left.reduce(expected) { max($0, $1.distances[$1.own]) }
    return (model, check(left, classes: names.count, temperature: temperature))
  }

  private init(_ examples: [Example], names: [String], shrinkage: Double) {
    let count = ShapeFeatures.names.count
    let rows = examples.map(\.features.values)
    let total = Double(max(rows.count, 1))
    let means = (0..<count).map { column in rows.reduce(0) { $0 + $1[column] } / total }
    // A descriptor that is the same everywhere tells nothing: any scale will do.
    let deviations = (0..<count).map { column in
      let square = rows.reduce(0) {
        $0 + ($1[column] - means[column]) * ($1[column] - means[column])
      }
      return max((square / total).squareRoot(), 1e-6)
    }
    (self.means, self.deviations, self.shrinkage) = (means, deviations, shrinkage)
    (temperature, reach) = (1, .infinity)
    let standard = rows.map { row in row.indices.map { (row[$0] - means[$0]) / deviations[$0] } }
    classes = names.map { name in
      let own = zip(examples, standard).filter { $0.0.name == name }.map(\.1)
      let mean = (0..<count).map { column in
        own.reduce(0) { $0 + $1[column] } / Double(max(own.count, 1))
      }
      return Class(name: name, examples: own.count, mean: mean)
    }
    var covariance = [Double](repeating: 0, count: count * count)
    for (example, row) in zip(examples, standard) {
      guard let mean = classes.first(where: { $0.name == example.name })?.mean else { continue }
      for a in 0..<count {
        for b in 0..<count {
          covariance[a * count + b] +=
            (1 - shrinkage) * (row[a] - mean[a]) * (row[b] - mean[b]) / total
        }
      }
    }
    for a in 0..<count { covariance[a * count + a] += shrinkage }
    precision = (0..<count).flatMap { column -> [Double] in
      let unit = (0..<count).map { $0 == column ? 1.0 : 0 }
      return solvePositiveDefinite(covariance, unit) ?? unit
    }
  }

  /// Squared distances from the classes.
  private func distances(of features: ShapeFeatures) -> [Double] {
    let count = means.count
    let row = features.values.indices.map { (features.values[$0] - means[$0]) / deviations[$0] }
    return classes.map { kind in
      let away = zip(row, kind.mean).map { $0 - $1 }
      return (0..<count).reduce(0) { sum, a in
        let product = (0..<count).reduce(0) { $0 + precision[a * count + $1] * away[$1] }
        return sum + away[a] * product
      }
    }
  }

  /// What a membrane is.
  public func classify(_ features: ShapeFeatures) -> Verdict {
    let distances = distances(of: features)
    let shares = probabilities(distances, temperature: temperature)
    let order = shares.indices.sorted { (shares[$1], $0) < (shares[$0], $1) }
    let isKnown = distances[order[0]] <= Self.farness * reach
    return Verdict(
      name: isKnown ? classes[order[0]].name : nil, probability: shares[order[0]],
      second: classes[order[1]].name, secondProbability: shares[order[1]])
  }

  private static func check(
    _ left: [LeftOut], classes: Int, temperature: Double
  ) -> LeaveOneOut {
    var result = LeaveOneOut(
      confusion: Array(repeating: Array(repeating: 0, count: classes), count: classes),
      meanConfidence: 0)
    for out in left {
      let shares = probabilities(out.distances, temperature: temperature)
      let taken = shares.indices.max { (shares[$0], $1) < (shares[$1], $0) } ?? 0
      result.confusion[out.own][taken] += 1
      result.meanConfidence += shares[taken] / Double(left.count)
    }
    return result
  }

  /// Whether the numbers of a file belong together.
  public var isValid: Bool {
    let count = ShapeFeatures.names.count
    return format == Self.format && descriptors == ShapeFeatures.names && means.count == count
      && deviations.count == count && deviations.allSatisfy { 0 < $0 } && 2 <= classes.count
      && classes.allSatisfy { $0.mean.count == count && !$0.name.isEmpty }
      && precision.count == count * count && 0 < temperature && 0 < reach
  }
}

/// An example that was left out: its class, and how far it is from each.
private struct LeftOut {
  var own: Int
  var distances: [Double]

  /// Negative log of its own class's probability.
  func loss(temperature: Double) -> Double {
    -Double.log(max(probabilities(distances, temperature: temperature)[own], 1e-12))
  }
}

/// Each class's share by exp(−d² / 2T).
private func probabilities(_ distances: [Double], temperature: Double) -> [Double] {
  let nearest = distances.min() ?? 0
  let weights = distances.map { Double.exp((nearest - $0) / (2 * temperature)) }
  let sum = weights.reduce(0, +)
  return weights.map { $0 / sum }
}
