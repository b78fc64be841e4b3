public import Meshes
public import TomogramModel

extension ClassPriors {
  /// The class of a membrane that is looked at alone; never `nestedPair`.
  ///
  /// In this order: tubes, rounded shapes, sacs, and of what is left sheets and fragments.
  public func classify(_ shape: ShapeDescriptors) -> MembraneClass {
    let isWide = isWideEllipsoid(shape)
    if isTube(shape) && !isWide { return .tubule }
    if shape.isClosed && isFlat(shape) { return .largeClosed }
    if isRounded(shape) || isWide || shape.isClosed {
      return diameterNm(shape) <= largestVesicleNm ? .vesicle : .largeClosed
    }
    if leastEnclosure <= shape.enclosure {
      return .largeClosed
    }
    return shape.areaNm2 <= largestFragmentNm2 ? .fragment : .sheet
  }

  /// Around an axis normals turn, along it they do not: two of their moments are large.
  private func isTube(_ shape: ShapeDescriptors) -> Bool {
    tubuleShapeIndices.contains(shape.shapeIndex)
      && shape.normalsAlongThird <= largestTubuleThird
      && shape.convexShare <= largestTubuleConvexShare
      && shape.normalsAlongOne <= largestTubuleNormals
      && (shape.isCutOrWhole || shape.meanNormal <= largestTubuleMeanNormal)
      && (shape.widthNm == 0 || leastTubuleElongation <= shape.elongation)
  }

  private func isRounded(_ shape: ShapeDescriptors) -> Bool {
    let curvature = shape.medianCurvaturePerNm
    let least = shape.isCutOrWhole ? leastSolidAngle : leastFreeSolidAngle
    return leastConvexShare <= shape.convexShare
      && least <= shape.areaNm2 * curvature * curvature
  }

  private func isWideEllipsoid(_ shape: ShapeDescriptors) -> Bool {
    let goesAround = shape.meanNormal <= largestMeanNormalAround
    let least = goesAround ? leastEllipsoidShareAround : leastEllipsoidShare
    return least <= shape.ellipsoidShare && largestTubuleNm < 2 * shape.ellipsoidShortestNm
  }

  private func isFlat(_ shape: ShapeDescriptors) -> Bool {
    largestTubuleNormals < shape.normalsAlongOne
  }

  /// Of the whole membrane: from its area where it is closed, else from its curvature.
  private func diameterNm(_ shape: ShapeDescriptors) -> Double {
    if shape.isClosed { return (shape.areaNm2 / .pi).squareRoot() }
    let curvature = shape.medianCurvaturePerNm
    return 0 < curvature ? 2 / curvature : .infinity
  }
}

extension ShapeDescriptors {
  /// Whether nothing is missing, or mostly what lies beyond the volume's border.
  fileprivate var isCutOrWhole: Bool { isClosed || 0.5 <= borderShare }
}

extension ShapeDescriptors {
  /// What of the shape is told among the measurements.
  ///
  /// | column | what |
  /// |---|---|
  /// | `genus` | handles, of all pieces together |
  /// | `boundary_loops` | rims |
  /// | `enclosure` | how far the surface closes around its inside, 0...1 |
  /// | `border_share` | share of the rims' length that the volume's border makes |
  public var topology: [NamedMeasurement] {
    // χ = 2 pieces − 2 genus − loops.
    let genus = (2 * pieces - eulerCharacteristic - boundaryLoops) / 2
    return [
      NamedMeasurement("genus", Measurement(Double(max(genus, 0)))),
      NamedMeasurement("boundary_loops", Measurement(Double(boundaryLoops))),
      NamedMeasurement("enclosure", Measurement(enclosure)),
      NamedMeasurement("border_share", Measurement(borderShare)),
    ]
  }
}

/// The membranes with class and parent filled in.
///
/// - Parameter surface: the mesh of a membrane, by place; two are held at a time.
/// - Precondition: an outline and a description for each membrane, in the same order.
public func classified(
  _ membranes: [Membrane], outlines: [MembraneOutline], shapes: [ShapeDescriptors],
  priors: ClassPriors, surface: (Int) throws -> TriangleMesh
) rethrows -> [Membrane] {
  precondition(membranes.count == shapes.count, "Each membrane is described.")
  var classes = shapes.map { priors.classify($0) }
  let containers = zip(classes, shapes).map { kind, shape in
    shape.isClosed || kind.enclosesSomething
  }
  var result = try nested(
    membranes, outlines: outlines, containers: containers, surface: surface)
  let place = Dictionary(uniqueKeysWithValues: result.enumerated().map { ($1.label, $0) })
  let contained = Dictionary(grouping: result.indices) { result[$0].parent.flatMap { place[$0] } }
  for case (let outer?, let inners) in contained {
    let mesh = try surface(outer)
    for inner in inners where priors.arePaired(outer: mesh, inner: try surface(inner)) {
      (classes[outer], classes[inner]) = (.nestedPair, .nestedPair)
    }
  }
  for number in result.indices { result[number].classification = classes[number].rawValue }
  return result
}

extension ClassPriors {
  /// Places of the outer membrane that are looked at.
  private static let probes = 400

  /// Whether one membrane follows another on its inside.
  func arePaired(outer: TriangleMesh, inner: TriangleMesh) -> Bool {
    let index = MeshIndex(inner)
    let step = max(outer.vertices.count / Self.probes, 1)
    let distances = stride(from: 0, to: outer.vertices.count, by: step)
      .map { index.distance(to: outer.vertices[$0]) / 10 }.sorted()
    let near = distances.prefix { $0 <= largestPairGapNm }
    guard leastPairShare * Double(distances.count) <= Double(near.count), !near.isEmpty else {
      return false
    }
    return near[near.count * 4 / 5] <= largestPairUnevenness * near[near.count / 5]
  }
}
