import Columnar
import StreamSQL

/// What was found in a table, by key, for as long as `lookup.partial-cache` allows.
///
/// Rows stand in columns, those of a key in a list. Rows of keys that were asked for anew stay behind until half of all
/// are such; then, and when there are too many keys, the cache is made anew of what was used last.
final class LookupCache {
    private let settings: LookupSettings.PartialCache
    private let rightKeys: [Int]
    private let seed: UInt64
    private var table: GroupTable
    private var rows: [GrowableColumn]
    private var firstRow: [Int32] = []
    private var nextRow: [Int32] = []
    /// In milliseconds of a clock that only grows; `never` where nothing is known of the key.
    private var written: [Int64] = []
    private var accessed: [Int64] = []
    /// Rows that a key still has.
    private var liveRows = 0
    /// Keys that the last clearing left: twice as many are worth another.
    private var keptLast = 0

    private static let never = Int64.min
    /// Fewer dead rows than this are left alone.
    private static let leastDeadRows = 4_096

    init(_ settings: LookupSettings.PartialCache, plan: LookupJoinPlan, seed: UInt64) {
        self.settings = settings
        self.seed = seed
        rightKeys = plan.rightKeys
        table = GroupTable(keyTypes: plan.rightKeys.map { plan.rightFields[$0].type.nullable(true) }, seed: seed)
        rows = plan.rightFields.map { GrowableColumn($0.type.nullable(true)) }
    }

    var stateRows: Int { liveRows }
    var stateBytes: Int { rows.reduce(table.byteSize + nextRow.count * 4 + written.count * 20) { $0 + $1.byteSize } }

    /// The rows with these keys; `fetch` is asked for those that are not known.
    func rows(
        withKeys keys: [Column], count: Int, now: Int64, fetch: ([Column], Int) throws -> Batch
    ) throws -> Batch {
        var groups = [Int32](repeating: 0, count: count)
        groups.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            table.assign(keys, rowCount: count, groups: base)
        }
        grow()
        let unknown = (0..<count).filter { !isFresh(Int(groups[$0]), now) }.map { Int32(truncatingIfNeeded: $0) }
        if !unknown.isEmpty {
            let wanted = unknown.withUnsafeBufferPointer { list in
                list.baseAddress.map { base in keys.map { gather($0, rows: base, count: list.count) } } ?? []
            }
            let found = try fetch(wanted, unknown.count)
            store(found, for: unknown.map { Int(groups[Int($0)]) }, now)
        }
        var list: [Int32] = []
        for group in groups {
            accessed[Int(group)] = now
            var row = firstRow[Int(group)]
            while row >= 0 {
                list.append(row)
                row = nextRow[Int(row)]
            }
        }
        let result = Batch(columns: rows.map { $0.gathered(list) }, rowCount: list.count)
        tidy(now)
        return result
    }

    private func grow() {
        while firstRow.count < table.count {
            firstRow.append(-1)
            written.append(Self.never)
            accessed.append(Self.never)
        }
    }

    private func isFresh(_ group: Int, _ now: Int64) -> Bool {
        guard written[group] != Self.never else { return false }
        if let limit = settings.expiresAfterWrite, now &- written[group] >= limit { return false }
        if let limit = settings.expiresAfterAccess, now &- accessed[group] >= limit { return false }
        return true
    }

    /// Takes in what was found for keys that were asked for.
    private func store(_ found: Batch, for asked: [Int], _ now: Int64) {
        for group in asked {
            var row = firstRow[group]
            while row >= 0 {
                liveRows -= 1
                row = nextRow[Int(row)]
            }
            firstRow[group] = -1
            written[group] = settings.keepsMissing ? now : Self.never
        }
        guard found.rowCount > 0 else { return }
        var groups = [Int32](repeating: -1, count: found.rowCount)
        groups.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            table.find(rightKeys.map { found.columns[$0] }, rowCount: found.rowCount, groups: base)
        }
        for row in 0..<found.rowCount where groups[row] >= 0 {
            let group = Int(groups[row])
            for index in rows.indices { rows[index].append(found.columns[index], row: row) }
            nextRow.append(firstRow[group])
            firstRow[group] = Int32(truncatingIfNeeded: nextRow.count - 1)
            written[group] = now
            liveRows += 1
        }
    }

    private func tidy(_ now: Int64) {
        let most = settings.keysMax ?? Int.max
        let dead = nextRow.count - liveRows
        let isGrown = table.count > 2 * max(keptLast, Self.leastDeadRows)
        guard table.count > most || dead > max(liveRows, Self.leastDeadRows) || isGrown else { return }
        var kept = (0..<table.count).filter { isFresh($0, now) }.map { Int32(truncatingIfNeeded: $0) }
        if kept.count > most {
            kept.sort { accessed[Int($0)] > accessed[Int($1)] }
            // Some room, so that not every further key makes it anew.
            kept.removeLast(kept.count - max(1, most - most / 4))
            kept.sort()
        }
        keep(kept)
        keptLast = kept.count
    }

    private func keep(_ groups: [Int32]) {
        var list: [Int32] = []
        var newFirst: [Int32] = []
        var newNext: [Int32] = []
        for group in groups {
            var row = firstRow[Int(group)]
            newFirst.append(row < 0 ? -1 : Int32(truncatingIfNeeded: list.count))
            while row >= 0 {
                list.append(row)
                row = nextRow[Int(row)]
                newNext.append(row < 0 ? -1 : Int32(truncatingIfNeeded: list.count))
            }
        }
        let fresh = rows.map { GrowableColumn($0.type, capacity: max(64, list.count)) }
        for (new, old) in zip(fresh, rows) { for row in list { new.append(old.column, row: Int(row)) } }
        rows = fresh
        table.compact(keeping: groups)
        written = groups.map { written[Int($0)] }
        accessed = groups.map { accessed[Int($0)] }
        firstRow = newFirst
        nextRow = newNext
        liveRows = list.count
    }
}
