import Columnar
import Diagnostics
import StreamSQL

/// Equi-join of a stream (input 0) with a table that is read whole first (input 1).
///
/// The pipeline reads input 1 to its end before the first row of input 0. What was read is not part of an epoch:
/// it is read anew at each start.
final class JoinOperator: Operator {
    private let plan: JoinPlan
    private let rightFields: [Field]
    private var table: GroupTable
    private var rightColumns: [GrowableColumn]
    private let seed: UInt64
    /// First row of a key, and the next row of the same key; -1 ends the list.
    private var firstRow: [Int32] = []
    private var nextRow: [Int32] = []
    private let residual: ExpressionEvaluator?

    init(
        _ plan: JoinPlan, leftFields: [Field], rightFields: [Field], timeZone: String, seed: UInt64,
        context: EvaluationContext
    ) throws {
        self.plan = plan
        self.rightFields = rightFields
        self.seed = seed
        table = GroupTable(keyTypes: plan.rightKeys.map { rightFields[$0].type.nullable(true) }, seed: seed)
        rightColumns = rightFields.map { GrowableColumn($0.type.nullable(true)) }
        residual = try plan.residual.map {
            ExpressionEvaluator(try ExpressionProgram.compile([$0], timeZone: timeZone), environment: context)
        }
    }

    /// Forgets the rows of the right side.
    func removeAll() {
        table = GroupTable(keyTypes: table.keyTypes, seed: seed)
        rightColumns = rightFields.map { GrowableColumn($0.type.nullable(true)) }
        firstRow.removeAll(keepingCapacity: true)
        nextRow.removeAll(keepingCapacity: true)
    }

    /// The rows of the right side that have one of these keys, key after key.
    func rows(withKeys keys: [Column], count: Int) -> Batch {
        var found: [Int32] = []
        for group in groups(of: keys, count: count) where group >= 0 {
            var row = firstRow[Int(group)]
            while row >= 0 {
                found.append(row)
                row = nextRow[Int(row)]
            }
        }
        return Batch(columns: rightColumns.map { $0.gathered(found) }, rowCount: found.count)
    }

    /// The rows of a batch of the left side that have no partner by their keys though none of these is NULL.
    func missing(_ batch: Batch) -> [Int32] {
        let keys = plan.leftKeys.map { batch.columns[$0] }
        return groups(of: keys, count: batch.rowCount).enumerated().compactMap { row, group in
            let isKnown = group >= 0 && firstRow[Int(group)] >= 0
            return isKnown || keys.contains { !$0.isValid(row) } ? nil : Int32(truncatingIfNeeded: row)
        }
    }

    private func groups(of keys: [Column], count: Int) -> [Int32] {
        var groups = [Int32](repeating: -1, count: count)
        groups.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            table.find(keys, rowCount: count, groups: base, nullSafe: plan.nullSafe)
        }
        return groups
    }

    var stateRows: Int { nextRow.count }
    var stateBytes: Int { rightColumns.reduce(table.byteSize + nextRow.count * 8) { $0 + $1.byteSize } }

    func process(_ batch: Batch, input: Int, output: NodeRuntime) throws {
        if input == 1 { add(batch) } else { try probe(batch, output) }
    }

    /// Adds rows of the right side.
    func add(_ batch: Batch) {
        var groups = [Int32](repeating: 0, count: batch.rowCount)
        groups.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            table.assign(plan.rightKeys.map { batch.columns[$0] }, rowCount: batch.rowCount, groups: base)
        }
        while firstRow.count < table.count { firstRow.append(-1) }
        // Backwards, so that the list of a key, which grows at its head, keeps the order of arrival in a batch.
        let base = nextRow.count
        nextRow.append(contentsOf: repeatElement(-1, count: batch.rowCount))
        for row in stride(from: batch.rowCount - 1, through: 0, by: -1) {
            nextRow[base + row] = firstRow[Int(groups[row])]
            firstRow[Int(groups[row])] = Int32(truncatingIfNeeded: base + row)
        }
        for (index, column) in rightColumns.enumerated() {
            for row in 0..<batch.rowCount { column.append(batch.columns[index], row: row) }
        }
    }

    private func probe(_ batch: Batch, _ output: NodeRuntime) throws {
        let groups = groups(of: plan.leftKeys.map { batch.columns[$0] }, count: batch.rowCount)
        var left: [Int32] = []
        var right: [Int32] = []
        var firstLeft = 0
        for row in 0..<batch.rowCount {
            var match = groups[row] < 0 ? -1 : firstRow[Int(groups[row])]
            while match >= 0 {
                left.append(Int32(truncatingIfNeeded: row))
                right.append(match)
                match = nextRow[Int(match)]
            }
            // A key with many partners must not become one huge list of pairs.
            if left.count >= Limits.batchRows || row == batch.rowCount - 1 {
                try emit(batch, firstLeft..<(row + 1), &left, &right, output)
                firstLeft = row + 1
            }
        }
    }

    /// Emits the pairs of a range of rows of the left side.
    private func emit(
        _ batch: Batch, _ rows: Range<Int>, _ left: inout [Int32], _ right: inout [Int32], _ output: NodeRuntime
    ) throws {
        if residual != nil { try filterResidual(batch, &left, &right) }
        if plan.kind == .left { addUnmatched(rows, &left, &right) }
        for start in stride(from: 0, to: left.count, by: 4_096) {
            let end = min(start + 4_096, left.count)
            try output.emit(joined(batch, Array(left[start..<end]), Array(right[start..<end])))
        }
        left.removeAll(keepingCapacity: true)
        right.removeAll(keepingCapacity: true)
    }

    private func filterResidual(_ batch: Batch, _ left: inout [Int32], _ right: inout [Int32]) throws {
        guard let residual, !left.isEmpty else { return }
        let pairs = joined(batch, left, right)
        var rows = [Int32](repeating: 0, count: left.count)
        let kept = try rows.withUnsafeMutableBufferPointer { try residual.select(pairs, into: $0.baseAddress!) }
        left = rows.prefix(kept).map { left[Int($0)] }
        right = rows.prefix(kept).map { right[Int($0)] }
    }

    /// Rows of the left side without a match, in their place in the order of the left side.
    private func addUnmatched(_ rows: Range<Int>, _ left: inout [Int32], _ right: inout [Int32]) {
        var allLeft: [Int32] = []
        var allRight: [Int32] = []
        var position = 0
        for row in Int32(truncatingIfNeeded: rows.lowerBound)..<Int32(truncatingIfNeeded: rows.upperBound) {
            if position == left.count || left[position] != row {
                allLeft.append(row)
                allRight.append(-1)
            }
            while position < left.count && left[position] == row {
                allLeft.append(row)
                allRight.append(right[position])
                position += 1
            }
        }
        left = allLeft
        right = allRight
    }

    private func joined(_ batch: Batch, _ left: [Int32], _ right: [Int32]) -> Batch {
        let result = left.withUnsafeBufferPointer { gather(batch, rows: $0.baseAddress!, count: $0.count) }
        let hasUnmatched = right.contains(-1)
        for column in rightColumns {
            if !hasUnmatched {
                result.columns.append(column.gathered(right))
                continue
            }
            let padded = GrowableColumn(column.type, capacity: right.count)
            for row in right {
                if row < 0 { padded.appendNull() } else { padded.append(column.column, row: Int(row)) }
            }
            result.columns.append(padded.column)
        }
        return result
    }
}
