import FoundationEssentials
import Meshes
import Testing
import TomogramModel
import Volumes

@testable import Evaluation

private let geometry = Phantom.geometry(32)

/// A sheet five voxels thick across the volume at z = 155 Å.
private let sheet = Phantom.labels(geometry, halfThickness: 24) { $0.z - 155 }

/// A bridge along x at y = 155 Å.
private func bridge(
  _ id: Int, from start: Double, to end: Double, z: Double = 155, accepted: Bool = true
) -> Bridge {
  Bridge(
    id: id, start: Position(x: start, y: 155, z: z), end: Position(x: end, y: 155, z: z),
    lengthAngstrom: end - start, thetaDegrees: nil, hiddenShare: 0, probability: nil,
    method: "test", accepted: accepted, voxels: 1)
}

/// Provenance of the sheet: bridged where x is in `gap` (voxels), seen elsewhere; `shift` moves the
/// bridged part along z, in voxels.
private func provenance(gap: Range<Int>, shift: Int = 0, closed: Bool = true) -> Volume<Int8> {
  var volume = Volume<Int8>(geometry: geometry)
  for z in 0..<32 {
    for y in 0..<32 {
      for x in 0..<32 where sheet[VoxelIndex(x: x, y: y, z: z)] != 0 {
        if gap.contains(x) {
          if closed { volume[VoxelIndex(x: x, y: y, z: z + shift)] = 2 }
        } else {
          volume[VoxelIndex(x: x, y: y, z: z)] = 1
        }
      }
    }
  }
  return volume
}

private func gaps(
  _ provenance: Volume<Int8>, _ bridges: [Bridge], truth: Volume<UInt16> = sheet
) throws -> GapClosing {
  let mask = Volume<Int8>(
    geometry: geometry, samples: provenance.samples.map { $0 == 0 ? 0 : 1 })
  let report = try evaluate(
    ResultInput(mask: mask, provenance: provenance, bridges: bridges),
    against: TruthInput(labels: truth))
  return try #require(report.gaps)
}

@Suite struct GapClosingTests {
  @Test("A gap closed on the true membrane is right, and its area is found")
  func right() throws {
    let found = try gaps(provenance(gap: 12..<20), [bridge(1, from: 110, to: 200)])
    #expect(found.bridged.share == 1 && found.bridgesRight == 1)
    // 8 columns of 32 voxels of 1 nm².
    #expect(isNear(found.bridged.total, 8 * 32, 8))
    // The true gap is what lies farther than 1.5 voxels from seen voxels: 8 - 2 columns.
    #expect(isNear(found.gaps.total, 6 * 32, 8))
    #expect(found.gaps.share == 1 && found.f1 == 1)
  }

  @Test("What was said of a bridge is held against what it is", arguments: [(0, 1), (4, 0)])
  func reliability(shift: Int, right: Int) throws {
    var said = bridge(1, from: 110, to: 200)
    said.probability = 0.92
    let found = try gaps(provenance(gap: 12..<20, shift: shift), [said])
    let rows = Dictionary(uniqueKeysWithValues: found.rows.map { ($0.name, $0.value) })
    #expect(rows["bridges_near_0_9"] == 1)
    #expect(rows["bridges_near_0_9_right"] == Double(right))
    let error = try #require(rows["bridge_calibration_error"] ?? nil)
    #expect(abs(error - abs(0.92 - Double(right))) < 1e-6)
    said.probability = nil
    let silent = try gaps(provenance(gap: 12..<20, shift: shift), [said])
    #expect(silent.reliability.voxels == 0)
  }

  @Test("A bridge off the truth by four voxels is wrong and closes nothing")
  func offTruth() throws {
    let found = try gaps(provenance(gap: 12..<20, shift: 4), [bridge(1, from: 110, to: 200)])
    #expect(found.bridged.share == 0 && found.gaps.share == 0 && found.f1 == 0)
  }

  @Test("A bridge whose ends are on two membranes is wrong, however near the truth it lies")
  func twoMembranes() throws {
    var two = sheet
    for offset in two.samples.indices where two.samples[offset] != 0 && 16 <= offset % 32 {
      two.samples[offset] = 2
    }
    let found = try gaps(provenance(gap: 12..<20), [bridge(1, from: 110, to: 200)], truth: two)
    #expect(found.bridgesRight == 0 && found.bridged.share == 0)
  }

  @Test("A gap left open has recall 0 and no precision; a rejected bridge counts nowhere")
  func leftOpen() throws {
    let found = try gaps(
      provenance(gap: 12..<20, closed: false), [bridge(1, from: 110, to: 200, accepted: false)])
    #expect(found.bridgesAccepted == 0 && found.bridged.share == nil)
    #expect(found.gaps.share == 0)
  }

  @Test("Of two bridges, one right, precision is the right one's share of the area")
  func oneOfTwo() throws {
    var both = provenance(gap: 8..<12)
    let wrong = provenance(gap: 20..<24, shift: 5)
    for z in 0..<32 {
      for y in 0..<32 {
        for x in 20..<24 {
          let voxel = VoxelIndex(x: x, y: y, z: z)
          both[voxel] = wrong[voxel]
        }
      }
    }
    let found = try gaps(
      both, [bridge(1, from: 70, to: 120), bridge(2, from: 190, to: 240, z: 205)])
    #expect(found.bridgesAccepted == 2 && found.bridgesRight == 1)
    #expect(isNear(found.bridged.share, 0.5, 0.05))
    #expect(isNear(found.gaps.share, 0.5, 0.05))
  }

  @Test("A membrane of which nothing is seen is no gap")
  func unseenMembrane() throws {
    var two = sheet
    for y in 0..<32 {
      for x in 0..<32 { two[VoxelIndex(x: x, y: y, z: 28)] = 2 }
    }
    let found = try gaps(provenance(gap: 12..<20), [bridge(1, from: 110, to: 200)], truth: two)
    #expect(isNear(found.gaps.total, 6 * 32, 8))
  }
}

@Suite struct DataDifficultyTests {
  @Test("Leaflet contrast is the background's mean less the membrane's over the background's s.d.")
  func measured() throws {
    // Background alternates 100 ± 2, the membrane is 95 and what is near it, 1000, counts nowhere.
    var tomogram = Volume<Float>(geometry: geometry)
    for offset in tomogram.samples.indices {
      let z = offset / (32 * 32)
      tomogram.samples[offset] = (4...27).contains(z) ? 1000 : (offset % 2 == 0 ? 98 : 102)
      if sheet.samples[offset] != 0 { tomogram.samples[offset] = 95 }
    }
    let volumes = try Phantom.compared(Phantom.mask(sheet), sheet)
    let found = try measuredLeafletCNR(of: tomogram, volumes: volumes, workers: .one)
    #expect(isNear(found, (100.0 - 95) / 2, 1e-9))
  }

  @Test("A volume without background has no contrast to noise")
  func noBackground() throws {
    let labels = Volume<UInt16>(geometry: geometry, repeating: 1)
    let volumes = try Phantom.compared(Phantom.mask(labels), labels)
    let tomogram = Volume<Float>(geometry: geometry, repeating: 3)
    #expect(try measuredLeafletCNR(of: tomogram, volumes: volumes, workers: .one) == nil)
  }
}

@Suite struct EvaluationReportTests {
  private func record(labels: [Int]) -> TruthRecord {
    TruthRecord(
      geometry: geometry, seed: 1, tiltAnglesDegrees: [-40, 0, 40], leafletCNR: 0.9, tiltSNR: 0.1,
      halfThicknessAngstrom: 25,
      instances: labels.map {
        TruthInstance(
          label: $0, kind: "sheet", closed: false, leafletSpacingAngstrom: 40, areaNm2: 1,
          seenAreaNm2: 0, volumeNm3: nil, surface: "")
      })
  }

  private func fullReport() throws -> EvaluationReport {
    let grid = TriangleMesh.icosphere(
      center: SIMD3(repeating: 155), radiusAngstrom: 60, subdivisions: 3)
    let labels = Phantom.shell(
      geometry, center: SIMD3(repeating: 155), radius: 60, halfThickness: 25)
    let mask = Phantom.mask(labels)
    return try evaluate(
      ResultInput(
        mask: mask, probability: MappedSource(mask) { Float($0) }, provenance: mask,
        instances: labels, surfaces: [Phantom.surface(grid, standardDeviation: 4)]),
      against: TruthInput(labels: labels, surfaces: [grid], record: record(labels: [1])))
  }

  @Test("The JSON is one flat object with every name that CONTRACT prints")
  func names() throws {
    let data = try JSONEncoder().encode(try fullReport())
    let object = try JSONDecoder().decode([String: AnyValue].self, from: data)
    for name in [
      "dice", "iou", "precision", "recall", "surface_dice_membrain", "nsd_1", "nsd_2", "hd95_A",
      "thickness_ratio", "surface_precision", "surface_recall", "surface_f1", "recall_seen",
      "recall_hidden", "recall_theta_0_30", "recall_theta_30_60", "recall_theta_60_90",
      "leaflet_cnr", "tilt_snr", "gap_precision", "gap_recall", "gap_f1", "pq", "split_count",
      "merge_count", "voi_bits", "grouping_f1", "surface_rmse_A", "surface_p95_A", "missed_share",
      "euler_error", "coverage_95", "coverage_95_sd_low", "coverage_95_sd_middle",
      "coverage_95_sd_high", "coverage_95_seen", "coverage_95_hidden", "mean_sd_A",
      "expected_calibration_error", "notes", "reliability",
    ] {
      #expect(object[name] != nil, "\(name)")
    }
    #expect(object["dice"] == .number(1) && object["split_count"] == .number(0))
    #expect(object["gap_precision"] == .null, "No bridge: not defined.")
  }

  @Test("A mask alone leaves out the groups it cannot fill, and says so")
  func maskAlone() throws {
    let report = try evaluate(
      ResultInput(mask: Phantom.mask(sheet)), against: TruthInput(labels: sheet))
    let data = try JSONEncoder().encode(report)
    let object = try JSONDecoder().decode([String: AnyValue].self, from: data)
    #expect(object["pq"] == nil && object["coverage_95"] == nil && object["gap_f1"] == nil)
    #expect(object["leaflet_cnr"] == .null && object["surface_f1"] == .number(1))
    #expect(report.notes.count == 6)
  }

  @Test("No metric name occurs twice and every name can be looked up")
  func uniqueNames() throws {
    let report = try fullReport()
    let names = report.groups.flatMap(\.rows).map(\.name)
    #expect(Set(names).count == names.count)
    for row in report.groups.flatMap(\.rows) { #expect(report[row.name] == row.value) }
    #expect(report["no_such_metric"] == nil)
  }

  @Test("The record's labels, tilt range, half thickness and difficulty hold")
  func recordHolds() throws {
    var labels = sheet
    labels[VoxelIndex(x: 3, y: 3, z: 3)] = 9
    let truth = TruthInput(labels: labels, record: record(labels: [1]))
    let report = try evaluate(ResultInput(mask: Phantom.mask(sheet)), against: truth)
    #expect(report["dice"] == 1, "Label 9 is no membrane of the record.")
    #expect(report["half_thickness_A"] == 25)
    #expect(report["leaflet_cnr"] == 0.9 && report["tilt_snr"] == 0.1)
    #expect(report["hidden_area_share"] == 1)
    let seen = try evaluate(
      ResultInput(mask: Phantom.mask(sheet)), against: truth,
      options: EvaluationOptions(membraneLabels: [1, 9]))
    #expect((seen["dice"] ?? 1) < 1)
  }

  @Test("Sizes that differ and labels that do not occur are refused with the next step")
  func refusals() throws {
    let small = Volume<Int8>(geometry: Phantom.geometry(5))
    #expect {
      try evaluate(ResultInput(mask: small), against: TruthInput(labels: sheet))
    } throws: { error in
      "\(error)".contains("5 x 5 x 5") && (error as? EvaluationError)?.kind == .input
    }
    #expect {
      try evaluate(
        ResultInput(mask: Phantom.mask(sheet)), against: TruthInput(labels: sheet),
        options: EvaluationOptions(membraneLabels: [7]))
    } throws: { error in
      "\(error)".contains("membrane labels 7; its labels are 0, 1. Name")
    }
    #expect(throws: EvaluationError.unusableOption(name: "missedBeyondAngstrom", found: 0)) {
      try evaluate(
        ResultInput(mask: Phantom.mask(sheet)), against: TruthInput(labels: sheet),
        options: EvaluationOptions(missedBeyondAngstrom: 0))
    }
  }

  @Test("The same report comes from any number of threads")
  func threads() throws {
    let predicted = provenance(gap: 12..<20)
    func report(_ workers: Int) throws -> EvaluationReport {
      try evaluate(
        ResultInput(
          mask: predicted, probability: MappedSource(predicted) { Float($0) / 3 },
          provenance: predicted, instances: MappedSource(predicted) { UInt16($0) },
          bridges: [bridge(1, from: 110, to: 200)]),
        against: TruthInput(labels: sheet), workers: Workers(count: workers))
    }
    #expect(try report(1) == report(3))
  }

  @Test("The table has a heading a group, a line a metric and aligned numbers")
  func table() throws {
    let table = try fullReport().textTable
    let lines = table.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.contains("Voxels") && lines.contains("Calibration of the probability"))
    let dice = try #require(lines.first { $0.hasPrefix("  dice ") })
    let splits = try #require(lines.first { $0.hasPrefix("  split_count ") })
    #expect(dice.hasSuffix("      1.0000") && splits.hasSuffix("           0"))
    #expect(dice.count == splits.count)
    #expect(lines.contains { $0.hasPrefix("  gap_precision ") && $0.hasSuffix(" -") })
  }

  @Test("Numbers are rounded to their digits, halves away from zero")
  func decimals() {
    #expect(decimal(0.12345, digits: 4) == "0.1235")
    #expect(decimal(-12.005, digits: 1) == "-12.0")
    #expect(decimal(-0.01, digits: 1) == "0.0")
    #expect(decimal(0.0625, digits: 3) == "0.063")
    #expect(decimal(7, digits: 0) == "7")
    #expect(decimal(1e12, digits: 2) == "1000000000000.0")
  }
}

/// What a JSON value is, as far as these tests ask.
private enum AnyValue: Decodable, Equatable {
  case null
  case number(Double)
  case other

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else {
      self = .other
    }
  }
}
