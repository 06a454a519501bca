import Columnar
import ConnectorContract
import Diagnostics
import Engine
import StreamSQL
import Synchronization
import TestSupport
import Testing

/// `table.exec.state.ttl` and STATE_TTL under a virtual clock: keys that nothing came for begin anew.
struct IdleStateTests {
    /// A row of a table, and how long the clock goes on before it.
    private struct Step {
        var pauseSeconds: UInt64
        var table: String
        var row: [BatchBuilder.Value]

        init(_ pauseSeconds: UInt64, _ table: String, _ values: Int64...) {
            self.pauseSeconds = pauseSeconds
            self.table = table
            row = values.map { .integer($0) }
        }
    }

    /// The steps, taken by the tables in turn.
    private final class Script: Sendable {
        let steps: [Step]
        let clock: VirtualClock
        private struct Place {
            var next = 0
            /// Polls without a row before the next one, in which what came before is worked off.
            var rest = restPolls
        }
        private let place = Mutex(Place())
        private static let restPolls = 60

        init(_ steps: [Step], clock: VirtualClock) {
            self.steps = steps
            self.clock = clock
        }

        /// The next row when it is the table's; moves the clock.
        func take(_ table: String) -> (row: [BatchBuilder.Value]?, isOver: Bool) {
            place.withLock { place in
                guard steps[place.next...].contains(where: { $0.table == table }) else { return (nil, true) }
                place.rest -= 1
                guard steps[place.next].table == table, place.rest < 0 else { return (nil, false) }
                clock.advance(nanoseconds: steps[place.next].pauseSeconds * 1_000_000_000)
                place.next += 1
                place.rest = Self.restPolls
                return (steps[place.next - 1].row, false)
            }
        }
    }

    private final class StepSource: Source, SourceReader {
        let script: Script
        let table: String
        let columns: [Int]
        let types: [DataType]

        init(_ script: Script, _ scan: ScanPlan) {
            self.script = script
            table = String(scan.table.name.split(separator: ".").last ?? "")
            let positions = scan.columns.map { column in if case .physical(let place) = column { place } else { 0 } }
            columns = positions
            types = positions.map { scan.table.physicalFields[$0].type }
        }

        let isBounded = true
        func open(parallelism: Int, positions: [[UInt8]], rejects: any RejectRecorder) throws -> [any SourceReader] {
            [self]
        }

        func poll(waitMilliseconds: Int) throws -> SourcePoll {
            let (row, isOver) = script.take(table)
            guard let row else { return isOver ? .finished : .idle }
            return .batch(BatchBuilder.batch(types, [columns.map { row[$0] }]), split: 0)
        }

        var openSplits: [SplitStatus] { [SplitStatus(id: 0, isIdle: false)] }
        func position() throws -> [UInt8] { [] }
        var progress: SourceProgress { SourceProgress() }
    }

    /// What stands at the end, each row as text.
    private static func rows(_ query: String, _ steps: [Step], timeToLive: String?) throws -> [String] {
        let tables = ["a", "b"].map { name in
            "CREATE TABLE \(name) (k BIGINT, v BIGINT, ts AS TO_TIMESTAMP_LTZ(v, 0), p AS PROCTIME(),"
                + " WATERMARK FOR ts AS ts) WITH ('connector' = 'memory');"
        }
        let setting = timeToLive.map { "SET 'table.exec.state.ttl' = '\($0)';" } ?? ""
        let plan = try QueryHarness.plan("\(setting) \(tables.joined()) \(query);", isBounded: false)
        let clock = VirtualClock()
        clock.advance(nanoseconds: 1_000_000_000)
        let script = Script(steps, clock: clock)
        let sink = MultisetSink(types: plan.nodes[plan.nodes.count - 1].fields.map(\.type))
        let wiring = JobWiring(
            makeSource: { scan, _ in StepSource(script, scan) }, makeSink: { _, _ in sink }, rejects: RejectCounter(),
            environment: Environment(clock: clock, random: FixedRandom(seed: 3)))
        // What is held back leaves at once: the clock moves by what the steps say alone.
        let job = try Job(
            plan: plan, settings: JobSettings(parallelism: 1, flushMilliseconds: 0), wiring: wiring)
        try job.runSeeded(3) { _ in }
        return sink.rows.map { row in
            row.map { if case .integer(let value) = $0 { "\(value)" } else { "-" } }.joined(separator: " ")
        }.sorted()
    }

    @Test func topNBeginsAnew() throws {
        let query = """
            SELECT k, v FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY v DESC) AS rn FROM a) WHERE rn <= 2
            """
        let steps = [Step(0, "a", 1, 10), Step(50, "a", 1, 5), Step(60, "a", 2, 1), Step(101, "a", 1, 3)]
        #expect(try Self.rows(query, steps, timeToLive: nil) == ["1 10", "1 5", "2 1"])
        #expect(try Self.rows(query, steps, timeToLive: "100 s") == ["1 10", "1 3", "1 5", "2 1"])
        // Writing keeps a key alive.
        let busy = [Step(0, "a", 1, 10), Step(60, "a", 1, 5), Step(60, "a", 1, 3)]
        #expect(try Self.rows(query, busy, timeToLive: "100 s") == ["1 10", "1 5"])
    }

    @Test func theLastRowBeginsAnew() throws {
        let query = """
            SELECT k, v FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY p DESC) AS rn FROM a) WHERE rn = 1
            """
        let steps = [Step(0, "a", 1, 10), Step(101, "a", 1, 20), Step(50, "a", 1, 30)]
        #expect(try Self.rows(query, steps, timeToLive: nil) == ["1 30"])
        #expect(try Self.rows(query, steps, timeToLive: "100 s") == ["1 10", "1 30"])
    }

    @Test func theFirstRowByTimeBeginsAnew() throws {
        let query = """
            SELECT k, v FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY k ORDER BY ts) AS rn FROM a) WHERE rn = 1
            """
        let steps = [
            Step(0, "a", 1, 10), Step(0, "a", 2, 20), Step(50, "a", 1, 30), Step(0, "a", 2, 40), Step(101, "a", 1, 50),
            Step(0, "a", 2, 60),
        ]
        #expect(try Self.rows(query, steps, timeToLive: nil) == ["1 10", "2 20"])
        #expect(try Self.rows(query, steps, timeToLive: "100 s") == ["1 10", "1 50", "2 20", "2 60"])
    }

    @Test(arguments: [
        ("ORDER BY p", ["1 1", "1 1", "1 2", "2 1"]), ("ORDER BY ts", ["1 1", "1 1", "1 2", "2 1"]),
        ("ORDER BY ts ROWS BETWEEN 2 PRECEDING AND CURRENT ROW", ["1 1", "1 1", "1 2", "2 1"]),
    ])
    func partitionsOfOverBeginAnew(order: String, expected: [String]) throws {
        let query = "SELECT k, COUNT(*) OVER (PARTITION BY k \(order)) AS n FROM a"
        let steps = [Step(0, "a", 1, 10), Step(50, "a", 1, 20), Step(0, "a", 2, 30), Step(101, "a", 1, 40)]
        #expect(try Self.rows(query, steps, timeToLive: nil) == ["1 1", "1 2", "1 3", "2 1"])
        #expect(try Self.rows(query, steps, timeToLive: "100 s") == expected)
    }

    @Test func partitionsOfOverInOtherOrdersBeginAnew() throws {
        let query = "SELECT k, SUM(v) OVER (PARTITION BY k ORDER BY v DESC) AS n FROM a"
        let steps = [
            Step(0, "a", 1, 10), Step(50, "a", 1, 20), Step(0, "a", 2, 30), Step(101, "a", 1, 40), Step(0, "a", 1, 50),
        ]
        #expect(try Self.rows(query, steps, timeToLive: nil) == ["1 110", "1 120", "1 50", "1 90", "2 30"])
        #expect(try Self.rows(query, steps, timeToLive: "100 s") == ["1 20", "1 30", "1 50", "1 90", "2 30"])
    }

    @Test func limitsBeginAnew() throws {
        let steps = [Step(0, "a", 1, 10), Step(50, "a", 2, 20), Step(0, "a", 3, 30), Step(101, "a", 4, 5)]
        for (query, kept, forgotten) in [
            ("SELECT k, v FROM a LIMIT 2", ["1 10", "2 20"], ["1 10", "2 20", "4 5"]),
            ("SELECT k, v FROM a ORDER BY v DESC LIMIT 2", ["2 20", "3 30"], ["2 20", "3 30", "4 5"]),
        ] {
            #expect(try Self.rows(query, steps, timeToLive: nil) == kept)
            #expect(try Self.rows(query, steps, timeToLive: "100 s") == forgotten)
        }
    }

    @Test func setOperationsCountAnew() throws {
        let query = "SELECT k FROM a EXCEPT SELECT k FROM b"
        let steps = [Step(0, "a", 1, 0), Step(0, "a", 2, 0), Step(101, "b", 1, 0)]
        #expect(try Self.rows(query, steps, timeToLive: nil) == ["2"])
        #expect(try Self.rows(query, steps, timeToLive: "100 s") == ["1", "2"])
    }

    @Test func hintsSayHowLongEachSideOfAJoinIsKept() throws {
        let plan = try QueryHarness.plan(
            """
            SET 'table.exec.state.ttl' = '1 s';
            CREATE TABLE a (k BIGINT, v BIGINT) WITH ('connector' = 'memory');
            CREATE TABLE b (k BIGINT, v BIGINT) WITH ('connector' = 'memory');
            SELECT /*+ STATE_TTL('l' = '100 s', 'r' = '0 s') */ l.k, l.v, r.v FROM a AS l JOIN b AS r ON l.k = r.k;
            """, isBounded: false)
        let kept = plan.nodes.compactMap { node -> [Int64?]? in
            guard case .streamJoin(let join) = node.operation else { return nil }
            return [join.leftTimeToLiveMilliseconds, join.rightTimeToLiveMilliseconds]
        }
        #expect(kept == [[100_000, nil]])
    }
}
