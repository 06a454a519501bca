import Columnar
import Diagnostics

/// How the values of one schema become those of a column's type. Made once; what does not fit is refused then.
indirect enum AvroStep: Sendable {
    case null
    case boolean
    /// An int or long, times `multiplier`, divided by `divisor`, cut to `bits`.
    case integer(multiplier: Int64, divisor: Int64, bits: Int)
    /// An int or long times `unit`, as nanoseconds.
    case wideTime(unit: Int64)
    /// An int or long as a number with a fraction.
    case integerAsFloat
    case float, double
    case bytes
    case fixed(Int)
    case symbols([[UInt8]])
    /// The digits of a decimal: `size` bytes, or as many as the value says.
    case decimal(size: Int?, from: Int, precision: Int, scale: Int)
    case array(AvroStep, PhysicalKind)
    case map(AvroStep, PhysicalKind)
    case union([AvroStep])
    /// The fields of a record in the order of the file: into which field of the ROW, or skipped.
    case row([(step: AvroStep, target: Int?)], NestedRowLayout)
    case skip(AvroSchema)

    /// A value of the schema as one of the type; `path` names it in messages.
    static func make(_ schema: AvroSchema, _ type: LogicalType, _ path: String) throws(MillraceError) -> AvroStep {
        if case .union(let branches) = schema {
            var steps: [AvroStep] = []
            for branch in branches { steps.append(try make(branch, type, path)) }
            return .union(steps)
        }
        if schema == .null { return .null }
        if let step = scalar(schema, type) { return step }
        switch (schema, type) {
        case (.array(let element), .array(let wanted)):
            return .array(try make(element, wanted.logical, path + "[]"), wanted.kind)
        case (.map(let value), .map(let key, let wanted)) where key.kind == .text && !key.logical.isCollection:
            return .map(try make(value, wanted.logical, path + "{}"), wanted.kind)
        case (.map(let value), .multiset(let element)) where element.kind == .text && !element.logical.isCollection:
            return .map(try make(value, .integer, path + "{}"), .int64)
        case (.record(_, let parts), .row(let fields)):
            var steps: [(AvroStep, Int?)] = []
            for part in parts {
                if let target = fields.firstIndex(where: { $0.name == part.name }) {
                    steps.append(
                        (try make(part.schema, fields[target].type.logical, "\(path).\(part.name)"), target))
                } else {
                    steps.append((.skip(part.schema), nil))
                }
            }
            return .row(steps, NestedRowLayout(fields))
        default:
            throw MillraceError(
                .user, code: "bad_schema", "'\(path)' is \(schema.text) in the file, and the table says \(type)")
        }
    }

    private static func scalar(_ schema: AvroSchema, _ type: LogicalType) -> AvroStep? {
        switch (schema, type) {
        case (.boolean, .boolean): return .boolean
        case (.int(let meaning), _), (.long(let meaning), _): return integer(meaning, type)
        case (.float, .float), (.float, .double): return .float
        case (.double, .double): return .double
        case (.string, .char), (.string, .varchar), (.bytes, .char), (.bytes, .varchar): return .bytes
        case (.string, .binary), (.string, .varbinary), (.bytes, .binary), (.bytes, .varbinary): return .bytes
        case (.bytes(.decimal(_, let from)), .decimal(let precision, let scale)):
            return .decimal(size: nil, from: from, precision: precision, scale: scale)
        case (.fixed(_, let size, .decimal(_, let from)), .decimal(let precision, let scale)):
            return .decimal(size: size, from: from, precision: precision, scale: scale)
        case (.fixed(_, let size, _), .binary), (.fixed(_, let size, _), .varbinary),
            (.fixed(_, let size, _), .varchar):
            return .fixed(size)
        case (.enumeration(_, let symbols), .char), (.enumeration(_, let symbols), .varchar):
            return .symbols(symbols.map { Array($0.utf8) })
        default: return nil
        }
    }

    private static func integer(_ meaning: AvroSchema.Meaning, _ type: LogicalType) -> AvroStep? {
        switch type {
        case .tinyint: return .integer(multiplier: 1, divisor: 1, bits: 8)
        case .smallint: return .integer(multiplier: 1, divisor: 1, bits: 16)
        case .integer: return .integer(multiplier: 1, divisor: 1, bits: 32)
        case .bigint, .date: return .integer(multiplier: 1, divisor: 1, bits: 64)
        case .float, .double: return .integerAsFloat
        case .time: return .integer(multiplier: 1, divisor: meaning == .timeMicroseconds ? 1_000 : 1, bits: 64)
        case .timestamp(let precision), .timestampLTZ(let precision):
            if type.isWideTimestamp { return .wideTime(unit: nanoseconds(meaning)) }
            switch meaning {
            case .instantMicroseconds, .localMicroseconds: return .integer(multiplier: 1, divisor: 1, bits: 64)
            case .instantNanoseconds, .localNanoseconds: return .integer(multiplier: 1, divisor: 1_000, bits: 64)
            case .plain where precision > 3: return .integer(multiplier: 1, divisor: 1, bits: 64)
            default: return .integer(multiplier: 1_000, divisor: 1, bits: 64)
            }
        default: return nil
        }
    }

    /// Nanoseconds of one unit of a long that is a time of high precision.
    private static func nanoseconds(_ meaning: AvroSchema.Meaning) -> Int64 {
        switch meaning {
        case .instantNanoseconds, .localNanoseconds: 1
        case .instantMilliseconds, .localMilliseconds: 1_000_000
        default: 1_000
        }
    }

    // MARK: Reading

    /// The next value; nil when the bytes are damaged. Texts point into the input, what is made lies in `heap`.
    func item(_ cursor: inout AvroCursor, _ heap: ByteHeap, depth: Int = 0) -> NestedItem? {
        switch self {
        case .null: return .null
        case .boolean: return cursor.byte().map { NestedItem($0 != 0) }
        case .integer(let multiplier, let divisor, let bits):
            guard let value = cursor.long() else { return nil }
            let scaled = divisor > 1 ? floorDivide(value, divisor) : value &* multiplier
            let unused = Int64(64 &- bits)
            return NestedItem((scaled << unused) >> unused)
        case .wideTime(let unit): return cursor.long().map { NestedItem(Int128($0) &* Int128(unit)) }
        case .integerAsFloat: return cursor.long().map { NestedItem(Double($0)) }
        case .float: return cursor.fixed32().map { NestedItem(Double(Float(bitPattern: $0))) }
        case .double: return cursor.fixed64().map { NestedItem(Double(bitPattern: $0)) }
        case .bytes:
            guard let count = cursor.long(), let start = cursor.take(count) else { return nil }
            return NestedItem(start, count: Int(count))
        case .fixed(let size): return cursor.take(Int64(size)).map { NestedItem($0, count: size) }
        case .symbols(let symbols):
            guard let index = cursor.long(), symbols.indices.contains(Int(clamping: index)) else { return nil }
            return heap.item(symbols[Int(index)])
        case .decimal(let size, let from, let precision, let scale):
            guard let count = size.map(Int64.init) ?? cursor.long(), let start = cursor.take(count) else { return nil }
            return Self.decimal(start, Int(count), from: from, precision: precision, scale: scale)
        case .union(let steps):
            guard let index = cursor.long(), steps.indices.contains(Int(clamping: index)) else { return nil }
            return steps[Int(index)].item(&cursor, heap, depth: depth)
        case .skip(let schema): return cursor.skip(schema) ? .null : nil
        case .array(let step, let kind): return array(step, kind, &cursor, heap, depth)
        case .map(let step, let kind): return map(step, kind, &cursor, heap, depth)
        case .row(let steps, let layout):
            var items = [NestedItem](repeating: .null, count: layout.kinds.count)
            for (step, target) in steps {
                guard let item = step.item(&cursor, heap, depth: depth &+ 1) else { return nil }
                if let target { items[target] = item }
            }
            var bytes: [UInt8] = []
            NestedWriter.appendRow(items, layout, to: &bytes)
            return heap.item(bytes)
        }
    }

    /// Elements that one value may have; damaged counts would otherwise take all memory.
    private static let mostElements = 1 << 20

    private func array(
        _ step: AvroStep, _ kind: PhysicalKind, _ cursor: inout AvroCursor, _ heap: ByteHeap, _ depth: Int
    ) -> NestedItem? {
        var items: [NestedItem] = []
        while let count = cursor.blockCount() {
            if count == 0 {
                var bytes: [UInt8] = []
                NestedWriter.appendArray(items, kind, to: &bytes)
                return bytes.count <= NestedWriter.longestValue ? heap.item(bytes) : nil
            }
            guard count <= Int64(Self.mostElements &- items.count) else { return nil }
            for _ in 0..<count {
                guard let item = step.item(&cursor, heap, depth: depth &+ 1) else { return nil }
                items.append(item)
            }
        }
        return nil
    }

    private func map(
        _ step: AvroStep, _ kind: PhysicalKind, _ cursor: inout AvroCursor, _ heap: ByteHeap, _ depth: Int
    ) -> NestedItem? {
        var keys: [NestedItem] = []
        var values: [NestedItem] = []
        while let count = cursor.blockCount() {
            if count == 0 {
                var bytes: [UInt8] = []
                NestedWriter.appendMap(keys: keys, values: values, .text, kind, to: &bytes)
                return bytes.count <= NestedWriter.longestValue ? heap.item(bytes) : nil
            }
            guard count <= Int64(Self.mostElements &- keys.count) else { return nil }
            for _ in 0..<count {
                guard let key = AvroStep.bytes.item(&cursor, heap),
                    let value = step.item(&cursor, heap, depth: depth &+ 1)
                else { return nil }
                keys.append(key)
                values.append(value)
            }
        }
        return nil
    }

    /// The number in big-endian bytes, brought to the scale; NULL when it does not fit.
    private static func decimal(
        _ bytes: UnsafePointer<UInt8>, _ count: Int, from: Int, precision: Int, scale: Int
    ) -> NestedItem {
        guard count > 0 else { return NestedItem(Int128(0)) }
        var value: Int128 = bytes[0] >= 0x80 ? -1 : 0
        for index in 0..<count {
            let shifted = value.multipliedReportingOverflow(by: 256)
            guard !shifted.overflow else { return .null }
            value = shifted.partialValue | Int128(bytes[index])
        }
        for _ in 0..<max(0, scale &- from) {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            guard !overflow else { return .null }
            value = product
        }
        for step in 0..<max(0, from &- scale) {
            // Half up, once: at the last digit that goes.
            let isLast = step == from &- scale &- 1
            let digit = value % 10
            value /= 10
            if isLast, digit >= 5 { value += 1 }
            if isLast, digit <= -5 { value -= 1 }
        }
        var limit: Int128 = 1
        for _ in 0..<min(38, precision) { limit *= 10 }
        return value < limit && value > -limit ? NestedItem(value) : .null
    }
}

extension LogicalType {
    /// Types whose bytes are no text.
    fileprivate var isCollection: Bool {
        switch self {
        case .array, .map, .multiset, .row: true
        default: false
        }
    }
}
