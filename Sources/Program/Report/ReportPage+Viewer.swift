extension ReportPage {
  var viewer: String {
    """
    <section class="viewer" aria-label="Pictures">
    <div class="panel">
    <div class="panel-head"><h2>Sections</h2>\(sliceTools)</div>
    \(slices)
    </div>
    <div class="panel">
    <div class="panel-head"><h2>Membranes in 3D</h2>\(sceneTools)</div>
    \(scene)
    </div>
    </section>

    """
  }

  private var hasLabels: Bool { !(model.volume?.labels.isEmpty ?? true) }

  private var slices: String {
    guard model.volume != nil else {
      return "<p class=\"nothing\">This folder holds neither the tomogram nor labels to show.</p>"
    }
    return """
      <div class="slices" id="slices">
      \(slice("xy", "Section across the beam, x to the right, y up"))
      \(slice("zy", "Section across x, z to the right, y up"))
      \(slice("xz", "Section across y, x to the right, z up"))
      </div>
      <div class="sliders">\(slider("z"))\(slider("y"))\(slider("x"))</div>
      <p class="hint">Click or drag in a section to move the other two. Arrow keys move a focused \
      section. y and z point up, as in IMOD and ChimeraX. <output id="probe"></output></p>
      """
  }

  private func slice(_ name: String, _ description: String) -> String {
    """
    <figure class="slice slice-\(name)"><canvas id="slice-\(name)" tabindex="0" role="img" \
    aria-label="\(description)"></canvas><figcaption>\(name)</figcaption></figure>
    """
  }

  private func slider(_ axis: String) -> String {
    """
    <label><span class="axis">\(axis)</span><input type="range" id="slider-\(axis)" min="0" \
    step="1"><output id="value-\(axis)"></output></label>
    """
  }

  private var sliceTools: String {
    guard model.volume != nil else { return "" }
    return """
      <div class="tools">
      <label class="check"\(hidden(!hasLabels))><input type="checkbox" id="show-outlines" \
      checked>Outlines</label>
      <label class="check"\(hidden(model.meshes.parts.isEmpty))><input type="checkbox" \
      id="show-cuts">Fitted surface</label>
      <label class="range"\(hidden(!hasLabels))>Fill<input type="range" id="fill" min="0" max="100" \
      value="35"></label>
      <label class="range">Contrast<input type="range" id="contrast" min="40" max="300" \
      value="120"></label>
      <label>Thickness<select id="thickness"><option value="1">1 section</option>\
      <option value="3" selected>3 sections</option><option value="5">5 sections</option>\
      <option value="9">9 sections</option></select></label>
      </div>
      """
  }

  private func hidden(_ isHidden: Bool) -> String { isHidden ? " hidden" : "" }

  private var scene: String {
    guard !model.meshes.parts.isEmpty else {
      return "<p class=\"nothing\">There is no fitted surface to show.</p>"
    }
    return """
      <div class="scene" id="scene"><canvas id="canvas3d" tabindex="0" role="img" \
      aria-label="Surfaces of the membranes, one colour each. Arrow keys turn, plus and minus \
      zoom."></canvas><canvas id="overlay3d" aria-hidden="true"></canvas>
      <p class="scene-message" id="scene-message" hidden></p></div>
      <p class="hint">Drag to turn, Ctrl + wheel or + − to zoom, 0 to reset. Click a membrane to \
      highlight it here, in the sections and in the table; Escape lets go.</p>
      """
  }

  private var sceneTools: String {
    guard !model.meshes.parts.isEmpty else { return "" }
    let curvature =
      model.meshes.curvatureLimit == 0 ? "" : "<option value=\"2\">mean curvature</option>"
    let limit = model.meshes.deviationLimit
    let deviation =
      limit == 0
      ? ""
      : "<option value=\"3\">standard deviation, 0 to \(shown(Double(limit), significantDigits: 2)) "
        + "Å</option>"
    return """
      <div class="tools">
      <button type="button" id="spin" aria-pressed="true">Pause</button>
      <button type="button" id="reset">Reset view</button>
      <label class="check"\(hidden(model.volume?.density.isEmpty ?? true))><input type="checkbox" \
      id="show-section" checked>Section</label>
      <label class="check"><input type="checkbox" id="cut-away">Cut away above it</label>
      <label>Colour<select id="colouring"><option value="0">membrane</option>\
      <option value="1">provenance</option>\(curvature)\(deviation)</select></label>
      </div>
      """
  }
}
