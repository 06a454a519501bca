import Checkpoints
import Columnar
import ConnectorContract
import Diagnostics
import Engine
import StreamSQL
import Synchronization
import Tables
import TestSupport
import Testing

/// A whole job from its SQL to its result table, on one thread by a seed, over a disk that loses power: what survives
/// is an epoch, and in the end every row is counted once.
struct DurableJobTests {
    private static let sql = """
        CREATE TABLE lines (id STRING, grp STRING, fee BIGINT, arrived AS PROCTIME()) WITH ('connector' = 'memory');
        CREATE TABLE totals (grp STRING, n BIGINT, fee BIGINT, least BIGINT, PRIMARY KEY (grp) NOT ENFORCED);
        CREATE TABLE sizes (n BIGINT, ids BIGINT, PRIMARY KEY (n) NOT ENFORCED);
        CREATE VIEW once AS SELECT id, grp, fee FROM (
          SELECT *, ROW_NUMBER() OVER (PARTITION BY id ORDER BY arrived) AS copy FROM lines) WHERE copy = 1;
        EXECUTE STATEMENT SET BEGIN
        INSERT INTO totals SELECT grp, COUNT(*), SUM(fee), MIN(fee) FROM once GROUP BY grp;
        INSERT INTO sizes SELECT CHAR_LENGTH(id), COUNT(DISTINCT id) FROM once GROUP BY CHAR_LENGTH(id);
        END;
        """

    private static func makeSplits(seed: UInt64) -> [MemorySource.Split] {
        var random = SplitMix64(seed: seed)
        return (0..<3).map { _ in
            MemorySource.Split(
                rows: (0..<200).map { _ in
                    let id = Int64(random.next() % 400)
                    return [.text("order \(id)"), .text("group \(id % 5)"), .integer(id)]
                })
        }
    }

    private static func expected(_ splits: [MemorySource.Split]) -> (totals: Set<String>, sizes: Set<String>) {
        var ids: Set<Int64> = []
        for case .integer(let id) in splits.flatMap(\.rows).map({ $0[2] }) { ids.insert(id) }
        let groups = Dictionary(grouping: ids) { $0 % 5 }
        let sizes = Dictionary(grouping: ids) { "order \($0)".count }
        return (
            Set(groups.map { "group \($0),\($1.count),\($1.reduce(0, +)),\($1.min() ?? 0)" }),
            Set(sizes.map { "\($0),\($1.count)" })
        )
    }

    private static func rows(_ table: ResultTable?) -> Set<String> {
        Set(
            (table?.batches() ?? []).flatMap(BatchBuilder.rows).map { row in
                row.map { value in
                    switch value {
                    case .integer(let number): "\(number)"
                    case .text(let text): text
                    default: "?"
                    }
                }.joined(separator: ",")
            })
    }

    /// One life of the process: plans, restores and runs until the end or the loss of power.
    private static func live(
        _ disk: FaultyFileSystem, _ splits: [MemorySource.Split], parallelism: Int, seed: UInt64
    ) throws -> TableCatalog {
        let memory = ConnectorDescription(
            identifier: "memory", canRead: true, canWrite: false, options: [], isBounded: true)
        var session = PlanningSession(connectors: [memory])
        let planned = try session.plan(sql)
        let catalog = TableCatalog(random: SeededRandom(seed: 1))
        for table in planned.tables {
            _ = try catalog.declare(
                TableDescription(
                    name: table.name, physicalFields: table.physicalFields, primaryKey: table.primaryKey, options: [:]))
        }
        guard case .job(let plan, _)? = planned.steps.last else { throw NoJob() }
        let store = try FileCheckpointStore(
            directory: "data", files: disk, identity: JobIdentity(name: "job", planHash: 1, formatVersion: 1))
        let wiring = JobWiring(
            makeSource: { scan, _ in
                let types = scan.columns.map { column -> DataType in
                    if case .physical(let index) = column { return scan.table.physicalFields[index].type }
                    return DataType(.string)
                }
                let picked = splits.map { split in
                    MemorySource.Split(
                        rows: split.rows.map { row in
                            scan.columns.map { if case .physical(let index) = $0 { row[index] } else { .null } }
                        })
                }
                return MemorySource(types: types, splits: picked, batchRows: 29)
            },
            makeSink: { sink, _ in
                guard case .table(let table) = sink.target, let held = catalog.table(named: table.name) else {
                    throw NoJob()
                }
                return held.makeSink()
            }, rejects: RejectCounter(), store: store,
            environment: Environment(clock: VirtualClock(), files: disk, random: SeededRandom(seed: seed)))
        let job = try Job(plan: plan, settings: JobSettings(parallelism: parallelism), wiring: wiring)
        try job.runSeeded(seed)
        return catalog
    }

    private struct NoJob: Error {}

    @Test func lossOfPowerLosesNoRowAndCountsNoneTwice() throws {
        var powerOffs = 0
        for seed in 1...25 as ClosedRange<UInt64> {
            let splits = Self.makeSplits(seed: seed)
            var disk = FaultyFileSystem()
            var random = SplitMix64(seed: seed)
            var catalog: TableCatalog?
            for life in 0..<6 where catalog == nil {
                if life < 5 { disk.powerOffAtOperation(disk.operationCount + 1 + Int(random.next() % 60)) }
                do {
                    catalog = try Self.live(
                        disk, splits, parallelism: [2, 1, 4, 3][life % 4], seed: seed &* 31 &+ UInt64(life))
                } catch {
                    powerOffs += 1
                    disk.crash(keeping: random.next())
                    disk = disk.copy()
                    disk.clearFaults()
                }
            }
            let wanted = Self.expected(splits)
            #expect(Self.rows(catalog?.table(named: "totals")) == wanted.totals, "seed \(seed)")
            #expect(Self.rows(catalog?.table(named: "sizes")) == wanted.sizes, "seed \(seed)")
        }
        #expect(powerOffs > 25)
    }
}

/// Numbers by a seed, for seams that are shared between threads.
final class SeededRandom: RandomSource {
    private let state: Mutex<SplitMix64>
    init(seed: UInt64) { state = Mutex(SplitMix64(seed: seed)) }
    func next() -> UInt64 { state.withLock { $0.next() } }
}
