import Columnar
import ConnectorContract
import Diagnostics
import StreamSQL
import TestSupport
import Testing

@testable import Engine

/// Windows that gave results early: what was given is forgotten with its window, and stored no longer than that.
struct GivenRowTests {
    private static let fields = [
        Field("k", DataType(.bigint)), Field("ts", DataType(.timestamp(precision: 3), isNullable: false)),
    ]
    private static let second: Int64 = 1_000_000
    private static let windows = 40
    private static let keysOfWindow = 100

    /// Feeds a window after the other, gives its results early, and closes it; `afterEach` comes while it is still open
    /// and once more when it is not.
    private static func run(_ afterEach: (WindowAggregateOperator) throws -> Void) throws {
        let clock = VirtualClock()
        let count = AggregateCall(.count, resultType: DataType(.bigint))
        let plan = WindowAggregatePlan(
            shape: .tumble(size: second / 1_000, offset: 0), timeColumn: 1, groupColumns: [0], calls: [count],
            windowColumns: [], emission: WindowEmission(earlyMilliseconds: 1))
        let body = WindowAggregateOperator(plan, inputFields: fields, seed: 1) { clock.wallMilliseconds() }
        let runtime = NodeRuntime(
            node: PlanNode(
                id: 0, name: "window", operation: .union, inputs: [], fields: fields, changelog: .retract,
                distribution: .single), body: body, inputCount: 1, counters: NodeCounters(),
            control: JobControl(stateBytesMax: .max), stopwatch: Stopwatch(clock: clock))
        for window in 0..<windows {
            let rows: [[BatchBuilder.Value]] = (0..<keysOfWindow).map {
                [.integer(Int64(window * keysOfWindow + $0)), .integer(Int64(window) * second + Int64($0))]
            }
            try body.process(BatchBuilder.batch(fields.map(\.type), rows), input: 0, output: runtime)
            clock.advance(nanoseconds: 10_000_000)
            try body.flush(output: runtime)
            try afterEach(body)
            try body.advance(to: Int64(window + 1) * second, output: runtime)
            #expect(body.stateRows == 0, "window \(window)")
            try afterEach(body)
        }
    }

    private static func given(_ body: WindowAggregateOperator, epoch: UInt64) throws -> [UInt8] {
        try body.snapshot(epoch: epoch).first { $0.name == "given" }?.bytes ?? []
    }

    /// Where no epoch comes nobody would ever take the keys of what is over.
    @Test func nothingGathersForEpochsThatDoNotCome() throws {
        var last: WindowAggregateOperator?
        try Self.run { last = $0 }
        #expect(try Self.given(try #require(last), epoch: 1).isEmpty)
    }

    @Test func whatWasStoredIsRemoved() throws {
        var stored: Set<[UInt8]> = []
        var most = 0
        var epoch: UInt64 = 0
        try Self.run { body in
            epoch += 1
            try Self.given(body, epoch: epoch).withUnsafeBytes { bytes in
                try KeyedEntries.forEach(in: bytes) { key, value in
                    if value == nil {
                        #expect(stored.remove(Array(key)) != nil, "a key that no epoch holds is removed")
                    } else {
                        stored.insert(Array(key))
                    }
                }
            }
            most = max(most, stored.count)
        }
        #expect(stored.isEmpty && most == Self.keysOfWindow, "\(stored.count) are left of \(most)")
    }
}
