import CommitLog
import Diagnostics
import Glibc
import KafkaProtocol
import Synchronization
import TestSupport
import Testing

/// The log as it runs in production: on the real disk, with its threads. What it does is tested elsewhere; here it is
/// that nothing blocks, races or is left open.
struct ThreadedLogTests {
    private final class Folder {
        let path: String

        init() {
            var template = Array("/tmp/millrace-log-XXXXXX".utf8CString)
            path = template.withUnsafeMutableBufferPointer { buffer in
                buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) }
                    ?? "/tmp/millrace-log-\(getpid())"
            }
        }

        deinit { Self.remove(path) }

        private static func remove(_ path: String) {
            let files = SystemFileSystem()
            for name in (try? files.list(path)) ?? [] {
                let child = "\(path)/\(name)"
                if (try? files.status(child))??.kind == .directory { remove(child) } else { try? files.remove(child) }
            }
            try? files.remove(path)
        }
    }

    private final class Counter: Sendable {
        private let state = Mutex(
            (answers: 0, ended: 0, observed: Set<PartitionKey>(), offsets: [PartitionKey: Set<Int64>]()))
        var ended: Int { state.withLock { $0.ended } }
        var answers: Int { state.withLock { $0.answers } }
        var observed: Set<PartitionKey> { state.withLock { $0.observed } }
        var offsets: [PartitionKey: Set<Int64>] { state.withLock { $0.offsets } }
        func end() { state.withLock { $0.ended += 1 } }
        func observe(_ keys: Set<PartitionKey>) { state.withLock { $0.observed.formUnion(keys) } }
        func answered(_ key: PartitionKey, _ offset: Int64) {
            state.withLock { state in
                state.answers += 1
                state.offsets[key, default: []].insert(offset)
            }
        }
    }

    @Test func manyThreadsAppendAndReadAtOnce() throws {
        let folder = Folder()
        var sizes = LogConfiguration()
        sizes.checkpointBytes = 256 << 10
        sizes.upkeepMilliseconds = 20
        var settings = TopicConfiguration()
        settings.segmentBytes = 20_000
        let counter = Counter()
        let log = try CommitLog(directory: folder.path + "/log", configuration: sizes)
        #expect(throws: LogError.self) { try CommitLog(directory: folder.path + "/log") }
        log.setObserver { counter.observe($0) }
        let topic = try log.createTopic("t", partitions: 3, configuration: settings)
        let now = SystemClock().wallMilliseconds()
        for thread in 0..<4 {
            #expect(
                OperatingSystemThread.start(name: "producer") {
                    for index in 0..<60 {
                        let key = PartitionKey(topic: topic.number, partition: Int32((thread + index) % 3))
                        guard
                            let made = try? batch(
                                ["\(thread)-\(index)", String(repeating: "x", count: 500)], timestamp: now),
                            let outcome = try? log.append([AppendWrite(made, to: key)])[0].get()
                        else { break }
                        counter.answered(key, outcome.baseOffset)
                        // What was answered can be read at once.
                        let fetched = try? log.partition(key).fetch(from: outcome.baseOffset, maxBytes: 1)
                        if fetched?.bytes.isEmpty ?? true { break }
                    }
                    counter.end()
                })
        }
        let clock = SystemClock()
        let limit = clock.monotonicNanoseconds() + 60_000_000_000
        while counter.ended < 4 && clock.monotonicNanoseconds() < limit { clock.sleep(nanoseconds: 2_000_000) }
        #expect(counter.answers == 240 && counter.observed.count == 3 && log.failure == nil)
        #expect(counter.offsets.values.reduce(0) { $0 + $1.count } == 240)
        try log.close()
        #expect(throws: LogError.self) { try log.submit([], answer: nil) }
        let report = try CommitLog.verify(directory: folder.path + "/log", configuration: sizes, repairs: false)
        #expect(report.isClean && report.batches == 240 && report.recovery == RecoveryReport())
    }
}
