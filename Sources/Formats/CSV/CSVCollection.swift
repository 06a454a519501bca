import CSimdjson
import Columnar
import Diagnostics
import Glibc

/// How a field that holds several values is read: an ARRAY of scalars, or a ROW of them, between delimiters.
struct CSVCollection {
    let type: DataType
    /// What each part is read as; an ARRAY has one for all.
    private let parts: [ColumnTarget]
    /// nil for an ARRAY.
    private let layout: NestedRowLayout?
    private let delimiter: [UInt8]
    /// The text that stands for NULL, for a part as for a whole field.
    private let null: [UInt8]?

    /// nil for types that are no collection; throws for those that cannot be read.
    init?(_ field: Field, _ settings: CSVSettings) throws(MillraceError) {
        try CSVTypes.check(field)
        switch field.type.logical {
        case .array(let element):
            parts = [try ColumnTarget(Field(field.name, element), isISO: false)]
            layout = nil
        case .row(let fields):
            var targets: [ColumnTarget] = []
            for part in fields {
                targets.append(try ColumnTarget(Field("\(field.name).\(part.name)", part.type), isISO: false))
            }
            parts = targets
            layout = NestedRowLayout(fields)
        default: return nil
        }
        type = field.type
        delimiter = settings.elementDelimiter
        null = settings.nullLiteral
    }

    /// Appends the value of a text; false when a part of it is none. `heap` keeps parts while they are needed.
    func append(_ text: UnsafePointer<UInt8>, _ count: Int, _ heap: ByteHeap, to bytes: inout [UInt8]) -> Bool {
        var items: [NestedItem] = []
        if count > 0 || layout != nil {
            var from = 0
            while true {
                let end = next(text, count, from: from)
                let place = layout == nil ? 0 : items.count
                guard parts.indices.contains(place),
                    let item = item(text + from, end - from, parts[place], heap)
                else { return false }
                items.append(item)
                if end == count { break }
                from = end + delimiter.count
            }
        }
        if let layout {
            while items.count < parts.count { items.append(.null) }
            NestedWriter.appendRow(items, layout, to: &bytes)
        } else if let element = parts.first {
            NestedWriter.appendArray(items, element.field.type.kind, to: &bytes)
        }
        return bytes.count <= NestedWriter.longestValue
    }

    /// Where the part that begins at `from` ends.
    private func next(_ text: UnsafePointer<UInt8>, _ count: Int, from: Int) -> Int {
        var index = from
        while !delimiter.isEmpty, index + delimiter.count <= count {
            if memcmp(text + index, delimiter, delimiter.count) == 0 { return index }
            index += 1
        }
        return count
    }

    private func item(
        _ text: UnsafePointer<UInt8>, _ count: Int, _ target: ColumnTarget, _ heap: ByteHeap
    ) -> NestedItem? {
        if let null, null.count == count, memcmp(text, null, count) == 0 { return .null }
        if target.isText { return NestedItem(text, count: count) }
        if target.isBytes {
            let copy = heap.allocate(count + 4)
            let decoded = millrace_base64(text, count, copy)
            return decoded < 0 ? nil : NestedItem(copy, count: decoded)
        }
        let column = Column(target.field.type, capacity: 1)
        var native = target.native
        switch millrace_store_value(&native, column.values, 0, text, count, MILLRACE_FORM_TEXT) {
        case 0: return column.item(0)
        case 1: return .null
        default: return nil
        }
    }
}
