import Columnar
import ConnectorContract
import Diagnostics
import Engine
import StreamSQL
import TestSupport
import Testing

/// A process table function over two tables, with state, named timers and changing rows, through crashes and restarts
/// with other numbers of instances; against the definition.
struct TableFunctionTests {
    private static let second: Int64 = 1_000_000

    /// `TALLY(first, second, on_time)`: for each key how many rows there are of each table, as rows that change (mark
    /// 0), and at the end of each minute how many rows it had (mark 1).
    private struct Tally: TableFunction {
        let name = "TALLY"
        let summary = "counts, for tests"
        let parameters = [TableFunctionParameter("first", .rowsByKey), TableFunctionParameter("second", .rowsByKey)]

        func shape(of call: TableFunctionCall) throws(TableFunctionError) -> TableFunctionShape {
            let long = DataType(.bigint)
            return TableFunctionShape(
                fields: [Field("mark", long), Field("a", long), Field("b", long)], emitsChanges: true)
        }

        func makeProcessor(for call: TableFunctionCall) -> any TableFunctionProcessor { TallyProcessor() }
    }

    private struct TallyState: TableFunctionState {
        var counts: [Int64] = [0, 0]
        /// Rows by minute.
        var minutes: [Int64: Int64] = [:]

        init() {}
        var isEmpty: Bool { counts == [0, 0] }
        var byteSize: Int { minutes.count * 16 }

        func write(to writer: inout ByteWriter) {
            for count in counts { writer.write(count) }
            for (minute, count) in minutes.sorted(by: { $0.key < $1.key }) {
                writer.write(minute)
                writer.write(count)
            }
        }

        init(from reader: inout ByteReader) throws {
            counts = [try reader.read(), try reader.read()]
            while reader.remaining > 0 { minutes[try reader.read()] = try reader.read(Int64.self) }
        }
    }

    private final class TallyProcessor: TableFunctionProcessor {
        private static let minute: Int64 = 60_000_000

        func process(
            _ row: TableFunctionRow, _ state: inout TallyState, _ output: any TableFunctionOutput
        ) throws {
            let old = state.counts
            state.counts[row.input] += 1
            // A time of its own would make each change another row.
            func emit(_ kind: RowKind, _ counts: [Int64]) throws {
                try output.emit(kind, nil, [.int64(0), .int64(counts[0]), .int64(counts[1])], time: 0)
            }
            if old != [0, 0] { try emit(.updateBefore, old) }
            try emit(old == [0, 0] ? .insert : .updateAfter, state.counts)
            guard let time = row.time else { return }
            let minute = time / Self.minute
            state.minutes[minute, default: 0] += 1
            try output.setTimer(TimerName(Int32(minute)), at: (minute + 1) * Self.minute)
            // Timers that are set and cleared, or moved away for good, never fire.
            try output.setTimer(TimerName(-1), at: time + 1)
            output.clearTimer(TimerName(-1))
        }

        func fire(
            _ timer: TimerName, at time: Int64, _ state: inout TallyState, _ output: any TableFunctionOutput
        ) throws {
            let count = state.minutes.removeValue(forKey: Int64(timer.number))
            try output.emit(.insert, nil, [.int64(1), count.map { .int64($0) } ?? .null, .null], time: nil)
        }
    }

    private static func makeTables(_ random: inout SplitMix64) -> [[MemorySource.Split]] {
        (0..<2).map { _ in
            (0..<2).map { _ in
                MemorySource.Split(
                    rows: (0..<150).map { index in
                        let disorder = Int64.random(in: 0..<10, using: &random) * second
                        let key: BatchBuilder.Value =
                            Int.random(in: 0..<10, using: &random) == 0
                            ? .null : .integer(.random(in: 0..<5, using: &random))
                        return [key, .integer(Int64(index) * 4 * second + 100 * second - disorder)]
                    })
            }
        }
    }

    private static func expected(_ tables: [[MemorySource.Split]]) -> [[BatchBuilder.Value]] {
        var totals: [BatchBuilder.Value: [Int64]] = [:]
        var minutes: [BatchBuilder.Value: [Int64: Int64]] = [:]
        for (table, splits) in tables.enumerated() {
            for row in splits.flatMap(\.rows) {
                guard case .integer(let time) = row[1] else { continue }
                totals[row[0], default: [0, 0]][table] += 1
                minutes[row[0], default: [:]][time / (60 * second), default: 0] += 1
            }
        }
        var result = totals.map { key, counts -> [BatchBuilder.Value] in
            [key, key, .integer(0), .integer(counts[0]), .integer(counts[1]), .integer(0)]
        }
        for (key, own) in minutes {
            for (minute, count) in own {
                result.append([
                    key, key, .integer(1), .integer(count), .null, .integer((minute + 1) * 60 * second),
                ])
            }
        }
        return result.sortedByDescription()
    }

    @Test func crashesAndOtherParallelismChangeNothing() throws {
        let script = (0..<2).map { table in
            "CREATE TABLE t\(table) (k BIGINT, ts TIMESTAMP(3), WATERMARK FOR ts AS ts - INTERVAL '11' SECOND)"
                + " WITH ('connector' = 'memory');\n"
        }.joined()
        let call = "SELECT * FROM TALLY(TABLE t0 PARTITION BY k, TABLE t1 PARTITION BY k, on_time => DESCRIPTOR(ts));"
        let plan = try QueryHarness.plan(script + call, tableFunctions: [Tally()])
        var restored = 0
        for seed in 1...6 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            let tables = Self.makeTables(&random)
            let named = ["t0": tables[0], "t1": tables[1]]
            let (sink, lives) = try QueryHarness.run(
                plan, named, &random, crashes: 4, crashSteps: 50..<400, batchRows: 5
            ) { MultisetSink(types: $0) }
            #expect(sink.rows == Self.expected(tables), "seed \(seed)")
            #expect(sink.mistakes == 0, "seed \(seed)")
            restored += lives
        }
        #expect(restored > 0)
    }

    @Test func keysOfTablesMustFit() throws {
        let script = """
            CREATE TABLE t0 (k BIGINT) WITH ('connector' = 'memory');
            CREATE TABLE t1 (k STRING) WITH ('connector' = 'memory');
            SELECT * FROM TALLY(TABLE t0 PARTITION BY k, TABLE t1 PARTITION BY k);
            """
        #expect(throws: SQLScriptError.self) { try QueryHarness.plan(script, tableFunctions: [Tally()]) }
    }
}
