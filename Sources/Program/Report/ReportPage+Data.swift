import FoundationEssentials
import TomogramModel
import Volumes

/// What the script needs to know, as JSON.
private struct PageData: Encodable {
  struct Grid: Encodable {
    let size: [Int]
    let voxel: [Double]
    let origin: [Double]
    let factor: Int
    let hasDensity: Bool
    let hasLabels: Bool
    let hasProvenance: Bool
  }

  struct Meshes: Encodable {
    let lower: [Double]
    let edge: Double
    let vertices: Int
    let triangles: Int
    let curvatureLimit: Float
    let parts: [PackedMeshes.Part]
  }

  let colours: [Int: [Int]]
  let grid: Grid?
  let meshes: Meshes
}

extension ReportPage {
  func dataElements() throws -> String {
    var elements = "<script type=\"application/json\" id=\"facts\">\(try facts())</script>\n"
    if let volume = model.volume {
      elements += try element("density", volume.density)
      elements += try element("labels", Self.littleEndian(volume.labels))
      elements += try element("provenance", volume.provenance)
    }
    return elements + (try element("meshes", model.meshes.bytes))
  }

  private func element(_ name: String, _ bytes: [UInt8]) throws -> String {
    guard !bytes.isEmpty else { return "" }
    return "<script type=\"text/plain\" id=\"data-\(name)\">\(try packed(bytes))</script>\n"
  }

  private static func littleEndian(_ labels: [UInt16]) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 2 * labels.count)
    for index in labels.indices {
      bytes[2 &* index] = UInt8(truncatingIfNeeded: labels[index])
      bytes[2 &* index &+ 1] = UInt8(truncatingIfNeeded: labels[index] >> 8)
    }
    return bytes
  }

  /// `<` never stands in the JSON as it is, so that no name can end the element.
  private func facts() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    let data = try encoder.encode(
      PageData(colours: colours, grid: model.volume.map(grid), meshes: meshes))
    return String(decoding: data, as: UTF8.self)
      .replacing("<", with: "\\u003c")
  }

  private var colours: [Int: [Int]] {
    var labels = Set(model.membranes.map(\.label))
    labels.formUnion(model.meshes.parts.map(\.label))
    labels.formUnion(model.volume.map { Set($0.labels.map(Int.init)) } ?? [])
    labels.remove(0)
    return Dictionary(
      uniqueKeysWithValues: labels.map { label in
        let rgb = MembranePalette.colour(label: label)
        return (label, [Int(rgb.x), Int(rgb.y), Int(rgb.z)])
      })
  }

  private func grid(_ volume: BinnedVolume) -> PageData.Grid {
    let geometry = volume.geometry
    return PageData.Grid(
      size: [geometry.size.x, geometry.size.y, geometry.size.z],
      voxel: components(geometry.voxelSizeAngstrom), origin: components(geometry.originAngstrom),
      factor: volume.factor, hasDensity: !volume.density.isEmpty,
      hasLabels: !volume.labels.isEmpty, hasProvenance: !volume.provenance.isEmpty)
  }

  private var meshes: PageData.Meshes {
    PageData.Meshes(
      lower: components(model.meshes.lower), edge: model.meshes.edge,
      vertices: model.meshes.vertexCount, triangles: model.meshes.triangleCount,
      curvatureLimit: model.meshes.curvatureLimit, parts: model.meshes.parts)
  }

  private func components(_ vector: SIMD3<Double>) -> [Double] { [vector.x, vector.y, vector.z] }
}
