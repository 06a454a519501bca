import ConnectorContract

/// Rows of a key that wait for the watermark, in the order of their time.
///
/// Rows of one time are in the order of their bytes, so that the answer does not depend on which came first.
struct PendingRows {
    private struct Entry {
        var time: Int64
        var row: KeptRow
    }

    private var entries: [Entry] = []
    /// Entries before it were taken.
    private var head = 0
    private(set) var byteSize = 0

    init() {}

    var isEmpty: Bool { head == entries.count }
    /// Time of the earliest row.
    var first: Int64? { isEmpty ? nil : entries[head].time }

    mutating func insert(_ row: KeptRow, at time: Int64) {
        // Rows come almost in order: the place is near the end.
        var place = entries.count
        while place > head, Self.isBefore(time, row, entries[place - 1]) { place -= 1 }
        entries.insert(Entry(time: time, row: row), at: place)
        byteSize += row.bytes.count + 40
    }

    private static func isBefore(_ time: Int64, _ row: KeptRow, _ other: Entry) -> Bool {
        time != other.time ? time < other.time : row.bytes.lexicographicallyPrecedes(other.row.bytes)
    }

    /// Takes the earliest row when its time is not after `time`.
    mutating func takeFirst(upTo time: Int64) -> (row: KeptRow, time: Int64)? {
        guard let first, first <= time else { return nil }
        let entry = entries[head]
        head += 1
        byteSize -= entry.row.bytes.count + 40
        // Moving what is left costs as much as was taken, at most.
        if head == entries.count || (head >= 64 && head * 2 >= entries.count) {
            entries.removeFirst(head)
            head = 0
        }
        return (entry.row, entry.time)
    }

    func write(to writer: inout ByteWriter) {
        writer.write(UInt32(truncatingIfNeeded: entries.count - head))
        for entry in entries[head...] {
            writer.write(entry.time)
            writer.write(entry.row.bytes)
        }
    }

    init(from reader: inout ByteReader) throws {
        for _ in 0..<(try reader.read(UInt32.self)) {
            let time = try reader.read(Int64.self)
            insert(KeptRow(bytes: try reader.readBytes()), at: time)
        }
    }
}
