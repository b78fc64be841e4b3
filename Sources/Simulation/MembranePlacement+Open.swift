import LinearAlgebra
import RealModule
import TomographicImaging

extension MembranePlacement {
  /// Places membranes that end at a rim.
  mutating func placeOpenMembranes() {
    for index in 0..<options.openMembranes {
      place(index) { placement in
        let shape = placement.openMembrane()
        return shape.isSound ? [shape] : []
      }
    }
  }

  /// Places sheets whose normals are within 15° of the beam, each ending at a rim along a line that
  /// passes near the middle of the field, and before each rim an upright sheet.
  mutating func placeLevelSheets() {
    for index in 0..<options.levelSheets {
      place(index) { placement in
        let shapes = placement.levelSheet()
        return shapes.level.isSound ? [shapes.level, shapes.upright] : []
      }
    }
  }

  private mutating func levelSheet() -> (level: CutShape, upright: SheetShape) {
    let box = builder.geometry.box
    let extent = box.upper - box.lower
    let height = random.uniform(0.25, 0.4)
    let share = SIMD3(
      random.uniform(0.35, 0.65), random.uniform(0.35, 0.65),
      random.chance(0.5) ? height : 1 - height)
    let centre = box.lower + extent * share
    let lean = SIMD3(random.uniform(-0.2, 0.2), random.uniform(-0.2, 0.2), 1)
    let frame = Frame(origin: centre, normal: lean, turn: random.uniform(0, 2 * .pi))
    func sheet(_ frame: Frame) -> SheetShape {
      SheetShape(
        kind: "sheet", frame: frame, field: heightField(leastBendRadius: 1200),
        offsetAngstrom: 0, reachAngstrom: extent.length)
    }
    let edge = HalfSpace(normal: frame.first, offset: frame.first.dot(centre))
    let level = CutShape(base: sheet(frame), cut: .halfSpace(edge))
    let beyond = Frame(
      origin: centre + random.uniform(200, 450) * frame.first,
      normal: frame.first + 0.1 * random.direction(), turn: random.uniform(0, 2 * .pi))
    return (level, sheet(beyond))
  }

  private mutating func openMembrane() -> CutShape {
    random.chance(0.5) ? openSheet() : openVesicle()
  }

  /// A sheet with an edge, with a hole, or of which only a patch is there.
  private mutating func openSheet() -> CutShape {
    let box = builder.geometry.box
    let centre = place(margin: 0)
    let frame = Frame(
      origin: centre, normal: sheetNormal(), turn: random.uniform(0, 2 * .pi))
    let sheet = SheetShape(
      kind: "sheet", frame: frame, field: heightField(leastBendRadius: 500), offsetAngstrom: 0,
      reachAngstrom: (box.upper - box.lower).length)
    let radius = random.logUniform(250, 1500)
    let side = frame.first + frame.normal * random.uniform(-0.4, 0.4)
    let edge = HalfSpace(normal: side.normalized, offset: side.normalized.dot(centre))
    let cuts: [RimCut] = [
      .halfSpace(edge), .insideBall(centre: centre, radius: radius),
      .outsideBall(centre: centre, radius: radius),
    ]
    return CutShape(base: sheet, cut: cuts[random.integer(0...2)])
  }

  /// A bowl, or a vesicle with a hole.
  private mutating func openVesicle() -> CutShape {
    let radius = min(drawnRadius(), 1500)
    let vesicle = star(kind: "vesicle", centre: place(margin: 0.4 * radius), radius: radius)
    let direction = random.direction()
    let reach = vesicle.radiusAngstrom(along: direction)
    if random.chance(0.5) {
      let offset = direction.dot(vesicle.frame.origin) + reach * random.uniform(-0.4, 0.6)
      return CutShape(
        base: vesicle, cut: .halfSpace(HalfSpace(normal: direction, offset: offset)))
    }
    return CutShape(
      base: vesicle,
      cut: .outsideBall(
        centre: vesicle.frame.origin + direction * reach,
        radius: min(max(reach * random.uniform(0.2, 0.8), 100), reach)))
  }
}
