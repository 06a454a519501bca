import Columnar
import Diagnostics

/// Casts between nested types, part by part, and casts of nested values to text.
///
/// The parts of all rows lie in one column, which the cast of the parts converts as any other.
enum NestedCasts {
    /// The kernel of a cast between nested types; nil when the bytes stay as they are.
    static func kernel(
        from: LogicalType, to: LogicalType, isTry: Bool, zone: TimeZoneRules
    ) throws(MillraceError) -> Kernel? {
        let parts: [PartCast]
        switch (from, to) {
        case (.array(let old), .array(let new)): parts = [try PartCast(old, new, zone)]
        case (.multiset(let old), .multiset(let new)):
            let count = DataType(.integer, isNullable: false)
            parts = [try PartCast(old, new, zone), try PartCast(count, count, zone)]
        case (.map(let oldKey, let oldValue), .map(let newKey, let newValue)):
            parts = [try PartCast(oldKey, newKey, zone), try PartCast(oldValue, newValue, zone)]
        case (.row(let old), .row(let new)) where old.count == new.count:
            var casts: [PartCast] = []
            for (first, second) in zip(old, new) { casts.append(try PartCast(first.type, second.type, zone)) }
            parts = casts
        default: throw MillraceError(.user, code: "unsupported_cast", "CAST from \(from) to \(to) is not supported")
        }
        if parts.allSatisfy({ $0.kernel == nil && $0.from.kind == $0.to.kind }) { return nil }
        let shape = Shape(from, to, parts)
        return { call throws(EvaluationError) in
            let memory = call.remembered { PartCalls(parts) }
            let argument = call[0]
            do throws(EvaluationError) {
                return try convert(call, argument, shape, memory, rows: 0..<call.rowCount)
            } catch {
                guard isTry else { throw error }
            }
            // Some row does not fit: each for itself, so that only those are NULL.
            let result = call.makeResult()
            for row in 0..<call.rowCount {
                guard let one = try? convert(call, argument, shape, memory, rows: row..<(row + 1)) else {
                    result.setNull(row)
                    continue
                }
                result.set(row, one.item(row))
                result.adoptOwners(of: one)
            }
            return result
        }
    }

    /// The cast of one part of a type.
    struct PartCast: Sendable {
        let from: DataType
        let to: DataType
        let kernel: Kernel?

        init(_ from: DataType, _ to: DataType, _ zone: TimeZoneRules) throws(MillraceError) {
            self.from = from
            self.to = to
            kernel = try CastSelection.kernel(from: from.logical, to: to.logical, isTry: false, zone: zone)
        }
    }

    private final class PartCalls {
        let calls: [KernelCall]
        init(_ parts: [PartCast]) { calls = parts.map { _ in KernelCall() } }
    }

    /// How values come apart and together again.
    private struct Shape: Sendable {
        enum Form: Sendable {
            case array, map
            case row(NestedRowLayout, NestedRowLayout)
        }
        let form: Form
        let parts: [PartCast]

        init(_ from: LogicalType, _ to: LogicalType, _ parts: [PartCast]) {
            self.parts = parts
            switch (from, to) {
            case (.row(let old), .row(let new)): form = .row(NestedRowLayout(old), NestedRowLayout(new))
            case (.array, _): form = .array
            default: form = .map
            }
        }
    }

    private static func convert(
        _ call: KernelCall, _ argument: KernelArgument, _ shape: Shape, _ memory: PartCalls, rows: Range<Int>
    ) throws(EvaluationError) -> Column {
        let operand = ItemOperand(argument)
        // The items of each part, and where those of each row begin.
        var items = shape.parts.map { _ in [NestedItem]() }
        var owners: [Int] = []
        var starts: [Int] = []
        for row in rows {
            starts.append(owners.count)
            let item = operand[row]
            guard !item.isNull else { continue }
            let reader = NestedReader(item)
            switch shape.form {
            case .array: items[0] += reader.array(shape.parts[0].from.kind).items
            case .map:
                let map = reader.map(shape.parts[0].from.kind, shape.parts[1].from.kind)
                items[0] += map.keys.items
                items[1] += map.values.items
            case .row(let old, _): for index in items.indices { items[index].append(reader.field(index, old)) }
            }
            while owners.count < (items.first?.count ?? 0) { owners.append(row) }
        }
        starts.append(owners.count)
        var columns: [Column] = []
        for (index, part) in shape.parts.enumerated() {
            columns.append(try cast(items[index], part, memory.calls[index], call, owners))
        }
        return assemble(call, operand, shape, columns, starts, rows)
    }

    /// The items of one part converted.
    private static func cast(
        _ items: [NestedItem], _ part: PartCast, _ inner: KernelCall, _ outer: KernelCall, _ owners: [Int]
    ) throws(EvaluationError) -> Column {
        let column = Column(part.from, capacity: max(1, items.count))
        for (index, item) in items.enumerated() { column.set(index, item) }
        guard let kernel = part.kernel, !items.isEmpty else { return column }
        inner.prepare(
            [KernelArgument(column: column, isConstant: false)], rowCount: items.count, type: part.to,
            context: outer.context, reusable: nil)
        defer { inner.finish() }
        do throws(EvaluationError) {
            return try kernel(inner)
        } catch {
            throw EvaluationError(
                row: error.row < owners.count ? owners[error.row] : 0, error.message, hint: error.hint)
        }
    }

    private static func assemble(
        _ call: KernelCall, _ operand: ItemOperand, _ shape: Shape, _ columns: [Column], _ starts: [Int],
        _ rows: Range<Int>
    ) -> Column {
        // What `makeNested` copies is owned by the operand and by `columns`, which live until here.
        makeNested(call) { row, bytes in
            guard rows.contains(row), !operand[row].isNull else { return false }
            let index = row - rows.lowerBound
            let range = starts[index]..<starts[index + 1]
            switch shape.form {
            case .array:
                NestedWriter.appendArray(range.map { columns[0].item($0) }, shape.parts[0].to.kind, to: &bytes)
            case .map:
                NestedWriter.appendMap(
                    keys: range.map { columns[0].item($0) }, values: range.map { columns[1].item($0) },
                    shape.parts[0].to.kind, shape.parts[1].to.kind, to: &bytes)
            case .row(_, let new):
                NestedWriter.appendRow(columns.map { $0.item(range.lowerBound) }, new, to: &bytes)
            }
            return true
        }
    }

    /// CAST of a nested value to text.
    static func write(from: LogicalType, to: LogicalType, zone: TimeZoneRules) -> Kernel {
        var limit = LogicalType.unboundedLength
        var padding: UInt8?
        if case .varchar(let length) = to { limit = length }
        if case .char(let length) = to { (limit, padding) = (length, 0x20) }
        let writer = ValueText(zone: zone)
        let nested = NestedText(from)
        return { [limit, padding] call in
            let values = ItemOperand(call[0])
            var bytes: [UInt8] = []
            return makeTexts(call) { row, heap in
                bytes.removeAll(keepingCapacity: true)
                nested.append(values[row], .cast, writer, to: &bytes)
                guard bytes.count <= longestMadeText else { return nil }
                let view = heap.item(bytes)
                let start = view.bytes
                guard let base = start.baseAddress else { return TextView() }
                return TextCasts.fit(TextBytes(start: base, count: start.count), limit, padding, heap)
            }
        }
    }
}
