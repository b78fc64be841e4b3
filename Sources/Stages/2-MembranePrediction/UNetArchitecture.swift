/// Everything that decides a U-Net's shape; stored with its weights.
///
///     voxels ── stem ── level 0 ──────────────────────── level 0 ── head ── logits
///                          └─ pool ── level 1 ── level 1 ─┘ transposed convolution
///                                         └─ ... ─┘
///
/// A level is `convolutionsPerLevel` times (convolution of width 3, batch norm, leaky ReLU), on the
/// way down and again on the way up. The stem is a convolution of width 4 and stride 2 with its
/// norm, the head a transposed one: no layer but these two works at the full resolution, which
/// is where a U-Net spends most of its time and learns least.
public struct UNetArchitecture: Codable, Hashable, Sendable {
  /// 2: sections (y, x), each on its own; 3: volumes.
  public var dimension: Int
  /// 1: the first level has the input's resolution; 2: half of it.
  public var stemStride: Int
  /// Channels of each level, finest first.
  public var channels: [Int]
  /// Convolutions of each level on each way.
  public var convolutionsPerLevel: Int

  /// Describes a network.
  ///
  /// - Precondition: `isValid`.
  public init(dimension: Int, stemStride: Int, channels: [Int], convolutionsPerLevel: Int = 2) {
    (self.dimension, self.stemStride) = (dimension, stemStride)
    (self.channels, self.convolutionsPerLevel) = (channels, convolutionsPerLevel)
    precondition(isValid, "A U-Net has 2 or 3 dimensions, stride 1 or 2, and 1 to 8 levels.")
  }

  /// Whether such a network can be built.
  public var isValid: Bool {
    (2...3).contains(dimension) && (1...2).contains(stemStride) && (1...8).contains(channels.count)
      && channels.allSatisfy { (1...1024).contains($0) } && (1...8).contains(convolutionsPerLevel)
  }

  /// The network for volumes: 5.6 M parameters, 27 100 multiplications a voxel.
  public static let volume = UNetArchitecture(
    dimension: 3, stemStride: 2, channels: [32, 64, 128, 256])

  /// A quarter of its work: 1.4 M parameters, 6 900 multiplications a voxel.
  public static let fast = UNetArchitecture(
    dimension: 3, stemStride: 2, channels: [16, 32, 64, 128])

  /// The network for single sections: 1.1 M parameters, 19 800 multiplications a pixel.
  public static let slice = UNetArchitecture(
    dimension: 2, stemStride: 2, channels: [24, 48, 96, 192])

  /// Each axis of an input is a multiple of this.
  public var lengthMultiple: Int { stemStride << (channels.count - 1) }

  /// Numbers that training finds.
  public var parameterCount: Int {
    layers.reduce(0) { $0 + $1.weightCount(dimension) + $1.biasCount }
  }

  /// Multiplications (and additions) per voxel of input.
  public var multiplicationsPerVoxel: Double {
    layers.reduce(0) { $0 + $1.multiplicationsPerVoxel(dimension) }
  }

  /// How far, in voxels, a logit looks in each direction.
  ///
  /// Down to level l and up again, a voxel of level l being `stemStride · 2^l` voxels wide.
  public var receptiveRadius: Int {
    let reach = convolutionsPerLevel
    var radius = stemStride == 2 ? 4 : 0
    for level in channels.indices {
      let width = stemStride << level
      let ways = level == channels.count - 1 ? 1 : 2
      radius += ways * reach * width + (0 < level ? 2 * width : 0)
    }
    return radius
  }
}

/// A convolution of the network, in the order of computation.
struct UNetLayer: Hashable {
  enum Kind { case convolution, transposed }

  let name: String
  let kind: Kind
  let inputs: Int
  let outputs: Int
  let width: Int
  let stride: Int
  /// Whether batch norm and leaky ReLU follow; if not, the layer has a bias.
  let hasNorm: Bool
  /// Input voxels of the network per output voxel of the layer, along each axis.
  let scale: Int

  /// Weights are (out, in, k...) and for transposed convolutions (in, out, k...).
  func weightShape(_ dimension: Int) -> [Int] {
    let channels = kind == .convolution ? [outputs, inputs] : [inputs, outputs]
    return channels + Array(repeating: width, count: dimension)
  }

  func weightCount(_ dimension: Int) -> Int { weightShape(dimension).reduce(1, *) }

  /// Scale and shift of the norm, or the bias.
  var biasCount: Int { hasNorm ? 2 * outputs : outputs }

  func multiplicationsPerVoxel(_ dimension: Int) -> Double {
    func power(_ base: Int) -> Double {
      (0..<dimension).reduce(1.0) { product, _ in product * Double(base) }
    }
    let products = Double(weightCount(dimension))
    // A transposed convolution spreads each of its input voxels, which are `stride` times wider.
    return products / power(kind == .convolution ? scale : scale * stride)
  }
}

extension UNetArchitecture {
  /// All convolutions, in the order of computation.
  var layers: [UNetLayer] {
    var layers: [UNetLayer] = []
    func level(_ index: Int, _ way: String, inputs: Int, count: Int) {
      for position in 0..<count {
        layers.append(
          UNetLayer(
            name: "\(way)\(index).\(position)", kind: .convolution,
            inputs: position == 0 ? inputs : channels[index], outputs: channels[index], width: 3,
            stride: 1, hasNorm: true, scale: stemStride << index))
      }
    }
    if stemStride == 2 {
      layers.append(
        UNetLayer(
          name: "stem", kind: .convolution, inputs: 1, outputs: channels[0], width: 4, stride: 2,
          hasNorm: true, scale: 2))
    }
    for index in channels.indices {
      let inputs = index == 0 ? (stemStride == 2 ? channels[0] : 1) : channels[index - 1]
      // The stem counts as the first convolution of its level.
      let count = convolutionsPerLevel - (index == 0 && stemStride == 2 ? 1 : 0)
      level(index, "down", inputs: inputs, count: count)
    }
    for index in channels.indices.dropLast().reversed() {
      layers.append(
        UNetLayer(
          name: "rise\(index)", kind: .transposed, inputs: channels[index + 1],
          outputs: channels[index], width: 2, stride: 2, hasNorm: false,
          scale: stemStride << index))
      level(index, "up", inputs: 2 * channels[index], count: convolutionsPerLevel)
    }
    layers.append(
      UNetLayer(
        name: "head", kind: stemStride == 2 ? .transposed : .convolution, inputs: channels[0],
        outputs: 1, width: stemStride == 2 ? 4 : 1, stride: stemStride, hasNorm: false, scale: 1))
    return layers
  }
}
