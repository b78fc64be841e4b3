/// All options of a simulated tomogram: what is in it and how it is recorded.
public struct SimulationOptions: Codable, Equatable, Sendable {
  /// The specimen.
  public var scene = SceneOptions()
  /// The microscope and the reconstruction.
  public var imaging = ImagingOptions()

  /// The defaults: a middling tomogram of 256x256x128 voxels of 10 Å.
  public init() {}

  /// Options from parts.
  public init(scene: SceneOptions, imaging: ImagingOptions) {
    self.scene = scene
    self.imaging = imaging
  }
}
