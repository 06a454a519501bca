import Checkpoints
import ConnectorContract
import Diagnostics
import Testing

/// What epochs cost on the disk of this machine; printed, and bounded loosely.
@Suite(.serialized) struct EpochCostTests {
    /// What is large takes long without optimisation, so a debug build measures a small part of it.
    #if DEBUG
    private static let scale = 20
    #else
    private static let scale = 1
    #endif

    /// Milliseconds of each commit of a run, and bytes written for each byte handed over.
    private static func measure(
        epochs: Int, in directory: TemporaryDirectory, changes: (Int) -> [StateChange]
    ) throws -> (sorted: [Double], amplification: Double, store: FileCheckpointStore) {
        let clock = SystemClock()
        let store = try openStore(SystemFileSystem(), directory: directory.path, policy: FoldPolicy())
        _ = try store.restore()
        var times: [Double] = []
        var handed = 0
        var written = 0
        for epoch in 1...epochs {
            let list = changes(epoch)
            handed += list.reduce(0) { $0 + $1.bytes.count }
            let start = clock.monotonicNanoseconds()
            written += try store.commit(epoch: UInt64(epoch), changes: list).bytesWritten
            times.append(Double(clock.monotonicNanoseconds() - start) / 1e6)
        }
        return (times.sorted(), Double(written) / Double(max(handed, 1)), store)
    }

    private static func report(_ name: String, _ sorted: [Double], _ amplification: Double) {
        func short(_ value: Double) -> Double { (value * 100).rounded() / 100 }
        func at(_ part: Double) -> Double { short(sorted[Int(Double(sorted.count - 1) * part)]) }
        let factor = short(amplification)
        print("epoch cost, \(name): p50 \(at(0.5)) ms, p99 \(at(0.99)) ms, max \(at(1)) ms, bytes written x\(factor)")
    }

    /// The calls no epoch can do without, on a file of 10 KB and one of 1 KB: what the disk alone costs.
    private static func measureBareCalls(_ count: Int) throws -> [Double] {
        let directory = TemporaryDirectory()
        let files = SystemFileSystem()
        let clock = SystemClock()
        let bytes = [UInt8](repeating: 1, count: 10_000)
        var times: [Double] = []
        for number in 0..<count {
            let start = clock.monotonicNanoseconds()
            for (name, size) in [("blob", 10_000), ("manifest.tmp", 1_000)] {
                let file = try files.open("\(directory.path)/\(name)\(number)", .create)
                try bytes.withUnsafeBytes { try file.write(UnsafeRawBufferPointer(rebasing: $0[..<size]), at: 0) }
                try file.sync()
            }
            try files.rename("\(directory.path)/manifest.tmp\(number)", to: directory.path + "/manifest")
            try files.syncDirectory(directory.path)
            times.append(Double(clock.monotonicNanoseconds() - start) / 1e6)
        }
        return times.sorted()
    }

    private static func keyed(_ random: inout SplitMix64, count: Int, keys: UInt64, valueBytes: Int) -> [UInt8] {
        var entries = KeyedEntries()
        let value = [UInt8](repeating: 5, count: valueBytes)
        for _ in 0..<count {
            var key = ByteWriter()
            key.write(random.next() % keys)
            entries.put(key: key.bytes, value: value)
        }
        return entries.bytes
    }

    @Test func appendedMegabytesAreRewrittenFewTimes() throws {
        let directory = TemporaryDirectory()
        let megabyte = [UInt8](repeating: 3, count: (1 << 20) / Self.scale)
        let (times, amplification, store) = try Self.measure(epochs: 200, in: directory) { _ in
            [StateChange(name: "seen", fold: .append, bytes: megabyte)]
        }
        Self.report("200 x 1/\(Self.scale) MiB appended", times, amplification)
        #expect(amplification < 3.2)
        #expect(try #require(store.chains["seen"]).bytes == UInt64(200 * megabyte.count))
        #expect(try #require(store.chains["seen"]).sections < 48)
    }

    @Test func smallEpochs() throws {
        let directory = TemporaryDirectory()
        var random = SplitMix64(seed: 1)
        let (times, amplification, _) = try Self.measure(epochs: 300, in: directory) { epoch in
            var changes = (0..<5).map { index in
                StateChange(
                    name: "table\(index)", fold: .keyed,
                    bytes: Self.keyed(&random, count: 20, keys: 1_000, valueBytes: 80))
            }
            changes.append(StateChange(name: "positions", fold: .replace, bytes: Array("\(epoch)".utf8)))
            return changes
        }
        Self.report("10 KB in 5 keyed states", times, amplification)
        Self.report("the bare calls of that", try Self.measureBareCalls(100), 1)
        #expect(amplification < 12)
    }

    @Test func largeEpochs() throws {
        let replaced = TemporaryDirectory()
        var bytes = [UInt8](repeating: 1, count: (30 << 20) / Self.scale)
        let (times, amplification, _) = try Self.measure(epochs: 8, in: replaced) { epoch in
            bytes[epoch] = 9
            return [StateChange(name: "all", fold: .replace, bytes: bytes)]
        }
        Self.report("30/\(Self.scale) MB replaced", times, amplification)
        #expect(amplification < 1.1)

        let folded = TemporaryDirectory()
        var random = SplitMix64(seed: 2)
        let deltas = (0..<3).map { _ in
            Self.keyed(&random, count: 300_000 / Self.scale, keys: 1_000_000, valueBytes: 88)
        }
        let (keyedTimes, keyedAmplification, _) = try Self.measure(epochs: 12, in: folded) { epoch in
            [StateChange(name: "table", fold: .keyed, bytes: deltas[epoch % 3])]
        }
        Self.report("30/\(Self.scale) MB keyed", keyedTimes, keyedAmplification)
        #expect(keyedAmplification < 5)
    }
}
