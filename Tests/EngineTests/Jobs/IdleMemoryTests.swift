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
    private static let keysOfRound = 250
    private static let rounds = 100
    /// Four rounds are alive, and before the next sweep as many again are dead; all keys would be 25,000.
    private static let bound = 8_000
    /// By then the bytes held are as many as they will ever be, or half of that: tables grow by doubling.
    private static let settledRound = 30

    private static func makeOperator(_ name: String, _ clock: VirtualClock) throws -> any Operator {
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
        case "ranking", "ranking of changes", "last row":
            let order = name == "last row" ? [] : [SortPlan.Key(column: 1, isDescending: true, nullsFirst: false)]
            var plan = RankPlan(
                partition: [0], order: order, to: name == "last row" ? 1 : 3, prefersLatest: name == "last row",
                inputRetracts: name == "ranking of changes")
            plan.stateTimeToLiveMilliseconds = timeToLive
            return RankOperator(
                plan, inputFields: fields, isBatchMode: false, keepsChanges: true, upkeep: StateUpkeep(), seed: 1,
                wallMilliseconds: wall)
        case "over sorted":
            let count = AggregateCall(.count, resultType: DataType(.bigint))
            let order = [SortPlan.Key(column: 1, isDescending: true, nullsFirst: false)]
            let plan = OverPlan(
                partition: [0], order: .sorted(order), frame: .upToRow, calls: [.aggregate(count)],
                stateTimeToLiveMilliseconds: timeToLive)
            return OverSortedOperator(
                plan, inputFields: fields, isBatchMode: false, keepsChanges: true, seed: 1, wallMilliseconds: wall)
        case "join":
            let plan = StreamJoinPlan(
                kind: .left, leftKeys: [0], rightKeys: [0], timing: .unbounded, leftRetracts: false,
                rightRetracts: true, leftTimeToLiveMilliseconds: timeToLive, rightTimeToLiveMilliseconds: timeToLive)
            return try RegularJoinOperator(
                plan, leftFields: fields, rightFields: fields, timeZone: "UTC", isBatchMode: false, seed: 1,
                context: EvaluationContext(clock: clock, random: FixedRandom(seed: 1)),
                storing: JoinStoring(keepsChanges: true, ownNumber: 1, wallMilliseconds: wall))
        default:
            let count = AggregateCall(.count, resultType: DataType(.bigint))
            let plan = AggregatePlan(
                phase: .whole, groupColumns: [0], calls: [count], stateTimeToLiveMilliseconds: timeToLive)
            return AggregateOperator(
                plan, inputFields: fields, isBatchMode: false, seed: 1, keepsChanges: true, wallMilliseconds: wall)
        }
    }

    @Test(arguments: [
        "first row by time", "set operation", "over", "aggregation", "ranking", "ranking of changes", "last row",
        "over sorted", "join",
    ])
    func forgottenKeysGiveUpTheirPlaces(name: String) throws {
        let clock = VirtualClock()
        clock.advance(nanoseconds: 1_000_000_000)
        let body = try Self.makeOperator(name, clock)
        let runtime = NodeRuntime(
            node: PlanNode(
                id: 0, name: name, operation: .union, inputs: [], fields: Self.fields, changelog: .append,
                distribution: .single), body: body, inputCount: 1, counters: NodeCounters(),
            control: JobControl(stateBytesMax: .max), stopwatch: Stopwatch(clock: clock))
        var stored: [[UInt8]: Bool] = [:]
        var bytes = 0
        for round in 0..<Self.rounds {
            let rows: [[BatchBuilder.Value]] = (0..<Self.keysOfRound).map {
                [.integer(Int64(round * Self.keysOfRound + $0)), .integer(Int64(round) * 10_000_000)]
            }
            for input in 0..<(name == "join" ? 2 : 1) {
                try body.process(BatchBuilder.batch(Self.fields.map(\.type), rows), input: input, output: runtime)
            }
            try body.advance(to: Int64(round) * 10_000_000, output: runtime)
            try body.flush(output: runtime)
            #expect(body.stateRows <= Self.bound, "round \(round)")
            if round < Self.settledRound { bytes = max(bytes, body.stateBytes) }
            #expect(round < Self.settledRound || body.stateBytes <= bytes * 2, "round \(round)")
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
