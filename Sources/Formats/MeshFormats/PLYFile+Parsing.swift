import Meshes

/// What a PLY file says it holds.
struct PLYHeader {
  enum Encoding { case text, littleEndian, bigEndian }

  struct Property {
    var name: String
    var type: ScalarType
    /// Type of the count, for a list.
    var countType: ScalarType?
  }

  struct Element {
    var name: String
    var count: Int
    var properties: [Property] = []
  }

  var encoding = Encoding.text
  var elements: [Element] = []
  /// Where the data start.
  var bodyOffset = 0

  init(_ bytes: [UInt8], path: String) throws(MeshFileError) {
    var scanner = TextScanner(bytes)
    guard bytes.starts(with: Array("ply".utf8)), scanner.line() == "ply" else {
      throw .malformed(path: path, found: "another first line", expected: "the line \"ply\"")
    }
    while let line = scanner.line() {
      let words = line.split(separator: " ")
      if words.first == "end_header" {
        bodyOffset = scanner.place
        return
      }
      guard try accept(words, path: path) else {
        throw .malformed(
          path: path, found: "the header line \"\(line.prefix(80))\"",
          expected: "format, element, property or comment")
      }
      // A header of this length is none: something else that happens to start with "ply".
      if 1 << 20 < scanner.place { break }
    }
    throw .malformed(path: path, found: "no end of the header", expected: "the line \"end_header\"")
  }

  private mutating func accept(_ words: [Substring], path: String) throws(MeshFileError) -> Bool {
    switch words.first {
    case nil, "comment", "obj_info": return true
    case "format" where 2 <= words.count:
      switch words[1] {
      case "ascii": encoding = .text
      case "binary_little_endian": encoding = .littleEndian
      case "binary_big_endian": encoding = .bigEndian
      default: return false
      }
      return true
    case "element" where words.count == 3:
      guard let count = Int(words[2]), 0 <= count else { return false }
      elements.append(Element(name: String(words[1]), count: count))
      return true
    case "property" where 3 <= words.count && !elements.isEmpty:
      guard let property = Self.property(words) else { return false }
      elements[elements.count - 1].properties.append(property)
      return true
    default: return false
    }
  }

  private static func property(_ words: [Substring]) -> Property? {
    if words[1] == "list" {
      guard words.count == 5, let count = ScalarType(ply: words[2]),
        let type = ScalarType(ply: words[3])
      else { return nil }
      return Property(name: String(words[4]), type: type, countType: count)
    }
    return ScalarType(ply: words[1]).map { Property(name: String(words[2]), type: $0) }
  }
}

/// Reads the numbers after a PLY header.
struct PLYBodyReader {
  let header: PLYHeader
  let path: String
  var scanner: TextScanner

  init(bytes: [UInt8], header: PLYHeader, path: String) {
    (self.header, self.path) = (header, path)
    scanner = TextScanner(bytes, from: header.bodyOffset)
  }

  mutating func read() throws(MeshFileError) -> ForeignMesh {
    try checkLength()
    var result = ForeignMesh(mesh: TriangleMesh())
    for element in header.elements {
      switch element.name {
      case "vertex": try readVertices(element, into: &result)
      case "face": try readFaces(element, into: &result)
      default:
        for _ in 0..<element.count {
          for property in element.properties { _ = try values(of: property) }
        }
      }
    }
    return result
  }

  /// Refuses counts that the file is too short for before anything is allocated.
  private func checkLength() throws(MeshFileError) {
    var needed = 0.0
    for element in header.elements {
      let least = element.properties.reduce(0) { sum, property in
        sum + (header.encoding == .text ? 1 : (property.countType ?? property.type).byteCount)
      }
      needed += Double(element.count) * Double(max(least, 1))
    }
    let found = scanner.bytes.count - header.bodyOffset
    if Double(found) < needed { throw truncated() }
  }

  private func truncated() -> MeshFileError {
    .malformed(
      path: path, found: "an end after \(scanner.bytes.count) bytes",
      expected: "as many vertices and faces as the header says")
  }

  private mutating func number(_ type: ScalarType) throws(MeshFileError) -> Double {
    if header.encoding == .text {
      guard let number = scanner.number() else { throw truncated() }
      return number
    }
    guard scanner.place + type.byteCount <= scanner.bytes.count else { throw truncated() }
    defer { scanner.place += type.byteCount }
    return type.read(
      scanner.bytes, at: scanner.place, bigEndian: header.encoding == .bigEndian)
  }

  private mutating func values(of property: PLYHeader.Property) throws(MeshFileError) -> [Double] {
    guard let countType = property.countType else { return [try number(property.type)] }
    let count = try number(countType)
    guard 0 <= count, count <= Double(scanner.bytes.count - scanner.place) else {
      throw truncated()
    }
    var list: [Double] = []
    for _ in 0..<Int(count) { list.append(try number(property.type)) }
    return list
  }

  private mutating func readVertices(
    _ element: PLYHeader.Element, into result: inout ForeignMesh
  ) throws(MeshFileError) {
    var columns = [[Double]](repeating: [], count: element.properties.count)
    for _ in 0..<element.count {
      for (place, property) in element.properties.enumerated() {
        if property.countType == nil {
          columns[place].append(try number(property.type))
        } else {
          _ = try values(of: property)
        }
      }
    }
    func column(_ name: String) -> [Double]? {
      element.properties.firstIndex { $0.name == name && $0.countType == nil }.map { columns[$0] }
    }
    guard let x = column("x"), let y = column("y"), let z = column("z") else {
      throw .malformed(path: path, found: "vertices without x, y or z", expected: "positions")
    }
    result.mesh.vertices = x.indices.map { SIMD3(x[$0], y[$0], z[$0]) }
    guard result.mesh.vertices.allSatisfy({ $0.x.isFinite && $0.y.isFinite && $0.z.isFinite })
    else { throw .malformed(path: path, found: "a position that is not finite", expected: "Å") }
    if let x = column("nx"), let y = column("ny"), let z = column("nz") {
      let values = x.indices.flatMap { [x[$0], y[$0], z[$0]] }
      result.vertexArrays.append(
        NamedArray(name: SurfaceArray.normals, components: 3, values: values))
    }
    let used: Set<String> = ["x", "y", "z", "nx", "ny", "nz"]
    for (place, property) in element.properties.enumerated()
    where property.countType == nil && !used.contains(property.name) {
      result.vertexArrays.append(NamedArray(name: property.name, values: columns[place]))
    }
  }

  private mutating func readFaces(
    _ element: PLYHeader.Element, into result: inout ForeignMesh
  ) throws(MeshFileError) {
    for _ in 0..<element.count {
      for property in element.properties {
        let list = try values(of: property)
        guard property.name == "vertex_indices" || property.name == "vertex_index" else {
          continue
        }
        guard result.appendPolygon(list.map { Int(exactly: $0) ?? -1 }) else {
          throw .malformed(
            path: path, found: "a face with a corner that is no vertex",
            expected: "numbers below \(result.mesh.vertices.count), after the vertices")
        }
      }
    }
  }
}
