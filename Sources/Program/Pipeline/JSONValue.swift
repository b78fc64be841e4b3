public import FoundationEssentials

/// A JSON document whose keys are not known beforehand.
///
/// Plans are merged and checked for unknown keys as trees, so that no stage's options need code for
/// either.
public enum JSONValue: Hashable, Sendable {
  /// Nothing.
  case null
  /// A truth value.
  case boolean(Bool)
  /// A whole number that fits 64 bits.
  case integer(Int)
  /// A whole number above `Int.max`.
  case unsigned(UInt64)
  /// Any other number.
  case number(Double)
  /// Text.
  case string(String)
  /// A list.
  case array([JSONValue])
  /// Values by key.
  case object([String: JSONValue])

  /// The tree of a value's encoding.
  public init(encoding value: some Encodable) throws {
    self = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(value))
  }

  /// The value of a key; nil where this is no object or has no such key.
  public subscript(key: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members[key]
  }

  /// Decodes the tree as a typed value.
  public func decoded<Value: Decodable>(as type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: JSONEncoder().encode(self))
  }

  /// This tree with the members of `other` in place of its own, at any depth.
  ///
  /// Objects are merged; anything else, arrays too, is replaced.
  public func merged(with other: JSONValue) -> JSONValue {
    guard case .object(let own) = self, case .object(let others) = other else { return other }
    return .object(own.merging(others) { $0.merged(with: $1) })
  }

  /// Paths of keys of this tree that `known` does not have, as in `tracing.treshold`; sorted.
  ///
  /// Keys whose value is null are as good as absent.
  public func keys(unknownTo known: JSONValue) -> [String] {
    switch (self, known) {
    case (.object(let own), .object(let others)):
      return own.keys.sorted().flatMap { key -> [String] in
        guard let value = own[key], value != .null else { return [] }
        guard let counterpart = others[key] else { return [key] }
        return value.keys(unknownTo: counterpart).map { key + "." + $0 }
      }
    case (.array(let own), .array(let others)):
      return zip(own, others).flatMap { $0.keys(unknownTo: $1) }
    default: return []
    }
  }
}

extension JSONValue: Codable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(UInt64.self) {
      self = .unsigned(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .boolean(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .unsigned(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }
}

extension JSONEncoder {
  /// The encoder of every JSON file and answer: sorted keys, so that equal values give equal bytes.
  public static var canonical: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return encoder
  }
}

/// The canonical JSON text of a value, ending with a line feed.
public func canonicalJSON(_ value: some Encodable) throws -> String {
  String(decoding: try JSONEncoder.canonical.encode(value), as: UTF8.self) + "\n"
}

/// JSON text of a value on one line, keys sorted.
public func compactJSON(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}
