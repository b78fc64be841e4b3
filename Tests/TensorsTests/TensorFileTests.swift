import Tensors
import TestSupport
import Testing
import WorkLedger

@Suite struct TensorFileTests {
  private let file = TensorFile(
    metadata: ["card": "{\"a\":\"ü/\\\"\"}"],
    tensors: [
      "b.weight": TensorValues(shape: [2, 3], values: [0, 1, -2, 0.1, 65504, 1e-7]),
      "a.bias": TensorValues(shape: [2], values: [0.1, -.infinity]),
      "scalar": TensorValues(shape: [], values: [3]),
      "empty": TensorValues(shape: [0, 4], values: []),
    ])

  @Test("What is written in 32 bits is read back bit for bit")
  func exact() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/x.safetensors"
      try file.write(to: path)
      #expect(try TensorFile(path: path) == file)
    }
  }

  @Test("Halves are used for matrices alone, within their precision")
  func halves() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/x.safetensors"
      try file.write(to: path, precision: .halfForMatrices)
      let read = try TensorFile(path: path)
      #expect(read.tensors["a.bias"] == file.tensors["a.bias"])
      let (got, want) = (read.tensors["b.weight"]!.values, file.tensors["b.weight"]!.values)
      // Half has 11 significant bits, and steps of 2^-24 next to 0.
      #expect(zip(got, want).allSatisfy { abs($0 - $1) <= max(abs($1) * 0x1p-11, 0x1p-25) })
    }
  }

  @Test("The layout is that of safetensors: length, JSON, values, little-endian")
  func layout() throws {
    try TemporaryFolder.with { folder in
      let path = folder + "/x.safetensors"
      try TensorFile(tensors: ["x": TensorValues(shape: [1], values: [1])]).write(to: path)
      let bytes = try InputFile(path: path).readAll()
      let length = Int(bytes[0])
      #expect(bytes[1..<8].allSatisfy { $0 == 0 } && (8 + length).isMultiple(of: 8))
      let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
      #expect(header.hasPrefix("{\"__metadata__\":{},\"x\":{"))
      #expect(header.contains("\"dtype\":\"F32\"") && header.contains("\"data_offsets\":[0,4]"))
      #expect(Array(bytes[(8 + length)...]) == [0, 0, 0x80, 0x3f])
    }
  }

  @Test("The same content gives the same bytes")
  func reproducible() throws {
    try TemporaryFolder.with { folder in
      try file.write(to: folder + "/a")
      try file.write(to: folder + "/b")
      #expect(
        try InputFile(path: folder + "/a").readAll() == InputFile(path: folder + "/b").readAll())
    }
  }

  @Test("A damaged file is refused, never trusted", arguments: [0, 3, 8, 20, 200])
  func cutOff(count: Int) throws {
    try TemporaryFolder.with { folder in
      try file.write(to: folder + "/whole")
      let bytes = try InputFile(path: folder + "/whole").readAll()
      try AtomicFile.write(Array(bytes.prefix(count)), to: folder + "/cut")
      #expect(throws: TensorFileError.self) { try TensorFile(path: folder + "/cut") }
    }
  }

  @Test(
    "A header that lies about its tensors is refused",
    arguments: [
      #"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#,
      #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,400]}}"#,
      #"{"x":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#,
      #"{"x":{"dtype":"I64","shape":[1],"data_offsets":[0,8]}}"#,
      #"{"x":{"dtype":"F32","shape":[9999999,9999999,9999999],"data_offsets":[0,8]}}"#, "[]",
    ])
  func lies(header: String) throws {
    try TemporaryFolder.with { folder in
      let text = Array(header.utf8)
      let bytes = [UInt8(text.count)] + [UInt8](repeating: 0, count: 7) + text
      try AtomicFile.write(bytes + [UInt8](repeating: 0, count: 8), to: folder + "/x")
      #expect(throws: TensorFileError.self) { try TensorFile(path: folder + "/x") }
    }
  }
}
