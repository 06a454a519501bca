import Columnar
import ConnectorContract

/// Batches of rows that wait to be asked for again; state, stored batch by batch.
///
/// They stand in the order in which they are due: where rows keep their order only the first is ever asked for, else
/// each that is put back is due later than all others, for the delay is one. So nothing is searched for.
struct WaitingRows {
    struct Entry {
        var batch: Batch
        /// How often it was asked for.
        var attempts: Int
        /// When it is to be asked for again, in nanoseconds of a clock that only grows.
        var due: UInt64
        /// Event time when it came; it holds back what is later.
        var watermark: Int64
        /// Tells entries of one instance apart in the state, and grows in the order they came.
        var number: UInt64?
        /// The key of what is stored of it.
        var stored: [UInt8]?
    }

    /// The entries from `head` on; those before it are taken out.
    private var entries: [Entry?] = []
    private var head = 0
    private let fields: [Field]
    /// Tells the entries of this instance and life from those of others.
    private let ownNumber: UInt64
    private var nextNumber: UInt64 = 0
    /// Keys of what is stored of entries that are gone.
    private var gone: [[UInt8]] = []
    /// How many entries wait at each event time, in order of time.
    private var times: [(time: Int64, count: Int)] = []
    private(set) var rowCount = 0
    private(set) var byteSize = 0

    private static let stateName = "waiting"

    init(fields: [Field], ownNumber: UInt64) {
        self.fields = fields
        self.ownNumber = ownNumber
    }

    var isEmpty: Bool { head == entries.count }

    /// The least event time that something waits at.
    var watermark: Int64? { times.first?.time }

    /// Puts an entry behind all others, or before them; its rows are copied, so that they keep nothing else in memory.
    mutating func add(_ new: Entry, isFirst: Bool) {
        var entry = new
        entry.batch = copied(new.batch)
        if entry.number == nil || !isFirst {
            entry.number = nextNumber
            nextNumber += 1
        }
        count(entry, 1)
        guard isFirst else { return entries.append(entry) }
        if head > 0 {
            head -= 1
            entries[head] = entry
        } else {
            entries.insert(entry, at: 0)
        }
    }

    /// Takes out the first, if it is due.
    mutating func takeFirst(dueBy time: UInt64) -> Entry? {
        guard head < entries.count, var first = entries[head], first.due <= time else { return nil }
        entries[head] = nil
        head += 1
        if head == entries.count {
            entries.removeAll(keepingCapacity: entries.count < 1_024)
            head = 0
        } else if head >= 64, head * 2 > entries.count {
            entries.removeFirst(head)
            head = 0
        }
        count(first, -1)
        if let key = first.stored { gone.append(key) }
        first.stored = nil
        return first
    }

    private mutating func count(_ entry: Entry, _ change: Int) {
        rowCount += change * entry.batch.rowCount
        byteSize += change * entry.batch.byteSize
        var low = 0
        var high = times.count
        while low < high {
            let middle = (low + high) / 2
            if times[middle].time < entry.watermark { low = middle + 1 } else { high = middle }
        }
        if low < times.count, times[low].time == entry.watermark {
            times[low].count += change
            if times[low].count == 0 { times.remove(at: low) }
        } else {
            times.insert((entry.watermark, change), at: low)
        }
    }

    private func copied(_ batch: Batch) -> Batch {
        let columns = batch.columns.map { column in
            let copy = GrowableColumn(column.type.nullable(true), capacity: batch.rowCount)
            for row in 0..<batch.rowCount { copy.append(column, row: row) }
            return copy
        }
        let fixed = columns.reduce(0) { $0 + batch.rowCount * max(1, $1.column.kind.byteWidth) }
        let bytes = columns.reduce(0) { $0 + $1.byteSize }
        return Batch(
            columns: columns.map(\.column), rowCount: batch.rowCount, kinds: batch.kinds,
            retainedBytes: max(0, bytes - fixed))
    }

    // MARK: state

    /// What came and went since the last call. Rows that waited through a restart are due at once.
    mutating func changes() -> [StateChange] {
        var changed = KeyedEntries()
        for key in gone { changed.remove(key: key) }
        gone = []
        for place in head..<entries.count {
            guard var entry = entries[place], entry.stored == nil, let number = entry.number else { continue }
            var key = ByteWriter()
            key.write(ownNumber)
            key.write(number)
            changed.put(key: key.bytes, value: Self.bytes(of: entry))
            entry.stored = key.bytes
            entries[place] = entry
        }
        return changed.isEmpty ? [] : [StateChange(name: Self.stateName, fold: .keyed, bytes: changed.bytes)]
    }

    private static func bytes(of entry: Entry) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt32(truncatingIfNeeded: entry.attempts))
        writer.write(UInt32(truncatingIfNeeded: entry.batch.rowCount))
        for row in 0..<entry.batch.rowCount {
            writer.write(entry.batch.kind(row).rawValue)
            for column in entry.batch.columns { RowCoding.append(column, row: row, to: &writer) }
        }
        return writer.bytes
    }

    mutating func restore(_ changes: [StateChange], ownership: Ownership) throws {
        let found = try FoldedEntries(changes, named: Self.stateName).values
        // Above all that is stored, whichever instance takes it, so that no new key is one that another gives up.
        nextNumber = max(nextNumber, found.keys.reduce(0) { max($0, Self.order($1) &+ 1) })
        // Numbers grow with time within an instance, and stand behind its own number.
        for (key, value) in found.sorted(by: { Self.order($0.key) < Self.order($1.key) }) {
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            for byte in key { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
            guard ownership.owns(hash &* 0x9E37_79B9_7F4A_7C15) else { continue }
            var entry = try entry(from: value)
            // Stored anew with the next epoch: keys of several instances and lives would not tell the order.
            entry.number = nextNumber
            nextNumber += 1
            gone.append(key)
            count(entry, 1)
            entries.append(entry)
        }
    }

    private static func order(_ key: [UInt8]) -> UInt64 {
        key.suffix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private func entry(from bytes: [UInt8]) throws -> Entry {
        try bytes.withUnsafeBytes { buffer in
            var reader = ByteReader(buffer)
            let attempts = Int(try reader.read(UInt32.self))
            let count = Int(try reader.read(UInt32.self))
            // A row takes a byte for its kind at least.
            guard count <= reader.remaining else { throw DamagedBytesError(what: "rows", offset: reader.offset) }
            var decoder = RowDecoder(types: fields.map { $0.type.nullable(true) }, capacity: max(1, count))
            var kinds: [UInt8] = []
            for _ in 0..<count {
                kinds.append(try reader.read(UInt8.self))
                try decoder.read(&reader, columns: fields.indices)
                decoder.endRow()
            }
            let batch = Batch(columns: decoder.columns, rowCount: count, kinds: kinds)
            return Entry(batch: batch, attempts: attempts, due: 0, watermark: Watermark.none)
        }
    }
}
