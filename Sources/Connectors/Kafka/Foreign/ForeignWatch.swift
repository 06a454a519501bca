import Diagnostics
import Synchronization

/// Looks after a broker elsewhere while topics of it are read, on a thread of its own: whether it answers, and which
/// partitions there are. The readers of one source share it; it ends with the last of them.
final class ForeignWatch: Sendable {
    /// What was found last.
    private struct Seen {
        var problem: String?
        var partitions: [String: Int32] = [:]
        /// Grows with each difference of ``partitions``.
        var version = 0
    }

    /// What the thread holds, so that it does not keep the watch alive.
    private final class Work: Sendable {
        let seen: Mutex<Seen>
        let isOver = Atomic<Bool>(false)
        let wake = WaitPoint()
        let ended = WaitPoint()
        let client: Mutex<KafkaClient?>
        let options: KafkaOptions

        init(_ client: KafkaClient, _ options: KafkaOptions, problem: String?) {
            self.client = Mutex(client)
            self.options = options
            seen = Mutex(Seen(problem: problem))
        }
    }

    private let work: Work
    private let hasThread: Bool
    private static let questionMilliseconds: UInt64 = 2_000
    /// So often a broker is asked where partitions are not looked for.
    private static let pauseNanoseconds: UInt64 = 1_000_000_000

    /// `client` is the watch's from here on. `problem`: why the broker did not answer when it was asked last.
    init(
        _ client: KafkaClient, _ options: KafkaOptions, _ settings: ForeignSettings, problem: String?,
        clock: any TimeSource
    ) {
        let work = Work(client, options, problem: problem)
        self.work = work
        var patience = BrokerPatience(limitMilliseconds: Self.questionMilliseconds)
        patience.isWanted = { [unowned work] in !work.isOver.load(ordering: .acquiring) }
        client.beginning = BrokerBeginning(patience: patience, clock: clock, settings: settings, topics: [])
        let discovery = options.discoveryNanoseconds ?? Self.pauseNanoseconds
        // However seldom partitions are looked for: whether the broker is there is to be known at once.
        let pause = Int(clamping: max(100_000_000, min(discovery, Self.pauseNanoseconds)) / 1_000_000)
        // Without a thread only what is told above is missing.
        hasThread = OperatingSystemThread.start(name: "kafka-watch") {
            Self.run(work, pause)
            work.ended.raise()
        }
    }

    /// Waits for the end of a question that is under way, a second at most: nothing of the client outlives the readers.
    deinit {
        work.isOver.store(true, ordering: .releasing)
        work.wake.raise()
        if hasThread { work.ended.wait() }
    }

    private static func run(_ work: Work, _ pause: Int) {
        guard let client = work.client.withLock({ $0.take() }) else { return }
        while !work.isOver.load(ordering: .acquiring) {
            look(work, client)
            work.wake.wait(milliseconds: pause)
        }
    }

    private static func look(_ work: Work, _ client: KafkaClient) {
        do throws(MillraceError) {
            var partitions: [String: Int32] = [:]
            for topic in try ForeignSource.topics(work.options, client) {
                partitions[topic] = try client.partitionCount(of: topic)
            }
            work.seen.withLock { seen in
                seen.problem = nil
                if seen.partitions != partitions { seen.version += 1 }
                seen.partitions = partitions
            }
        } catch {
            let waiting =
                error.code == BrokerPatience.errorCode
                ? BrokerPatience.waiting(for: client.servers, client.cause) : error.message
            work.seen.withLock { $0.problem = waiting }
        }
    }

    /// Why nothing can be read for now; nil while the broker answers.
    var problem: String? { work.seen.withLock { $0.problem } }

    /// How many partitions each topic has, where that differs from what it was at `version`.
    func partitions(since version: inout Int) -> [String: Int32]? {
        work.seen.withLock { seen in
            guard seen.version != version else { return nil }
            version = seen.version
            return seen.partitions
        }
    }
}
