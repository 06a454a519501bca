import Columnar
import ConnectorContract
import Diagnostics
import StreamSQL

/// The table behind a lookup join, as one instance sees it: asked for single keys, or read whole and read again.
///
/// A table that finds rows by its key is asked for the keys of each batch. Any other is read whole when the first row
/// comes, and again when it changed; how often it is looked at is bounded by what a reading costs.
final class LookedUpTable {
    private let plan: LookupJoinPlan
    private let source: any Source
    private let keyed: (any KeyedRows)?
    private let rejects: any RejectRecorder
    private let shaping: RowShaping
    private let makeIndex: () throws -> JoinOperator
    private let clock: any TimeSource
    /// A bounded job sees the table as it was when it began to look.
    private let isReadOnce: Bool

    /// The whole table; nil before it is read, and where it is asked by key.
    private var whole: JoinOperator?
    private var stamp: UInt64?
    private var failures = 0
    /// When to look for changes, or to read again.
    private var dueNanoseconds: UInt64 = 0

    /// A table is not looked at for changes more often than this.
    private static let leastRest: UInt64 = 100_000_000
    /// After a reading it rests for so many times what that took.
    private static let restFactor: UInt64 = 8

    init(
        _ plan: LookupJoinPlan, source: any Source, rejects: any RejectRecorder, shaping: RowShaping, isBatchMode: Bool,
        clock: any TimeSource, makeIndex: @escaping () throws -> JoinOperator
    ) {
        self.plan = plan
        self.source = source
        self.rejects = rejects
        self.shaping = shaping
        self.clock = clock
        self.makeIndex = makeIndex
        isReadOnce = isBatchMode
        if case .full = plan.settings.cache {
            keyed = nil
        } else {
            keyed = isBatchMode || plan.nullSafe.contains(true) ? nil : plan.scanKeys.flatMap { source.rows(byKey: $0) }
        }
    }

    /// Rows are found by asking for their keys; else in ``current()``.
    var isAskedByKey: Bool { keyed != nil }
    var stateRows: Int { whole?.stateRows ?? 0 }
    var stateBytes: Int { whole?.stateBytes ?? 0 }

    /// The rows with these keys, none of which is NULL or there twice.
    func rows(withKeys keys: [Column], count: Int) throws -> Batch {
        guard let keyed else { return try current().rows(withKeys: keys, count: count) }
        return try shaping.shaped(try keyed.rows(withKeys: keys, count: count))
    }

    /// The whole table, read again where that is due.
    func current() throws -> JoinOperator {
        let now = clock.monotonicNanoseconds()
        if let whole {
            guard !isReadOnce, now >= dueNanoseconds else { return whole }
            return try renewed(whole)
        }
        stamp = try source.stamp()
        let read = try self.read()
        rest(since: now)
        return read
    }

    /// The table after a look for changes. Where it cannot be read what was read before counts, a few times.
    private func renewed(_ known: JoinOperator) throws -> JoinOperator {
        let now = clock.monotonicNanoseconds()
        do {
            let seen = try source.stamp()
            // Without a stamp only a full cache, which says when, is read again.
            var isSame = seen == stamp
            if seen == nil, case .full = plan.settings.cache { isSame = false }
            let result = isSame ? known : try read()
            stamp = seen
            failures = 0
            rest(since: now)
            return result
        } catch let error as MillraceError where failures < plan.settings.failuresMax {
            _ = error
            failures += 1
            rest(since: now)
            return known
        }
    }

    private func rest(since begin: UInt64) {
        let end = clock.monotonicNanoseconds()
        switch plan.settings.cache {
        case .full(.every(let milliseconds)):
            let (pause, overflows) = UInt64(milliseconds).multipliedReportingOverflow(by: 1_000_000)
            dueNanoseconds = overflows ? .max : end &+ pause
        case .full(.daily(let time, let days)):
            let day: Int64 = 86_400_000
            let wall = clock.wallMilliseconds()
            let sinceToday = ((wall - time) % day + day) % day
            let wait = day - sinceToday + (min(days, 36_500) - 1) * day
            dueNanoseconds = end &+ UInt64(max(1, wait)) &* 1_000_000
        default:
            let cost = end > begin ? end - begin : 0
            dueNanoseconds = end &+ max(Self.leastRest, cost &* Self.restFactor)
        }
    }

    private func read() throws -> JoinOperator {
        let index = try makeIndex()
        for reader in try source.open(parallelism: 1, positions: [], rejects: rejects) {
            reading: while true {
                switch try reader.poll(waitMilliseconds: 10) {
                case .batch(let batch, _):
                    let shaped = try shaping.shaped(batch)
                    if shaped.rowCount > 0 { index.add(shaped) }
                case .idle: continue
                case .finished: break reading
                }
            }
        }
        whole = index
        return index
    }
}
