import Columnar
import Diagnostics
import StreamSQL

/// A row for each element of a collection column; rows keep their kinds.
///
/// Without state: what takes a row back takes back the same elements in the same order.
final class UnnestOperator: Operator {
    /// How the elements of a collection become columns.
    private enum Shape {
        case values(PhysicalKind)
        case rows(NestedRowLayout)
        case entries(PhysicalKind, PhysicalKind)
        /// Each element as often as it is counted.
        case counted(PhysicalKind, NestedRowLayout?)
    }

    private let plan: UnnestPlan
    private let fields: [Field]
    private let shape: Shape
    /// Position among all columns of an element of each column that is made.
    private let elements: [Int]
    /// Which of those is the ordinality; -1 for none.
    private let ordinal: Int

    /// The input row of each row to come, and the items of each column.
    private var parents: [Int32] = []
    private var items: [[NestedItem]]

    /// One element of a multiset gives so many rows at most.
    private static let mostCopies: Int64 = 1 << 20

    init(_ plan: UnnestPlan) {
        self.plan = plan
        fields = plan.fields
        elements = plan.elements
        let values = UnnestPlan.elementFields(of: plan.type, withOrdinality: false).count
        ordinal = plan.withOrdinality ? values : -1
        items = plan.elements.map { _ in [] }
        switch plan.type {
        case .array(let element):
            if case .row(let parts) = element.logical {
                shape = .rows(NestedRowLayout(parts))
            } else {
                shape = .values(element.kind)
            }
        case .map(let key, let value): shape = .entries(key.kind, value.kind)
        case .multiset(let element):
            var layout: NestedRowLayout?
            if case .row(let parts) = element.logical { layout = NestedRowLayout(parts) }
            shape = .counted(element.kind, layout)
        default: shape = .values(.int64)
        }
    }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws {
        guard batch.columns.indices.contains(plan.column) else { return }
        let source = batch.columns[plan.column]
        for row in 0..<batch.rowCount {
            let item = source.item(row)
            var isEmpty = true
            if !item.isNull { isEmpty = try unnest(NestedReader(item), row, batch, output) == 0 }
            if isEmpty, plan.isLeft { try add(row, .null, .null, place: nil, batch, output) }
        }
        try emit(batch, output)
    }

    /// Adds the rows of one collection; returns how many.
    private func unnest(_ value: NestedReader, _ row: Int, _ batch: Batch, _ output: NodeRuntime) throws -> Int {
        var count = 0
        switch shape {
        case .values(let kind):
            let array = value.array(kind)
            for index in 0..<array.count { try add(row, array[index], .null, place: index, batch, output) }
            count = array.count
        case .rows(let layout):
            let array = value.array(.text)
            for index in 0..<array.count where !array[index].isNull {
                try addFields(row, array[index], layout, place: index, batch, output)
                count += 1
            }
        case .entries(let keyKind, let valueKind):
            let map = value.map(keyKind, valueKind)
            for index in 0..<map.count {
                try add(row, map.keys[index], map.values[index], place: index, batch, output)
            }
            count = map.count
        case .counted(let kind, let layout):
            let map = value.map(kind, .int64)
            for index in 0..<map.count {
                let copies = map.values[index].isNull ? 0 : map.values[index].int64
                guard copies <= Self.mostCopies else {
                    throw MillraceError(
                        .user, code: "evaluation_failed", "UNNEST of a MULTISET with \(copies) copies of one element")
                }
                for _ in 0..<max(0, copies) {
                    let element = map.keys[index]
                    if let layout {
                        if element.isNull { continue }
                        try addFields(row, element, layout, place: count, batch, output)
                    } else {
                        try add(row, element, .null, place: count, batch, output)
                    }
                    count += 1
                }
            }
        }
        return count
    }

    private func add(
        _ row: Int, _ first: NestedItem, _ second: NestedItem, place: Int?, _ batch: Batch, _ output: NodeRuntime
    ) throws {
        for (index, element) in elements.enumerated() {
            if element == ordinal {
                items[index].append(place.map { NestedItem(Int64($0) + 1) } ?? .null)
            } else {
                items[index].append(place == nil ? .null : element == 0 ? first : second)
            }
        }
        try finishRow(row, batch, output)
    }

    private func addFields(
        _ row: Int, _ value: NestedItem, _ layout: NestedRowLayout, place: Int, _ batch: Batch, _ output: NodeRuntime
    ) throws {
        let reader = NestedReader(value)
        for (index, element) in elements.enumerated() {
            items[index].append(element == ordinal ? NestedItem(Int64(place) + 1) : reader.field(element, layout))
        }
        try finishRow(row, batch, output)
    }

    private func finishRow(_ row: Int, _ batch: Batch, _ output: NodeRuntime) throws {
        parents.append(Int32(truncatingIfNeeded: row))
        if parents.count == Limits.batchRows { try emit(batch, output) }
    }

    private func emit(_ batch: Batch, _ output: NodeRuntime) throws {
        let count = parents.count
        guard count > 0 else { return }
        let source = batch.columns[plan.column]
        var columns: [Column] = []
        parents.withUnsafeBufferPointer { rows in
            guard let base = rows.baseAddress else { return }
            for position in plan.kept { columns.append(gather(batch.columns[position], rows: base, count: count)) }
        }
        for (index, field) in fields.enumerated() {
            let column = Column(field.type, capacity: count)
            for row in 0..<count { column.set(row, items[index][row]) }
            if column.kind == .text { column.adoptOwners(of: source) }
            columns.append(column)
            items[index].removeAll(keepingCapacity: true)
        }
        let kinds = batch.kinds.map { old in parents.map { old[Int($0)] } }
        parents.removeAll(keepingCapacity: true)
        try output.emit(
            Batch(columns: columns, rowCount: count, kinds: kinds, retainedBytes: batch.retainedBytes))
    }
}
