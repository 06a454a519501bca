import Columnar
import ConnectorContract

/// The open sessions of all keys. A row makes a session from its time to a gap later; sessions of one key that overlap
/// or touch are one.
///
/// Sessions have dense numbers, which other state is indexed by. A number is not used again before ``compact()``.
final class SessionTable {
    /// What ``assign(_:times:rowCount:hasFired:into:)`` writes for a row without a session.
    static let late: Int32 = -1
    static let withoutTime: Int32 = -2

    /// Microseconds.
    private let gap: Int64
    private let clock: WindowClock
    private let seed: UInt64
    let keyTypes: [DataType]
    private(set) var keys: GroupTable
    /// By key: its earliest session, or -1.
    private var heads = StateArray<Int32>(zero: -1)
    /// By session. Times are those of the window clock.
    let starts = StateArray<Int64>(zero: 0)
    let ends = StateArray<Int64>(zero: 0)
    private let nexts = StateArray<Int32>(zero: -1)
    private let keyNumbers = StateArray<Int32>(zero: 0)
    private let open = StateArray<UInt8>(zero: 0)
    /// The session that took a joined one in.
    private let targets = StateArray<Int32>(zero: -1)
    private(set) var count = 0
    private(set) var openCount = 0
    private var timers = TimerHeap()
    /// Sessions that were joined with another since ``takeMerges()``, in order.
    private var merges: [(from: Int32, into: Int32)] = []

    init(keyTypes: [DataType], gapMilliseconds: Int64, clock: WindowClock, seed: UInt64) {
        self.keyTypes = keyTypes
        self.clock = clock
        self.seed = seed
        gap = gapMilliseconds * 1_000
        keys = GroupTable(keyTypes: keyTypes, seed: seed)
    }

    var byteSize: Int { keys.byteSize + heads.capacity * 4 + count * 33 + timers.count * 16 }

    func isOpen(_ session: Int32) -> Bool { open.base[Int(session)] == 1 }
    func keyNumber(_ session: Int32) -> Int32 { keyNumbers.base[Int(session)] }

    /// The session of each row, all joins of the batch already made; ``late`` where it has fired.
    func assign(
        _ columns: [Column], times: Column, rowCount: Int, watermark: Int64, into sessions: UnsafeMutablePointer<Int32>
    ) -> Int {
        var late = 0
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: max(1, rowCount)) { scratch in
            guard let numbers = scratch.baseAddress else { return }
            keys.assign(columns, rowCount: rowCount, groups: numbers)
            heads.reserve(keys.count)
            let joined = merges.count
            for row in 0..<rowCount {
                guard times.isValid(row) else {
                    sessions[row] = Self.withoutTime
                    continue
                }
                sessions[row] = insert(numbers[row], clock.shown(at: times.int64[row]), watermark)
                if sessions[row] == Self.late { late += 1 }
            }
            guard merges.count > joined else { return }
            for row in 0..<rowCount where sessions[row] >= 0 { sessions[row] = settled(sessions[row]) }
        }
        return late
    }

    /// The session that stands for one that may have been joined with others.
    private func settled(_ session: Int32) -> Int32 {
        var session = session
        while targets.base[Int(session)] >= 0 { session = targets.base[Int(session)] }
        return session
    }

    private func insert(_ key: Int32, _ start: Int64, _ watermark: Int64) -> Int32 {
        let end = start &+ gap
        var previous: Int32 = -1
        var current = heads.base[Int(key)]
        while current >= 0, ends.base[Int(current)] < start {
            previous = current
            current = nexts.base[Int(current)]
        }
        guard current >= 0, starts.base[Int(current)] <= end else {
            if watermark != Watermark.none, clock.firing(end: end) <= watermark { return Self.late }
            return add(key, start, end, after: previous, before: current)
        }
        let place = Int(current)
        if start < starts.base[place] { starts.base[place] = start }
        guard end > ends.base[place] else { return current }
        ends.base[place] = end
        var next = nexts.base[place]
        while next >= 0, starts.base[Int(next)] <= end {
            ends.base[place] = max(ends.base[place], ends.base[Int(next)])
            open.base[Int(next)] = 0
            openCount -= 1
            targets.base[Int(next)] = current
            merges.append((next, current))
            next = nexts.base[Int(next)]
        }
        nexts.base[place] = next
        return current
    }

    private func add(_ key: Int32, _ start: Int64, _ end: Int64, after previous: Int32, before next: Int32) -> Int32 {
        let session = Int32(truncatingIfNeeded: count)
        count += 1
        openCount += 1
        reserve()
        starts.base[Int(session)] = start
        ends.base[Int(session)] = end
        keyNumbers.base[Int(session)] = key
        nexts.base[Int(session)] = next
        targets.base[Int(session)] = -1
        open.base[Int(session)] = 1
        if previous < 0 { heads.base[Int(key)] = session } else { nexts.base[Int(previous)] = session }
        timers.push(clock.firing(end: end), session)
        return session
    }

    private func reserve() {
        starts.reserve(count)
        ends.reserve(count)
        nexts.reserve(count)
        keyNumbers.reserve(count)
        open.reserve(count)
        targets.reserve(count)
    }

    /// Whether anything may have to be closed.
    func hasDue(upTo watermark: Int64) -> Bool { timers.first.map { $0 <= watermark } ?? false }

    func takeMerges() -> [(from: Int32, into: Int32)] {
        defer { merges.removeAll(keepingCapacity: true) }
        return merges
    }

    /// Closes the sessions that the watermark has passed, earliest end first. Their start, end and key stay readable
    /// until the next ``compact()``.
    func close(upTo watermark: Int64) -> [Int32] {
        var closed: [Int32] = []
        while let due = timers.pop(upTo: watermark) {
            let session = Int(due.number)
            guard open.base[session] == 1 else { continue }
            // A session that went on since its timer was set gets another.
            let firing = clock.firing(end: ends.base[session])
            guard firing <= watermark else {
                timers.push(firing, due.number)
                continue
            }
            open.base[session] = 0
            openCount -= 1
            unlink(due.number)
            closed.append(due.number)
        }
        return closed
    }

    private func unlink(_ session: Int32) {
        let key = Int(keyNumbers.base[Int(session)])
        let next = nexts.base[Int(session)]
        if heads.base[key] == session {
            heads.base[key] = next
            return
        }
        var previous = heads.base[key]
        while previous >= 0, nexts.base[Int(previous)] != session { previous = nexts.base[Int(previous)] }
        if previous >= 0 { nexts.base[Int(previous)] = next }
    }

    /// Rebuilds the table when more than half of its sessions are closed; returns the new number of each old one, -1
    /// for the closed.
    func compact() -> [Int32]? {
        guard max(count, keys.count) - openCount > max(4_096, openCount) else { return nil }
        var moved = [Int32](repeating: -1, count: count)
        var kept: [Int32] = []
        for session in 0..<count where open.base[session] == 1 {
            moved[session] = Int32(truncatingIfNeeded: kept.count)
            kept.append(Int32(truncatingIfNeeded: session))
        }
        let oldKeys = kept.map { keyNumbers.base[Int($0)] }
        let columns = keys.keys.map { $0.gathered(oldKeys) }
        keys = GroupTable(keyTypes: keyTypes, seed: seed)
        heads = StateArray<Int32>(zero: -1)
        var numbers = [Int32](repeating: 0, count: kept.count)
        numbers.withUnsafeMutableBufferPointer { buffer in
            if let base = buffer.baseAddress { keys.assign(columns, rowCount: kept.count, groups: base) }
        }
        heads.reserve(keys.count)
        timers.removeAll()
        count = 0
        openCount = 0
        for (place, session) in kept.enumerated() {
            let (start, end) = (starts.base[Int(session)], ends.base[Int(session)])
            append(numbers[place], start, end)
        }
        return moved
    }

    /// Adds a session behind or before those of its key, which it touches none of.
    private func append(_ key: Int32, _ start: Int64, _ end: Int64) {
        var previous: Int32 = -1
        var next = heads.base[Int(key)]
        while next >= 0, starts.base[Int(next)] < start {
            previous = next
            next = nexts.base[Int(next)]
        }
        _ = add(key, start, end, after: previous, before: next)
    }

    // MARK: state

    /// The bytes of a session's key.
    func writeKey(_ session: Int32, to writer: inout ByteWriter) {
        let key = Int(keyNumbers.base[Int(session)])
        for column in keys.keys { RowCoding.append(column.column, row: key, to: &writer) }
    }

    /// Takes a saved session back; its number is the count before.
    func restore(_ key: [Column], start: Int64, end: Int64) {
        var number: Int32 = 0
        keys.assign(key, rowCount: 1, groups: &number)
        heads.reserve(keys.count)
        append(number, start, end)
    }
}
