public import Volumes

/// Why the neural-network engine could not do what was asked.
public enum EngineError: Fault, Equatable {
  /// No libtorch, or no plugin for it, was found.
  case notInstalled(searched: [String])
  /// libtorch or the plugin was found and could not be opened.
  case cannotOpen(reason: String)
  /// The device named is not there.
  case noSuchDevice(name: String, cudaDevices: Int)
  /// The device's memory, or the machine's, was not enough.
  case outOfMemory(detail: String)
  /// libtorch refused an operation; a fault of this program.
  case failed(operation: String, detail: String)

  public var kind: FaultKind {
    switch self {
    case .notInstalled, .cannotOpen, .noSuchDevice, .outOfMemory: .resources
    case .failed: .other
    }
  }

  public var description: String {
    switch self {
    case .notInstalled(let searched):
      "No neural-network engine was found; looked in \(searched.joined(separator: ", ")). "
        + "Run `make engine` in the project's folder, or set TORCH_LIB and CTORCH "
        + "(libtorch's lib folder and the plugin's path)."
    case .cannotOpen(let reason):
      "The neural-network engine cannot be opened: \(reason). Run `make engine` again."
    case .noSuchDevice(let name, let count):
      "There is no device \(name): the engine sees \(count) CUDA device(s). "
        + "Give --device cpu, or install a CUDA build of torch."
    case .outOfMemory(let detail):
      "The neural network ran out of memory: \(detail). Use smaller tiles or batches."
    case .failed(let operation, let detail):
      "The neural network could not compute \(operation): \(detail). Please report this."
    }
  }
}
