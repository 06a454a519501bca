import Columnar
import ConnectorContract
import Connectors
import Diagnostics
import Glibc
import Testing

/// Prints how fast a file of log lines becomes batches, all in; measures, never fails on speed.
struct ReadSpeedTests {
    #if DEBUG
    private static let lines = 2_000
    #else
    private static let lines = 300_000
    #endif

    @Test func printsNanosecondsPerLine() throws {
        let folder = try TemporaryFolder()
        let names = (0..<28).map { "field_number_\($0)" }
        var text: [UInt8] = []
        var random = SplitMix64(seed: 9)
        let parts = names.map { Array("\"\($0)\":\"".utf8) }
        for _ in 0..<Self.lines {
            text.append(UInt8(ascii: "{"))
            for (index, part) in parts.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                text += part
                var value = random.next() % 1_000_000
                while value > 0 {
                    text.append(UInt8(48 + value % 10))
                    value /= 10
                }
                text.append(UInt8(ascii: "\""))
            }
            text += [UInt8(ascii: "}"), 10]
        }
        try folder.write(text, to: "a.json")
        let table = TableDescription(
            name: "t", physicalFields: names.map { Field($0, DataType(.string)) },
            options: ["path": folder.path, "format": "json"])
        let request = ScanRequest(table: table, columns: (0..<10).map { .physical($0 * 2) }, parallelism: 1)
        var best = Int.max
        var rows = 0
        for _ in 0..<3 {
            rows = 0
            let reader = try FileSystemConnector().makeSource(request, environment: Environment())
                .open(parallelism: 1, positions: [], rejects: RecordedRejects())[0]
            let start = processorNanoseconds()
            while case .batch(let batch, _) = try reader.poll(waitMilliseconds: 0) { rows += batch.rowCount }
            best = min(best, processorNanoseconds() - start)
        }
        #expect(rows == Self.lines)
        print("filesystem: \(text.count / rows) bytes/line, \(best / rows) ns/line of processor time")
    }

    /// Processor time of this thread: other work on the machine does not count.
    private func processorNanoseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
