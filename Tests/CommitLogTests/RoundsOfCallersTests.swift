import CommitLog
import Diagnostics
import KafkaProtocol
import Synchronization
import TestSupport
import Testing

/// Rounds that are written by who handed in the requests.
struct RoundsOfCallersTests {
    /// Answers in the order they came.
    private final class Offsets: Sendable {
        private let state = Mutex<[Result<AppendOutcome, LogError>]>([])
        private let changed = WaitPoint()

        func put(_ results: [Result<AppendOutcome, LogError>]) {
            state.withLock { $0 += results }
            changed.raise()
        }

        var count: Int { state.withLock { $0.count } }
        var offsets: [Int64] { state.withLock { $0.compactMap { try? $0.get().baseOffset } } }

        /// For a minute and a half at most.
        func wait(for count: Int) {
            for _ in 0..<900 where self.count < count { changed.wait(milliseconds: 100) }
        }
    }

    /// A log that has seen enough rounds to know that its disk is quick: the simulated one takes no time.
    private func quickLog() throws -> (LogFixture, CommitLog, PartitionKey) {
        var sizes = LogConfiguration()
        sizes.journalFileBytes = 1 << 20
        sizes.journalStepBytes = 256 << 10
        let fixture = LogFixture(configuration: sizes)
        let log = try fixture.open()
        let key = PartitionKey(topic: try log.createTopic("t", partitions: 1).number, partition: 0)
        for number in 0..<12 { _ = try fixture.append(batch(["\(number)"]), to: key) }
        return (fixture, log, key)
    }

    @Test func littleIsWrittenByTheCallerOnAQuickDisk() throws {
        let (fixture, log, key) = try quickLog()
        let answers = Offsets()
        for text in ["a", "b"] {
            try log.submit([AppendWrite(batch([text]), to: key)], isFollowed: true) { answers.put($0) }
        }
        #expect(answers.count == 0)
        log.commitHere()
        // Both in one round.
        #expect(answers.offsets == [12, 13])
        log.commitHere()
        #expect(try fixture.readAll(key).flatMap(\.entries).suffix(2).map(\.value) == ["a", "b"])
    }

    @Test func muchIsLeftToTheThread() throws {
        let (_, log, key) = try quickLog()
        let answers = Offsets()
        let large = try batch([String(repeating: "x", count: 100_000)])
        try log.submit([AppendWrite(large, to: key)], isFollowed: true) { answers.put($0) }
        log.commitHere()
        #expect(answers.count == 0)
        #expect(log.commitRound() && answers.offsets == [12])
    }

    @Test func nothingIsWrittenByTheCallerBeforeTheDiskIsKnown() throws {
        let fixture = LogFixture()
        let log = try fixture.open()
        let key = PartitionKey(topic: try log.createTopic("t", partitions: 1).number, partition: 0)
        let answers = Offsets()
        try log.submit([AppendWrite(batch(["a"]), to: key)], isFollowed: true) { answers.put($0) }
        log.commitHere()
        #expect(answers.count == 0)
        #expect(log.commitRound() && answers.offsets == [0])
    }

    /// Callers and the thread of the rounds take turns; the batches of a producer stay in order, or the log would refuse
    /// their numbers.
    @Test func turnsKeepTheOrderOfRequests() throws {
        let log = try CommitLog(
            directory: "/log", environment: Environment(clock: SystemClock(), files: FaultyFileSystem()))
        let topic = try log.createTopic("t", partitions: 2).number
        let perThread = 150
        let all = (0..<4).map { _ in Offsets() }
        for (thread, answers) in all.enumerated() {
            let key = PartitionKey(topic: topic, partition: Int32(thread % 2))
            let started = OperatingSystemThread.start(name: "producer") {
                for number in 0..<perThread {
                    let producer = RecordBatchBuilder.Producer(
                        id: Int64(100 + thread), epoch: 0, baseSequence: Int32(number))
                    let isFollowed = (number + thread) % 3 > 0
                    do {
                        try log.submit(
                            [AppendWrite(batch(["\(number)"], producer: producer), to: key)], isFollowed: isFollowed
                        ) { answers.put($0) }
                    } catch {
                        answers.put([.failure(.overloaded)])
                    }
                    if isFollowed { log.commitHere() }
                }
            }
            #expect(started)
        }
        for answers in all {
            answers.wait(for: perThread)
            #expect(answers.offsets.count == perThread && answers.offsets.sorted() == answers.offsets)
        }
        try log.close()
    }

    /// Where on the stack the observer was called, round by round.
    private final class Depths: Sendable {
        private let state = Mutex<[UInt]>([])
        var all: [UInt] { state.withLock { $0 } }

        func note() {
            var here: UInt8 = 0
            let address = withUnsafeMutablePointer(to: &here) { UInt(bitPattern: $0) }
            state.withLock { $0.append(address) }
        }
    }

    @Test func theObserverIsCalledTheSameWayAfterManyRounds() throws {
        let (fixture, log, key) = try quickLog()
        let depths = Depths()
        log.setObserver { _ in depths.note() }
        for number in 0..<300 { _ = try fixture.append(batch(["\(number)"]), to: key) }
        let all = depths.all
        #expect(all.count == 300 && (all.max() ?? 0) - (all.min() ?? 0) < 1_024)
    }
}
