/// Which program this is.
public enum ProgramVersion {
  /// The released version; part of every plan.
  public static let current = "0.1.0"

  /// What `bilayer --version` prints: the version, and under which licence this binary may be
  /// given on (Apache-2.0 goes together with version 3 of the GPL, not with version 2).
  public static let notice = """
    bilayer \(current)
    The sources are under the Apache License 2.0. This binary is linked with FFTW and with
    CHOLMOD's supernodal part, which are under the GNU General Public License, so the binary as a
    whole is under the GPL, version 3.
    It comes without any warranty.
    """
}
