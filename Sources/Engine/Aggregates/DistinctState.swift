import Columnar
import ConnectorContract
import StreamSQL

/// A call with DISTINCT: counts the values of each group and tells the plain form of the call which came and went.
final class DistinctState: AggregateState {
    private let values: CountedValues
    private let inner: any AggregateState

    /// `inner` is the plain form of the call; where rows are taken back it must be able to lose values too.
    init(_ call: AggregateCall, inner: any AggregateState, seed: UInt64, tracksChanges: Bool) {
        self.inner = inner
        values = CountedValues(call.argumentType ?? call.resultType, seed: seed, tracksChanges: tracksChanges)
    }

    func reserve(groups: Int) {
        values.reserve(groups: groups)
        inner.reserve(groups: groups)
    }

    func update(_ input: AggregateInput, arguments: [Column]) {
        guard let argument = arguments.first else { return }
        values.rebuildIfWorthwhile()
        tell(values.apply(input, argument))
    }

    private func tell(_ fed: CountedValues.Fed) {
        guard !fed.transitions.isEmpty else { return }
        // Each row of the batch moves the count of its value once, so it stands in one transition at most.
        let rows = fed.transitions.map(\.row)
        var signs: [Int8]?
        if fed.transitions.contains(where: { $0.sign < 0 }) {
            var all = [Int8](repeating: 1, count: fed.groups.count)
            for transition in fed.transitions { all[Int(transition.row)] = transition.sign }
            signs = all
        }
        fed.groups.withUnsafeBufferPointer { groups in
            rows.withUnsafeBufferPointer { rows in
                guard let groupBase = groups.baseAddress else { return }
                var input = AggregateInput(
                    groups: groupBase, rows: rows.baseAddress, rowCount: rows.count, signs: nil)
                guard let signs else { return inner.update(input, arguments: [fed.values]) }
                signs.withUnsafeBufferPointer {
                    input.signs = $0.baseAddress
                    inner.update(input, arguments: [fed.values])
                }
            }
        }
    }

    func absorb(_ other: any AggregateState, groups: [Int32]) {
        guard let other = other as? DistinctState else { return }
        values.absorb(other.values, groups: groups) { tell($0) }
    }

    func append(_ group: Int, to column: GrowableColumn) { inner.append(group, to: column) }
    func result(_ groups: [Int32]) -> Column { inner.result(groups) }

    func clear(_ group: Int) {
        values.clear(group)
        inner.clear(group)
    }

    func write(_ group: Int, to writer: inout ByteWriter) { inner.write(group, to: &writer) }

    func read(_ group: Int, from reader: inout ByteReader) throws(DamagedBytesError) {
        try inner.read(group, from: &reader)
    }

    // MARK: parts: those of the values begin with 0, those of the inner state with 1

    var hasParts: Bool { true }

    func forEachPart(_ group: Int, _ body: (_ key: [UInt8], _ value: [UInt8]) -> Void) {
        values.forEachPart(group) { body([0] + $0, $1) }
        inner.forEachPart(group) { body([1] + $0, $1) }
    }

    func drainParts(_ body: (_ group: Int, _ key: [UInt8], _ value: [UInt8]?) -> Void) {
        values.drainParts { body($0, [0] + $1, $2) }
        inner.drainParts { body($0, [1] + $1, $2) }
    }

    func readPart(_ group: Int, key: inout ByteReader, value: inout ByteReader) throws(DamagedBytesError) {
        if try key.read(UInt8.self) == 0 {
            _ = try values.restore(group, key: &key, value: &value)
        } else {
            try inner.readPart(group, key: &key, value: &value)
        }
    }

    func finishRestore() {
        values.markSaved()
        inner.finishRestore()
    }

    var byteSize: Int { values.byteSize + inner.byteSize }
}
