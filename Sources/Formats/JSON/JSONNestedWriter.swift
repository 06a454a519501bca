import Columnar
import Diagnostics
import Digests

/// Writes nested values of one type as JSON, the scalars in them as they stand in columns of their own.
struct JSONNestedWriter: Sendable {
    private indirect enum Shape: Sendable {
        case scalar(ValueText.Form)
        case array(Shape, PhysicalKind)
        case map(ValueText.Form, Shape, PhysicalKind, PhysicalKind)
        /// Fields with their keys as JSON: quoted, with a colon behind.
        case row([(key: [UInt8], shape: Shape)], NestedRowLayout)
    }

    private let shape: Shape
    private let settings: JSONEncoderSettings
    private let text: RecordText
    private let column: String

    init(_ field: Field, _ settings: JSONEncoderSettings) {
        shape = Self.shape(of: field.type.logical)
        self.settings = settings
        text = RecordText(isISO: settings.isISO)
        column = field.name
    }

    private static func shape(of type: LogicalType) -> Shape {
        switch type {
        case .array(let element): .array(shape(of: element.logical), element.kind)
        case .map(let key, let value):
            .map(RecordText.form(key.logical), shape(of: value.logical), key.kind, value.kind)
        case .multiset(let element): .map(RecordText.form(element.logical), .scalar(.integer), element.kind, .int64)
        case .row(let fields):
            .row(
                fields.map { field in
                    var key: [UInt8] = [0x22]
                    JSONText.appendEscaped(field.name.utf8, to: &key)
                    return (key + [0x22, 0x3A], shape(of: field.type.logical))
                }, NestedRowLayout(fields))
        default: .scalar(RecordText.form(type))
        }
    }

    private static let null = Array("null".utf8)

    /// Appends a value that is not NULL; throws for NULL keys of maps where they may not be.
    func append(_ item: NestedItem, to bytes: inout [UInt8]) throws(MillraceError) {
        try append(item, shape, to: &bytes)
    }

    private func append(_ item: NestedItem, _ shape: Shape, to bytes: inout [UInt8]) throws(MillraceError) {
        guard !item.isNull else { return bytes.append(contentsOf: Self.null) }
        switch shape {
        case .scalar(let form): append(item, form, to: &bytes)
        case .array(let element, let kind):
            let array = NestedReader(item).array(kind)
            bytes.append(0x5B)
            for index in 0..<array.count {
                if index > 0 { bytes.append(0x2C) }
                try append(array[index], element, to: &bytes)
            }
            bytes.append(0x5D)
        case .map(let key, let value, let keyKind, let valueKind):
            let map = NestedReader(item).map(keyKind, valueKind)
            bytes.append(0x7B)
            var isFirst = true
            for entry in try sortedKeys(map, key) {
                bytes.append(contentsOf: isFirst ? [0x22] : [0x2C, 0x22])
                isFirst = false
                JSONText.appendEscaped(entry.key, to: &bytes)
                bytes.append(contentsOf: [0x22, 0x3A])
                try append(map.values[entry.index], value, to: &bytes)
            }
            bytes.append(0x7D)
        case .row(let fields, let layout):
            try append(NestedReader(item), fields, layout, to: &bytes)
        }
    }

    private func append(
        _ reader: NestedReader, _ fields: [(key: [UInt8], shape: Shape)], _ layout: NestedRowLayout,
        to bytes: inout [UInt8]
    ) throws(MillraceError) {
        bytes.append(0x7B)
        var isFirst = true
        for (index, field) in fields.enumerated() {
            let part = reader.field(index, layout)
            if part.isNull, settings.leavesNullsOut { continue }
            if !isFirst { bytes.append(0x2C) }
            isFirst = false
            bytes.append(contentsOf: field.key)
            try append(part, field.shape, to: &bytes)
        }
        bytes.append(0x7D)
    }

    /// The keys as text with their places, in the order of their bytes; a NULL as the settings have it.
    private func sortedKeys(
        _ map: NestedMap, _ form: ValueText.Form
    ) throws(MillraceError) -> [(key: [UInt8], index: Int)] {
        var keys: [(key: [UInt8], index: Int)] = []
        for index in 0..<map.count {
            let item = map.keys[index]
            guard item.isNull else {
                var key: [UInt8] = []
                if case .bytes = form {
                    Base64.append(item.bytes, to: &key)
                } else {
                    text.append(item, as: form, to: &key)
                }
                keys.append((key, index))
                continue
            }
            switch settings.nullKeys {
            case .fail:
                throw MillraceError(
                    .user, code: "bad_value", "a map of column '\(column)' has a NULL key, which JSON can't hold",
                    hint: "'json.map-null-key.mode' = 'DROP' leaves such entries out, 'LITERAL' writes a text for NULL")
            case .drop: continue
            case .literal(let literal): keys.append((literal, index))
            }
        }
        return keys.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }

    private func append(_ item: NestedItem, _ form: ValueText.Form, to bytes: inout [UInt8]) {
        switch form {
        case .boolean, .integer, .decimal: text.append(item, as: form, to: &bytes)
        case .float, .double:
            // JSON has no spelling for NaN and the infinities.
            let isQuoted = !item.float64.isFinite
            if isQuoted { bytes.append(0x22) }
            text.append(item, as: form, to: &bytes)
            if isQuoted { bytes.append(0x22) }
        case .text:
            bytes.append(0x22)
            JSONText.appendEscaped(item.bytes, to: &bytes)
            bytes.append(0x22)
        case .bytes:
            bytes.append(0x22)
            Base64.append(item.bytes, to: &bytes)
            bytes.append(0x22)
        default:
            bytes.append(0x22)
            text.append(item, as: form, to: &bytes)
            bytes.append(0x22)
        }
    }
}
