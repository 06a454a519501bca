import Columnar
import StreamSQL

/// The end of an edge at one sending instance: deals batches to the receiving instances.
final class EdgeSender {
    /// How rows choose their receiver.
    enum Routing {
        /// Instance i to instance i, or all to the one there is.
        case forward(Int)
        case broadcast
        case hash([Int])
    }

    private let routing: Routing
    private let targets: [Inbox]
    /// The lane of this sender in each target.
    private let lane: Int
    private let seed: UInt64
    /// The seed of the second half of fingerprints, where the receiver wants those of the columns it is dealt by.
    private let printSeed: UInt64?

    init(routing: Routing, targets: [Inbox], lane: Int, seed: UInt64, printSeed: UInt64? = nil) {
        self.routing = routing
        self.targets = targets
        self.lane = lane
        self.seed = seed
        self.printSeed = printSeed
    }

    var isFull: Bool {
        switch routing {
        case .forward(let index): targets[index].isFull(lane: lane)
        case .broadcast, .hash: targets.contains { $0.isFull(lane: lane) }
        }
    }

    /// Has a thread that sleeps because it is full woken when there is room.
    func onRoom(raise signal: ThreadSignal) {
        switch routing {
        case .forward(let index): targets[index].onRoom(lane: lane, raise: signal)
        case .broadcast, .hash: for target in targets { target.onRoom(lane: lane, raise: signal) }
        }
    }

    func send(_ batch: Batch) {
        switch routing {
        case .forward(let index): targets[index].push(.batch(batch), lane: lane)
        case .broadcast: for target in targets { target.push(.batch(batch), lane: lane) }
        case .hash(let columns):
            if targets.count == 1 {
                targets[0].push(.batch(batch), lane: lane)
            } else {
                deal(batch, by: columns)
            }
        }
    }

    private func deal(_ batch: Batch, by columns: [Int]) {
        let rowCount = batch.rowCount
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: max(1, rowCount)) { hashes in
            guard let hashes = hashes.baseAddress else { return }
            let prints = hash(batch, by: columns, into: hashes)
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: max(1, rowCount)) { rows in
                guard let rows = rows.baseAddress else { return }
                for index in targets.indices {
                    let count = Partitioning.select(
                        hashes, rowCount: rowCount, instance: index, of: targets.count, into: rows)
                    guard count > 0 else { continue }
                    let part = gather(batch, rows: rows, count: count)
                    part.retainedBytes = batch.retainedBytes * count / rowCount
                    part.keyPrints = prints.map { gather($0, rows: rows, count: count) }
                    targets[index].push(.batch(part), lane: lane)
                }
            }
        }
    }

    /// The hashes by which rows are dealt, and the fingerprints they are a half of, where the receiver wants them: here the
    /// keys were just read, there they would have to be fetched from memory once more.
    private func hash(_ batch: Batch, by columns: [Int], into hashes: UnsafeMutablePointer<UInt64>) -> Column? {
        guard let printSeed else {
            hashColumns(batch, columns, seed: seed, into: hashes)
            return nil
        }
        let prints = Column(Fingerprint.columnType, capacity: batch.rowCount)
        fingerprintColumns(batch, columns, seeds: (seed, printSeed), into: prints.fingerprints)
        for row in 0..<batch.rowCount { hashes[row] = prints.fingerprints[row].first }
        return prints
    }

    func sendToAll(_ message: @autoclosure () -> Message) {
        switch routing {
        case .forward(let index): targets[index].push(message(), lane: lane)
        case .broadcast, .hash: for target in targets { target.push(message(), lane: lane) }
        }
    }
}

/// Which instance a key belongs to. Part of the stored form of state: keys are dealt the same way after a restart.
enum Partitioning {
    @inline(__always)
    static func instance(of hash: UInt64, count: Int) -> Int {
        Int(truncatingIfNeeded: ((hash >> 32) &* UInt64(truncatingIfNeeded: count)) >> 32)
    }

    /// Lists the rows of one instance, branch-free.
    static func select(
        _ hashes: UnsafePointer<UInt64>, rowCount: Int, instance: Int, of count: Int,
        into rows: UnsafeMutablePointer<Int32>
    ) -> Int {
        var selected = 0
        for row in 0..<rowCount {
            rows[selected] = Int32(truncatingIfNeeded: row)
            let isOwn = Self.instance(of: hashes[row], count: count) == instance
            selected &+= Int(unsafeBitCast(isOwn, to: UInt8.self))
        }
        return selected
    }
}

/// Which part of a keyed state an instance owns.
struct Ownership {
    var index: Int
    var count: Int
    /// The seed of the exchange in front.
    var seed: UInt64

    /// Instances that gave all that they owned for good.
    var ended = EndedInstances()

    func owns(_ hash: UInt64) -> Bool {
        (count == 1 || Partitioning.instance(of: hash, count: count) == index) && !ended.owns(hash)
    }
}
