import Columnar
import ConnectorContract

/// Batches of rows that wait to be asked for again, in the order they came; state, stored batch by batch.
struct WaitingRows {
    struct Entry {
        var batch: Batch
        /// How often it was asked for.
        var attempts: Int
        /// When it is to be asked for again, in nanoseconds of a clock that only grows.
        var due: UInt64
        /// Event time when it came; it holds back what is later.
        var watermark: Int64
        /// Tells entries of one instance apart in the state.
        var number: UInt64 = 0
    }

    private(set) var entries: [Entry] = []
    private let fields: [Field]
    /// Tells the entries of this instance and life from those of others.
    private let ownNumber: UInt64
    private var nextNumber: UInt64 = 0
    private var stored: [UInt64: [UInt8]] = [:]

    private static let stateName = "waiting"

    init(fields: [Field], ownNumber: UInt64) {
        self.fields = fields
        self.ownNumber = ownNumber
    }

    var isEmpty: Bool { entries.isEmpty }
    var rowCount: Int { entries.reduce(0) { $0 + $1.batch.rowCount } }
    var byteSize: Int { entries.reduce(0) { $0 + $1.batch.byteSize } }
    /// When the one that came first is due.
    var firstDue: UInt64? { entries.first?.due }
    /// When the next of them is due.
    var nextDue: UInt64? { entries.lazy.map(\.due).min() }

    /// The least event time that something waits at.
    var watermark: Int64? { entries.lazy.map(\.watermark).min() }

    mutating func add(_ new: Entry, isFirst: Bool) {
        var entry = new
        entry.number = nextNumber
        nextNumber += 1
        if isFirst { entries.insert(entry, at: 0) } else { entries.append(entry) }
    }

    /// Takes out the first, if it is due.
    mutating func takeFirst(dueBy time: UInt64) -> Entry? {
        guard let first = entries.first, first.due <= time else { return nil }
        return entries.removeFirst()
    }

    /// Takes out all that are due.
    mutating func takeAll(dueBy time: UInt64) -> [Entry] {
        let due = entries.filter { $0.due <= time }
        if !due.isEmpty { entries.removeAll { $0.due <= time } }
        return due
    }

    // MARK: state

    /// What came and went since the last call. Rows that waited through a restart are due at once.
    mutating func changes() -> [StateChange] {
        var changed = KeyedEntries()
        let present = Set(entries.map(\.number))
        for (number, key) in stored where !present.contains(number) {
            changed.remove(key: key)
            stored[number] = nil
        }
        for entry in entries where stored[entry.number] == nil {
            var key = ByteWriter()
            key.write(ownNumber)
            key.write(entry.number)
            changed.put(key: key.bytes, value: Self.bytes(of: entry))
            stored[entry.number] = key.bytes
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
        // Numbers grow with time within an instance, and stand behind its own number.
        for (key, value) in found.sorted(by: { Self.order($0.key) < Self.order($1.key) }) {
            var hash: UInt64 = 0xCBF2_9CE4_8422_2325
            for byte in key { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
            guard ownership.owns(hash &* 0x9E37_79B9_7F4A_7C15) else { continue }
            var entry = try entry(from: value)
            entry.number = nextNumber
            nextNumber += 1
            stored[entry.number] = key
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
