import Glibc

/// Writes the events of Nexmark as lines of JSON, the same bytes for the same options each time.
package struct NexmarkGenerator: Sendable {
    /// What a run has written.
    package struct Summary: Sendable {
        package var events = 0
        package var bytes = 0
        package var seconds = 0.0
    }

    private let options: NexmarkOptions
    private let clock: GeneratorClock

    private static let batchBytes = 1 << 20
    private static let progressInterval: Int64 = 1_000_000_000

    /// A generator for valid options; throws what is wrong with them.
    package init(_ options: NexmarkOptions, clock: GeneratorClock = .system) throws(WorkloadError) {
        try options.validate()
        self.options = options
        self.clock = clock
    }

    /// Writes the files, replacing those that are there, until all events are written or `shouldStop` says so. Blocks
    /// its thread; `progress` is called about once a second.
    package func run(
        shouldStop: () -> Bool, progress: (Summary) -> Void = { _ in }
    ) throws(WorkloadError) -> Summary {
        let began = clock.now()
        var nextReport = began &+ Self.progressInterval
        var files: [NexmarkFile] = []
        for path in options.outputs { files.append(try NexmarkFile(path, capacity: Self.batchBytes)) }
        var events = NexmarkEvents(options)
        var summary = Summary()
        while summary.events < options.events {
            let number = summary.events
            if number % 10_000 == 0 {
                if shouldStop() { break }
                let now = clock.now()
                if now >= nextReport {
                    nextReport = now &+ Self.progressInterval
                    progress(summary)
                }
            }
            let file = files[number / NexmarkEvents.round % files.count]
            summary.bytes += try file.append { events.write(number, to: $0) }
            summary.events += 1
        }
        for file in files { try file.flush() }
        summary.seconds = Double(clock.now() &- began) / 1e9
        return summary
    }
}

/// A file that is written in large pieces.
private final class NexmarkFile {
    private let path: String
    private let descriptor: CInt
    private let buffer: UnsafeMutablePointer<UInt8>
    private let capacity: Int
    private var count = 0

    init(_ path: String, capacity: Int) throws(WorkloadError) {
        self.path = path
        self.capacity = capacity
        descriptor = try FileCalls.create(path)
        buffer = .allocate(capacity: capacity + LineCursor.longestLine)
    }

    deinit {
        close(descriptor)
        buffer.deallocate()
    }

    /// `write` puts a line of at most ``LineCursor/longestLine`` bytes and tells its length.
    func append(_ write: (UnsafeMutablePointer<UInt8>) -> Int) throws(WorkloadError) -> Int {
        let added = write(buffer + count)
        count += added
        if count >= capacity { try flush() }
        return added
    }

    func flush() throws(WorkloadError) {
        try FileCalls.write(UnsafeRawBufferPointer(start: buffer, count: count), to: descriptor, path: path)
        count = 0
    }
}
