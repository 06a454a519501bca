import CommitLog
import Diagnostics
import Glibc
import KafkaProtocol
import Synchronization

/// Measures durable appends and, in the same run, what the disk gives to plain synced writes of the same size.
///
///     millrace-log-bench DIRECTORY [seconds] [producers] [partitions] [records a batch]
///     millrace-log-bench DIRECTORY restart
///
/// The first leaves its log as a process that was killed would; the second opens that, tells how long it took, and
/// removes it.
@main
enum LogBenchmark {
    static func main() throws {
        let arguments = CommandLine.arguments
        func number(_ index: Int, _ standard: Int) -> Int {
            arguments.count > index ? Int(arguments[index]) ?? standard : standard
        }
        guard arguments.count > 1 else {
            print("usage: millrace-log-bench DIRECTORY [seconds] [producers] [partitions] [records a batch]")
            exit(1)
        }
        let directory = "\(arguments[1])/log-bench"
        if arguments.count > 2 && arguments[2] == "restart" {
            try restart(directory)
            remove(directory)
            return
        }
        try SystemFileSystem().createDirectory(directory)
        let load = AppendLoad(
            directory: directory, seconds: Double(number(2, 5)), producers: number(3, 8), partitions: number(4, 12),
            recordsPerBatch: number(5, 256))
        let result = try load.run()
        print(result.line)
        let raw = try RawWrites(directory: directory, bytes: max(4096, result.roundBytes), seconds: 2)
        print(
            "{\"benchmark\":\"raw\",\"over_old_mb_s\":\(raw.overOld),\"into_new_mb_s\":\(raw.intoNew),\"write_bytes\":\(raw.bytes)}"
        )
        let single = try AppendLoad(
            directory: directory + "/one", seconds: 2, producers: 1, partitions: 1, recordsPerBatch: 1
        ).run()
        print(single.line)
        fflush(nil)
    }

    /// How long opening takes after a stop without a word.
    private static func restart(_ directory: String) throws {
        let clock = SystemClock()
        let start = clock.monotonicNanoseconds()
        let log = try CommitLog(directory: directory + "/log", driver: .manual)
        let seconds = Double(clock.monotonicNanoseconds() - start) / 1e9
        let stored = log.topics.reduce(0) { sum, topic in
            sum
                + (0..<topic.partitionCount).reduce(0) { bytes, index in
                    bytes + ((try? log.partition(PartitionKey(topic: topic.number, partition: index)).storedBytes) ?? 0)
                }
        }
        let replayed = log.report.replayedBytes
        print(
            "{\"benchmark\":\"restart\",\"seconds\":\(seconds),\"stored_mb\":\(stored >> 20),\"replayed_mb\":\(replayed >> 20)}"
        )
    }

    private static func remove(_ path: String) {
        let files = SystemFileSystem()
        guard let names = try? files.list(path) else { return }
        for name in names {
            let child = "\(path)/\(name)"
            if (try? files.status(child))??.kind == .directory { remove(child) } else { try? files.remove(child) }
        }
        try? files.remove(path)
    }
}
