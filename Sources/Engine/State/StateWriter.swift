import Columnar
import ConnectorContract
import Diagnostics

/// Bytes of a state on their way into an epoch.
///
/// They are written in place into one buffer that stays, and cut off it in pieces of bounded size: a list of bytes that
/// grows to a hundred megabytes would be copied each time it doubles, and would touch new memory at every epoch.
final class StateWriter {
    /// A buffer that grew beyond this for a long row is given back after the epoch.
    private static let keptBytes = 16 << 20
    /// Pieces end with the entry or row that passes this size.
    private static let pieceBytes = 256 << 10

    private var base: UnsafeMutableRawPointer
    private var capacity: Int
    private var used = 0
    private var pieces: [[UInt8]] = []
    /// Where bytes go ahead of their epoch once there are many; nil where they wait for it.
    var staging: StateStaging?
    /// What was staged since the last epoch; it stands before the pieces.
    private var staged: (any StagedState)?
    private var isStagingOver = false
    /// Where the length of the open key or value is to be written.
    private var lengthAt = 0
    /// A block of more bytes is written as two, as long as it has more than one row.
    var blockLimit = 1 << 30
    /// Lengths are written with 32 bits, of which the greatest marks what was removed.
    var lengthLimit = Int(UInt32.max) - 1
    /// Where a part begins whose length does not fit: what was written cannot be read, unless it is taken back.
    private var firstTooLong: Int?
    /// Such a part is among the pieces.
    private var isCut = false

    init() {
        capacity = 4 << 10
        base = .allocate(byteCount: capacity, alignment: 64)
    }

    deinit { base.deallocate() }

    var isEmpty: Bool { used == 0 && pieces.isEmpty && staged == nil }
    var byteSize: Int { pieces.reduce(capacity) { $0 + $1.count } }

    // MARK: values

    /// The place of the next `count` bytes, which are written by then.
    @inline(__always)
    func place(_ count: Int) -> UnsafeMutableRawPointer {
        if used &+ count > capacity { grow(count) }
        let place = base + used
        used &+= count
        return place
    }

    /// Takes back the last bytes of what was placed.
    func giveBack(_ count: Int) { used &-= count }

    @inline(never)
    private func grow(_ count: Int) {
        let size = max(capacity * 2, used + count)
        let larger = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
        larger.copyMemory(from: base, byteCount: used)
        base.deallocate()
        base = larger
        capacity = size
    }

    private func shrink() {
        guard capacity > Self.keptBytes else { return }
        base.deallocate()
        capacity = 4 << 10
        base = .allocate(byteCount: capacity, alignment: 64)
    }

    @inline(__always)
    func write<Number: FixedWidthInteger & BitwiseCopyable>(_ number: Number) {
        place(MemoryLayout<Number>.size).storeBytes(of: number.littleEndian, as: Number.self)
    }

    /// Columns of a row, in the form of ``RowCoding``.
    @inline(__always)
    func write(_ fields: [RowField], row: Int) {
        for field in fields { write(field, row: row) }
    }

    @inline(__always)
    func write(_ field: RowField, row: Int) {
        guard field.isValid(row) else { return write(UInt8(0)) }
        switch field.kind {
        case .bits:
            write(UInt8(1))
            let word = field.values.load(fromByteOffset: (row >> 6) &* 8, as: UInt64.self)
            write(UInt8(truncatingIfNeeded: word >> UInt64(row & 63) & 1))
        case .int64, .float64:
            let place = place(9)
            place.storeBytes(of: 1, as: UInt8.self)
            place.storeBytes(
                of: field.values.load(fromByteOffset: row &* 8, as: UInt64.self).littleEndian, toByteOffset: 1,
                as: UInt64.self)
        case .int128:
            write(UInt8(1))
            write(field.values.load(fromByteOffset: row &* 16, as: Int128.self))
        case .text:
            let view = UnsafePointer(field.values.assumingMemoryBound(to: TextView.self) + row)
            let count = view.pointee.count
            let place = place(5 &+ count)
            place.storeBytes(of: 1, as: UInt8.self)
            place.storeBytes(of: UInt32(truncatingIfNeeded: count).littleEndian, toByteOffset: 1, as: UInt32.self)
            (place + 5).copyMemory(from: TextView.bytes(at: view), byteCount: count)
        }
    }

    // MARK: rows and entries

    /// Ends a row of a state that is a sequence of them.
    @inline(__always)
    func endRow() { if used >= Self.pieceBytes { cut() } }

    /// Begins an entry of a keyed state; its key follows. The form is that of ``KeyedEntries``.
    @inline(__always)
    func beginEntry() {
        lengthAt = used
        write(UInt32(0))
    }

    /// Ends the key of an entry; its value follows.
    @inline(__always)
    func beginValue() {
        endLength()
        lengthAt = used
        write(UInt32(0))
    }

    @inline(__always)
    func endEntry() {
        endLength()
        endRow()
    }

    /// Ends the key of an entry that is removed.
    func endRemoval() {
        endLength()
        write(UInt32.max)
        endRow()
    }

    @inline(__always)
    private func endLength() { endLength(lengthAt) }

    /// Begins a part that has its length in front, 32 bits; what it gives goes to ``endLength(_:)``.
    func beginLength() -> Int {
        let start = used
        write(UInt32(0))
        return start
    }

    /// Whether the part that began there is to be written as two.
    func isTooLong(since start: Int) -> Bool { used - start > blockLimit }

    /// Whether the part that began there fills a piece.
    func isPiece(since start: Int) -> Bool { used - start >= Self.pieceBytes }

    /// Takes back all that was written since a length began.
    func rewind(to start: Int) {
        used = start
        if let place = firstTooLong, place >= start { firstTooLong = nil }
    }

    @inline(__always)
    func endLength(_ start: Int) {
        if used &- start &- 4 > lengthLimit { firstTooLong = min(firstTooLong ?? start, start) }
        let count = UInt32(truncatingIfNeeded: used &- start &- 4)
        (base + start).storeBytes(of: count.littleEndian, as: UInt32.self)
    }

    func write(raw bytes: [UInt8]) {
        bytes.withUnsafeBytes { buffer in
            guard let source = buffer.baseAddress else { return }
            place(buffer.count).copyMemory(from: source, byteCount: buffer.count)
        }
    }

    // MARK: giving away

    private func cut() {
        guard used > 0 else { return }
        if firstTooLong != nil { isCut = true }
        firstTooLong = nil
        let bytes = UnsafeRawBufferPointer(start: base, count: used)
        if !stage(bytes) { pieces.append(Array(bytes)) }
        used = 0
    }

    /// False when the bytes stay here: there are few of them, or they could not be staged, as on a full disk. What the
    /// matter is, the commit will tell.
    private func stage(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let staging, !isStagingOver else { return false }
        do {
            if staged == nil {
                let waiting = pieces.reduce(used) { $0 + $1.count }
                guard waiting >= staging.leastBytes, let new = staging.store.stage() else { return false }
                staged = new
                while let piece = pieces.first {
                    try piece.withUnsafeBytes { try new.append($0) }
                    pieces.removeFirst()
                }
            }
            try staged?.append(bytes)
            return true
        } catch {
            isStagingOver = true
            return false
        }
    }

    /// What was written, as changes of one state; the writer is empty afterwards. Throws `state_too_large` where a row or a
    /// group takes more than can be stored as one.
    func take(_ name: String, _ fold: StateChange.Fold) throws(MillraceError) -> [StateChange] {
        cut()
        defer {
            pieces = []
            staged = nil
            isStagingOver = false
            isCut = false
            shrink()
        }
        guard !isCut else {
            throw MillraceError(
                .user, code: "state_too_large", "one row or group of the state takes more than 4 GiB",
                hint: "lists such as ARRAY_AGG and LISTAGG keep each of their values: group by finer keys")
        }
        let early = staged.map { [StateChange(name: name, fold: fold, bytes: [], staged: $0)] } ?? []
        return early + pieces.map { StateChange(name: name, fold: fold, bytes: $0) }
    }
}

/// A column laid open for reading value by value; valid while the column lives and does not grow.
struct RowField {
    let kind: PhysicalKind
    let values: UnsafeMutableRawPointer
    private let validity: UnsafePointer<UInt64>?

    init(_ column: Column) {
        kind = column.kind
        values = column.values
        validity = column.mayHaveNulls ? UnsafePointer(column.validity) : nil
    }

    @inline(__always)
    func isValid(_ row: Int) -> Bool {
        guard let validity else { return true }
        return validity[row >> 6] >> UInt64(row & 63) & 1 == 1
    }
}
