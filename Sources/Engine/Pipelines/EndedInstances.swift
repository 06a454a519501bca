import ConnectorContract
import StreamSQL

/// The instances of a node whose input ended: the final rows of what they owned have left, so that a restart does not
/// take it back and emit it once more.
///
/// For operators that in batch mode emit at their end and keep what they held: the job may be killed behind the end of
/// some of its instances, or be started again when it is over.
struct EndedInstances {
    static let stateName = "ended-instances"
    private var shards: [(index: UInt32, count: UInt32)] = []

    /// Whether operators of this kind need it. Aggregations and sorting have their own ways.
    static func concerns(_ node: PlanNode, _ plan: PhysicalPlan) -> Bool {
        guard plan.isBatchMode else { return false }
        return switch node.operation {
        case .rank, .over, .setOperation, .streamJoin: true
        default: false
        }
    }

    init() {}

    /// From what all instances of the node stored.
    init(restored bytes: [UInt8]) throws {
        for part in try EpochCoordinator.parts(of: bytes) {
            try part.withUnsafeBytes { buffer in
                var reader = ByteReader(buffer)
                while reader.remaining > 0 {
                    let shard = (index: try reader.read(UInt32.self), count: try reader.read(UInt32.self))
                    if !shards.contains(where: { $0 == shard }) { shards.append(shard) }
                }
            }
        }
    }

    func owns(_ hash: UInt64) -> Bool {
        shards.contains { Partitioning.instance(of: hash, count: Int($0.count)) == Int($0.index) }
    }

    mutating func add(index: Int, count: Int) {
        shards.append((UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: count)))
    }

    /// Stored with each epoch by each instance; nil while none has ended.
    var change: StateChange? {
        guard !shards.isEmpty else { return nil }
        var writer = ByteWriter()
        for shard in shards {
            writer.write(shard.index)
            writer.write(shard.count)
        }
        return StateChange(name: Self.stateName, fold: .replace, bytes: writer.bytes)
    }
}
