import Morphometry
import TableFormats
import TomogramModel

/// `profiles.csv`: the density across each membrane whose profile could be had, a row a distance.
///
/// | column | what |
/// |---|---|
/// | `label` | of the membrane |
/// | `distance_A` | from the mid-surface, below 0 on the side that its normals do not point to |
/// | `density` | mean over patches, in the tomogram's s.d., dense positive |
/// | `density_se` | standard error of the mean, from the scatter of the patches |
/// | `patches` | averaged |
enum ProfileTable {
  static func table(_ measured: [MeasuredMembrane]) -> CSVTable {
    CSVTable(
      header: ["label", "distance_A", "density", "density_se", "patches"],
      rows: measured.flatMap { entry -> [[String]] in
        guard let profile = entry.profile else { return [] }
        return profile.density.indices.map { place in
          [
            "\(entry.membrane.label)", TableNumber.text(profile.distancesAngstrom[place]),
            TableNumber.text(profile.density[place]),
            TableNumber.text(profile.standardErrors[place]), "\(profile.patches)",
          ]
        }
      })
  }
}
