/// Nested values of one type as text: compact JSON for results, and the form that CAST to STRING gives.
package final class NestedText: Sendable {
    /// The two forms.
    package enum Style: Sendable {
        /// `[1,null,"x"]`, `{"k":1}`: valid JSON, except that NaN and the infinities stand bare.
        case json
        /// As ``json``, with NaN and the infinities as strings.
        case strictJSON
        /// `[1, NULL, x]`, `{k=1}`, rows as `(1, x)`.
        case cast
    }

    private indirect enum Shape: Sendable {
        case scalar(ValueText.Form, PhysicalKind)
        case array(Shape, PhysicalKind)
        case map(Shape, Shape, PhysicalKind, PhysicalKind)
        /// Fields with their keys as JSON: quoted, with a colon behind.
        case row([(key: [UInt8], shape: Shape)], NestedRowLayout)
    }

    private let shape: Shape

    /// For values of this type, at any depth; a scalar type is a shape too.
    package init(_ type: LogicalType) { shape = Self.shape(of: type) }

    private static func shape(of type: LogicalType) -> Shape {
        switch type {
        case .array(let element): .array(shape(of: element.logical), element.kind)
        case .map(let key, let value): .map(shape(of: key.logical), shape(of: value.logical), key.kind, value.kind)
        case .multiset(let element):
            .map(shape(of: element.logical), .scalar(.integer, .int64), element.kind, .int64)
        case .row(let fields):
            .row(
                fields.map { field in
                    var key: [UInt8] = [0x22]
                    JSONText.appendEscaped(field.name.utf8, to: &key)
                    return (key + [0x22, 0x3A], shape(of: field.type.logical))
                }, NestedRowLayout(fields))
        default: .scalar(ValueText.Form(type), type.kind)
        }
    }

    /// Appends a value.
    package func append(_ item: NestedItem, _ style: Style, _ text: ValueText, to bytes: inout [UInt8]) {
        switch style {
        case .json: appendJSON(item, shape, isStrict: false, text, to: &bytes)
        case .strictJSON: appendJSON(item, shape, isStrict: true, text, to: &bytes)
        case .cast: appendCast(item, shape, text, to: &bytes)
        }
    }

    // MARK: JSON

    private func appendJSON(
        _ item: NestedItem, _ shape: Shape, isStrict: Bool, _ text: ValueText, to bytes: inout [UInt8]
    ) {
        guard !item.isNull else { return bytes.append(contentsOf: JSONText.null) }
        switch shape {
        case .scalar(let form, _): appendScalar(item, form, isStrict: isStrict, text, to: &bytes)
        case .array(let element, let kind):
            let array = NestedReader(item).array(kind)
            bytes.append(0x5B)
            for index in 0..<array.count {
                if index > 0 { bytes.append(0x2C) }
                appendJSON(array[index], element, isStrict: isStrict, text, to: &bytes)
            }
            bytes.append(0x5D)
        case .map(let key, let value, let keyKind, let valueKind):
            let map = NestedReader(item).map(keyKind, valueKind)
            bytes.append(0x7B)
            for (position, entry) in sortedKeys(map, key, text).enumerated() {
                bytes.append(contentsOf: position > 0 ? [0x2C, 0x22] : [0x22])
                JSONText.appendEscaped(entry.key, to: &bytes)
                bytes.append(contentsOf: [0x22, 0x3A])
                appendJSON(map.values[entry.index], value, isStrict: isStrict, text, to: &bytes)
            }
            bytes.append(0x7D)
        case .row(let fields, let layout):
            let reader = NestedReader(item)
            bytes.append(0x7B)
            for (index, field) in fields.enumerated() {
                if index > 0 { bytes.append(0x2C) }
                bytes.append(contentsOf: field.key)
                appendJSON(reader.field(index, layout), field.shape, isStrict: isStrict, text, to: &bytes)
            }
            bytes.append(0x7D)
        }
    }

    /// The keys as text with their places, in the order of their bytes.
    private func sortedKeys(_ map: NestedMap, _ shape: Shape, _ text: ValueText) -> [(key: [UInt8], index: Int)] {
        var keys: [(key: [UInt8], index: Int)] = []
        for index in 0..<map.count {
            var key: [UInt8] = []
            let item = map.keys[index]
            if case .scalar(let form, _) = shape, !item.isNull {
                text.append(item, as: form, to: &key)
            } else {
                appendJSON(item, shape, isStrict: true, text, to: &key)
            }
            keys.append((key, index))
        }
        return keys.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }

    private func appendScalar(
        _ item: NestedItem, _ form: ValueText.Form, isStrict: Bool, _ text: ValueText, to bytes: inout [UInt8]
    ) {
        switch form {
        case .boolean, .integer, .decimal: text.append(item, as: form, to: &bytes)
        case .float, .double:
            let isQuoted = isStrict && !item.float64.isFinite
            if isQuoted { bytes.append(0x22) }
            text.append(item, as: form, to: &bytes)
            if isQuoted { bytes.append(0x22) }
        case .text:
            bytes.append(0x22)
            JSONText.appendEscaped(item.bytes, to: &bytes)
            bytes.append(0x22)
        default:
            bytes.append(0x22)
            text.append(item, as: form, to: &bytes)
            bytes.append(0x22)
        }
    }

    // MARK: CAST

    private func appendCast(_ item: NestedItem, _ shape: Shape, _ text: ValueText, to bytes: inout [UInt8]) {
        guard !item.isNull else { return bytes.append(contentsOf: Self.nullWord) }
        switch shape {
        case .scalar(.boolean, _): bytes.append(contentsOf: item.bool ? Self.trueWord : Self.falseWord)
        // Byte strings are taken as UTF-8, as CAST takes them.
        case .scalar(.bytes, _): bytes.append(contentsOf: item.bytes)
        case .scalar(let form, _): text.append(item, as: form, to: &bytes)
        case .array(let element, let kind):
            let array = NestedReader(item).array(kind)
            bytes.append(0x5B)
            for index in 0..<array.count {
                if index > 0 { bytes.append(contentsOf: Self.separator) }
                appendCast(array[index], element, text, to: &bytes)
            }
            bytes.append(0x5D)
        case .map(let key, let value, let keyKind, let valueKind):
            let map = NestedReader(item).map(keyKind, valueKind)
            bytes.append(0x7B)
            for index in 0..<map.count {
                if index > 0 { bytes.append(contentsOf: Self.separator) }
                appendCast(map.keys[index], key, text, to: &bytes)
                bytes.append(0x3D)
                appendCast(map.values[index], value, text, to: &bytes)
            }
            bytes.append(0x7D)
        case .row(let fields, let layout):
            let reader = NestedReader(item)
            bytes.append(0x28)
            for (index, field) in fields.enumerated() {
                if index > 0 { bytes.append(contentsOf: Self.separator) }
                appendCast(reader.field(index, layout), field.shape, text, to: &bytes)
            }
            bytes.append(0x29)
        }
    }

    private static let separator: [UInt8] = [0x2C, 0x20]
    private static let nullWord = Array("NULL".utf8)
    private static let trueWord = Array("TRUE".utf8)
    private static let falseWord = Array("FALSE".utf8)
}
