import Columnar
import Diagnostics
import StreamSQL

/// Finds the partners of rows and builds the rows that a join emits.
final class JoinPairing {
    private let state: JoinState
    private let leftTypes: [DataType]
    private let rightTypes: [DataType]
    private let residual: ExpressionEvaluator?
    /// The joined columns that the residual condition reads.
    private let residualColumns: [Int]
    /// Pairs that were found and not passed on yet.
    private let found: (rows: UnsafeMutablePointer<Int32>, partners: UnsafeMutablePointer<Int32>)

    init(_ state: JoinState, timeZone: String, context: EvaluationContext) throws {
        self.state = state
        leftTypes = state.stores[0].types
        rightTypes = state.stores[1].types
        residualColumns = (state.plan.residual.map { Self.columns(of: $0) } ?? []).sorted()
        let places = Dictionary(uniqueKeysWithValues: residualColumns.enumerated().map { ($0.element, $0.offset) })
        residual = try state.plan.residual.map { condition in
            let narrow = condition.shifted { places[$0] ?? 0 }
            return ExpressionEvaluator(
                try ExpressionProgram.compile([narrow], timeZone: timeZone), environment: context)
        }
        found = (.allocate(capacity: Limits.batchRows), .allocate(capacity: Limits.batchRows))
    }

    deinit {
        found.rows.deallocate()
        found.partners.deallocate()
    }

    private static func columns(of expression: PlanExpression) -> Set<Int> {
        var result: Set<Int> = []
        expression.forEachColumn { result.insert($0) }
        return result
    }

    /// Calls `body` with pairs of a row of the batch and a row of the other side that belong together, a bounded
    /// number at a time. `hashes` are the key hashes of all rows of the batch, `known` the keys of the rows where they were
    /// looked up already.
    func forEach(
        _ batch: Batch, _ side: Int, rows chosen: [Int32], hashes: [UInt64], found known: [Int32]? = nil,
        _ body: (_ rows: [Int32], _ partners: [Int32]) throws -> Void
    ) throws {
        let other = 1 - side
        guard state.stores[other].liveCount > 0 else { return }
        let (rows, partners) = found
        var count = 0
        let keys = known ?? state.keys(of: batch, side, rows: chosen, hashes: hashes)
        for (position, key) in keys.enumerated() where key >= 0 {
            var partner = state.head(key, other)
            while partner >= 0 {
                rows[count] = chosen[position]
                partners[count] = partner
                count &+= 1
                if count == Limits.batchRows {
                    try pass(batch, side, count, body)
                    count = 0
                }
                partner = state.next(partner, other)
            }
        }
        if count > 0 { try pass(batch, side, count, body) }
    }

    private func pass(_ batch: Batch, _ side: Int, _ count: Int, _ body: ([Int32], [Int32]) throws -> Void) throws {
        let rows = Array(UnsafeBufferPointer(start: found.rows, count: count))
        let partners = Array(UnsafeBufferPointer(start: found.partners, count: count))
        guard let kept = try tested(batch, side, rows, partners) else { return try body(rows, partners) }
        guard !kept.isEmpty else { return }
        try body(kept.map { rows[Int($0)] }, kept.map { partners[Int($0)] })
    }

    /// The pairs that pass the residual condition, by position; nil when all do.
    func tested(_ batch: Batch, _ side: Int, _ rows: [Int32], _ partners: [Int32]) throws -> [Int32]? {
        guard let residual, !rows.isEmpty else { return nil }
        let columns = residualColumns.map { joinedColumn($0, batch, side, rows, partners) }
        var kept = [Int32](repeating: 0, count: rows.count)
        let count = try kept.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return 0 }
            return try residual.select(Batch(columns: columns, rowCount: rows.count), into: base)
        }
        if count == rows.count { return nil }
        return Array(kept.prefix(count))
    }

    private func joinedColumn(
        _ position: Int, _ batch: Batch, _ side: Int, _ rows: [Int32], _ partners: [Int32]
    ) -> Column {
        let isLeft = position < leftTypes.count
        let column = isLeft ? position : position - leftTypes.count
        if isLeft == (side == 0) {
            return rows.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return Column(batch.columns[column].type, capacity: 0) }
                return gather(batch.columns[column], rows: base, count: buffer.count)
            }
        }
        return partners.withUnsafeBufferPointer { state.stores[1 - side].gathered(column, $0) }
    }

    // MARK: rows to emit

    /// Rows of a batch joined with rows of the other side.
    func joined(_ batch: Batch, _ side: Int, _ rows: [Int32], _ partners: [Int32], _ kind: RowKind) -> Batch {
        let own = Self.gathered(batch, rows)
        let others = state.stores[1 - side].gathered(partners)
        return Self.batch(side == 0 ? own + others : others + own, rows.count, kind)
    }

    /// Rows of a batch that have no partner.
    func padded(_ batch: Batch, _ side: Int, _ rows: [Int32], _ kind: RowKind) -> Batch {
        padded(Self.gathered(batch, rows), side, rows.count, kind)
    }

    /// Kept rows that have no partner.
    func padded(_ side: Int, numbers: [Int32], _ kind: RowKind) -> Batch {
        padded(state.stores[side].gathered(numbers), side, numbers.count, kind)
    }

    private func padded(_ own: [Column], _ side: Int, _ count: Int, _ kind: RowKind) -> Batch {
        if state.plan.kind.emitsLeftOnly { return Self.batch(own, count, kind) }
        let nulls = (side == 0 ? rightTypes : leftTypes).map { Self.nulls($0, count) }
        return Self.batch(side == 0 ? own + nulls : nulls + own, count, kind)
    }

    private static func gathered(_ batch: Batch, _ rows: [Int32]) -> [Column] {
        rows.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return [] }
            return batch.columns.map { gather($0, rows: base, count: buffer.count) }
        }
    }

    private static func nulls(_ type: DataType, _ count: Int) -> Column {
        let column = Column(type, capacity: count)
        for row in 0..<count { column.setNull(row) }
        return column
    }

    private static func batch(_ columns: [Column], _ count: Int, _ kind: RowKind) -> Batch {
        Batch(
            columns: columns, rowCount: count,
            kinds: kind == .insert ? nil : [UInt8](repeating: kind.rawValue, count: count))
    }
}
