import Filters
import RealModule
import TomographicImaging
import Volumes

/// Turns a reconstruction, dense positive, into what a user gets: smoothed, on an uneven background,
/// standardised, rounded.
func finish(
  _ samples: [Float], geometry: VolumeGeometry, options: ImagingOptions, random: CounterRandom,
  workers: Workers
) -> [Float] {
  var samples = smoothed(samples, geometry: geometry, options: options, workers: workers)
  if options.backgroundGradient != 0 || options.backgroundPatches != 0 {
    UnevenBackground(options, size: geometry.size, random: random).add(
      to: &samples, workers: workers)
  }
  let deviation = max(standardDeviation(samples), 1e-30)
  let mean = samples.reduce(0.0) { $0 + Double($1) } / Double(max(samples.count, 1))
  let scale = Float((options.isBright ? 1 : -1) / deviation)
  let middle = Float(mean)
  workers.fillRows(of: &samples, rowLength: geometry.size.x) { _, row in
    for x in row.indices {
      let value = (row[x] - middle) * scale
      // 32 grey values an s.d. around the middle: four s.d. before the ends of the range.
      row[x] = options.isQuantised ? min(max((127.5 + 32 * value).rounded(), 0), 255) : value
    }
  }
  return samples
}

private func smoothed(
  _ samples: [Float], geometry: VolumeGeometry, options: ImagingOptions, workers: Workers
) -> [Float] {
  var samples = samples
  for _ in 0..<options.smoothingRounds {
    samples = smoothedKeepingEdges(samples, size: geometry.size, workers: workers)
  }
  for _ in 0..<options.medianRounds {
    samples = medianOfNeighbours(samples, size: geometry.size, workers: workers)
  }
  guard 0 < options.axialBlurVoxels else { return samples }
  return gaussianSmoothed(
    Block(region: geometry.bounds, samples: samples),
    sigmaVoxels: SIMD3(0, 0, options.axialBlurVoxels), workers: workers
  ).samples
}

/// One explicit step of Perona and Malik's diffusion (IEEE PAMI 1990, eq. 8 with g = 1/(1 + (s/K)²)),
/// K one s.d. of the volume: small differences level out, large ones stay.
private func smoothedKeepingEdges(
  _ samples: [Float], size: VolumeSize, workers: Workers
) -> [Float] {
  let edge = Float(standardDeviation(samples))
  let sharpness = 1 / max(edge * edge, 1e-30)
  var result = samples
  workers.fillRows(of: &result, rowLength: size.x) { row, target in
    let (y, z) = (row % size.y, row / size.y)
    let here = samples.span.extracting((row * size.x)..<((row + 1) * size.x))
    let rows = [
      y == 0 ? row : row - 1, y == size.y - 1 ? row : row + 1,
      z == 0 ? row : row - size.y, z == size.z - 1 ? row : row + size.y,
    ]
    for neighbour in rows {
      let other = samples.span.extracting(
        (neighbour * size.x)..<((neighbour + 1) * size.x))
      for x in target.indices {
        let step = other[x] - here[x]
        target[x] += step / (7 * (1 + step * step * sharpness))
      }
    }
    for x in 1..<size.x {
      let step = here[x] - here[x - 1]
      let flow = step / (7 * (1 + step * step * sharpness))
      target[x - 1] += flow
      target[x] -= flow
    }
  }
  return result
}

/// Each voxel's median with its six neighbours; at the border the voxel counts twice.
func medianOfNeighbours(_ samples: [Float], size: VolumeSize, workers: Workers) -> [Float] {
  var result = samples
  workers.fillRows(of: &result, rowLength: size.x) { row, target in
    let (y, z) = (row % size.y, row / size.y)
    func range(_ row: Int) -> Range<Int> { (row * size.x)..<((row + 1) * size.x) }
    let span = samples.span
    let here = span.extracting(range(row))
    let left = span.extracting(range(y == 0 ? row : row - 1))
    let right = span.extracting(range(y == size.y - 1 ? row : row + 1))
    let below = span.extracting(range(z == 0 ? row : row - size.y))
    let above = span.extracting(range(z == size.z - 1 ? row : row + size.y))
    for x in target.indices {
      target[x] = median(
        here[x], here[max(x - 1, 0)], here[min(x + 1, size.x - 1)], left[x], right[x], below[x],
        above[x])
    }
  }
  return result
}

/// Median of seven by forgetting: of any five of seven, neither the least nor the greatest is the
/// median, as at least four others lie on one side of it; nor of any four of the five then left.
@inline(__always)
private func median(
  _ a: Float, _ b: Float, _ c: Float, _ d: Float, _ e: Float, _ f: Float, _ g: Float
) -> Float {
  func order(_ a: inout Float, _ b: inout Float) { (a, b) = (min(a, b), max(a, b)) }
  var (a, b, c, d, e, f) = (a, b, c, d, e, f)
  order(&a, &b)
  order(&c, &d)
  order(&a, &c)
  order(&b, &d)
  order(&a, &e)
  order(&e, &d)
  // a and d are out.
  order(&b, &c)
  order(&e, &f)
  order(&b, &e)
  order(&c, &f)
  // b and f are out.
  return max(min(c, e), min(max(c, e), g))
}
