import Columnar
import ConnectorContract
package import Diagnostics
import Engine
import Synchronization

/// `millrace bench latency`: how long after an event was made the row that it changes leaves a keyed aggregate.
///
/// A thread appends lines to a file at a steady rate, as an application would to its log; each carries the time at which
/// it was made. The query counts the events of each key and keeps the time of the newest; the sink compares that with
/// the clock. An epoch is stored every second, as in production.
package struct LatencyBenchmark: Sendable {
    package var rate: Int
    package var seconds: Int
    package var keys: Int
    package var parallelism: Int
    package var directory: String
    package var epochMilliseconds: Int?
    package var environment = Environment()

    /// What comes in the first moments is not counted: threads start, memory is touched for the first time.
    private static let warmUpNanoseconds: UInt64 = 2_000_000_000

    package init(
        rate: Int, seconds: Int, keys: Int, parallelism: Int, directory: String, epochMilliseconds: Int?
    ) {
        self.rate = rate
        self.seconds = seconds
        self.keys = keys
        self.parallelism = parallelism
        self.directory = directory
        self.epochMilliseconds = epochMilliseconds
    }

    /// Runs once and gives one line of JSON.
    package func run() throws -> String {
        let folder = "\(directory)/latency-\(environment.random.next())"
        try environment.files.createDirectory(folder + "/logs")
        defer { try? BenchmarkJob.remove(folder, environment) }
        let writer = EventWriter(
            file: try environment.files.open(folder + "/logs/events.ndjson", .create), rate: rate, keys: keys,
            clock: environment.clock)
        let sink = LatencySink(clock: environment.clock)
        let bench = try BenchmarkJob(
            name: "latency", sql: Self.sql(folder + "/logs"), parallelism: parallelism, environment: environment)
        let store = try epochMilliseconds.map { _ in
            try BenchmarkJob.store("latency", in: folder + "/epochs", environment)
        }
        let job = try bench.make(sink: sink, store: store, epochMilliseconds: epochMilliseconds)
        let before = ProcessUsage.now
        try job.start()
        let started = environment.clock.monotonicNanoseconds()
        sink.countFrom(started &+ Self.warmUpNanoseconds)
        let written = writer.run(seconds: seconds)
        environment.clock.sleep(nanoseconds: 200_000_000)
        job.stop()
        try job.waitUntilOver()
        return try report(written, sink.sorted(), before, epochs: Int(job.report.lastEpoch?.number ?? 0))
    }

    private func report(
        _ written: Int, _ micros: [UInt32], _ before: ProcessUsage, epochs: Int
    ) throws -> String {
        guard !micros.isEmpty else {
            throw MillraceError(.user, code: "no_rows", "no row was counted", hint: "--seconds takes 3 or more")
        }
        func at(_ part: Double) -> Double { Double(micros[Int(Double(micros.count - 1) * part)]) / 1_000 }
        let usage = ProcessUsage.now
        var report = BenchmarkReport()
        report.add("benchmark", "latency")
        report.add("rate", rate)
        report.add("seconds", seconds)
        report.add("keys", keys)
        report.add("parallelism", parallelism)
        report.add("events", written)
        report.add("rows_counted", micros.count)
        report.add("p50_ms", at(0.5), places: 2)
        report.add("p90_ms", at(0.9), places: 2)
        report.add("p99_ms", at(0.99), places: 2)
        report.add("p999_ms", at(0.999), places: 2)
        report.add("max_ms", at(1), places: 2)
        report.add("epochs", epochs)
        report.add("cpu_seconds", usage.cpuSeconds - before.cpuSeconds, places: 3)
        report.add("peak_rss_bytes", usage.peakBytes)
        return report.line
    }

    private static func sql(_ logs: String) -> String {
        """
        CREATE TABLE events (k BIGINT, made BIGINT, v BIGINT)
          WITH ('connector' = 'tail', 'path' = '\(logs)', 'format' = 'json');
        CREATE TABLE answers (k BIGINT, n BIGINT, total BIGINT, newest BIGINT) WITH ('connector' = 'blackhole');
        INSERT INTO answers SELECT k, COUNT(*), SUM(v), MAX(made) FROM events GROUP BY k;
        """
    }
}

/// Appends events to a file at a steady rate, some each millisecond.
private struct EventWriter {
    let file: any File
    let rate: Int
    let keys: Int
    let clock: any TimeSource

    /// Writes on the calling thread for so long; gives the number of events.
    func run(seconds: Int) -> Int {
        let started = clock.monotonicNanoseconds()
        let end = UInt64(seconds) * 1_000_000_000
        var (written, offset) = (0, Int64(0))
        var random = SplitMix64(seed: 1)
        var bytes: [UInt8] = []
        while true {
            let now = clock.monotonicNanoseconds()
            let elapsed = now &- started
            if elapsed >= end { return written }
            let due = Int(Double(elapsed) / 1e9 * Double(rate))
            bytes.removeAll(keepingCapacity: true)
            while written < due {
                let line = "{\"k\":\(random.next() % UInt64(keys)),\"made\":\(now / 1_000),\"v\":\(written & 1_023)}\n"
                bytes.append(contentsOf: line.utf8)
                written += 1
            }
            // A full disk ends the run with what there is.
            do { try bytes.withUnsafeBytes { try file.write($0, at: offset) } } catch { return written }
            offset += Int64(bytes.count)
            clock.sleep(nanoseconds: 1_000_000)
        }
    }
}

/// Measures rows as they come and keeps none.
private final class LatencySink: Sink {
    private struct Held {
        var countFrom = UInt64.max
        var micros: [UInt32] = []
    }

    private let held = Mutex(Held())
    private let clock: any TimeSource

    init(clock: any TimeSource) { self.clock = clock }

    var guarantee: String { "nothing is kept" }
    func snapshot(epoch: UInt64) throws -> [StateChange] { [] }
    func committed(epoch: UInt64) throws {}
    func restore(_ changes: [StateChange]) throws {}
    func finish() throws {}

    /// Rows of events that were made before are not counted.
    func countFrom(_ nanoseconds: UInt64) { held.withLock { $0.countFrom = nanoseconds } }

    func write(_ batch: Batch) throws {
        guard batch.columns.count == 4 else { return }
        let now = clock.monotonicNanoseconds()
        let made = batch.columns[3]
        held.withLock { held in
            for row in 0..<batch.rowCount where made.isValid(row) {
                if let kinds = batch.kinds, kinds[row] == RowKind.updateBefore.rawValue { continue }
                let from = UInt64(made.int64[row]) &* 1_000
                guard from >= held.countFrom, now >= from else { continue }
                held.micros.append(UInt32(min((now &- from) / 1_000, UInt64(UInt32.max))))
            }
        }
    }

    /// Microseconds of all rows counted, least first.
    func sorted() -> [UInt32] { held.withLock { $0.micros.sorted() } }
}
