import RealModule

@inline(__always)
func dot(_ left: SIMD3<Float>, _ right: SIMD3<Float>) -> Float {
  left.x * right.x + left.y * right.y + left.z * right.z
}

@inline(__always)
func dot(_ left: SIMD3<Double>, _ right: SIMD3<Double>) -> Double {
  left.x * right.x + left.y * right.y + left.z * right.z
}

func cross(_ left: SIMD3<Double>, _ right: SIMD3<Double>) -> SIMD3<Double> {
  SIMD3(
    left.y * right.z - left.z * right.y, left.z * right.x - left.x * right.z,
    left.x * right.y - left.y * right.x)
}

func length(_ vector: SIMD3<Double>) -> Double { dot(vector, vector).squareRoot() }

func normalised(_ vector: SIMD3<Double>) -> SIMD3<Double> { vector / length(vector) }

func cosine(_ angle: Double) -> Double { Double.cos(angle) }

func sine(_ angle: Double) -> Double { Double.sin(angle) }
