import Testing
import TomogramModel
import Volumes

@Suite struct TiltGeometryTests {
  @Test(
    "For a symmetric range a patch is hidden iff |n.x| < |n.z| tan(90° - T)",
    arguments: Array(stride(from: 0.0, through: 180, by: 7)))
  func symmetricRule(angleDegrees: Double) {
    // tan 30° = 0.57735...: the wedge of a ±60° range.
    let tilt = TiltGeometry.customary
    let radians = angleDegrees * .pi / 180
    let normal = SIMD3(sine(radians), 0.3, sine(radians + .pi / 2))
    let hidden = abs(normal.x) < abs(normal.z) * 0.577350269189626
    #expect(tilt.hides(normal: normal) == hidden)
    #expect(tilt.hides(normal: -normal) == hidden)
  }

  @Test("An asymmetric range sees more on one side")
  func asymmetricRange() {
    let tilt = TiltGeometry(minimumDegrees: -40, maximumDegrees: 60)
    #expect(!tilt.hides(normal: SIMD3(1, 0, 1)))
    #expect(tilt.hides(normal: SIMD3(1, 0, -1)))
  }

  @Test("A normal along the beam is hidden, one along the tilt axis is seen")
  func axes() {
    #expect(TiltGeometry.customary.hides(normal: SIMD3(0, 0, 1)))
    #expect(TiltGeometry.customary.hides(normal: SIMD3(0, 0, -1)))
    #expect(!TiltGeometry.customary.hides(normal: SIMD3(0, 1, 0)))
  }

  @Test("Theta is the angle between normal and beam, whichever side the normal points to")
  func theta() {
    #expect(abs(TiltGeometry.thetaDegrees(ofNormal: SIMD3(0, 0, -2))) < 1e-6)
    #expect(abs(TiltGeometry.thetaDegrees(ofNormal: SIMD3(0, 3, 0)) - 90) < 1e-9)
    #expect(abs(TiltGeometry.thetaDegrees(ofNormal: SIMD3(1, 0, 1)) - 45) < 1e-9)
  }

  /// Sine by its Taylor series: an oracle that shares nothing with the code under test.
  private func sine(_ angle: Double) -> Double {
    var (term, sum) = (angle, angle)
    for order in 1..<30 {
      term *= -angle * angle / Double(2 * order * (2 * order + 1))
      sum += term
    }
    return sum
  }
}

@Suite struct MeasurementTests {
  @Test("A measurement has a value or a reason, never both")
  func valueOrVerdict() {
    #expect(Measurement(3).verdict.isEmpty)
    #expect(Measurement(3).standardDeviation == nil)
    let abstained = Measurement.abstained("open surface")
    #expect(abstained.value == nil)
    #expect(abstained.verdict == "open surface")
  }

  @Test("A membrane's measurement is found by its column name")
  func byName() {
    var membrane = Membrane(label: 1, voxels: 8, region: Region(VolumeSize(x: 2, y: 2, z: 2)))
    membrane.measurements = [NamedMeasurement("area_nm2", Measurement(12))]
    #expect(membrane["area_nm2"]?.value == 12)
    #expect(membrane["volume_nm3"] == nil)
  }
}

@Suite struct StageMonitorTests {
  @Test("A monitor that shall stop throws an error of kind stopped")
  func stops() {
    let monitor = StageMonitor(progress: { _ in }, shouldStop: { true })
    let error = #expect(throws: Stopped.self) { try monitor.report(completed: 1, of: 2) }
    #expect(error?.kind == .stopped)
  }

  @Test("A silenced monitor stops as its own does, and tells nothing")
  func silenced() throws {
    try StageMonitor(progress: { _ in Issue.record("told") }, shouldStop: { false }).silenced
      .report(completed: 1, of: 2)
    let stopping = StageMonitor(progress: { _ in Issue.record("told") }, shouldStop: { true })
    #expect(throws: Stopped.self) { try stopping.silenced.report(completed: 1, of: 2) }
  }
}
