public import Meshes

/// Binary glTF 2.0 (`.glb`; Khronos Group, "glTF 2.0 Specification", ISO/IEC 12113:2022): a scene of
/// membranes, a node and a mesh each, in its own colour.
///
/// Positions stay in Å, order x y z, so that they agree with every other file; glTF's own unit is
/// the metre and its y axis points up. `asset.extras.unit` says so. Normals go with the positions,
/// and `_SD`, the standard deviation in Å, where all vertices have one: glTF allows no NaN.
public enum GLBFile {
  /// A membrane of a scene.
  public struct Part: Sendable {
    /// Name of node and mesh.
    public var name: String
    /// Red, green, blue, 0...255, as screens take them (sRGB).
    public var colour: SIMD3<UInt8>
    /// The surface.
    public var surface: MembraneSurface

    /// Makes a part.
    public init(name: String, colour: SIMD3<UInt8>, surface: MembraneSurface) {
      (self.name, self.colour, self.surface) = (name, colour, surface)
    }
  }

  /// Writes a scene, atomically. Parts without triangles are left out: glTF has no empty arrays.
  ///
  /// - Throws: `MeshFileError` where the file cannot be written, or the scene is beyond the format's
  ///   4 GiB.
  public static func write(
    _ parts: [Part], to path: String, overwrite: Bool = false
  ) throws(MeshFileError) {
    var scene = GLBScene()
    for part in parts where !part.surface.mesh.triangles.isEmpty {
      part.surface.checkInvariants()
      scene.add(part)
    }
    guard let bytes = scene.fileBytes else {
      throw .unsupported(
        path: path, found: "more than 4 GiB, which no GLB file can",
        advice: "Name fewer membranes with --membranes.")
    }
    try writeBytes(bytes, to: path, overwrite: overwrite)
  }
}

/// A scene as it grows: the JSON chunk's content, and the binary chunk.
private struct GLBScene {
  private var document = GLTFDocument()
  private var binary: [UInt8] = []

  mutating func add(_ part: GLBFile.Part) {
    let (mesh, number) = (part.surface.mesh, document.meshes.count)
    var attributes = [
      "POSITION": addVectors(mesh.vertices, hasBounds: true),
      "NORMAL": addVectors(part.surface.normals, hasBounds: false),
    ]
    if part.surface.standardDeviationAngstrom.allSatisfy(\.isFinite) {
      attributes["_SD"] = addScalars(part.surface.standardDeviationAngstrom)
    }
    document.meshes.append(
      GLTFDocument.Mesh(
        name: part.name,
        primitives: [
          GLTFDocument.Primitive(
            attributes: attributes, indices: addIndices(mesh.triangles), material: number)
        ]))
    document.materials.append(GLTFDocument.Material(name: part.name, colour: part.colour))
    document.nodes.append(GLTFDocument.Node(name: part.name, mesh: number))
    document.scenes[0].nodes.append(number)
  }

  /// Number of the accessor of a new array.
  private mutating func addVectors(_ vectors: [SIMD3<Double>], hasBounds: Bool) -> Int {
    var lower = SIMD3<Float>(repeating: .infinity)
    var upper = SIMD3<Float>(repeating: -.infinity)
    let start = binary.count
    for vector in vectors {
      let value = SIMD3<Float>(vector)
      lower = pointwiseMin(lower, value)
      upper = pointwiseMax(upper, value)
      for axis in 0..<3 { binary.append(littleEndian: value[axis]) }
    }
    var accessor = GLTFDocument.Accessor(
      bufferView: addView(from: start, target: GLTFDocument.arrayBuffer),
      componentType: GLTFDocument.float, count: vectors.count, type: "VEC3")
    if hasBounds {
      accessor.min = (0..<3).map { lower[$0] }
      accessor.max = (0..<3).map { upper[$0] }
    }
    document.accessors.append(accessor)
    return document.accessors.count - 1
  }

  private mutating func addScalars(_ values: [Float]) -> Int {
    let start = binary.count
    for value in values { binary.append(littleEndian: value) }
    document.accessors.append(
      GLTFDocument.Accessor(
        bufferView: addView(from: start, target: GLTFDocument.arrayBuffer),
        componentType: GLTFDocument.float, count: values.count, type: "SCALAR"))
    return document.accessors.count - 1
  }

  private mutating func addIndices(_ triangles: [SIMD3<Int32>]) -> Int {
    let start = binary.count
    for corner in triangles {
      for axis in 0..<3 { binary.append(littleEndian: UInt32(corner[axis])) }
    }
    document.accessors.append(
      GLTFDocument.Accessor(
        bufferView: addView(from: start, target: GLTFDocument.elementArrayBuffer),
        componentType: GLTFDocument.unsignedInt, count: 3 * triangles.count, type: "SCALAR"))
    return document.accessors.count - 1
  }

  private mutating func addView(from start: Int, target: Int) -> Int {
    document.bufferViews.append(
      GLTFDocument.BufferView(
        byteOffset: start, byteLength: binary.count - start, target: target))
    return document.bufferViews.count - 1
  }

  /// Header and both chunks, each filled up to a multiple of four bytes (all of the binary one is);
  /// nil where a length would not fit its field.
  var fileBytes: [UInt8]? {
    var document = document
    if !binary.isEmpty { document.buffers = [GLTFDocument.Buffer(byteLength: binary.count)] }
    var json = document.json
    while !json.count.isMultiple(of: 4) { json.append(0x20) }
    let total = 12 + 8 + json.count + (binary.isEmpty ? 0 : 8 + binary.count)
    guard total <= Int(UInt32.max) else { return nil }
    var bytes = Array("glTF".utf8)
    bytes.reserveCapacity(total)
    for value in [2, UInt32(total), UInt32(json.count)] { bytes.append(littleEndian: value) }
    bytes += Array("JSON".utf8) + json
    if !binary.isEmpty {
      bytes.append(littleEndian: UInt32(binary.count))
      bytes += Array("BIN\0".utf8) + binary
    }
    return bytes
  }
}
