import Columnar
import ConnectorContract
import Diagnostics
import Engine
import Glibc
import StreamSQL
import TestSupport
import Testing

/// State that event time or a time to live bounds stays as small as the rows within reach, however many rows pass: the
/// bound on a job's state is a small part of what its rows would take, and the job does not meet it.
///
/// `MILLRACE_FLAT_ROWS=50000000 swift test -c release -Xswiftc -enable-testing --filter BoundedStateTests` does it over
/// many rows, one query after the other, and fails where resident memory grows after the first tenth of them.
/// `MILLRACE_FLAT_ONLY=tumble` runs one query; with `MILLRACE_FLAT_EPOCHS=1` an epoch is stored each second, and what is
/// stored must not grow either.
struct BoundedStateTests {
    private static let rows = LongRun.rows ?? 60_000
    private static let isLong = LongRun.rows != nil

    private static let tables = """
        CREATE TABLE t (k BIGINT, v BIGINT, note STRING, ts TIMESTAMP(3), p AS PROCTIME(),
          WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'memory');
        CREATE TABLE few (k BIGINT, v BIGINT) WITH ('connector' = 'memory');
        CREATE TABLE u (k BIGINT, v BIGINT, note STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND,
          PRIMARY KEY (v) NOT ENFORCED) WITH ('connector' = 'memory');

        """

    /// A query and what bounds it.
    struct Query: Sendable, CustomTestStringConvertible {
        var name: String
        var text: String
        var settings = ""
        var stateBytes = 3 << 20
        /// Keys are forgotten by the clock: more or fewer come between two flushes, as the machine is.
        var isByClock = false

        init(_ name: String, _ text: String) { (self.name, self.text) = (name, text) }

        var testDescription: String { name }

        /// With a tenth of a second to live.
        static func forgetting(_ name: String, _ text: String) -> Query {
            var query = Query("idle \(name)", text)
            query.settings = "SET 'table.exec.state.ttl' = '100 ms'; "
            query.stateBytes = LongRun.rows == nil ? 6 << 20 : 1 << 30
            query.isByClock = true
            return query
        }
    }

    /// Keys never come back: what is not freed by time stays for good.
    static let queries = [
        Query(
            "tumble",
            "SELECT k, COUNT(*), MAX(note) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '2' SECOND)) "
                + "GROUP BY k, window_start, window_end"),
        Query(
            "hop",
            "SELECT k, COUNT(DISTINCT v) FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '1' SECOND, INTERVAL '4' SECOND)) "
                + "GROUP BY k, window_start, window_end"),
        Query(
            "session",
            "SELECT k, COUNT(*) FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '1' SECOND)) "
                + "GROUP BY k, window_start, window_end"),
        Query(
            "first rows of windows",
            "SELECT k, v FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY v DESC) AS n "
                + "FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '2' SECOND))) WHERE n <= 3"),
        Query(
            "interval join",
            "SELECT t.k, u.note FROM t LEFT JOIN u ON t.k = u.k AND u.ts BETWEEN t.ts - INTERVAL '1' SECOND AND t.ts"),
        Query("temporal join", "SELECT t.k, u.note FROM t JOIN u FOR SYSTEM_TIME AS OF t.ts ON t.v = u.v"),
        Query(
            "over",
            "SELECT k, SUM(v) OVER (PARTITION BY v ORDER BY ts RANGE BETWEEN INTERVAL '2' SECOND PRECEDING AND CURRENT ROW) "
                + "FROM t"),
        Query(
            "cumulate",
            "SELECT k, COUNT(*) FROM TABLE(CUMULATE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' SECOND, INTERVAL '4' SECOND)) "
                + "GROUP BY k, window_start, window_end"),
        Query(
            "window join",
            "SELECT l.k, r.note FROM (SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '2' SECOND))) AS l "
                + "LEFT JOIN (SELECT * FROM TABLE(TUMBLE(TABLE u, DESCRIPTOR(ts), INTERVAL '2' SECOND))) AS r "
                + "ON l.k = r.k AND l.window_start = r.window_start AND l.window_end = r.window_end"),
        Query(
            "pattern",
            "SELECT m.v, m.a, m.b FROM t MATCH_RECOGNIZE (PARTITION BY v ORDER BY ts MEASURES A.k AS a, B.k AS b "
                + "ONE ROW PER MATCH AFTER MATCH SKIP PAST LAST ROW PATTERN (A B) DEFINE B AS B.k > A.k) AS m"),
        Query("lookup join", "SELECT t.k, d.v FROM t JOIN few FOR SYSTEM_TIME AS OF t.p AS d ON t.v = d.k"),
        .forgetting("groups", "SELECT k, COUNT(*), MAX(note) FROM t GROUP BY k"),
    ]

    /// The same operators with a time to live are tested one by one in ``IdleMemoryTests``: here in long runs only.
    static let longQueries = [
        early,
        .forgetting("distinct values", "SELECT k, COUNT(DISTINCT note) FROM t GROUP BY k"),
        .forgetting(
            "rankings",
            "SELECT k, note FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC) AS n FROM t) WHERE n <= 3"
        ),
        .forgetting(
            "last rows",
            "SELECT k, note FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY p DESC) AS n FROM t) WHERE n = 1"
        ),
        .forgetting(
            "first rows",
            "SELECT k, note FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY p) AS n FROM t) WHERE n = 1"),
        .forgetting(
            "first rows by time",
            "SELECT k, note FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts) AS n FROM t) WHERE n = 1"),
        .forgetting("over", "SELECT k, SUM(v) OVER (PARTITION BY k ORDER BY ts) FROM t"),
        .forgetting("set operation", "SELECT k, note FROM t INTERSECT SELECT k, note FROM u"),
        .forgetting("join", "SELECT t.k, u.note FROM t LEFT JOIN u ON t.k = u.k"),
    ]

    /// Windows that give results each tenth of a second of the clock before their end.
    private static var early: Query {
        var query = queries[0]
        query.name = "early results"
        query.settings =
            "SET 'table.exec.emit.early-fire.enabled' = 'true'; SET 'table.exec.emit.early-fire.delay' = '100 ms'; "
        query.stateBytes = 16 << 20
        query.isByClock = true
        return query
    }

    private static var chosen: [Query] {
        guard isLong else { return queries }
        return (queries + longQueries).filter { LongRun.only == nil || LongRun.only == $0.name }
    }

    @Test(arguments: chosen)
    func timeFreesState(query: Query) throws {
        guard Self.isLong else { return try Self.run(query) }
        try LongRun.inTurn { try Self.run(query) }
    }

    private static func run(_ query: Query) throws {
        let plan = try QueryHarness.plan(
            query.settings + tables + query.text + ";", isBounded: query.text.contains("JOIN few"))
        let sink = CountingSink()
        let clock = RowClock()
        let store = LongRun.hasEpochs ? StoredBytes() : nil
        let wiring = JobWiring(
            makeSource: { scan, _ in
                CountedRows(scan, rows: scan.table.name.hasSuffix("few") ? 97 : rows, clock: clock)
            },
            makeSink: { _, _ in sink }, rejects: RejectCounter(), store: store,
            environment: isLong
                ? Environment(clock: clock) : Environment(clock: VirtualClock(), random: FixedRandom(seed: 1)))
        // One thread reads its sources in turn: no reader runs ahead of the other's time.
        let job = try Job(
            plan: plan, settings: JobSettings(parallelism: 1, stateBytesMax: query.stateBytes), wiring: wiring)
        guard isLong else {
            try job.runSeeded(1) { _ in }
            #expect(job.report.rowsIn >= UInt64(rows) && sink.rows > 0)
            return
        }
        let scans = plan.nodes.count { node in
            if case .scan(let scan) = node.operation { !scan.table.name.hasSuffix("few") } else { false }
        }
        try LongRun.watch(
            job, query.name, rows: rows * scans, slackMebibytes: query.isByClock ? 128 : 16, stored: store)
        #expect(job.report.rowsIn >= UInt64(rows) && sink.rows > 0)
    }
}

/// Rows by their number: a new key each, a thousand for each second of event time, a few of them out of order.
private final class CountedRows: Source {
    private let columns: [Int]
    private let types: [DataType]
    private let rows: Int
    private let clock: RowClock
    let isBounded = true

    init(_ scan: ScanPlan, rows: Int, clock: RowClock) {
        self.clock = clock
        columns = scan.columns.map { column in
            if case .physical(let position) = column { position } else { 0 }
        }
        types = columns.map { scan.table.physicalFields[$0].type }
        self.rows = rows
    }

    func open(
        parallelism: Int, positions: [[UInt8]], rejects: any RejectRecorder
    ) throws -> [any SourceReader] {
        (0..<parallelism).map { Reader(source: self, next: $0, step: parallelism) }
    }

    private final class Reader: SourceReader {
        private let source: CountedRows
        private var next: Int
        private let step: Int
        private static let batchRows = 256
        var progress = SourceProgress()

        init(source: CountedRows, next: Int, step: Int) {
            (self.source, self.next, self.step) = (source, next, step)
        }

        func poll(waitMilliseconds: Int) throws -> SourcePoll {
            guard next < source.rows else { return .finished }
            let count = min(Self.batchRows, (source.rows - next + step - 1) / step)
            let heap = ByteHeap()
            let columns = source.types.map { Column($0, capacity: count) }
            for (place, column) in source.columns.enumerated() {
                if columns[place].kind == .text { columns[place].owners = [heap] }
                for row in 0..<count { fill(columns[place], row, of: column, number: next + row * step, heap) }
            }
            next += count * step
            progress.rowsRead += UInt64(count)
            source.clock.passed(rows: count)
            return .batch(Batch(columns: columns, rowCount: count), split: 0)
        }

        private func fill(_ column: Column, _ row: Int, of position: Int, number: Int, _ heap: ByteHeap) {
            switch position {
            case 0: column.int64[row] = Int64(number)
            case 1: column.int64[row] = Int64(number % 97)
            case 2:
                let text = Array("a note that does not fit into a view \(number)".utf8)
                column.text[row] = text.withUnsafeBufferPointer { buffer in
                    buffer.baseAddress.map { heap.add($0, count: buffer.count) } ?? TextView()
                }
            default: column.int64[row] = Int64(number - number % 7 * 20) * 1_000
            }
        }

        var openSplits: [SplitStatus] { next < source.rows ? [SplitStatus(id: 0, isIdle: false)] : [] }
        func position() throws -> [UInt8] { [] }
    }
}
