import Columnar
import Digests
import StreamSQL

/// JSON_OBJECT, JSON_ARRAY and JSON_STRING.
enum JSONBuildingKernels {
    /// A value of a column as JSON.
    struct ValueForm: Sendable {
        private enum Shape: Sendable {
            case json, quoted, binary, boolean, number, time, timestamp
            case nested(NestedText)
        }

        private let shape: Shape
        private let form: ValueText.Form
        private let isFloating: Bool
        private let writer: ValueText

        /// `isJSON`: the text is JSON already and goes in as it is.
        init(_ type: LogicalType, isJSON: Bool, zone: TimeZoneRules) {
            form = ValueText.Form(type)
            isFloating = type == .float || type == .double
            switch type {
            case .char, .varchar: shape = isJSON ? .json : .quoted
            case .binary, .varbinary: shape = .binary
            case .boolean: shape = .boolean
            case .timestamp, .timestampLTZ: shape = .timestamp
            case .date, .time, .intervalMonths, .intervalMilliseconds: shape = .time
            case .array, .map, .multiset, .row: shape = .nested(NestedText(type))
            default: shape = .number
            }
            // Instants are written in UTC, with a Z.
            var isInstant = false
            if case .timestampLTZ = type { isInstant = true }
            writer = ValueText(zone: isInstant ? .utc : zone)
            self.isInstant = isInstant
        }

        private let isInstant: Bool

        /// The value of a row that is not NULL.
        func append(_ column: Column, _ row: Int, to bytes: inout [UInt8]) {
            switch shape {
            case .json: bytes.append(text(column, row))
            case .quoted:
                let text = text(column, row)
                JSONWriter.appendQuoted(UnsafeBufferPointer(start: text.start, count: text.count), to: &bytes)
            case .binary:
                bytes.append(0x22)
                Base64.append(text(column, row).buffer, to: &bytes)
                bytes.append(0x22)
            case .boolean: bytes += Array((column.bit(row) ? "true" : "false").utf8)
            case .number:
                let isQuoted = isFloating && !column.float64[row].isFinite
                if isQuoted { bytes.append(0x22) }
                writer.append(column, row, as: form, to: &bytes)
                if isQuoted { bytes.append(0x22) }
            case .time:
                bytes.append(0x22)
                writer.append(column, row, as: form, to: &bytes)
                bytes.append(0x22)
            case .nested(let text): text.append(column.item(row), .strictJSON, writer, to: &bytes)
            case .timestamp: appendTimestamp(column, row, to: &bytes)
            }
        }

        /// With a T between day and time, and only the digits it needs.
        private func appendTimestamp(_ column: Column, _ row: Int, to bytes: inout [UInt8]) {
            bytes.append(0x22)
            let start = bytes.count
            writer.append(column, row, as: form, to: &bytes)
            if let blank = bytes[start...].firstIndex(of: 0x20) { bytes[blank] = 0x54 }
            if bytes[start...].contains(0x2E) {
                while bytes.last == 0x30 { bytes.removeLast() }
                if bytes.last == 0x2E { bytes.removeLast() }
            }
            if isInstant { bytes.append(0x5A) }
            bytes.append(0x22)
        }

        private func text(_ column: Column, _ row: Int) -> TextBytes {
            let place = UnsafePointer(column.text + row)
            return TextBytes(start: TextView.bytes(at: place), count: place.pointee.count)
        }
    }

    /// JSON_OBJECT(letters, name, value, name, value, …): members in the order of their names, the last of equal ones.
    static func object(_ forms: [ValueForm], skipsNulls: Bool) -> Kernel {
        { call in
            build(call) { row, bytes in
                var members: [(name: [UInt8], index: Int)] = []
                for index in stride(from: 1, to: call.arguments.count - 1, by: 2) {
                    let key = call[index]
                    guard key.column.isValid(row & key.rowMask) else { continue }
                    if skipsNulls, !isValid(call, index + 1, row) { continue }
                    let name = TextOperand(key)[row]
                    members.append((Array(UnsafeBufferPointer(start: name.start, count: name.count)), index + 1))
                }
                bytes.append(0x7B)
                for (position, member) in JSONWriter.inOrder(members, by: \.name).enumerated() {
                    if position > 0 { bytes.append(0x2C) }
                    JSONWriter.appendQuoted(member.name, to: &bytes)
                    bytes.append(0x3A)
                    append(call, member.index, row, forms[member.index / 2 - 1], &bytes)
                }
                bytes.append(0x7D)
                return true
            }
        }
    }

    /// JSON_ARRAY(letters, value, …).
    static func array(_ forms: [ValueForm], skipsNulls: Bool) -> Kernel {
        { call in
            build(call) { row, bytes in
                bytes.append(0x5B)
                var isFirst = true
                for index in 1..<max(1, call.arguments.count) where !skipsNulls || isValid(call, index, row) {
                    if !isFirst { bytes.append(0x2C) }
                    isFirst = false
                    append(call, index, row, forms[index - 1], &bytes)
                }
                bytes.append(0x5D)
                return true
            }
        }
    }

    /// JSON_STRING(value): NULL for NULL.
    static func string(_ form: ValueForm) -> Kernel {
        { call in
            build(call) { row, bytes in
                guard isValid(call, 0, row) else { return false }
                append(call, 0, row, form, &bytes)
                return true
            }
        }
    }

    private static func isValid(_ call: KernelCall, _ index: Int, _ row: Int) -> Bool {
        call[index].column.isValid(row & call[index].rowMask)
    }

    private static func append(
        _ call: KernelCall, _ index: Int, _ row: Int, _ form: ValueForm, _ bytes: inout [UInt8]
    ) {
        let place = row & call[index].rowMask
        if call[index].column.isValid(place) {
            form.append(call[index].column, place, to: &bytes)
        } else {
            bytes += Array("null".utf8)
        }
    }

    private static func build(_ call: KernelCall, _ body: (Int, inout [UInt8]) -> Bool) -> Column {
        let result = call.makeResult()
        let heap = ByteHeap()
        var bytes: [UInt8] = []
        for row in 0..<call.rowCount {
            bytes.removeAll(keepingCapacity: true)
            if body(row, &bytes), bytes.count <= longestMadeText {
                result.text[row] = heap.add(bytes)
            } else {
                result.setNull(row)
            }
        }
        if heap.allocatedBytes > 0 { result.owners.append(heap) }
        return result
    }
}
