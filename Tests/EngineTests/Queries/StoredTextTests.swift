import Columnar
import Diagnostics
import Engine
import TestSupport
import Testing

/// Long texts that joins and rankings keep, through crashes and restarts with other numbers of instances.
struct StoredTextTests {
    private typealias Row = [BatchBuilder.Value]

    private static let tables = """
        CREATE TABLE a (id BIGINT, name STRING) WITH ('connector' = 'memory');
        CREATE TABLE b (id BIGINT, place BIGINT, price BIGINT, note STRING, channel STRING) WITH ('connector' = 'memory');

        """

    private static func name(_ id: Int64) -> String { "the auction of a thing with the number \(id)" }

    /// Nine auctions, and bids on them whose prices differ; the channels repeat.
    private static func makeSplits(_ random: inout SplitMix64) -> (a: [MemorySource.Split], b: [MemorySource.Split]) {
        let a = [0..<5, 5..<9].map { ids in
            MemorySource.Split(rows: ids.map { [.integer(Int64($0)), .text(name(Int64($0)))] })
        }
        let b = (0..<3).map { split in
            MemorySource.Split(
                rows: (0..<100).map { index in
                    let id = Int64.random(in: 0...11, using: &random)
                    let price = Int64.random(in: 0...50, using: &random) * 1_000 + Int64(index * 3 + split)
                    let note: BatchBuilder.Value =
                        price % 7 == 0 ? .null : .text("a note that only this bid has, at \(price)")
                    return [
                        .integer(id), .integer(price % 4), .integer(price), note,
                        .text("https://channel.example/number-\(price % 3)"),
                    ]
                })
        }
        return (a, b)
    }

    private static func number(_ value: BatchBuilder.Value) -> Int64 {
        if case .integer(let number) = value { return number }
        return .min
    }

    private static func check(_ query: String, _ expected: (_ bids: [Row]) -> [Row]) throws {
        var restored = 0
        for seed in 1...16 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            let (a, b) = makeSplits(&random)
            let (sink, lives) = try QueryHarness.run(
                try QueryHarness.plan(tables + query, isBounded: false), ["a": a, "b": b], &random,
                crashes: seed % 4 == 0 ? 0 : 3, crashSteps: 100..<400
            ) { MultisetSink(types: $0) }
            let rows = expected(b.flatMap(\.rows)).sortedByDescription()
            #expect(sink.rows == rows, "seed \(seed)")
            #expect(sink.mistakes == 0, "seed \(seed)")
            restored += lives
        }
        #expect(restored > 4)
    }

    @Test func bestPartnerOfEachRow() throws {
        let query = """
            SELECT id, name, price, note, channel FROM (
              SELECT a.id, a.name, b.price, b.note, b.channel,
                     ROW_NUMBER() OVER (PARTITION BY a.id ORDER BY b.price DESC) AS rn
              FROM a JOIN b ON a.id = b.id) WHERE rn <= 1;
            """
        try Self.check(query) { bids in
            Dictionary(grouping: bids) { Self.number($0[0]) }.compactMap { id, bids in
                guard id < 9, let best = bids.max(by: { Self.number($0[2]) < Self.number($1[2]) }) else { return nil }
                return [.integer(id), .text(Self.name(id)), best[2], best[3], best[4]]
            }
        }
    }

    @Test func bestRowsOfEachKey() throws {
        let query = """
            SELECT id, price, note, channel, rn FROM (
              SELECT *, ROW_NUMBER() OVER (PARTITION BY id ORDER BY price DESC) AS rn FROM b) WHERE rn <= 4;
            """
        try Self.check(query) { bids in
            Dictionary(grouping: bids) { Self.number($0[0]) }.flatMap { _, bids in
                bids.sorted { Self.number($0[2]) > Self.number($1[2]) }.prefix(4).enumerated().map { place, bid in
                    [bid[0], bid[2], bid[3], bid[4], .integer(Int64(place + 1))]
                }
            }
        }
    }

    @Test func firstRowOfSeveralKeysInTwoOrders() throws {
        let query = """
            SELECT place, id, price, note FROM (
              SELECT *, ROW_NUMBER() OVER (PARTITION BY id, place ORDER BY channel DESC, price) AS rn FROM b) WHERE rn = 1;
            """
        try Self.check(query) { bids in
            Dictionary(grouping: bids) { [Self.number($0[0]), Self.number($0[1])] }.values.compactMap { bids in
                bids.min { (Self.number($1[2]) % 3, Self.number($0[2])) < (Self.number($0[2]) % 3, Self.number($1[2])) }
                    .map { [$0[1], $0[0], $0[2], $0[3]] }
            }
        }
    }
}
