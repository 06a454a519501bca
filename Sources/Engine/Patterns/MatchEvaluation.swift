import Columnar
import ConnectorContract
import StreamSQL

/// One expression over matches: collects what it asks of each, then computes it for all of them at once.
///
/// What is collected are places in the row store: it must not be compacted before ``evaluate(_:)``.
final class MatchEvaluation {
    private let references: [MatchReference]
    private let program: ExpressionEvaluator
    /// For each reference: the row of each match, or -1.
    private var slots: [[Int32]]
    /// For each aggregate: its rows, and the match of each.
    private var aggregated: [(slots: [Int32], matches: [Int32])]
    private let arguments: [ExpressionEvaluator?]
    private let argumentColumns: [Set<Int>]
    private var times: [Int64] = []
    private let seed: UInt64
    private(set) var count = 0
    /// Rows collected for aggregates.
    private(set) var rowCount = 0

    init(_ expression: MatchExpression, timeZone: String, context: EvaluationContext, seed: UInt64) throws {
        references = expression.references
        self.seed = seed
        program = ExpressionEvaluator(
            try ExpressionProgram.compile([expression.expression], timeZone: timeZone), environment: context)
        slots = references.map { _ in [] }
        aggregated = references.map { _ in ([], []) }
        arguments = try references.map { reference in
            guard case .aggregate(_, _, let arguments) = reference.source, !arguments.isEmpty else { return nil }
            return ExpressionEvaluator(
                try ExpressionProgram.compile(arguments, timeZone: timeZone), environment: context)
        }
        argumentColumns = references.map { reference in
            var columns: Set<Int> = []
            if case .aggregate(_, _, let arguments) = reference.source {
                for argument in arguments { argument.collectColumns(into: &columns) }
            }
            return columns
        }
    }

    /// Adds a match; in a condition the last row of the chain is the one under test.
    func add(_ chain: MatchChain, time: Int64) {
        for (index, reference) in references.enumerated() {
            switch reference.source {
            case .current: slots[index].append(chain.slots.last ?? -1)
            case .row(let variable, let isFirst, let offset, _):
                slots[index].append(chain.slot(variable, isFirst: isFirst, offset: offset))
            case .aggregate(let variable, _, _):
                for (place, slot) in chain.slots.enumerated()
                where variable == nil || variable == Int(chain.variables[place]) {
                    aggregated[index].slots.append(slot)
                    aggregated[index].matches.append(Int32(truncatingIfNeeded: count))
                    rowCount += 1
                }
            case .time: break
            }
        }
        times.append(time)
        count += 1
    }

    /// The value for each match added, which are forgotten.
    func evaluate(_ rows: RowStore) throws -> Column {
        var columns: [Column] = []
        for index in references.indices { columns.append(try column(index, rows)) }
        let result = try program.evaluate(Batch(columns: columns, rowCount: count))
        for index in references.indices {
            slots[index].removeAll(keepingCapacity: true)
            aggregated[index].slots.removeAll(keepingCapacity: true)
            aggregated[index].matches.removeAll(keepingCapacity: true)
        }
        times.removeAll(keepingCapacity: true)
        count = 0
        rowCount = 0
        return result[0]
    }

    private func column(_ index: Int, _ rows: RowStore) throws -> Column {
        switch references[index].source {
        case .current(let column), .row(_, _, _, let column): return gathered(rows.columns[column], slots[index])
        case .aggregate(_, let call, _): return try aggregate(index, call, rows)
        case .time:
            let column = Column(references[index].type, capacity: count)
            for row in 0..<count { column.int64[row] = times[row] }
            return column
        }
    }

    private func gathered(_ source: GrowableColumn, _ slots: [Int32]) -> Column {
        guard slots.contains(-1) else { return source.gathered(slots) }
        let result = source.gathered(slots.map { max(0, $0) })
        for (row, slot) in slots.enumerated() where slot < 0 { result.setNull(row) }
        return result
    }

    private func aggregate(_ index: Int, _ call: AggregateCall, _ rows: RowStore) throws -> Column {
        let (slots, matches) = aggregated[index]
        let set = AggregateSet([call], inputRetracts: false, seed: seed)
        set.reserve(groups: count)
        for start in stride(from: 0, to: slots.count, by: 4_096) {
            let part = Array(slots[start..<min(start + 4_096, slots.count)])
            // Columns that the arguments don't read stay as they are, too long and unread.
            let columns = rows.columns.enumerated().map { number, column in
                argumentColumns[index].contains(number) ? column.gathered(part) : column.column
            }
            let batch = Batch(columns: columns, rowCount: part.count)
            let values = try arguments[index]?.evaluate(batch) ?? []
            matches.withUnsafeBufferPointer { buffer in
                guard let base = buffer.baseAddress else { return }
                set.update(Batch(columns: values, rowCount: part.count), groups: base + start, signs: nil)
            }
        }
        return set.results((0..<count).map { Int32(truncatingIfNeeded: $0) })[0]
    }
}
