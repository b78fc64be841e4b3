import RealModule
import Volumes

/// Turns a reconstruction, dense positive, into what a user gets: smoothed, standardised, rounded.
func finish(
  _ samples: [Float], geometry: VolumeGeometry, options: ImagingOptions, workers: Workers
) -> [Float] {
  var samples = samples
  for _ in 0..<options.smoothingRounds {
    samples = smoothedKeepingEdges(samples, size: geometry.size, workers: workers)
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
