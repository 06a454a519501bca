import Columnar
import Diagnostics
import Digests

/// How a field that holds several values is written: the elements of an ARRAY or the fields of a ROW, between delimiters.
/// What ``CSVCollection`` reads.
struct CSVCollectionWriter: Sendable {
    private enum Layout: Sendable {
        case array(PhysicalKind)
        case row(NestedRowLayout)
    }

    private let layout: Layout
    /// The forms of the parts; an ARRAY has one for all.
    private let forms: [ValueText.Form]
    private let delimiter: [UInt8]
    private let null: [UInt8]
    private let text = RecordText()

    /// nil for types that are no collection; throws for those that cannot be written.
    init?(_ field: Field, _ settings: CSVSettings) throws(MillraceError) {
        try CSVTypes.check(field)
        switch field.type.logical {
        case .array(let element):
            layout = .array(element.kind)
            forms = [RecordText.form(element.logical)]
        case .row(let fields):
            layout = .row(NestedRowLayout(fields))
            forms = fields.map { RecordText.form($0.type.logical) }
        default: return nil
        }
        delimiter = settings.elementDelimiter
        null = settings.nullLiteral ?? []
    }

    /// Appends the parts of a value that is not NULL, without quotes around them.
    func append(_ item: NestedItem, to bytes: inout [UInt8]) {
        let reader = NestedReader(item)
        switch layout {
        case .array(let kind):
            guard let form = forms.first else { return }
            let array = reader.array(kind)
            for index in 0..<array.count { append(array[index], form, isFirst: index == 0, to: &bytes) }
        case .row(let layout):
            for (index, form) in forms.enumerated() {
                append(reader.field(index, layout), form, isFirst: index == 0, to: &bytes)
            }
        }
    }

    private func append(_ part: NestedItem, _ form: ValueText.Form, isFirst: Bool, to bytes: inout [UInt8]) {
        if !isFirst { bytes.append(contentsOf: delimiter) }
        guard !part.isNull else { return bytes.append(contentsOf: null) }
        switch form {
        case .bytes: Base64.append(part.bytes, to: &bytes)
        case .text: bytes.append(contentsOf: part.bytes)
        default: text.append(part, as: form, to: &bytes)
        }
    }
}
