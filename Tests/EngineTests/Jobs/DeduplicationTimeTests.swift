import Columnar
import ConnectorContract
import Diagnostics
import Engine
import StreamSQL
import TestSupport
import Testing

/// Deduplication with a time to live: what is remembered is bounded in memory and on disk, and survives a restart.
struct DeduplicationTimeTests {
    private static let plan: PhysicalPlan = {
        let fields = [Field("id", DataType(.string))]
        let table = CatalogTable(name: "t", physicalFields: fields, connector: "memory", isBounded: true)
        let operations: [(String, PlanOperation)] = [
            ("scan", .scan(ScanPlan(table: table, columns: [.physical(0)]))), ("deal", .exchange(.hash([0]))),
            (
                "first",
                .deduplicate(DeduplicatePlan(keys: [0], order: .processingTime, stateTimeToLiveMilliseconds: 100_000))
            ), ("gather", .exchange(.single)), ("sink", .sink(SinkPlan(target: .collect))),
        ]
        return PhysicalPlan(
            nodes: operations.enumerated().map { id, entry in
                PlanNode(
                    id: id, name: entry.0, operation: entry.1, inputs: id == 0 ? [] : [id - 1], fields: fields,
                    changelog: .append, distribution: id < 3 ? .sharded : .single)
            })
    }()

    private struct Crash: Error {}

    @Test func keysAreForgottenAfterTheirTimeAndNotBefore() throws {
        // "a" again within its time is dropped; long after it is new. Enough others pass to turn all generations.
        var steps: [(id: String, pauseSeconds: UInt64)] = [("a", 0), ("a", 60), ("b", 1)]
        for index in 0..<30 { steps.append(("filler \(index)", 30)) }
        steps += [("a", 0), ("a", 1), ("b", 1)]
        for seed in 1...10 as ClosedRange<UInt64> {
            let clock = VirtualClock()
            let store = MemoryCheckpointStore()
            var random = SplitMix64(seed: seed)
            var seen: [String] = []
            for life in 0..<6 {
                let sink = MemorySink(types: [DataType(.string)], keyCount: 1)
                let source = StepSource(steps, clock: clock)
                let wiring = JobWiring(
                    makeSource: { _, _ in source }, makeSink: { _, _ in sink }, rejects: RejectCounter(), store: store,
                    environment: Environment(clock: clock, random: FixedRandom(seed: seed &+ UInt64(life))))
                let job = try Job(plan: Self.plan, settings: JobSettings(parallelism: 1), wiring: wiring)
                let crashAt = life < 5 ? Int(random.next() % 120) : Int.max
                do {
                    try job.runSeeded(random.next()) { step in if step == crashAt { throw Crash() } }
                    seen = sink.rows.map { "\($0[0])" }
                    #expect(Set(seen).count == 32, "seed \(seed)")
                    break
                } catch is Crash {
                    continue
                }
            }
            #expect(!seen.isEmpty)
            let stored = try #require(try store.restore()).states["first/timed-keys"] ?? []
            var live: Set<[UInt8]> = []
            for change in stored {
                try change.bytes.withUnsafeBytes { bytes in
                    try KeyedEntries.forEach(in: bytes) { key, value in
                        if value == nil { live.remove(Array(key)) } else { live.insert(Array(key)) }
                    }
                }
            }
            // Thirty fillers, half a minute apart, each its own piece at most; those of the last 125 s remain.
            #expect(live.count <= 10, "seed \(seed): \(live.count) pieces")
        }
    }
}
