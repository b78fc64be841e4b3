/// A start tag of an XML file and where its content begins.
struct XMLTag {
  var name: String
  var attributes: [String: String]
  /// Just behind the tag's ">".
  var contentOffset: Int
}

/// The start and end tags of an XML file in order: as much of XML as VTK's writers use. Entities in
/// attributes stay as they are; comments and declarations are skipped.
struct XMLTagScanner {
  let bytes: [UInt8]
  var place = 0

  /// The next tag; end tags have a name that starts with "/".
  mutating func next() -> XMLTag? {
    while let open = bytes[place...].firstIndex(of: UInt8(ascii: "<")) {
      place = open + 1
      guard let close = bytes[place...].firstIndex(of: UInt8(ascii: ">")) else { return nil }
      let text = String(decoding: bytes[place..<close], as: UTF8.self)
      place = close + 1
      if text.hasPrefix("?") || text.hasPrefix("!") { continue }
      return tag(text)
    }
    place = bytes.count
    return nil
  }

  private func tag(_ text: String) -> XMLTag {
    let name = text.prefix { !$0.isWhitespace }
    var attributes: [String: String] = [:]
    var rest = text.dropFirst(name.count)
    while let equals = rest.firstIndex(of: "=") {
      let key = rest[..<equals].filter { !$0.isWhitespace }
      guard let open = rest[equals...].firstIndex(where: { $0 == "\"" || $0 == "'" }) else { break }
      let start = rest.index(after: open)
      guard let close = rest[start...].firstIndex(of: rest[open]) else { break }
      attributes[String(key)] = String(rest[start..<close])
      rest = rest[rest.index(after: close)...]
    }
    let bare = name.hasSuffix("/") && 1 < name.count ? name.dropLast() : name
    return XMLTag(name: String(bare), attributes: attributes, contentOffset: place)
  }
}
