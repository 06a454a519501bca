package import Columnar

/// A column that a decoder shall deliver: a field of the record, a field of a ROW in it, whether that ROW is there, or
/// something that the record tells beside its columns.
package struct ColumnRequest: Sendable, Hashable {
    /// The names from the record inwards; one for a field of the record itself.
    package var path: [String]
    package var type: DataType
    /// A BOOLEAN that is never NULL in place of the value: whether the ROW at the path is there.
    package var isPresence: Bool
    /// One of ``FormatCatalog/metadata(of:)`` in place of a field: the path is its key without the prefix.
    package var isMetadata = false

    package init(path: [String], type: DataType, isPresence: Bool = false) {
        self.path = path
        self.type = type
        self.isPresence = isPresence
    }

    /// The metadata of a format by its key with the prefix; nil when the format has none of this name and kind.
    package static func metadata(_ key: String, _ type: DataType, of format: String) -> Self? {
        guard let known = FormatCatalog.metadata(of: format).first(where: { $0.name == key }),
            known.type.kind == type.kind
        else { return nil }
        var request = Self(path: [String(key.dropFirst(FormatCatalog.metadataPrefix.count))], type: type)
        request.isMetadata = true
        return request
    }

    package init(_ field: Field) { self.init(path: [field.name], type: field.type) }

    /// A field of the record, delivered whole.
    var isWhole: Bool { path.count == 1 && !isPresence }

    /// The field as messages name it.
    var field: Field { Field(path.joined(separator: "."), type) }
}
