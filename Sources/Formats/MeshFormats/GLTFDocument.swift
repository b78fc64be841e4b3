import FoundationEssentials
import RealModule

/// The part of glTF 2.0's JSON that a scene of membranes needs; names are the specification's.
struct GLTFDocument: Encodable {
  // Numbers of the specification, section 5.
  static let (float, unsignedInt) = (5126, 5125)
  static let (arrayBuffer, elementArrayBuffer) = (34962, 34963)

  struct Asset: Encodable {
    var version = "2.0"
    var generator = "Bilayer"
    var extras = ["unit": "angstrom"]
  }

  struct Scene: Encodable { var nodes: [Int] = [] }

  struct Node: Encodable {
    var name: String
    var mesh: Int
  }

  struct Mesh: Encodable {
    var name: String
    var primitives: [Primitive]
  }

  struct Primitive: Encodable {
    var attributes: [String: Int]
    var indices: Int
    var material: Int
  }

  struct Material: Encodable {
    struct Surface: Encodable {
      var baseColorFactor: [Float]
      var metallicFactor: Float = 0
      var roughnessFactor: Float = 0.8
    }

    var name: String
    var pbrMetallicRoughness: Surface
    /// Open membranes are seen from both sides.
    var doubleSided = true

    init(name: String, colour: SIMD3<UInt8>) {
      self.name = name
      pbrMetallicRoughness = Surface(
        baseColorFactor: (0..<3).map { Self.linear(colour[$0]) } + [1])
    }

    /// glTF's factors are linear (section 5.22.1): sRGB's curve (IEC 61966-2-1) taken back.
    private static func linear(_ value: UInt8) -> Float {
      let share = Float(value) / 255
      return share <= 0.04045 ? share / 12.92 : Float.pow((share + 0.055) / 1.055, 2.4)
    }
  }

  struct Accessor: Encodable {
    var bufferView: Int
    var componentType: Int
    var count: Int
    var type: String
    var min: [Float]?
    var max: [Float]?
  }

  struct BufferView: Encodable {
    var buffer = 0
    var byteOffset: Int
    var byteLength: Int
    var target: Int
  }

  struct Buffer: Encodable { var byteLength: Int }

  var asset = Asset()
  var scene = 0
  var scenes = [Scene()]
  var nodes: [Node] = []
  var meshes: [Mesh] = []
  var materials: [Material] = []
  var accessors: [Accessor] = []
  var bufferViews: [BufferView] = []
  var buffers: [Buffer] = []

  private enum CodingKeys: String, CodingKey {
    case asset, scene, scenes, nodes, meshes, materials, accessors, bufferViews, buffers
  }

  /// Arrays without entries are left out: the specification allows none.
  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(asset, forKey: .asset)
    if nodes.isEmpty { return }
    try values.encode(scene, forKey: .scene)
    try values.encode(scenes, forKey: .scenes)
    try values.encode(nodes, forKey: .nodes)
    try values.encode(meshes, forKey: .meshes)
    try values.encode(materials, forKey: .materials)
    try values.encode(accessors, forKey: .accessors)
    try values.encode(bufferViews, forKey: .bufferViews)
    try values.encode(buffers, forKey: .buffers)
  }

  /// The text's bytes, keys sorted.
  var json: [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else {
      preconditionFailure("Strings and finite numbers always have a JSON text.")
    }
    return [UInt8](data)
  }
}
