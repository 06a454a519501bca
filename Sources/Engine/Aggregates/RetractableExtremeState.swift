import Columnar
import ConnectorContract
import StreamSQL

/// MIN and MAX over rows that can be taken back: falls back to the next best value.
///
/// The values of a group form a pairing heap inside of arrays: a value enters in constant time, the next best is found
/// in logarithmic time, amortised. A value whose count came back to zero is taken out when it reaches the top.
final class RetractableExtremeState: AggregateState {
    private let resultType: DataType
    private let wantsMaximum: Bool
    private let values: CountedValues
    private let child = StateArray<Int32>(zero: -1)
    private let sibling = StateArray<Int32>(zero: -1)
    private let isInHeap = StateArray<UInt8>(zero: 0)
    /// The best entry of each group; -1 for none.
    private let root = StateArray<Int32>(zero: -1)
    private var groupCount = 0

    init(_ call: AggregateCall, seed: UInt64, tracksChanges: Bool) {
        resultType = call.resultType.nullable(true)
        wantsMaximum = call.function == .maximum
        values = CountedValues(call.argumentType ?? call.resultType, seed: seed, tracksChanges: tracksChanges)
        values.didRebuild = { [unowned self] in rebuildHeaps() }
    }

    func reserve(groups: Int) {
        values.reserve(groups: groups)
        root.reserve(groups)
        groupCount = max(groupCount, groups)
    }

    func update(_ input: AggregateInput, arguments: [Column]) {
        guard let argument = arguments.first else { return }
        values.rebuildIfWorthwhile()
        take(values.apply(input, argument))
    }

    private func take(_ fed: CountedValues.Fed) {
        reserveEntries()
        for transition in fed.transitions where transition.sign > 0 {
            insert(transition.entry, group: values.group(of: Int(transition.entry)))
        }
    }

    private func reserveEntries() {
        child.reserve(values.entryCount)
        sibling.reserve(values.entryCount)
        isInHeap.reserve(values.entryCount)
    }

    private func rebuildHeaps() {
        reserveEntries()
        for group in 0..<groupCount { root.base[group] = -1 }
        for entry in 0..<isInHeap.capacity { isInHeap.base[entry] = 0 }
        for entry in 0..<values.entryCount where values.counts.base[entry] > 0 {
            insert(Int32(truncatingIfNeeded: entry), group: values.group(of: entry))
        }
    }

    // MARK: heap

    private func insert(_ entry: Int32, group: Int) {
        guard isInHeap.base[Int(entry)] == 0 else { return }
        isInHeap.base[Int(entry)] = 1
        child.base[Int(entry)] = -1
        sibling.base[Int(entry)] = -1
        root.base[group] = root.base[group] < 0 ? entry : melded(root.base[group], entry)
    }

    private func melded(_ a: Int32, _ b: Int32) -> Int32 {
        let order = ValueOrder.compare(values.values, Int(a), values.values, Int(b))
        let firstIsBetter = wantsMaximum ? order >= 0 : order <= 0
        let (parent, other) = firstIsBetter ? (a, b) : (b, a)
        sibling.base[Int(other)] = child.base[Int(parent)]
        child.base[Int(parent)] = other
        return parent
    }

    /// Takes the best entry out: its children are melded in pairs, the pairs from the last to the first.
    private func removeRoot(_ group: Int) {
        let old = root.base[group]
        isInHeap.base[Int(old)] = 0
        var next = child.base[Int(old)]
        var pairs: Int32 = -1
        while next >= 0 {
            let a = next
            let b = sibling.base[Int(a)]
            guard b >= 0 else {
                sibling.base[Int(a)] = pairs
                pairs = a
                break
            }
            next = sibling.base[Int(b)]
            let pair = melded(a, b)
            sibling.base[Int(pair)] = pairs
            pairs = pair
        }
        var result: Int32 = -1
        while pairs >= 0 {
            let rest = sibling.base[Int(pairs)]
            sibling.base[Int(pairs)] = -1
            result = result < 0 ? pairs : melded(result, pairs)
            pairs = rest
        }
        root.base[group] = result
    }

    private func best(_ group: Int) -> Int? {
        while root.base[group] >= 0 && values.counts.base[Int(root.base[group])] <= 0 { removeRoot(group) }
        return root.base[group] < 0 ? nil : Int(root.base[group])
    }

    // MARK: results and state

    func append(_ group: Int, to column: GrowableColumn) {
        if let best = best(group) { column.append(values.values, row: best) } else { column.appendNull() }
    }

    func result(_ groups: [Int32]) -> Column {
        let column = GrowableColumn(resultType, capacity: max(1, groups.count))
        for group in groups { append(Int(group), to: column) }
        return column.column
    }

    func absorb(_ other: any AggregateState, groups: [Int32]) {
        guard let other = other as? RetractableExtremeState else { return }
        values.absorb(other.values, groups: groups) { take($0) }
    }

    func clear(_ group: Int) { values.clear(group) }

    var hasParts: Bool { true }
    func forEachPart(_ group: Int, _ body: (_ key: [UInt8], _ value: [UInt8]) -> Void) {
        values.forEachPart(group, body)
    }
    func drainParts(_ body: (_ group: Int, _ key: [UInt8], _ value: [UInt8]?) -> Void) { values.drainParts(body) }

    func readPart(_ group: Int, key: inout ByteReader, value: inout ByteReader) throws(DamagedBytesError) {
        take(try values.restore(group, key: &key, value: &value))
    }

    func finishRestore() { values.markSaved() }

    var byteSize: Int { values.byteSize + child.capacity * 9 + root.capacity * 4 }
}
