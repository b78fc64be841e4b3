import Meshes

/// Reads a VTP file.
struct VTPReader {
  let path: String
  private let decoder: VTPDataDecoder
  private var scanner: XMLTagScanner

  init(bytes: [UInt8], path: String) {
    self.path = path
    scanner = XMLTagScanner(bytes: bytes)
    decoder = VTPDataDecoder(bytes: bytes, path: path)
  }

  mutating func read() throws(MeshFileError) -> ForeignMesh {
    guard let root = nextTag(named: "VTKFile"), root.attributes["type"] == "PolyData" else {
      throw .malformed(path: path, found: "no VTK PolyData", expected: "<VTKFile type=\"PolyData\"")
    }
    var decoder = decoder
    try decoder.configure(root)
    var result = ForeignMesh(mesh: TriangleMesh())
    while let piece = nextTag(named: "Piece") {
      try append(try readPiece(decoder), attributes: piece.attributes, to: &result)
    }
    return result
  }

  private mutating func nextTag(named name: String) -> XMLTag? {
    while let tag = scanner.next() {
      if tag.name == name { return tag }
      if tag.name == "AppendedData" { return nil }
    }
    return nil
  }

  private mutating func readPiece(
    _ decoder: VTPDataDecoder
  ) throws(MeshFileError) -> [String: [NamedArray]] {
    var sections: [String: [NamedArray]] = [:]
    var section = ""
    while let tag = scanner.next(), tag.name != "/Piece" {
      if tag.name == "DataArray" || tag.name == "Array" {
        guard tag.attributes["type"] != "String" else { continue }
        let array = try decoder.array(tag)
        sections[section, default: []].append(array)
      } else if !tag.name.hasPrefix("/") {
        section = tag.name
      }
    }
    return sections
  }

  private func append(
    _ sections: [String: [NamedArray]], attributes: [String: String],
    to result: inout ForeignMesh
  ) throws(MeshFileError) {
    let isFirst = result.mesh.vertices.isEmpty
    let base = result.mesh.vertices.count
    guard let points = sections["Points"]?.first, points.values.count.isMultiple(of: 3),
      points.values.allSatisfy({ $0.isFinite })
    else { throw .malformed(path: path, found: "a piece without positions", expected: "Points") }
    let count = points.values.count / 3
    let added = (0..<count).map {
      SIMD3(points.values[3 * $0], points.values[3 * $0 + 1], points.values[3 * $0 + 2])
    }
    result.mesh.vertices += added
    var cells: [Int] = []
    let skipped = ["NumberOfVerts", "NumberOfLines"].reduce(0) { sum, name in
      sum + (attributes[name].flatMap { Int($0) } ?? 0)
    }
    try appendCells(sections["Polys"], strips: false, base, skipped, &result, &cells)
    let polygons = attributes["NumberOfPolys"].flatMap { Int($0) } ?? 0
    try appendCells(sections["Strips"], strips: true, base, skipped + polygons, &result, &cells)
    // Arrays of several pieces would have to be joined by name; geometry is what matters then.
    guard isFirst else {
      (result.vertexArrays, result.triangleArrays) = ([], [])
      return
    }
    result.vertexArrays = (sections["PointData"] ?? []).filter {
      $0.values.count == count * $0.components
    }
    for array in sections["CellData"] ?? [] {
      guard let last = cells.max(), (last + 1) * array.components <= array.values.count else {
        continue
      }
      let values = cells.flatMap { cell in
        array.values[(cell * array.components)..<((cell + 1) * array.components)]
      }
      result.triangleArrays.append(
        NamedArray(name: array.name, components: array.components, values: values))
    }
  }

  /// Adds polygons or strips; `cells` gets each new triangle's cell number in the piece.
  private func appendCells(
    _ section: [NamedArray]?, strips: Bool, _ base: Int, _ firstCell: Int,
    _ result: inout ForeignMesh, _ cells: inout [Int]
  ) throws(MeshFileError) {
    guard let connectivity = section?.first(where: { $0.name == "connectivity" })?.values,
      let offsets = section?.first(where: { $0.name == "offsets" })?.values
    else { return }
    var start = 0
    for (number, offset) in offsets.enumerated() {
      let end = Int(exactly: offset) ?? -1
      guard start <= end, end <= connectivity.count else {
        throw .malformed(
          path: path, found: "a cell that ends at \(offset)",
          expected: "rising offsets up to \(connectivity.count)")
      }
      let corners = connectivity[start..<end].map { base + (Int(exactly: $0) ?? -1 - base) }
      let before = result.mesh.triangles.count
      guard strips ? appendStrip(corners, to: &result) : result.appendPolygon(corners) else {
        throw .malformed(
          path: path, found: "a cell with a corner that is no point",
          expected: "numbers below \(result.mesh.vertices.count - base)")
      }
      let new = result.mesh.triangles.count - before
      cells += repeatElement(firstCell + number, count: new)
      start = end
    }
  }

  private func appendStrip(_ corners: [Int], to result: inout ForeignMesh) -> Bool {
    for place in corners.indices.dropLast(2) {
      let (a, b) = place.isMultiple(of: 2) ? (place, place + 1) : (place + 1, place)
      guard result.appendPolygon([corners[a], corners[b], corners[place + 2]]) else { return false }
    }
    return true
  }
}
