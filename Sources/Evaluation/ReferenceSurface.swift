import LinearAlgebra
import Meshes
import Morphology
import TomogramModel
import Volumes

/// The truth's mid-surface: exact meshes where they are given, else the ridge of each label.
struct ReferenceSurface: Sendable {
  /// A small piece of the mid-surface.
  struct Patch: Sendable {
    /// Its centre, in Å.
    var position: SIMD3<Double>
    /// Unit normal, either sign.
    var normal: SIMD3<Double>
    /// Its area in nm².
    var areaNm2: Double
    /// Instance of the truth.
    var label: UInt16
  }

  /// Pieces inside the volume and off ignored voxels: what recall counts.
  let patches: [Patch]
  /// Exact meshes with their instance; empty where there are none.
  let meshes: [(label: UInt16, mesh: TriangleMesh)]
  /// Given surfaces that lie on no membrane label and were passed over.
  let surfacesPassedOver: Int
  private let shape: Shape

  private enum Shape: Sendable {
    case mesh(MeshIndex, labelOfTriangle: [UInt16])
    case samples(PointIndex, [MidSurfaceSample], labels: [UInt16], spacing: Double)
  }

  /// Whether the mid-surface is known exactly.
  var isExact: Bool { !meshes.isEmpty }

  /// Distance from a position to the mid-surface in Å and the instance there; nil where it is
  /// farther than `limit`.
  ///
  /// Without meshes the surface is the plane piece at the nearest ridge sample, one voxel wide.
  func nearest(
    to position: SIMD3<Double>, within limit: Double
  ) -> (distance: Double, label: UInt16)? {
    switch shape {
    case .mesh(let index, let labelOfTriangle):
      return index.closestPoint(to: position, within: limit).map {
        ($0.distance, labelOfTriangle[$0.triangle])
      }
    case .samples(let index, let samples, let labels, let spacing):
      guard let found = index.nearest(to: position, within: limit + spacing) else { return nil }
      let sample = samples[found.index]
      let offset = position - sample.position
      let height = abs(offset.dot(sample.normal))
      let across = max(found.distance * found.distance - height * height, 0).squareRoot()
      let beyond = max(across - spacing, 0)
      let distance = (height * height + beyond * beyond).squareRoot()
      return distance <= limit ? (distance, labels[found.index]) : nil
    }
  }
}

extension ReferenceSurface {
  /// Takes meshes where some are given that lie on membranes of the truth, else the ridge samples.
  ///
  /// - Parameters:
  ///   - surfaces: exact mid-surfaces in the truth's frame; each may hold several membranes.
  ///   - ridge: mid-surface samples of each label.
  init(surfaces: [TriangleMesh], ridge: LabelRidge, volumes: ComparedVolumes) {
    let voxel = volumes.voxelAngstrom
    var found: [(label: UInt16, mesh: TriangleMesh, samples: [SurfaceSample])] = []
    var passedOver = 0
    for mesh in surfaces.flatMap({ $0.components() }) {
      // Finer than a voxel, so that a recall by area has no steps.
      let samples = mesh.surfaceSamples(spacingAngstrom: voxel * 0.75)
      if let label = volumes.instance(under: samples) {
        found.append((label, mesh, samples))
      } else {
        passedOver += 1
      }
    }
    surfacesPassedOver = passedOver
    meshes = found.map { ($0.label, $0.mesh) }
    guard !found.isEmpty else {
      patches = ridge.patches(counting: volumes)
      shape = .samples(
        PointIndex(ridge.samples.map(\.position)), ridge.samples, labels: ridge.labels,
        spacing: voxel)
      return
    }
    patches = found.flatMap { entry in
      entry.samples.compactMap { sample in
        guard volumes.counts(sample.position) else { return nil }
        return Patch(
          position: sample.position, normal: sample.normal, areaNm2: sample.areaAngstrom2 / 100,
          label: entry.label)
      }
    }
    let labels = found.flatMap { Array(repeating: $0.label, count: $0.mesh.triangles.count) }
    shape = .mesh(MeshIndex(TriangleMesh(joining: meshes.map(\.mesh))), labelOfTriangle: labels)
  }
}

/// The mid-surface samples of every label of the truth.
struct LabelRidge: Sendable {
  /// Label after label.
  let samples: [MidSurfaceSample]
  /// Instance of each sample.
  let labels: [UInt16]

  /// Finds the ridge of each label by itself, so that membranes that touch keep their own.
  init(of instances: Block<UInt16>, geometry: VolumeGeometry, workers: Workers) {
    var (samples, labels): ([MidSurfaceSample], [UInt16]) = ([], [])
    for (label, box) in instances.labelRegions() {
      // A margin of background: a block's border is unknown, not empty.
      let outer = box.expanded(by: 4).clamped(to: geometry.bounds)
      let mask = instances.cropped(to: outer).map { (sample: UInt16) -> Int8 in
        sample == label ? 1 : 0
      }
      let found = midSurface(of: mask, geometry: geometry, workers: workers)
      samples += found
      labels += repeatElement(label, count: found.count)
    }
    (self.samples, self.labels) = (samples, labels)
  }

  fileprivate func patches(counting volumes: ComparedVolumes) -> [ReferenceSurface.Patch] {
    zip(samples, labels).compactMap { sample, label in
      guard volumes.counts(sample.position) else { return nil }
      return ReferenceSurface.Patch(
        position: sample.position, normal: sample.normal,
        areaNm2: sample.areaSquareAngstrom / 100, label: label)
    }
  }
}

extension ComparedVolumes {
  /// The instance on which most of a surface's samples lie; nil where fewer than half of those
  /// inside the volume and off ignored voxels lie on any membrane.
  fileprivate func instance(under samples: [SurfaceSample]) -> UInt16? {
    var votes: [UInt16: Int] = [:]
    var (inside, onMembrane) = (0, 0)
    for sample in samples {
      guard let voxel = voxel(at: sample.position), roles[voxel] != LabelRoles.ignored else {
        continue
      }
      inside += 1
      let label = truthInstances[voxel]
      guard label != 0 else { continue }
      onMembrane += 1
      votes[label, default: 0] += 1
    }
    guard 0 < onMembrane, inside <= 2 * onMembrane else { return nil }
    return votes.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
  }
}

extension TriangleMesh {
  /// All triangles of several meshes, in order.
  init(joining meshes: [TriangleMesh]) {
    self.init()
    for mesh in meshes {
      let first = Int32(vertices.count)
      vertices += mesh.vertices
      triangles += mesh.triangles.map { $0 &+ SIMD3(repeating: first) }
    }
  }
}
