import Columnar
import ConnectorContract
package import Diagnostics
import Engine

/// `millrace bench state`: an aggregate over millions of keys that all change; what its epochs cost, and how long it
/// takes to be restored.
///
/// Events are lines of about 100 bytes of an order each; the key is the customer. With epochs a second run of the same
/// job begins from the last epoch of the first: what is measured is the time until it could read the next line.
package struct StateBenchmark: Sendable {
    package var events: Int
    package var keys: Int
    package var parallelism: Int
    package var directory: String
    package var epochMilliseconds: Int?
    package var environment = Environment()

    package init(events: Int, keys: Int, parallelism: Int, directory: String, epochMilliseconds: Int?) {
        self.events = events
        self.keys = keys
        self.parallelism = parallelism
        self.directory = directory
        self.epochMilliseconds = epochMilliseconds
    }

    private var data: String { "\(directory)/state-\(events)-\(keys)" }

    /// Writes the events where they are not there yet: first each key once, in an order of its own, then at random.
    package func prepare() throws {
        guard try environment.files.status(data + "/complete") == nil else { return }
        try environment.files.createDirectory(data + "/events")
        var random = SplitMix64(seed: 1)
        for part in 0..<2 {
            let file = try environment.files.open("\(data)/events/part-\(part).ndjson", .create)
            var (bytes, offset): ([UInt8], Int64) = ([], 0)
            for event in stride(from: part, to: events, by: 2) {
                // An odd step that shares no factor with the number of keys meets each of them once.
                let key = event < keys ? event &* 2_654_435_761 % keys : Int(random.next() % UInt64(keys))
                let line =
                    "{\"customer\":\(key),\"amount\":\(random.next() % 100_000),\"status\":\"paid\","
                    + "\"channel\":\"app\",\"id\":\"\(random.next())\",\"at\":\(1_700_000_000_000 + event)}\n"
                bytes.append(contentsOf: line.utf8)
                guard bytes.count > 1 << 20 || event + 2 >= events else { continue }
                try bytes.withUnsafeBytes { try file.write($0, at: offset) }
                offset += Int64(bytes.count)
                bytes.removeAll(keepingCapacity: true)
            }
        }
        _ = try environment.files.open(data + "/complete", .create)
    }

    /// Runs once and gives one line of JSON.
    package func run() throws -> String {
        let clock = environment.clock
        let folder = try EpochFolder(in: data, name: "state", environment: environment)
        defer { folder.remove() }
        let epochs = folder.path
        let bench = try BenchmarkJob(name: "state", sql: sql, parallelism: parallelism, environment: environment)
        let before = ProcessUsage.now
        let started = clock.monotonicNanoseconds()
        let figures = try runJob(bench, epochs)
        let seconds = Double(clock.monotonicNanoseconds() &- started) / 1e9
        let usage = ProcessUsage.now
        var report = BenchmarkReport()
        report.add("benchmark", "state")
        report.add("events", events)
        report.add("keys", keys)
        report.add("parallelism", parallelism)
        report.add("seconds", seconds, places: 3)
        report.add("rows_per_s", Int(Double(events) / seconds))
        report.add("cpu_seconds", usage.cpuSeconds - before.cpuSeconds, places: 3)
        report.add("peak_rss_bytes", usage.peakBytes)
        report.add("rows_out", Int(figures.rowsOut))
        report.add("epochs", Int(figures.lastEpoch?.number ?? 0))
        if epochMilliseconds != nil {
            report.add("stored_bytes", try storedBytes(epochs))
            let restoring = clock.monotonicNanoseconds()
            try restore(bench, epochs)
            report.add("restore_seconds", Double(clock.monotonicNanoseconds() &- restoring) / 1e9, places: 3)
        }
        return report.line
    }

    private func runJob(_ bench: BenchmarkJob, _ epochs: String) throws -> JobFigures {
        let store = try epochMilliseconds.map { _ in try BenchmarkJob.store("state", in: epochs, environment) }
        let job = try bench.make(sink: SilentSink(), store: store, epochMilliseconds: epochMilliseconds)
        try job.start()
        try job.waitUntilOver()
        return job.report
    }

    private func restore(_ bench: BenchmarkJob, _ epochs: String) throws {
        let store = try BenchmarkJob.store("state", in: epochs, environment)
        _ = try bench.make(sink: SilentSink(), store: store, epochMilliseconds: epochMilliseconds)
    }

    private func storedBytes(_ folder: String) throws -> Int {
        var total = 0
        for name in try environment.files.list(folder) {
            total += Int(try environment.files.status("\(folder)/\(name)")?.sizeBytes ?? 0)
        }
        return total
    }

    private var sql: String {
        """
        CREATE TABLE orders (customer BIGINT, amount BIGINT, status STRING)
          WITH ('connector' = 'filesystem', 'path' = '\(data)/events', 'format' = 'json');
        CREATE TABLE totals (customer BIGINT, orders BIGINT, amount BIGINT, largest BIGINT)
          WITH ('connector' = 'blackhole');
        INSERT INTO totals
        SELECT customer, COUNT(*), SUM(amount), MAX(amount) FROM orders WHERE status = 'paid' GROUP BY customer;
        """
    }
}

/// Takes rows and keeps none.
private final class SilentSink: Sink {
    var guarantee: String { "nothing is kept" }
    func write(_ batch: Batch) throws {}
    func snapshot(epoch: UInt64) throws -> [StateChange] { [] }
    func committed(epoch: UInt64) throws {}
    func restore(_ changes: [StateChange]) throws {}
    func finish() throws {}
}
