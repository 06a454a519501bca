import Columnar
import ConnectorContract
import StreamSQL

/// Aggregates over the values of a group with how often each is there, whatever their order: PERCENTILE and COLLECT.
final class ValueBagState: AggregateState {
    private let call: AggregateCall
    private let values: CountedValues

    init(_ call: AggregateCall, seed: UInt64, tracksChanges: Bool) {
        self.call = call
        values = CountedValues(call.argumentType ?? call.resultType, seed: seed, tracksChanges: tracksChanges)
    }

    func reserve(groups: Int) { values.reserve(groups: groups) }

    func update(_ input: AggregateInput, arguments: [Column]) {
        guard let argument = arguments.first else { return }
        values.rebuildIfWorthwhile()
        _ = values.apply(input, argument, times: arguments.count > 1 ? arguments[1] : nil)
    }

    func absorb(_ other: any AggregateState, groups: [Int32]) {
        if let other = other as? ValueBagState { values.absorb(other.values, groups: groups) { _ in } }
    }

    func append(_ group: Int, to column: GrowableColumn) {
        guard case .fractions(let fractions) = call.parameter else {
            let bytes = multiset(group)
            return bytes.count > NestedWriter.longestValue ? column.appendNull() : column.append(text: bytes)
        }
        let bag = sorted(group)
        guard !bag.isEmpty else { return column.appendNull() }
        let results = fractions.map { Self.percentile(bag, $0) }
        if case .array = call.resultType.logical {
            var bytes: [UInt8] = []
            NestedWriter.appendArray(results.map { NestedItem($0) }, .float64, to: &bytes)
            column.append(text: bytes)
        } else if let first = results.first {
            column.append(float64: first)
        } else {
            column.appendNull()
        }
    }

    private func multiset(_ group: Int) -> [UInt8] {
        let column = values.values
        var entries: [(value: NestedItem, count: Int64)] = []
        values.forEachEntry(group) { entry, count in
            if count > 0 { entries.append((column.item(entry), count)) }
        }
        entries.sort { NestedItem.compare($0.value, $1.value, column.kind) < 0 }
        var bytes: [UInt8] = []
        NestedWriter.appendSortedMap(
            keys: entries.map(\.value), values: entries.map { NestedItem($0.count) }, column.kind, .int64, to: &bytes)
        return bytes
    }

    /// The values of a group in order, each with the number of values up to and with it.
    private func sorted(_ group: Int) -> [(value: Double, upTo: Int64)] {
        var bag: [(value: Double, upTo: Int64)] = []
        values.forEachEntry(group) { entry, count in
            if count > 0 { bag.append((values.values.float64[entry], count)) }
        }
        bag.sort { $0.value < $1.value }
        var total: Int64 = 0
        for index in bag.indices {
            total = total &+ bag[index].upTo
            bag[index].upTo = total
        }
        return bag
    }

    /// Exact, interpolated between the two nearest values.
    private static func percentile(_ bag: [(value: Double, upTo: Int64)], _ fraction: Double) -> Double {
        let total = bag[bag.count - 1].upTo
        let position = Double(total &- 1) * fraction
        let low = position.rounded(.down)
        let high = position.rounded(.up)
        let first = value(bag, at: Int64(exactly: low) ?? 0)
        let second = value(bag, at: Int64(exactly: high) ?? 0)
        if low == high || first == second { return first }
        return (high - position) * first + (position - low) * second
    }

    private static func value(_ bag: [(value: Double, upTo: Int64)], at position: Int64) -> Double {
        var (low, high) = (0, bag.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if bag[middle].upTo > position { high = middle } else { low = middle + 1 }
        }
        return bag[low].value
    }

    func result(_ groups: [Int32]) -> Column {
        let column = GrowableColumn(call.resultType.nullable(true), capacity: max(1, groups.count))
        for group in groups { append(Int(group), to: column) }
        return column.column
    }

    func clear(_ group: Int) { values.clear(group) }

    var hasParts: Bool { true }
    func forEachPart(_ group: Int, _ body: (_ key: [UInt8], _ value: [UInt8]) -> Void) {
        values.forEachPart(group, body)
    }
    func drainParts(_ body: (_ group: Int, _ key: [UInt8], _ value: [UInt8]?) -> Void) { values.drainParts(body) }
    func readPart(_ group: Int, key: inout ByteReader, value: inout ByteReader) throws(DamagedBytesError) {
        _ = try values.restore(group, key: &key, value: &value)
    }
    func finishRestore() { values.markSaved() }

    var byteSize: Int { values.byteSize }
}
