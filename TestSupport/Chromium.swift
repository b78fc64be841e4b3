import Glibc

/// A browser without a window, for tests of pages.
public enum Chromium {
  /// Whether the browser is installed.
  public static var isInstalled: Bool { unsafe access(program, X_OK) == 0 }

  /// Whether a test must fail, not skip, where the browser is missing.
  public static var isRequired: Bool {
    guard let value = unsafe getenv("BILAYER_REQUIRE_ENGINE") else { return false }
    return unsafe String(cString: value) == "1"
  }

  private static let program = "/usr/bin/chromium"

  /// Draws a page of a file and returns the picture; nil where the browser fails within 90 s.
  ///
  /// - Parameters:
  ///   - page: path of the HTML file, absolute.
  ///   - folder: an empty folder of the test's own.
  ///   - dark: whether the page is asked for its dark colours.
  public static func screenshot(
    of page: String, fragment: String = "", width: Int, height: Int, folder: String,
    dark: Bool = false
  ) -> PNGImage? {
    let target = folder + "/screenshot.png"
    let arguments = [
      "timeout", "90", program, "--headless=new", "--no-sandbox", "--disable-dev-shm-usage",
      "--hide-scrollbars", "--enable-unsafe-swiftshader", "--mute-audio",
      "--user-data-dir=\(folder)/profile", "--virtual-time-budget=3000",
      "--window-size=\(width),\(height)", "--screenshot=\(target)",
      dark ? "--blink-settings=preferredColorScheme=0" : "--force-color-profile=srgb",
      "file://\(page)\(fragment)",
    ]
    return run(arguments) == 0 ? PNGImage(path: target) : nil
  }

  /// Runs a program, its output thrown away, and returns its exit status; nil where it cannot start.
  private static func run(_ arguments: [String]) -> Int32? {
    var pointers: [UnsafeMutablePointer<CChar>?] = unsafe arguments.map { unsafe strdup($0) }
    unsafe pointers.append(nil)
    defer { unsafe pointers.forEach { unsafe free($0) } }
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for descriptor: Int32 in [1, 2] {
      unsafe posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_WRONLY, 0)
    }
    var process = pid_t()
    guard unsafe posix_spawnp(&process, arguments[0], &actions, nil, pointers, environ) == 0 else {
      return nil
    }
    var status: Int32 = 0
    while unsafe waitpid(process, &status, 0) < 0 && errno == EINTR {}
    return status & 0x7f == 0 ? (status >> 8) & 0xff : nil
  }
}
