import Columnar
import ConnectorContract
import Diagnostics
import Engine
import StreamSQL
import Synchronization
import TestSupport
import Testing

/// Rows that are looked up in tables: through crashes, while the table changes, and through caches.
struct LookupJoinTests {
    private typealias Row = [BatchBuilder.Value]

    private static func script(_ options: String = "", hint: String = "", kind: String = "LEFT") -> String {
        """
        CREATE TABLE o (id BIGINT, k BIGINT, p AS PROCTIME()) WITH ('connector' = 'memory');
        CREATE TABLE d (k BIGINT, v BIGINT) WITH ('connector' = 'memory'\(options));
        SELECT \(hint) o.id, t.v FROM o \(kind) JOIN d FOR SYSTEM_TIME AS OF o.p AS t ON o.k = t.k;
        """
    }

    /// Rows of `o`: every fifth key is NULL.
    private static func orders(_ count: Int, keys: Int64, _ random: inout SplitMix64) -> [Row] {
        (0..<count).map { id in
            let key = Int64.random(in: 0..<keys, using: &random)
            return [.integer(Int64(id)), key % 5 == 4 ? .null : .integer(key)]
        }
    }

    private static func joined(_ orders: [Row], _ value: (Int64) -> Int64?) -> [Row] {
        orders.map { row in
            guard case .integer(let key) = row[1], let found = value(key) else { return [row[0], .null] }
            return [row[0], .integer(found)]
        }
    }

    @Test(arguments: ["ordered", "allow_unordered"])
    func rowsThatAreAskedForAgainSurviveCrashes(mode: String) throws {
        let plan = try QueryHarness.plan(Self.script(hint: Self.hint(mode, "70 ms", attempts: 4)))
        var restored = 0
        for seed in 1...10 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            let orders = Self.orders(240, keys: 12, &random)
            let splits = [0, 80, 160].map { MemorySource.Split(rows: Array(orders[$0..<$0 + 80])) }
            let rows: [Row] = [0, 1, 2, 5, 6, 7].map { [.integer($0), .integer($0 * 10)] }
            let (sink, lives) = try QueryHarness.run(
                plan, ["o": splits, "d": [MemorySource.Split(rows: rows)]], &random,
                crashes: seed % 2 == 0 ? 0 : 3, crashSteps: 60..<300
            ) { MultisetSink(types: $0) }
            let expected = Self.joined(orders) { [0, 1, 2, 5, 6, 7].contains($0) ? $0 * 10 : nil }
            #expect(sink.rows == expected.sortedByDescription(), "seed \(seed)")
            #expect(sink.mistakes == 0, "seed \(seed)")
            restored += lives
        }
        #expect(restored > 2)
    }

    private static func hint(_ mode: String, _ delay: String, attempts: Int) -> String {
        """
        /*+ LOOKUP('table' = 't', 'output-mode' = '\(mode)', 'retry-predicate' = 'lookup_miss',
        'retry-strategy' = 'fixed_delay', 'fixed-delay' = '\(delay)', 'max-attempts' = '\(attempts)') */
        """
    }

    /// A job over `orders`, none of whose keys is in the table.
    private static func missingJob(
        _ hint: String, orders: Int, store: MemoryCheckpointStore?, seed: UInt64
    ) throws -> (job: Job, sink: MultisetSink) {
        let plan = try QueryHarness.plan(script(hint: hint))
        let types = [DataType(.bigint), DataType(.bigint)]
        let rows: [Row] = (0..<orders).map { [.integer(Int64($0)), .integer(7)] }
        let left = MemorySource(types: types, splits: [MemorySource.Split(rows: rows)], batchRows: 1_000)
        let table = MemorySource(types: types, splits: [], batchRows: 1)
        let sink = MultisetSink(types: types)
        let wiring = JobWiring(
            makeSource: { scan, _ -> any Source in scan.table.name.hasSuffix("d") ? table : left },
            makeSink: { _, _ in sink }, rejects: RejectCounter(), store: store,
            environment: Environment(clock: VirtualClock(), random: FixedRandom(seed: seed)))
        return (try Job(plan: plan, settings: JobSettings(parallelism: 1), wiring: wiring), sink)
    }

    @Test(arguments: ["ordered", "allow_unordered"])
    func epochsGoOnWhileRowsWaitBehindTheEnd(mode: String) throws {
        let store = MemoryCheckpointStore()
        let (job, sink) = try Self.missingJob(
            Self.hint(mode, "2 s", attempts: 3), orders: 10, store: store, seed: 3)
        var firstEpochBehindTheEnd: UInt64?
        var epochs: UInt64 = 0
        try job.runSeeded(3) { _ in
            guard job.report.rowsIn >= 10, sink.rows.isEmpty, let last = store.lastEpoch else { return }
            firstEpochBehindTheEnd = firstEpochBehindTheEnd ?? last
            epochs = last - (firstEpochBehindTheEnd ?? last)
        }
        #expect(sink.rows.count == 10)
        // Four seconds in steps of a millisecond, every sixteenth of which asks for an epoch.
        #expect(epochs > 20)
    }

    @Test(arguments: ["ordered", "allow_unordered"])
    func rowsThatWaitAreBounded(mode: String) throws {
        let (job, sink) = try Self.missingJob(
            Self.hint(mode, "500 ms", attempts: 2), orders: 24_000, store: nil, seed: 4)
        var most: UInt64 = 0
        try job.runSeeded(4) { step in
            // The place stays full for hundreds of steps.
            guard step % 32 == 0 else { return }
            for node in job.report.nodes where node.name.hasPrefix("lookup") {
                most = max(most, node.rowsIn &- node.rowsOut)
            }
        }
        #expect(sink.rows.count == 24_000)
        // As many as may wait, and the batch that filled the place.
        #expect(most >= UInt64(Limits.queueRows) && most <= UInt64(Limits.queueRows + 1_000))
    }

    @Test(arguments: ["ordered", "allow_unordered"])
    func aQueryThatRunsToItsEndWaitsForTheClock(mode: String) throws {
        // More rows than may wait: they have to leave before the others are read.
        let (job, sink) = try Self.missingJob(
            Self.hint(mode, "500 ms", attempts: 2), orders: 24_000, store: nil, seed: 5)
        try job.runToEnd(limitMilliseconds: 3_600_000)
        #expect(sink.rows.count == 24_000)
    }

    // MARK: tables that change

    /// A table whose values are all the number of its state, found by key or read whole.
    private final class ChangingTable: Source, KeyedRows {
        struct Contents {
            var number: Int64
            var asked = 0
        }
        let contents = Mutex(Contents(number: 1))
        private let isKeyed: Bool
        private static let types = [DataType(.bigint), DataType(.bigint)]

        init(isKeyed: Bool) { self.isKeyed = isKeyed }

        var isBounded: Bool { true }
        func stamp() throws -> UInt64? { UInt64(contents.withLock { $0.number }) }

        private func batch(_ keys: [Int64]) -> Batch {
            let number = contents.withLock { $0.number }
            return BatchBuilder.batch(Self.types, keys.map { [.integer($0), .integer(number)] })
        }

        func open(
            parallelism: Int, positions: [[UInt8]], rejects: any RejectRecorder
        ) throws -> [any SourceReader] {
            let rows: [Row] = (0..<4).map { [.integer($0), .integer(contents.withLock { $0.number })] }
            return try MemorySource(types: Self.types, splits: [MemorySource.Split(rows: rows)], batchRows: 2)
                .open(parallelism: parallelism, positions: positions, rejects: rejects)
        }

        func rows(byKey columns: [Int]) -> (any KeyedRows)? { isKeyed && columns == [0] ? self : nil }

        /// Keys below 4 are there.
        func rows(withKeys keys: [Column], count: Int) throws -> Batch {
            contents.withLock { $0.asked += count }
            return batch((0..<count).map { keys[0].int64[$0] }.filter { $0 < 4 })
        }
    }

    /// Runs 600 orders, the table changing from state 1 to 2 in the middle; gives the values that were seen.
    private static func seen(
        _ options: String, isKeyed: Bool, seed: UInt64
    ) throws -> (values: Set<BatchBuilder.Value>, rows: [Row], orders: [Row], asked: Int) {
        let plan = try QueryHarness.plan(script(options))
        var random = SplitMix64(seed: seed)
        let orders = orders(600, keys: 8, &random)
        let table = ChangingTable(isKeyed: isKeyed)
        let left = MemorySource(
            types: [DataType(.bigint), DataType(.bigint)], splits: [MemorySource.Split(rows: orders)], batchRows: 4)
        let clock = VirtualClock()
        let sink = MultisetSink(types: plan.nodes[plan.nodes.count - 1].fields.map(\.type))
        let wiring = JobWiring(
            makeSource: { scan, _ -> any Source in if scan.table.name.hasSuffix("d") { table } else { left } },
            makeSink: { _, _ in sink }, rejects: RejectCounter(),
            environment: Environment(clock: clock, random: FixedRandom(seed: seed)))
        let job = try Job(plan: plan, settings: JobSettings(parallelism: 1), wiring: wiring)
        try job.runSeeded(seed) { _ in
            guard job.report.rowsIn > 300, table.contents.withLock({ $0.number }) == 1 else { return }
            table.contents.withLock { $0.number = 2 }
            clock.advance(nanoseconds: 5_000_000_000)
        }
        let values = sink.rows.map { $0[1] }.filter { $0 != .null }
        return (Set(values), sink.rows, orders, table.contents.withLock { $0.asked })
    }

    @Test(arguments: [false, true])
    func changesAreSeen(isKeyed: Bool) throws {
        for seed in 1...4 as ClosedRange<UInt64> {
            let run = try Self.seen("", isKeyed: isKeyed, seed: seed)
            #expect(run.values == [.integer(1), .integer(2)], "seed \(seed)")
            // What is there is found in one of the two states, what is not is not.
            #expect(run.rows.count == run.orders.count)
            let missing = Self.joined(run.orders) { $0 < 4 ? 1 : nil }.filter { $0[1] == .null }.count
            #expect(run.rows.filter { $0[1] == .null }.count == missing)
        }
    }

    @Test func cachesKeepWhatWasFound() throws {
        let prefix = ", 'lookup.cache' = 'PARTIAL', 'lookup.partial-cache."
        let kept = try Self.seen(prefix + "max-rows' = '100'", isKeyed: true, seed: 1)
        #expect(kept.values == [.integer(1)])
        // Eight keys, one of which is NULL: seven are asked for, each once.
        #expect(kept.asked == 7)
        let expiring = try Self.seen(prefix + "expire-after-write' = '2 s'", isKeyed: true, seed: 1)
        #expect(expiring.values == [.integer(1), .integer(2)])
        #expect(expiring.asked == 14)
        let small = try Self.seen(prefix + "max-rows' = '2'", isKeyed: true, seed: 1)
        #expect(small.asked > 50)
        let forgetful = try Self.seen(
            prefix + "max-rows' = '100', 'lookup.partial-cache.cache-missing-key' = 'false'", isKeyed: true, seed: 1)
        #expect(forgetful.values == [.integer(1)])
        #expect(forgetful.asked > 50)
        let whole = try Self.seen(prefix + "max-rows' = '100'", isKeyed: false, seed: 1)
        #expect(whole.values == [.integer(1)])
    }

    @Test func fullCachesAreReadAgain() throws {
        let prefix = ", 'lookup.cache' = 'FULL', 'lookup.full-cache.periodic-reload.interval' = "
        let seldom = try Self.seen(prefix + "'1 h'", isKeyed: true, seed: 2)
        #expect(seldom.values == [.integer(1)])
        #expect(seldom.asked == 0)
        let often = try Self.seen(prefix + "'2 s'", isKeyed: true, seed: 2)
        #expect(often.values == [.integer(1), .integer(2)])
    }
}
