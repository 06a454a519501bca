import Columnar
import ConnectorContract
import Diagnostics
import Engine
import Glibc
import StreamSQL
import TestSupport
import Testing

/// State that event time bounds stays as small as the rows within reach of the watermark, however many rows pass:
/// the bound on a job's state is a small part of what its rows would take, and the job does not meet it.
///
/// `MILLRACE_FLAT_ROWS=50000000 swift test -c release --filter BoundedStateTests` does it over many rows and tells how
/// much memory the process has on the way.
struct BoundedStateTests {
    private static let rows = getenv("MILLRACE_FLAT_ROWS").flatMap { Int(String(cString: $0)) } ?? 60_000
    private static let stateBytes = 2 << 20

    private static let tables = """
        CREATE TABLE t (k BIGINT, v BIGINT, note STRING, ts TIMESTAMP(3), p AS PROCTIME(),
          WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH ('connector' = 'memory');
        CREATE TABLE few (k BIGINT, v BIGINT) WITH ('connector' = 'memory');
        CREATE TABLE u (k BIGINT, v BIGINT, note STRING, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '1' SECOND,
          PRIMARY KEY (v) NOT ENFORCED) WITH ('connector' = 'memory');

        """

    /// Keys never come back: what is not freed by time stays for good.
    private static let queries = [
        "SELECT k, COUNT(*), MAX(note) FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '2' SECOND)) "
            + "GROUP BY k, window_start, window_end",
        "SELECT k, COUNT(DISTINCT v) FROM TABLE(HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '1' SECOND, INTERVAL '4' SECOND)) "
            + "GROUP BY k, window_start, window_end",
        "SELECT k, COUNT(*) FROM TABLE(SESSION(TABLE t PARTITION BY k, DESCRIPTOR(ts), INTERVAL '1' SECOND)) "
            + "GROUP BY k, window_start, window_end",
        "SELECT k, v FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY v DESC) AS n "
            + "FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '2' SECOND))) WHERE n <= 3",
        "SELECT t.k, u.note FROM t LEFT JOIN u ON t.k = u.k AND u.ts BETWEEN t.ts - INTERVAL '1' SECOND AND t.ts",
        "SELECT t.k, u.note FROM t JOIN u FOR SYSTEM_TIME AS OF t.ts ON t.v = u.v",
        "SELECT k, SUM(v) OVER (PARTITION BY v ORDER BY ts RANGE BETWEEN INTERVAL '2' SECOND PRECEDING AND CURRENT ROW) "
            + "FROM t",
        "SELECT k, COUNT(*) FROM TABLE(CUMULATE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' SECOND, INTERVAL '4' SECOND)) "
            + "GROUP BY k, window_start, window_end",
        "SELECT l.k, r.note FROM (SELECT * FROM TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '2' SECOND))) AS l "
            + "LEFT JOIN (SELECT * FROM TABLE(TUMBLE(TABLE u, DESCRIPTOR(ts), INTERVAL '2' SECOND))) AS r "
            + "ON l.k = r.k AND l.window_start = r.window_start AND l.window_end = r.window_end",
        "SELECT m.v, m.a, m.b FROM t MATCH_RECOGNIZE (PARTITION BY v ORDER BY ts MEASURES A.k AS a, B.k AS b "
            + "ONE ROW PER MATCH AFTER MATCH SKIP PAST LAST ROW PATTERN (A B) DEFINE B AS B.k > A.k) AS m",
        "SELECT t.k, d.v FROM t JOIN few FOR SYSTEM_TIME AS OF t.p AS d ON t.v = d.k",
    ]

    /// By the clock: a tenth of a second of the keys that come.
    private static let forgetting = "SELECT k, COUNT(*), MAX(note) FROM t GROUP BY k"

    @Test func idleTimeFreesState() throws {
        try Self.run(
            "SET 'table.exec.state.ttl' = '100 ms'; ", Self.forgetting, stateBytes: Self.isLong ? 1 << 30 : 4 << 20)
    }

    private static let isLong = rows > 1_000_000

    @Test(arguments: queries)
    func timeFreesState(query: String) throws { try Self.run("", query, stateBytes: Self.stateBytes) }

    private static func run(_ settings: String, _ query: String, stateBytes: Int) throws {
        let plan = try QueryHarness.plan(settings + tables + query + ";", isBounded: query.contains("JOIN few"))
        let sink = CountingSink()
        let wiring = JobWiring(
            makeSource: { scan, _ in CountedRows(scan, rows: scan.table.name.hasSuffix("few") ? 97 : rows) },
            makeSink: { _, _ in sink }, rejects: RejectCounter(), store: nil,
            environment: isLong
                ? Environment() : Environment(clock: VirtualClock(), random: FixedRandom(seed: 1)))
        // One thread reads its sources in turn: no reader runs ahead of the other's time.
        let job = try Job(
            plan: plan, settings: JobSettings(parallelism: 1, stateBytesMax: stateBytes), wiring: wiring)
        if isLong {
            try job.start()
            tellMemory(of: job, query)
            try job.waitUntilOver()
        } else {
            try job.runSeeded(1) { _ in }
        }
        #expect(job.report.rowsIn >= UInt64(rows) && sink.rows > 0)
    }

    /// Resident memory each second, on standard output.
    private static func tellMemory(of job: Job, _ query: String) {
        print(query.prefix(60))
        while job.state == .running {
            let status = (try? SystemFileSystem().open("/proc/self/statm", .read))
                .flatMap { file -> String? in
                    var bytes = [UInt8](repeating: 0, count: 256)
                    let count = (try? bytes.withUnsafeMutableBytes { try file.read(into: $0, at: 0) }) ?? 0
                    return String(decoding: bytes.prefix(count), as: UTF8.self)
                }
            let pages = status?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
            print("\(job.report.rowsIn) rows, \(pages / 256) MiB")
            SystemClock().sleep(nanoseconds: 1_000_000_000)
        }
    }
}

/// Rows by their number: a new key each, a thousand for each second of event time, a few of them out of order.
private final class CountedRows: Source {
    private let columns: [Int]
    private let types: [DataType]
    private let rows: Int
    let isBounded = true

    init(_ scan: ScanPlan, rows: Int) {
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
