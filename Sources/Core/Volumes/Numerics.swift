import RealModule

/// Real cube root.
func cubeRoot(_ value: Double) -> Double { Double.root(value, 3) }
