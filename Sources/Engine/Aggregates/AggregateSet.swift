import Columnar
import ConnectorContract
import StreamSQL

/// The states of all calls of one aggregation, fed together.
final class AggregateSet {
    let calls: [AggregateCall]
    private let states: [any AggregateState]

    init(_ calls: [AggregateCall], inputRetracts: Bool, seed: UInt64) {
        self.calls = calls
        states = calls.map { Self.makeState($0, inputRetracts: inputRetracts, seed: seed) }
    }

    var byteSize: Int { states.reduce(0) { $0 + $1.byteSize } }

    private static func makeState(_ call: AggregateCall, inputRetracts: Bool, seed: UInt64) -> any AggregateState {
        let isExtreme = call.function == .minimum || call.function == .maximum
        if isExtreme {
            // The extreme of distinct values is the extreme of all.
            return inputRetracts ? ValueCountState(call, inner: nil, seed: seed) : ExtremeState(call)
        }
        let plain: any AggregateState =
            switch call.function {
            case .countRows, .count: CountState()
            default:
                switch call.partialSumType.kind {
                case .float64: SumState<Double>(call)
                case .int128: SumState<Int128>(call)
                default: SumState<Int64>(call)
                }
            }
        return call.isDistinct ? ValueCountState(call, inner: plain, seed: seed) : plain
    }

    func reserve(groups: Int) { for state in states { state.reserve(groups: groups) } }
    func reset() { for state in states { state.reset() } }

    /// Feeds raw rows.
    func update(_ batch: Batch, groups: UnsafePointer<Int32>, signs: UnsafePointer<Int8>?) {
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: max(1, batch.rowCount)) { scratch in
            guard let rows = scratch.baseAddress else { return }
            for (call, state) in zip(calls, states) {
                let argument = call.argument.map { batch.columns[$0] }
                let filter = call.filter.map { batch.columns[$0] }
                let counted = Self.countedRows(batch.rowCount, argument: argument, filter: filter, into: rows)
                let input = AggregateInput(
                    groups: groups, rows: counted == nil ? nil : UnsafePointer(rows),
                    rowCount: counted ?? batch.rowCount, signs: signs)
                state.update(input, argument: argument)
            }
        }
    }

    /// Lists the rows whose filter is true and whose argument is not NULL; nil when that is all of them.
    private static func countedRows(
        _ rowCount: Int, argument: Column?, filter: Column?, into rows: UnsafeMutablePointer<Int32>
    ) -> Int? {
        let nullable = argument.flatMap { $0.mayHaveNulls ? $0 : nil }
        guard filter != nil || nullable != nil else { return nil }
        var count = 0
        for word in 0..<((rowCount + 63) / 64) {
            var bits: UInt64 = .max
            if let filter {
                bits &= filter.bits[word]
                if filter.mayHaveNulls { bits &= filter.validity[word] }
            }
            if let nullable { bits &= nullable.validity[word] }
            let rest = rowCount - word * 64
            if rest < 64 { bits &= (1 << UInt64(rest)) &- 1 }
            while bits != 0 {
                rows[count] = Int32(truncatingIfNeeded: word * 64 + bits.trailingZeroBitCount)
                count &+= 1
                bits &= bits &- 1
            }
        }
        return count
    }

    /// Feeds partial columns, which start at `firstColumn` of the batch.
    func merge(_ batch: Batch, firstColumn: Int, groups: UnsafePointer<Int32>) {
        var column = firstColumn
        for (call, state) in zip(calls, states) {
            let width = call.partialFields.count
            state.merge(Array(batch.columns[column..<(column + width)]), groups: groups, rowCount: batch.rowCount)
            column += width
        }
    }

    func results(_ groups: [Int32]) -> [Column] { states.map { $0.result(groups) } }
    func partials(_ groups: [Int32]) -> [Column] { states.flatMap { $0.partial(groups) } }

    func write(_ group: Int, to writer: inout ByteWriter) { for state in states { state.write(group, to: &writer) } }

    func read(_ group: Int, from reader: inout ByteReader) throws(DamagedBytesError) {
        for state in states { try state.read(group, from: &reader) }
    }
}
