import Columnar
import ConnectorContract
import StreamSQL

/// Several COUNT(DISTINCT x) of one aggregation over the same x, each with a FILTER of its own or none: one set of
/// (group, x) for all of them, in which a bit for each call tells who has seen the value.
///
/// Only for input that adds rows alone: a bit once set stays. What an epoch stores are the bits that came, group by
/// group, in a form where all that was ever written counts.
final class DistinctCounts {
    private let calls: [AggregateCall]
    private let tracksChanges: Bool
    private var seen: MaskedValueSet
    /// How many values each call has seen, the calls of a group side by side.
    let counts = StateArray<Int64>(zero: 0)
    var width: Int { calls.count }
    /// What came since the last epoch, each with the bits that are new.
    private var unsaved: [MaskedValueSet.Slot] = []
    private let seed: UInt64

    init(_ calls: [AggregateCall], seed: UInt64, tracksChanges: Bool) {
        self.calls = calls
        self.tracksChanges = tracksChanges
        self.seed = seed
        seen = MaskedValueSet(seed: seed)
    }

    /// Whether a call can be one of these.
    static func takes(_ call: AggregateCall) -> Bool {
        call.isDistinct && call.function == .count && call.moreArguments.isEmpty && call.argument != nil
            && call.argumentType?.kind == .int64
    }

    var byteSize: Int { seen.byteSize + counts.capacity * 8 + unsaved.capacity * 16 }

    func reserve(groups: Int) { counts.reserve(groups * calls.count) }

    // MARK: input

    /// Feeds rows that add.
    func update(_ batch: Batch, groups: UnsafePointer<Int32>) {
        let rowCount = batch.rowCount
        guard let column = calls.first?.argument, rowCount > 0 else { return }
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: rowCount) { masks in
            withUnsafeTemporaryAllocation(of: UInt64.self, capacity: rowCount) { hashes in
                guard let masks = masks.baseAddress, let hashes = hashes.baseAddress else { return }
                let values = batch.columns[column]
                fill(masks, batch, values)
                for row in 0..<rowCount { hashes[row] = seen.hash(values.int64[row], groups[row]) }
                add(values.int64, groups, masks, hashes, rowCount)
            }
        }
    }

    /// For each row the bits of the calls that count it.
    private func fill(_ masks: UnsafeMutablePointer<UInt32>, _ batch: Batch, _ values: Column) {
        let rowCount = batch.rowCount
        var always: UInt32 = 0
        for (number, call) in calls.enumerated() where call.filter == nil { always |= 1 << UInt32(number) }
        masks.update(repeating: always, count: rowCount)
        for (number, call) in calls.enumerated() {
            guard let filter = call.filter.map({ batch.columns[$0] }) else { continue }
            let (bits, validity) = (filter.bits, filter.validity)
            let isNullable = filter.mayHaveNulls
            for row in 0..<rowCount {
                var word = bits[row >> 6]
                if isNullable { word &= validity[row >> 6] }
                masks[row] |= UInt32(truncatingIfNeeded: word >> UInt64(row & 63) & 1) << UInt32(number)
            }
        }
        guard values.mayHaveNulls else { return }
        for row in 0..<rowCount where !values.isValid(row) { masks[row] = 0 }
    }

    private func add(
        _ values: UnsafePointer<Int64>, _ groups: UnsafePointer<Int32>, _ masks: UnsafePointer<UInt32>,
        _ hashes: UnsafePointer<UInt64>, _ rowCount: Int
    ) {
        let seen = self.seen
        let counts = self.counts.base
        let width = calls.count
        let tracksChanges = self.tracksChanges
        // Taken out, so that it is not checked for other owners at each row.
        var unsaved: [MaskedValueSet.Slot] = []
        swap(&unsaved, &self.unsaved)
        for row in 0..<rowCount {
            if row &+ MaskedValueSet.lookahead < rowCount { seen.prefetch(hashes[row &+ MaskedValueSet.lookahead]) }
            guard masks[row] != 0 else { continue }
            var added = seen.add(masks[row], value: values[row], group: groups[row], hash: hashes[row])
            guard added != 0 else { continue }
            if tracksChanges {
                unsaved.append(MaskedValueSet.Slot(value: values[row], group: groups[row], mask: added))
            }
            let place = Int(groups[row]) &* width
            while added != 0 {
                counts[place &+ added.trailingZeroBitCount] &+= 1
                added &= added &- 1
            }
        }
        swap(&unsaved, &self.unsaved)
    }

    /// Takes in the groups of another one of the same calls: its group g goes to `groups[g]`, to none when negative.
    func absorb(_ other: DistinctCounts, groups: [Int32]) {
        other.seen.forEach { slot in
            let from = Int(slot.group)
            guard from < groups.count, groups[from] >= 0 else { return }
            insert(slot.value, groups[from], slot.mask, counting: true)
        }
    }

    fileprivate func insert(_ value: Int64, _ group: Int32, _ mask: UInt32, counting: Bool) {
        guard mask != 0 else { return }
        var added = seen.add(mask, value: value, group: group, hash: seen.hash(value, group))
        guard counting else { return }
        while added != 0 {
            counts.base[Int(group) &* width &+ added.trailingZeroBitCount] &+= 1
            added &= added &- 1
        }
    }

    /// Empties a group. Goes over all pairs: groups of input that only adds do not end one by one.
    func clear(_ group: Int) {
        for call in 0..<width { counts.base[group &* width &+ call] = 0 }
        let kept = MaskedValueSet(seed: seed)
        seen.forEach { slot in
            guard Int(slot.group) != group else { return }
            _ = kept.add(slot.mask, value: slot.value, group: slot.group, hash: kept.hash(slot.value, slot.group))
        }
        seen = kept
        unsaved.removeAll { Int($0.group) == group }
    }

    func removeAll() {
        counts.reset()
        seen = MaskedValueSet(seed: seed)
        unsaved.removeAll()
    }

    // MARK: state

    /// So many values of a group are told of at once.
    private static let runLimit = 8_192

    /// Writes what came since the last call, in parts that each begin with the numbers of the calls; `key` writes the key
    /// of a group.
    ///
    /// A part: how many calls, the calls, 16 bits each; its length, 32 bits; groups, each a key, a count, values and masks.
    func drain(calls numbers: [Int], to writer: StateWriter, key: (_ group: Int) -> Void) {
        let ordered = byGroup(unsaved)
        unsaved.removeAll(keepingCapacity: true)
        ordered.withUnsafeBufferPointer { slots in
            var start = 0
            while start < slots.count {
                writer.write(UInt16(truncatingIfNeeded: numbers.count))
                for number in numbers { writer.write(UInt16(truncatingIfNeeded: number)) }
                let length = writer.beginLength()
                repeat {
                    let group = slots[start].group
                    var end = start
                    while end < slots.count, slots[end].group == group, end &- start < Self.runLimit { end &+= 1 }
                    key(Int(group))
                    Self.write(slots[start..<end], to: writer)
                    start = end
                } while start < slots.count && !writer.isPiece(since: length)
                writer.endLength(length)
                writer.endRow()
            }
        }
    }

    private static func write(_ slots: Slice<UnsafeBufferPointer<MaskedValueSet.Slot>>, to writer: StateWriter) {
        writer.write(UInt32(truncatingIfNeeded: slots.count))
        var place = writer.place(slots.count &* 12)
        for slot in slots {
            place.storeBytes(of: slot.value.littleEndian, as: Int64.self)
            place.storeBytes(of: slot.mask.littleEndian, toByteOffset: 8, as: UInt32.self)
            place += 12
        }
    }

    /// The same in the order of the groups, those of one group as they came: counted first, then put in place.
    private func byGroup(_ list: [MaskedValueSet.Slot]) -> [MaskedValueSet.Slot] {
        guard let last = list.map(\.group).max() else { return [] }
        var places = [Int](repeating: 0, count: Int(last) + 2)
        for entry in list { places[Int(entry.group) + 1] += 1 }
        for group in 1..<places.count { places[group] += places[group - 1] }
        return [MaskedValueSet.Slot](unsafeUninitializedCapacity: list.count) { buffer, count in
            for entry in list {
                buffer[places[Int(entry.group)]] = entry
                places[Int(entry.group)] += 1
            }
            count = list.count
        }
    }

    /// Stands for a call that a changed query no longer has.
    static let goneCall = UInt16.max

    /// Where the values of a stored set go: the bits it had, and those that the same calls have here.
    struct Place {
        let counts: DistinctCounts
        var bits: [(stored: Int, wanted: Int)] = []

        init(_ counts: DistinctCounts) { self.counts = counts }

        /// Takes back one value of a group. The counts come by the fixed pieces.
        func restore(_ group: Int, value: Int64, mask: UInt32) {
            var own: UInt32 = 0
            for (stored, wanted) in bits where mask & 1 << UInt32(stored) != 0 { own |= 1 << UInt32(wanted) }
            counts.insert(value, Int32(truncatingIfNeeded: group), own, counting: false)
        }
    }

    /// Takes back one value of one call, as ``DistinctState`` stores it.
    func restore(_ group: Int, call: Int, value: Int64) {
        insert(value, Int32(truncatingIfNeeded: group), 1 << UInt32(call), counting: false)
    }
}
