import Volumes

/// Which voxels CONTRACT's `leaflet_cnr` compares: those at head groups and the background.
///
/// In a specimen without membranes, matter as dense as half a head-group layer stands in for them
/// where noise is scaled, so that such tomograms look like the others.
struct LeafletContrast: Sendable {
  let leaflet: [Int32]
  let background: [Int32]
  private let hasMembranes: Bool

  /// Background is farther than 10 voxels from any object, in the largest coordinate difference,
  /// which implies the Euclidean rule. Where a crowded scene leaves less than 0.1 % of such voxels,
  /// the distance is halved until there are enough, at last to voxels that are no object.
  init(_ scene: RenderedScene) {
    hasMembranes = !scene.leafletVoxels.isEmpty
    leaflet = hasMembranes ? scene.leafletVoxels : Self.denseVoxels(of: scene)
    let size = scene.options.size
    let enough = max(32, size.count / 1000)
    var chosen: [Int32] = []
    for margin in [10, 5, 2, 1, 0] {
      let near = dilated(scene.objects.samples, size: size, by: margin)
      chosen = near.indices.compactMap { near[$0] == 0 ? Int32($0) : nil }
      if enough <= chosen.count { break }
    }
    background = chosen
  }

  private static func denseVoxels(of scene: RenderedScene) -> [Int32] {
    let density = scene.density.samples
    return density.indices.compactMap {
      scene.objects.samples[$0] != 0 && 0.5 < density[$0] ? Int32($0) : nil
    }
  }

  /// Mean over leaflets − mean background; dense is positive.
  func step(_ samples: [Float]) -> Double { mean(samples, leaflet) - mean(samples, background) }

  /// Scale of the noise at which signal plus noise has the wanted contrast; dense is positive.
  ///
  /// With means and covariances over the two sets of voxels, (ΔS + aΔN)² = T² (V_S + 2aC + a²V_N).
  /// Where the specimen's own roughness (streaks of gold, textures) leaves less contrast than wanted
  /// even without noise, the noise alone is scaled to the wanted contrast, or to a third of that
  /// roughness if membranes have no contrast. Where there is nothing at all, noise is kept as it is.
  func noiseScale(
    signal: [Float], noise: [Float], target: Double, isOverNoiseAlone: Bool
  ) -> Double {
    let (signalLeaflet, noiseLeaflet) = (mean(signal, leaflet), mean(noise, leaflet))
    let (signalGround, noiseGround) = (mean(signal, background), mean(noise, background))
    let (stepSignal, stepNoise) = (signalLeaflet - signalGround, noiseLeaflet - noiseGround)
    var (signalVariance, covariance, noiseVariance) = (0.0, 0.0, 0.0)
    for voxel in background {
      let s = Double(signal[Int(voxel)]) - signalGround
      let n = Double(noise[Int(voxel)]) - noiseGround
      signalVariance += s * s
      covariance += s * n
      noiseVariance += n * n
    }
    let count = Double(max(background.count, 1))
    let square = target * target
    let a = stepNoise * stepNoise - square * noiseVariance / count
    let b = stepSignal * stepNoise - square * covariance / count
    let c = stepSignal * stepSignal - square * signalVariance / count
    guard 0 < c, 0 < stepSignal, a < 0, !isOverNoiseAlone else {
      let alone = max(stepSignal / target, (signalVariance / count).squareRoot() / 3)
      return alone <= 0 ? 1 : alone / max(noiseVariance / count, 1e-30).squareRoot()
    }
    return (-b - (b * b - a * c).squareRoot()) / a
  }

  /// (Mean over leaflets − mean background) / s.d. of the background; dense is positive. 0 without
  /// membranes.
  func measured(_ samples: [Float]) -> Double {
    guard hasMembranes else { return 0 }
    let ground = mean(samples, background)
    let variance =
      background.reduce(0.0) { sum, voxel in
        let offset = Double(samples[Int(voxel)]) - ground
        return sum + offset * offset
      } / Double(max(background.count, 1))
    guard 0 < variance else { return 0 }
    return (mean(samples, leaflet) - ground) / variance.squareRoot()
  }

  private func mean(_ samples: [Float], _ voxels: [Int32]) -> Double {
    guard !voxels.isEmpty else { return 0 }
    return voxels.reduce(0.0) { $0 + Double(samples[Int($1)]) } / Double(voxels.count)
  }
}

/// Voxels within `margin` of a nonzero one along each axis: a box, axis after axis.
private func dilated(_ mask: [Int8], size: VolumeSize, by margin: Int) -> [Int8] {
  guard 0 < margin else { return mask }
  var result = mask
  for row in 0..<size.rowCount { dilateRow(&result, first: row * size.x, size.x, margin) }
  for z in 0..<size.z {
    let first = z * size.x * size.y
    dilateRows(
      &result, first: first, count: size.y, stride: size.x, length: size.x, margin: margin)
  }
  dilateRows(
    &result, first: 0, count: size.z, stride: size.x * size.y, length: size.x * size.y,
    margin: margin)
  return result
}

private func dilateRow(_ mask: inout [Int8], first: Int, _ count: Int, _ margin: Int) {
  let source = Array(mask[first..<(first + count)])
  for x in 0..<count where source[x] != 0 {
    for near in max(0, x - margin)...min(count - 1, x + margin) { mask[first + near] = 1 }
  }
}

/// Dilates across `count` rows of `length` voxels: counts, for each column, the rows since the last
/// nonzero voxel, forwards and backwards.
private func dilateRows(
  _ mask: inout [Int8], first: Int, count: Int, stride: Int, length: Int, margin: Int
) {
  let limit = Int8(margin)
  let source = Array(mask[first..<(first + (count - 1) * stride + length)])
  for isForward in [true, false] {
    var since = [Int8](repeating: limit + 1, count: length)
    for step in 0..<count {
      let start = (isForward ? step : count - 1 - step) * stride
      for x in 0..<length {
        since[x] = source[start &+ x] != 0 ? 0 : min(since[x] &+ 1, limit &+ 1)
        if since[x] <= limit { mask[first &+ start &+ x] = 1 }
      }
    }
  }
}
