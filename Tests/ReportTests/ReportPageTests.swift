import CZlib
import FoundationEssentials
import GapTracing
import InstanceSeparation
import TableFormats
import Testing
import TomogramModel

@testable import Report

@Suite struct ReportPageTests {
  private func page(_ change: (inout ReportModel) -> Void = { _ in }) throws -> String {
    var model = try ReportPhantom.few(size: 16).model(subdivisions: 1)
    change(&model)
    return try ReportPage(model).html()
  }

  @Test(
    "The density across the first six membranes is drawn with its error, and nothing where there is none"
  )
  func profiles() throws {
    let table = try CSVTable.parse(
      """
      label,distance_A,density,density_se,patches
      3,-10,0.5,0.1,8
      3,0,0,0.1,8
      3,10,oops,0.1,8
      3,20,0.4,0.1,8
      7,0,1,0.1,8
      """)
    let curves = DensityProfileCurve.curves(of: table)
    // One row is no number, and a single point is no curve.
    #expect(curves.map(\.label) == [3])
    #expect(curves[0].distances == [-10, 0, 20] && curves[0].density == [0.5, 0, 0.4])
    let drawn = try page { model in
      model.profiles = (1...8).map { label in
        DensityProfileCurve(
          label: label, distances: [-10, 0, 10], density: [0.5, 0, 0.4], errors: [0.1, 0.1, 0.1])
      }
    }
    #expect(drawn.ranges(of: "aria-label=\"Density across membrane ").count == 6)
    #expect(drawn.ranges(of: "class=\"band\"").count == 6)
    #expect(try !page().contains("id=\"profiles\""))
  }

  @Test(
    "A membrane's simple shape stands in the table with its sizes and doubts, if there is a table of it"
  )
  func simpleShapes() throws {
    let table = try CSVTable.parse(
      """
      label,model,verdict,radius_A,radius_A_sd,tube_radius_A,tube_radius_A_sd
      1,sphere,,201.5,1.5,,
      2,none,departs from the best shape (torus) by 3.0 times its error,,,,
      oops,sphere,,1,1,,
      """)
    let shapes = SimpleShape.shapes(of: table)
    #expect(shapes.keys.sorted() == [1, 2])
    #expect(shapes[1]?.sizes.map(\.column) == ["radius_A"] && shapes[2]?.sizes.isEmpty == true)
    let html = try page { $0.shapes = shapes }
    #expect(html.contains("title=\"model in parametric.csv\">Shape"))
    #expect(html.contains("title=\"radius_A\">201.5 "))
    #expect(html.contains("departs from the best shape (torus)"))
    #expect(try !page().contains("parametric.csv"))
  }

  @Test("A user's own classes stand beside those by shape, if there is a table of them")
  func learnedClasses() throws {
    let table = try CSVTable.parse(
      """
      label,name,class,probability,second,second_probability
      1,,ER & <Golgi>,0.9312,vesicle,0.05
      2,,unclassified,,vesicle,0.2
      oops,,vesicle,1,,
      """)
    let classes = LearnedClass.classes(of: table)
    #expect(classes.keys.sorted() == [1, 2])
    #expect(classes[1]?.probability == 0.9312 && classes[2]?.probability == nil)
    let html = try page { $0.learnedClasses = classes }
    #expect(html.contains("title=\"class in classes.csv\">Your class"))
    #expect(html.contains(">ER &amp; &lt;Golgi&gt; <span class=\"sd\">0.93</span>"))
    #expect(html.contains(">unclassified</td>"))
    #expect(try !page().contains("classes.csv"))
  }

  /// The text of the element that the buffer of a name lies in.
  private func buffer(_ name: String, of html: String) throws -> [UInt8] {
    let start = try #require(html.firstRange(of: "id=\"data-\(name)\">"))
    let end = try #require(html[start.upperBound...].firstRange(of: "<"))
    let data = try #require(Data(base64Encoded: String(html[start.upperBound..<end.lowerBound])))
    return inflated(Array(data))
  }

  private func inflated(_ bytes: [UInt8]) -> [UInt8] {
    var (source, target) = (bytes, [UInt8](repeating: 0, count: 1 << 20))
    var stream = unsafe z_stream()
    unsafe inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    defer { unsafe inflateEnd(&stream) }
    unsafe source.withUnsafeMutableBufferPointer { input in
      unsafe target.withUnsafeMutableBufferPointer { output in
        unsafe stream.next_in = input.baseAddress
        unsafe stream.avail_in = UInt32(input.count)
        unsafe stream.next_out = output.baseAddress
        unsafe stream.avail_out = UInt32(output.count)
        _ = unsafe inflate(&stream, Z_FINISH)
      }
    }
    return Array(target.prefix(Int(unsafe stream.total_out)))
  }

  @Test("The page asks for nothing but itself")
  func selfContained() throws {
    let html = try page()
    #expect(!html.contains("http://") && !html.contains("https://"))
    for tag in ["<link", "<img", "<iframe", "@import", " src=", "url("] {
      #expect(!html.contains(tag), "\(tag)")
    }
  }

  @Test("The volume, its labels and surfaces are in the page, byte for byte")
  func buffers() throws {
    let model = try ReportPhantom.few(size: 16).model(subdivisions: 1)
    let html = try ReportPage(model).html()
    let volume = try #require(model.volume)
    #expect(try buffer("density", of: html) == volume.density)
    #expect(try buffer("provenance", of: html) == volume.provenance)
    #expect(try buffer("meshes", of: html) == model.meshes.bytes)
    let labels = try buffer("labels", of: html)
    #expect(labels.count == 2 * volume.labels.count)
    #expect(
      volume.labels.indices.allSatisfy {
        UInt16(labels[2 * $0]) | UInt16(labels[2 * $0 + 1]) << 8 == volume.labels[$0]
      })
  }

  @Test("The same model gives the same bytes")
  func deterministic() throws {
    #expect(try page() == page())
  }

  @Test("Names cannot break out of the page")
  func hostileNames() throws {
    let html = try page {
      $0.name = "</title><script>alert(1)</script>"
      $0.membranes[0].classification = "<b>\"x\"</b>"
      $0.bridges[0].method = "</td><script>"
    }
    #expect(
      !html.contains("<script>alert") && !html.contains("<b>") && !html.contains("</td><script>"))
  }

  @Test("Without standard deviations the page says plainly that they are not yet calibrated")
  func uncalibrated() throws {
    #expect(try page().contains("Standard deviations: not yet calibrated."))
    let calibrated = try page {
      $0.membranes[0].measurements[0].measurement = Measurement(123.4, standardDeviation: 5.67)
    }
    #expect(!calibrated.contains("Standard deviations: not yet calibrated."))
    #expect(calibrated.contains("123.4 <span class=\"sd\">± 5.7</span>"))
  }

  @Test("A number that was left out shows its reason, once")
  func verdicts() throws {
    let html = try page {
      $0.membranes[2].measurements[2].measurement = $0.membranes[1].measurements[2].measurement
    }
    #expect(html.components(separatedBy: "no value</span><sup>a</sup>").count == 3)
    #expect(html.components(separatedBy: "the two leaflets are not resolved").count == 2)
  }

  @Test("A result without membranes says so")
  func nothing() throws {
    let html = try ReportPage(ReportModel(name: "empty", methods: Methods())).html()
    #expect(html.contains("No membrane was found") && html.contains("no fitted surface"))
    #expect(!html.contains("id=\"canvas3d\"") && !html.contains("<section id=\"bridges\">"))
  }

  @Test("Shares of provenance stand in words, and add up")
  func shares() {
    var count = ProvenanceCount()
    (count.seen, count.bridged, count.inferred) = (60, 10, 30)
    let bar = ReportPage.shareBar(count)
    #expect(bar.contains("aria-label=\"60 % seen, 10 % bridged, 30 % inferred\""))
  }

  @Test("The methods claim the stages that ran, and no other")
  func methods() {
    let all = Methods(versions: [Methods.Version("Bilayer", "0.1.0")])
    #expect(all.text.contains("Bilayer 0.1.0") && all.text.contains("bioRxiv 2020.04.09.034025"))
    #expect(all.text.contains("libtorch") && all.text.contains("FFTW"))
    let separated = Methods(steps: [.separated])
    #expect(!separated.paragraph.contains("U-Net") && !separated.paragraph.contains("fitted"))
    #expect(separated.paragraph.contains("Membranes were separated"))
  }

  @Test("The methods know every way of closing gaps and of separating that a plan may name")
  func manners() throws {
    for method in TracingOptions.Method.allCases {
      #expect(Methods.tracing(method.rawValue, probability: 0.5) != nil, "\(method)")
    }
    for method in SeparationOptions.Method.allCases {
      #expect(Methods.separation(method.rawValue) != nil, "\(method)")
    }
    let learned = try #require(Methods.tracing("learned", probability: 0.25))
    #expect(learned.contains("reinforcement") && learned.contains("at least 0.25"))
    var methods = Methods(steps: [.traced])
    methods.manners[.traced] = learned
    #expect(methods.paragraph.contains(learned))
    #expect(Methods.tracing("something newer", probability: nil) == nil)
    #expect(Methods.caps(1).contains("1 cap of closed membranes that the missing wedge hides was"))
    #expect(Methods.caps(2).contains("2 caps of closed membranes that the missing wedge hides"))
  }

  @Test("ChimeraX gets the page's colours, and paths with spaces")
  func chimeraX() {
    let text = ChimeraXScript(
      tomogram: "/data/my tomogram.mrc", hasInstances: true,
      surfaces: [(2, "surfaces/membrane_0002.ply")]
    ).text
    #expect(text.contains("open \"/data/my tomogram.mrc\" id 1"))
    #expect(text.contains("color #4 \(MembranePalette.hex(label: 2))"))
    #expect(text.contains("open \"surfaces/membrane_0002.ply\" id 4"))
  }
}
