import Columnar
import ConnectorContract
import Diagnostics
import StreamSQL
import TestSupport
import Testing

@testable import Engine

/// Keys that come and go under a time to live: neither what an operator holds nor what it stored grows with them.
struct IdleMemoryTests {
    private static let fields = [Field("k", DataType(.bigint)), Field("t", DataType(.timestamp(precision: 3)))]
    private static let timeToLive: Int64 = 30_000
    private static let keysOfRound = 500
    private static let rounds = 60
    /// Four rounds are alive, and before the next sweep as many again are dead; all keys would be 30,000.
    private static let bound = 8_000

    private static func makeOperator(_ name: String, _ clock: VirtualClock) -> any Operator {
        let wall: () -> Int64 = { clock.wallMilliseconds() }
        switch name {
        case "first row by time":
            let plan = DeduplicatePlan(keys: [0], order: .rowTime(1), stateTimeToLiveMilliseconds: timeToLive)
            return RowTimeDeduplicateOperator(
                plan, timeColumn: 1, inputFields: fields, seed: 1, keepsChanges: true, wallMilliseconds: wall)
        case "set operation":
            let plan = SetOperationPlan(kind: .except, isAll: true, stateTimeToLiveMilliseconds: timeToLive)
            return SetOperationOperator(
                plan, inputFields: fields, isBatchMode: false, seed: 1, keepsChanges: true, wallMilliseconds: wall)
        case "over":
            let count = AggregateCall(.count, resultType: DataType(.bigint))
            let plan = OverPlan(
                partition: [0], order: .rowTime(1), frame: .upToRow, calls: [.aggregate(count)],
                stateTimeToLiveMilliseconds: timeToLive)
            return OverTimeOperator(plan, inputFields: fields, seed: 1, keepsChanges: true, wallMilliseconds: wall)
        default:
            let count = AggregateCall(.count, resultType: DataType(.bigint))
            let plan = AggregatePlan(
                phase: .whole, groupColumns: [0], calls: [count], stateTimeToLiveMilliseconds: timeToLive)
            return AggregateOperator(
                plan, inputFields: fields, isBatchMode: false, seed: 1, keepsChanges: true, wallMilliseconds: wall)
        }
    }

    @Test(arguments: ["first row by time", "set operation", "over", "aggregation"])
    func forgottenKeysGiveUpTheirPlaces(name: String) throws {
        let clock = VirtualClock()
        let body = Self.makeOperator(name, clock)
        let runtime = NodeRuntime(
            node: PlanNode(
                id: 0, name: name, operation: .union, inputs: [], fields: Self.fields, changelog: .append,
                distribution: .single), body: body, inputCount: 1, counters: NodeCounters(),
            control: JobControl(stateBytesMax: .max), stopwatch: Stopwatch(clock: clock))
        var stored: [[UInt8]: Bool] = [:]
        for round in 0..<Self.rounds {
            let rows: [[BatchBuilder.Value]] = (0..<Self.keysOfRound).map {
                [.integer(Int64(round * Self.keysOfRound + $0)), .integer(Int64(round) * 10_000_000)]
            }
            try body.process(BatchBuilder.batch(Self.fields.map(\.type), rows), input: 0, output: runtime)
            try body.advance(to: Int64(round) * 10_000_000, output: runtime)
            try body.flush(output: runtime)
            #expect(body.stateRows <= Self.bound, "round \(round)")
            for change in try body.snapshot(epoch: UInt64(round + 1)) where change.fold == .keyed {
                try change.bytes.withUnsafeBytes { bytes in
                    try KeyedEntries.forEach(in: bytes) { stored[Array($0)] = $1 == nil ? nil : true }
                }
            }
            #expect(stored.count <= Self.bound, "round \(round)")
            clock.advance(nanoseconds: 10_000_000_000)
        }
    }
}
