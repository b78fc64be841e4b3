import Morphometry
import TableFormats

/// `shapes.csv`: a row per membrane with a surface, its label and what its class is decided on.
enum ShapeTable {
  static func table(_ shapes: [ShapeDescriptors], labels: [Int]) -> CSVTable {
    CSVTable(
      header: ["label"] + ShapeDescriptors.columns.map(\.name),
      rows: zip(labels, shapes).map { label, shape in
        ["\(label)"] + ShapeDescriptors.columns.map { TableNumber.text($0.value(shape)) }
      })
  }
}
