import CommitLog
import KafkaProtocol

/// What must be true of a partition, learned from answers and from what readers saw.
struct SimulatedPartition {
    /// Records that were acknowledged or read: from then on they must stay, where they are.
    private(set) var known: [Int64: String] = [:]
    private(set) var start: Int64 = 0
    private(set) var end: Int64 = 0
    let isCompacted: Bool
    /// For compacted topics: the key of a record.
    private(set) var keys: [Int64: String] = [:]

    init(isCompacted: Bool) { self.isCompacted = isCompacted }

    /// Notes an acknowledged batch; says what contradicts what was known.
    mutating func acknowledge(_ tokens: [String], at offset: Int64, key: String?) -> String? {
        for (index, token) in tokens.enumerated() {
            let place = offset + Int64(index)
            if let other = known[place], other != token {
                return "\(token) acknowledged at \(place), where \(other) is"
            }
            known[place] = token
            if let key { keys[place] = key }
        }
        end = max(end, offset + Int64(tokens.count))
        return nil
    }

    mutating func raiseStart(to offset: Int64) { start = max(start, offset) }

    /// Compares with all that a reader gets; says what is wrong. `isPossible` tells whether an unknown token may be.
    mutating func check(
        _ batches: [StoredBatch], logStart: Int64, highWatermark: Int64, isPossible: (String) -> Bool
    ) -> String? {
        guard logStart >= start else { return "the log start fell from \(start) to \(logStart)" }
        guard highWatermark >= end else { return "the end fell from \(end) to \(highWatermark)" }
        start = logStart
        end = highWatermark
        var next = batches.first.map { min($0.header.baseOffset, logStart) } ?? highWatermark
        if !isCompacted && batches.isEmpty && logStart < highWatermark { return "nothing from \(logStart) on" }
        var seen: Set<Int64> = []
        var newestByKey: [String: Int64] = [:]
        for batch in batches {
            guard isCompacted ? batch.header.baseOffset >= next : batch.header.baseOffset == next || next == logStart
            else { return "offset \(batch.header.baseOffset) where \(next) comes next" }
            next = batch.header.lastOffset + 1
            for entry in batch.entries {
                let token = entry.value ?? ""
                seen.insert(entry.offset)
                if let other = known[entry.offset] {
                    guard other == token else { return "\(token) at \(entry.offset), where \(other) was" }
                } else {
                    guard isPossible(token) else { return "\(token) at \(entry.offset) was never written there" }
                    known[entry.offset] = token
                }
                if let key = entry.key { keys[entry.offset] = key }
            }
        }
        if !isCompacted && next != highWatermark && !batches.isEmpty { return "reading ends at \(next)" }
        for (offset, key) in keys { newestByKey[key] = max(newestByKey[key] ?? -1, offset) }
        for (offset, token) in known where offset >= logStart && !seen.contains(offset) {
            if isCompacted, let key = keys[offset], (newestByKey[key] ?? -1) > offset { continue }
            return "\(token) at \(offset) is lost"
        }
        return nil
    }
}
