import FoundationEssentials
import TomogramModel
import Volumes

/// One self-contained page: opens offline, asks for no other file.
///
/// Tables, legend and text are in the HTML itself, so that they print and can be read without
/// scripts; the sections and the surfaces are drawn by the script from compressed buffers.
public struct ReportPage {
  let model: ReportModel

  /// Makes a page of a model.
  public init(_ model: ReportModel) { self.model = model }

  /// The page's HTML.
  ///
  /// - Throws: `ReportError.compression` where memory is short.
  public func html() throws -> String {
    Self.document(
      title: "\(model.name) · Bilayer report",
      body: header + "<main>" + viewer + membraneSection + histogramSection + profileSection
        + provenanceSection + bridgeSection + methodsSection + planSection + "</main>" + footer
        + (try dataElements())
        + "<script>\n" + Self.script + "</script>")
  }

  /// A document with the report's style.
  static func document(title: String, body: String) -> String {
    """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>\(escaped(title))</title>
    <style>
    \(style)</style>
    </head>
    <body>
    \(body)
    </body>
    </html>

    """
  }

  static var script: String {
    "'use strict';\n(() => {\n" + dataScript + sliceScript + contourScript + sceneScript
      + shaderScript + cameraScript + tableScript + startScript + "})();\n"
  }

  private var header: String {
    let facts = model.facts.map {
      "<div><dt>\(escaped($0.title))</dt><dd>\(escaped($0.value))</dd></div>"
    }
    return """
      <header>
      <p class="brand">\(Self.logo)Bilayer report</p>
      <h1>\(escaped(model.name))</h1>
      <dl class="facts">\(facts.joined())</dl>
      \(notes)
      </header>

      """
  }

  private var notes: String {
    guard !model.notes.isEmpty else { return "" }
    let items = model.notes.map { "<li>\(escaped($0))</li>" }.joined()
    return "<section class=\"notes\" aria-label=\"Notes\"><h2>Notes</h2>"
      + "<ul>\(items)</ul></section>"
  }

  /// Two leaflets.
  static let logo = """
    <svg class="logo" viewBox="0 0 24 24" aria-hidden="true"><g fill="none" \
    stroke="currentColor" stroke-width="1.6"><path d="M6 9v3M12 9v3M18 9v3M6 15v-3M12 15v-3M18 \
    15v-3"/></g><g fill="currentColor"><circle cx="6" cy="6.6" r="2.4"/><circle cx="12" cy="6.6" \
    r="2.4"/><circle cx="18" cy="6.6" r="2.4"/><circle cx="6" cy="17.4" r="2.4"/><circle cx="12" \
    cy="17.4" r="2.4"/><circle cx="18" cy="17.4" r="2.4"/></g></svg>
    """

  private var footer: String {
    """
    <footer>
    <p>Made by Bilayer. Its sources are under the Apache License 2.0; the program is linked with \
    FFTW and CHOLMOD and is therefore distributed under the GNU General Public License. This page holds your \
    data and is yours: it may be kept, shared and shown without condition. It loads nothing from \
    the network.</p>
    </footer>

    """
  }
}
