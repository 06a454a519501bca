import Columnar
import ConnectorContract
import StreamSQL

/// The states of all calls of one aggregation, fed together.
final class AggregateSet {
    let calls: [AggregateCall]
    let states: [any AggregateState]
    /// Calls that share a set of values, fed together.
    private let distinctCounts: [DistinctCounts]
    /// The calls of each of them.
    private let sharingCalls: [[Int]]
    private let inputRetracts: Bool
    private let seed: UInt64
    private let tracksChanges: Bool
    private let sharesDistinct: Bool

    /// With `tracksChanges` the states remember which of their parts changed, for ``drainParts(_:)``.
    ///
    /// With `sharesDistinct` calls of COUNT(DISTINCT x) over one x keep their values together. Then the input only adds,
    /// groups are never emptied one by one, rows come through ``update(_:groups:signs:)`` alone, and what changed is
    /// told by ``drainDistinct(to:key:)`` too.
    init(
        _ calls: [AggregateCall], inputRetracts: Bool, seed: UInt64, tracksChanges: Bool = false,
        sharesDistinct: Bool = false
    ) {
        self.calls = calls
        self.inputRetracts = inputRetracts
        self.seed = seed
        self.tracksChanges = tracksChanges
        self.sharesDistinct = sharesDistinct
        var states: [(any AggregateState)?] = calls.map { _ in nil }
        var shared: [DistinctCounts] = []
        sharingCalls = sharesDistinct ? Self.sharing(calls) : []
        for group in sharingCalls {
            let counts = DistinctCounts(group.map { calls[$0] }, seed: seed, tracksChanges: tracksChanges)
            for (number, call) in group.enumerated() { states[call] = DistinctCountState(counts, number: number) }
            shared.append(counts)
        }
        distinctCounts = shared
        self.states = zip(calls, states).map { call, state in
            state
                ?? AggregateStates.make(call, inputRetracts: inputRetracts, seed: seed, tracksChanges: tracksChanges)
        }
    }

    /// The calls that can share a set of values, by the column they count.
    private static func sharing(_ calls: [AggregateCall]) -> [[Int]] {
        var groups: [[Int]] = []
        for (number, call) in calls.enumerated() where DistinctCounts.takes(call) {
            let known = groups.firstIndex {
                calls[$0[0]].argument == call.argument && $0.count < MaskedValueSet.callLimit
            }
            if let known { groups[known].append(number) } else { groups.append([number]) }
        }
        return groups
    }

    /// A set of the same calls without groups.
    func makeEmpty() -> AggregateSet {
        AggregateSet(
            calls, inputRetracts: inputRetracts, seed: seed, tracksChanges: tracksChanges,
            sharesDistinct: sharesDistinct)
    }

    var byteSize: Int { states.reduce(0) { $0 + $1.byteSize } }

    func reserve(groups: Int) { for state in states { state.reserve(groups: groups) } }
    func clear(_ group: Int) { for state in states { state.clear(group) } }

    /// Empties the groups below `groups`, which are all there are: shared values go at once, not group by group.
    func clearAll(groups: Int) {
        for counts in distinctCounts { counts.removeAll() }
        for state in states where !(state is DistinctCountState) {
            for group in 0..<groups { state.clear(group) }
        }
    }

    // MARK: input

    /// Feeds raw rows.
    func update(_ batch: Batch, groups: UnsafePointer<Int32>, signs: UnsafePointer<Int8>?) {
        for counts in distinctCounts { counts.update(batch, groups: groups) }
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: max(1, batch.rowCount)) { scratch in
            guard let rows = scratch.baseAddress else { return }
            for (call, state) in zip(calls, states) where !(state is DistinctCountState) {
                var arguments = call.argument.map { [batch.columns[$0]] } ?? []
                for column in call.moreArguments { arguments.append(batch.columns[column]) }
                let filter = call.filter.map { batch.columns[$0] }
                let counted = Self.countedRows(
                    batch.rowCount, argument: call.skipsNulls ? arguments.first : nil, filter: filter, into: rows)
                let input = AggregateInput(
                    groups: groups, rows: counted == nil ? nil : UnsafePointer(rows),
                    rowCount: counted ?? batch.rowCount, signs: signs)
                state.update(input, arguments: arguments)
            }
        }
    }

    /// Feeds one call with rows that count.
    func update(call number: Int, _ input: AggregateInput, _ arguments: [Column]) {
        states[number].update(input, arguments: arguments)
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

    /// Takes in the groups of another set of the same calls: its group g goes to `groups[g]`, to none when negative.
    func absorb(_ other: AggregateSet, groups: [Int32]) {
        for (state, source) in zip(states, other.states) { state.absorb(source, groups: groups) }
    }

    // MARK: output

    func results(_ groups: [Int32]) -> [Column] { states.map { $0.result(groups) } }
    func partials(_ groups: [Int32]) -> [Column] { states.flatMap { $0.partial(groups) } }

    /// Appends the results of one group, a column for each call.
    func append(_ group: Int, to columns: [GrowableColumn]) {
        for (state, column) in zip(states, columns) { state.append(group, to: column) }
    }

    func append(call number: Int, group: Int, to column: GrowableColumn) { states[number].append(group, to: column) }

    // MARK: state

    // A group is written as one counted piece for each call: a changed query takes those that it still has.

    /// Writes the fixed pieces of a group; its parts are told of by ``drainParts(_:)``.
    func write(_ group: Int, to writer: inout ByteWriter) {
        for state in states { writer.writeCounted { state.write(group, to: &$0) } }
    }

    func read(_ group: Int, from reader: inout ByteReader) throws(DamagedBytesError) {
        for state in states {
            var piece = ByteReader(try reader.readCounted())
            try state.read(group, from: &piece)
        }
    }

    /// Calls `body` with each part that changed since the last call; the key begins with the number of the call.
    func drainParts(_ body: (_ group: Int, _ key: [UInt8], _ value: [UInt8]?) -> Void) {
        for (number, state) in states.enumerated() where state.hasParts {
            state.drainParts { body($0, Self.prefix(number) + $1, $2) }
        }
    }

    /// Writes what changed of the values that calls share, since the last call. `key` writes the key of a group.
    ///
    /// Parts of ``DistinctCounts``, one after the other.
    func drainDistinct(to writer: StateWriter, key: (_ group: Int) -> Void) {
        for (calls, counts) in zip(sharingCalls, distinctCounts) { counts.drain(calls: calls, to: writer, key: key) }
    }

    /// Takes back what ``drainDistinct(to:key:)`` gave. `group` reads the key of a group; nil when it is not wanted.
    func restoreDistinct(
        _ bytes: UnsafeRawBufferPointer, group: (inout ByteReader) throws(DamagedBytesError) -> Int?
    ) throws(DamagedBytesError) {
        var reader = ByteReader(bytes)
        while reader.remaining > 0 {
            let places = try readPlaces(&reader)
            var part = ByteReader(try reader.readRaw(Int(try reader.read(UInt32.self))))
            while part.remaining > 0 {
                let wanted = try group(&part)
                for _ in 0..<(try part.read(UInt32.self)) {
                    let value = try part.read(Int64.self)
                    let mask = try part.read(UInt32.self)
                    guard let wanted else { continue }
                    for place in places { place.restore(wanted, value: value, mask: mask) }
                }
            }
        }
    }

    /// Reads the calls of a stored set: which sets of this plan take its values, and under which bits.
    private func readPlaces(_ reader: inout ByteReader) throws(DamagedBytesError) -> [DistinctCounts.Place] {
        let count = Int(try reader.read(UInt16.self))
        var places = distinctCounts.map { DistinctCounts.Place($0) }
        for bit in 0..<count {
            let call = try reader.read(UInt16.self)
            guard call != DistinctCounts.goneCall else { continue }
            guard bit < MaskedValueSet.callLimit,
                let set = sharingCalls.firstIndex(where: { $0.contains(Int(call)) }),
                let number = sharingCalls[set].firstIndex(of: Int(call))
            else { throw DamagedBytesError(what: "values of aggregate number \(call)", offset: reader.offset) }
            places[set].bits.append((stored: bit, wanted: number))
        }
        return places.filter { !$0.bits.isEmpty }
    }

    private static func prefix(_ number: Int) -> [UInt8] {
        [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8)]
    }

    func readPart(_ group: Int, key: inout ByteReader, value: inout ByteReader) throws(DamagedBytesError) {
        let number = Int(try key.read(UInt16.self))
        guard states.indices.contains(number) else {
            throw DamagedBytesError(what: "aggregate number \(number)", offset: key.offset)
        }
        try states[number].readPart(group, key: &key, value: &value)
    }

    /// Call after the last part of a restore.
    func finishRestore() { for state in states { state.finishRestore() } }

    /// Writes a group with all its parts, for state whose groups live shortly.
    func writeWhole(_ group: Int, to writer: inout ByteWriter) {
        for state in states {
            writer.writeCounted { writer in
                state.write(group, to: &writer)
                if state.hasParts { Self.writeParts(state, group, to: &writer) }
            }
        }
    }

    private static func writeParts(_ state: any AggregateState, _ group: Int, to writer: inout ByteWriter) {
        var parts: [(key: [UInt8], value: [UInt8])] = []
        state.forEachPart(group) { parts.append(($0, $1)) }
        writer.write(UInt32(truncatingIfNeeded: parts.count))
        for part in parts {
            writer.write(part.key)
            writer.write(part.value)
        }
    }

    func readWhole(_ group: Int, from reader: inout ByteReader) throws(DamagedBytesError) {
        for state in states {
            var piece = ByteReader(try reader.readCounted())
            try state.read(group, from: &piece)
            if state.hasParts { try Self.readParts(state, group, from: &piece) }
        }
    }

    private static func readParts(
        _ state: any AggregateState, _ group: Int, from reader: inout ByteReader
    ) throws(DamagedBytesError) {
        for _ in 0..<(try reader.read(UInt32.self)) {
            let keyCount = try reader.read(UInt32.self)
            var key = ByteReader(try reader.readRaw(Int(keyCount)))
            let valueCount = try reader.read(UInt32.self)
            var value = ByteReader(try reader.readRaw(Int(valueCount)))
            try state.readPart(group, key: &key, value: &value)
        }
    }

    /// The piece of each call for a group without rows.
    func emptyPieces(whole: Bool) throws -> [[UInt8]] {
        let empty = makeEmpty()
        empty.reserve(groups: 1)
        var writer = ByteWriter()
        if whole { empty.writeWhole(0, to: &writer) } else { empty.write(0, to: &writer) }
        return try writer.bytes.withUnsafeBytes { buffer in
            var reader = ByteReader(buffer)
            return try calls.map { _ in Array(try reader.readCounted()) }
        }
    }
}
