import CFFTW
import Synchronization

/// One coefficient of a transform: the layout FFTW uses, two floats.
public struct ComplexSample: BitwiseCopyable, Hashable, Sendable {
  /// Real part.
  public var real: Float
  /// Imaginary part.
  public var imaginary: Float

  /// Makes a coefficient.
  @inlinable
  public init(_ real: Float, _ imaginary: Float) {
    (self.real, self.imaginary) = (real, imaginary)
  }

  /// Squared modulus.
  @inlinable
  public var power: Float { real * real + imaginary * imaginary }

  /// The coefficient times a real gain.
  @inlinable
  public static func * (sample: ComplexSample, gain: Float) -> ComplexSample {
    ComplexSample(sample.real * gain, sample.imaginary * gain)
  }

  /// Product of two complex numbers.
  @inlinable
  public static func * (first: ComplexSample, second: ComplexSample) -> ComplexSample {
    ComplexSample(
      first.real * second.real - first.imaginary * second.imaginary,
      first.real * second.imaginary + first.imaginary * second.real)
  }
}

// FFTW's planner, unlike its execution, is not reentrant (FFTW manual, section 5.1).
private let plannerLock = Mutex(())

/// Real-to-complex transforms of one shape, in one to three dimensions, single precision.
///
/// Planned once with FFTW_ESTIMATE: the planner then measures nothing, so that the same machine gives
/// the same bytes each time. One plan serves any number of threads.
///
///     forward:  F[k] = Σ f[i] exp(−2πi k·i/n)          inverse: includes 1/N, so inverse∘forward = 1
///     samples:  shape                                   spectrum: shape, last axis n/2 + 1
@safe
public final class FFTPlan: @unchecked Sendable {
  /// Samples along each axis, slowest first.
  public let shape: [Int]
  /// Number of real samples.
  public let sampleCount: Int
  /// Number of coefficients of the half spectrum.
  public let spectrumCount: Int
  private let forwardPlan: fftwf_plan
  private let inversePlan: fftwf_plan

  /// Plans the transforms.
  ///
  /// - Parameter shape: samples along each axis, slowest first; one to three axes, each at least 1.
  public init(shape: [Int]) {
    precondition(
      (1...3).contains(shape.count) && shape.allSatisfy { 0 < $0 },
      "A transform has one to three axes of at least one sample.")
    self.shape = shape
    let sampleCount = shape.reduce(1, *)
    let spectrumCount = shape.dropLast().reduce(1, *) * (shape[shape.count - 1] / 2 + 1)
    (self.sampleCount, self.spectrumCount) = (sampleCount, spectrumCount)
    let lengths = shape.map { Int32($0) }
    let rank = Int32(shape.count)
    let (forward, inverse) = unsafe plannerLock.withLock { _ in
      // Memory from FFTW is aligned as its fastest code wants; FFTW_ESTIMATE leaves it untouched.
      let real = unsafe fftwf_alloc_real(sampleCount)
      let complex = unsafe fftwf_alloc_complex(spectrumCount)
      defer {
        unsafe fftwf_free(real)
        unsafe fftwf_free(complex)
      }
      return unsafe (
        fftwf_plan_dft_r2c(rank, lengths, real, complex, UInt32(1 << 6)),
        fftwf_plan_dft_c2r(rank, lengths, complex, real, UInt32(1 << 6))
      )
    }
    guard let forward = unsafe forward, let inverse = unsafe inverse else {
      preconditionFailure("FFTW plans every shape that fits into memory.")
    }
    unsafe (forwardPlan, inversePlan) = (forward, inverse)
  }

  deinit {
    plannerLock.withLock { _ in
      unsafe fftwf_destroy_plan(forwardPlan)
      unsafe fftwf_destroy_plan(inversePlan)
    }
  }

  /// The half spectrum of real samples.
  ///
  /// - Parameter samples: `sampleCount` values, last axis fastest.
  /// - Returns: `spectrumCount` coefficients, last axis 0...n/2.
  public func forward(_ samples: [Float]) -> [ComplexSample] {
    precondition(samples.count == sampleCount, "A transform gets one sample for each point.")
    // FFTW may use the input as scratch space in several dimensions, so it gets a copy.
    var input = samples
    return unsafe [ComplexSample](unsafeUninitializedCapacity: spectrumCount) { output, count in
      unsafe input.withUnsafeMutableBufferPointer { source in
        unsafe withAligned(source) { real in
          unsafe withAligned(output) { complex in
            unsafe fftwf_execute_dft_r2c(
              forwardPlan, real.assumingMemoryBound(to: Float.self),
              complex.assumingMemoryBound(to: fftwf_complex.self))
          }
        }
      }
      count = spectrumCount
    }
  }

  /// The real samples of a half spectrum, scaled so that `inverse(forward(f)) = f`.
  ///
  /// - Parameter spectrum: `spectrumCount` coefficients, last axis fastest.
  public func inverse(_ spectrum: [ComplexSample]) -> [Float] {
    precondition(spectrum.count == spectrumCount, "A half spectrum has its plan's size.")
    var input = spectrum
    var samples = unsafe [Float](unsafeUninitializedCapacity: sampleCount) { output, count in
      unsafe input.withUnsafeMutableBufferPointer { source in
        unsafe withAligned(source) { complex in
          unsafe withAligned(output) { real in
            unsafe fftwf_execute_dft_c2r(
              inversePlan, complex.assumingMemoryBound(to: fftwf_complex.self),
              real.assumingMemoryBound(to: Float.self))
          }
        }
      }
      count = sampleCount
    }
    let scale = 1 / Float(sampleCount)
    for index in samples.indices { samples[index] *= scale }
    return samples
  }

  /// Smallest even number from `count` on with no prime factor above 7: fast to transform.
  public static func fastSize(atLeast count: Int) -> Int {
    var size = max(2, count + count % 2)
    while !hasOnlySmallFactors(size) { size += 2 }
    return size
  }

  private static func hasOnlySmallFactors(_ number: Int) -> Bool {
    var rest = number
    for factor in [2, 3, 5, 7] { while rest.isMultiple(of: factor) { rest /= factor } }
    return rest == 1
  }
}

/// Runs `body` on the buffer itself where it is aligned as the plan expects, else on an aligned copy
/// that is copied back.
private func withAligned<Element: BitwiseCopyable>(
  _ buffer: UnsafeMutableBufferPointer<Element>, _ body: (UnsafeMutableRawPointer) -> Void
) {
  guard let base = buffer.baseAddress else { return }
  let raw = UnsafeMutableRawPointer(base)
  if unsafe fftwf_alignment_of(raw.assumingMemoryBound(to: Float.self)) == 0 {
    unsafe body(raw)
    return
  }
  let byteCount = buffer.count * MemoryLayout<Element>.stride
  guard let copy = unsafe fftwf_malloc(byteCount) else {
    preconditionFailure("Memory for an aligned copy can be had.")
  }
  defer { unsafe fftwf_free(copy) }
  unsafe copy.copyMemory(from: raw, byteCount: byteCount)
  unsafe body(copy)
  unsafe raw.copyMemory(from: copy, byteCount: byteCount)
}
