import Columnar
import ConnectorContract
import Diagnostics
import StreamSQL
import TestSupport
import Testing

@testable import Engine

/// Rows of a join under a time to live that are moved together while others of their chunk go.
struct JoinExpiryTests {
    private static let fields = [Field("k", DataType(.bigint)), Field("v", DataType(.bigint))]
    private static let rows = 9 * Int64(JoinRowStore.chunkRows) + 1
    /// Of so many rows one stays.
    private static let step: Int64 = 8
    private static var kept: Int { Int((rows + step - 1) / step) }

    private static func make(_ clock: VirtualClock, keepsChanges: Bool) throws -> (RegularJoinOperator, NodeRuntime) {
        let plan = StreamJoinPlan(
            kind: .inner, leftKeys: [0], rightKeys: [0], timing: .unbounded, leftRetracts: true, rightRetracts: true,
            leftTimeToLiveMilliseconds: 30_000, rightTimeToLiveMilliseconds: 30_000)
        let body = try RegularJoinOperator(
            plan, leftFields: fields, rightFields: fields, timeZone: "UTC", isBatchMode: false, seed: 1,
            context: EvaluationContext(clock: clock, random: FixedRandom(seed: 1)),
            storing: JoinStoring(keepsChanges: keepsChanges, ownNumber: 1) { clock.wallMilliseconds() })
        let runtime = NodeRuntime(
            node: PlanNode(
                id: 0, name: "join", operation: .union, inputs: [], fields: fields + fields, changelog: .retract,
                distribution: .single), body: body, inputCount: 2, counters: NodeCounters(),
            control: JobControl(stateBytesMax: .max), stopwatch: Stopwatch(clock: clock))
        return (body, runtime)
    }

    private static func batch(_ keys: some Sequence<Int64>, _ kind: RowKind) -> Batch {
        let rows: [[BatchBuilder.Value]] = keys.map { [.integer($0), .integer($0 * 3)] }
        return BatchBuilder.batch(fields.map(\.type), rows, kinds: rows.map { _ in kind })
    }

    private static func pass(seconds: UInt64, _ clock: VirtualClock) {
        clock.advance(nanoseconds: seconds * 1_000_000_000)
    }

    @Test(arguments: [false, true]) func rowsThatMoveKeepTheirTime(keepsChanges: Bool) throws {
        let clock = VirtualClock()
        Self.pass(seconds: 1, clock)
        let (body, output) = try Self.make(clock, keepsChanges: keepsChanges)
        try body.process(Self.batch(0..<Self.rows, .insert), input: 0, output: output)
        Self.pass(seconds: 5, clock)
        let gone = (0..<Self.rows).filter { $0 % Self.step != 0 }
        let held = body.stateBytes
        try body.process(Self.batch(gone, .delete), input: 0, output: output)
        #expect(body.stateRows == Self.kept)
        // Without waiting for an epoch.
        #expect(body.stateBytes < held)
        Self.pass(seconds: 20, clock)
        try body.flush(output: output)
        #expect(body.stateRows == Self.kept)
        Self.pass(seconds: 15, clock)
        try body.flush(output: output)
        #expect(body.stateRows == 0)
    }

    @Test func rowsThatMoveAreStoredOnce() throws {
        let clock = VirtualClock()
        Self.pass(seconds: 1, clock)
        let (body, output) = try Self.make(clock, keepsChanges: true)
        try body.process(Self.batch(0..<Self.rows, .insert), input: 0, output: output)
        try body.process(
            Self.batch((0..<Self.rows).filter { $0 % Self.step != 0 }, .delete), input: 0, output: output)
        // These get the numbers of rows that are gone.
        let later = Self.rows..<(Self.rows + 3_000)
        try body.process(Self.batch(later, .insert), input: 0, output: output)
        let stored = try body.snapshot(epoch: 1)
        var entries = 0
        for change in stored {
            try change.bytes.withUnsafeBytes {
                try KeyedEntries.forEach(in: $0) { _, value in entries += value == nil ? 0 : 1 }
            }
        }
        #expect(entries == Self.kept + later.count)
        let (other, _) = try Self.make(clock, keepsChanges: true)
        try other.restore(stored, ownership: Ownership(index: 0, count: 1, seed: 1))
        #expect(other.stateRows == Self.kept + later.count)
        // All of them are found by their values.
        try other.process(Self.batch(later, .delete), input: 0, output: output)
        try other.process(Self.batch((0..<Self.rows).filter { $0 % Self.step == 0 }, .delete), input: 0, output: output)
        #expect(other.stateRows == 0)
    }
}
