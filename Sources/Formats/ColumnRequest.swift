package import Columnar

/// A column that a decoder shall deliver: a field of the record, a field of a ROW in it, or whether that ROW is there.
package struct ColumnRequest: Sendable, Hashable {
    /// The names from the record inwards; one for a field of the record itself.
    package var path: [String]
    package var type: DataType
    /// A BOOLEAN that is never NULL in place of the value: whether the ROW at the path is there.
    package var isPresence: Bool

    package init(path: [String], type: DataType, isPresence: Bool = false) {
        self.path = path
        self.type = type
        self.isPresence = isPresence
    }

    package init(_ field: Field) { self.init(path: [field.name], type: field.type) }

    /// A field of the record, delivered whole.
    var isWhole: Bool { path.count == 1 && !isPresence }

    /// The field as messages name it.
    var field: Field { Field(path.joined(separator: "."), type) }
}
