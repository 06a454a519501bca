import ArgumentParser
import Diagnostics
import Glibc
import Scripts
import Server

/// `millrace produce TOPIC`
struct ProduceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "produce",
        abstract: "Write lines of standard input, or of files, to a topic of the queue.",
        discussion: """
            Each line is a record; the command ends when all are on the server's disk. A topic that is not there is made.

              seq 1000 | millrace produce numbers
              millrace produce clicks clicks.ndjson -z lz4
              printf 'ann:7\\nbob:9\\n' | millrace produce scores -K : -H source=shell
            """)

    @Argument(help: "The topic.")
    var topic: String

    @Argument(help: "Files; standard input without them.")
    var files: [String] = []

    @Option(name: [.customShort("K"), .customLong("key-delimiter")], help: "Splits the key from the value.")
    var keyDelimiter: String?

    @Option(name: [.customShort("D"), .customLong("delimiter")], help: "Ends a record, instead of a line's end.")
    var delimiter = "\n"

    @Option(
        name: [.customShort("H"), .customLong("header")], help: "A header NAME=VALUE of every record; may be repeated.")
    var headers: [NamedValue] = []

    @Option(name: [.customShort("z"), .customLong("compression")], help: "none, gzip, snappy, lz4 or zstd.")
    var codec = "none"

    @Option(name: .shortAndLong, help: "The partition; by default that of the key, and without keys they take turns.")
    var partition: Int32?

    @Flag(
        name: [.customShort("Z"), .customLong("null")],
        help: "An empty value is no value, which deletes its key in a compacted topic.")
    var emptyIsNull = false

    @OptionGroup var address: QueueAddress

    mutating func run() throws {
        guard !delimiter.isEmpty, keyDelimiter != "" else { throw ValidationError("a delimiter has a letter at least") }
        var form = RecordLines.Form()
        form.delimiter = Array(delimiter.utf8)
        form.keyDelimiter = keyDelimiter.map { Array($0.utf8) }
        form.headers = headers.map { ($0.name, $0.value) }
        form.codec = codec
        form.partition = partition
        form.emptyIsNull = emptyIsNull
        // Nothing is written when one of the files is not there.
        for path in files where access(path, R_OK) != 0 { throw Self.unreadable(path) }
        try address.withClient { client in
            var lines = try RecordLines(client, topic: topic, form: form)
            if files.isEmpty { try Self.pour(STDIN_FILENO, named: "standard input", into: &lines) }
            for path in files {
                let file = open(path, O_RDONLY)
                guard file >= 0 else { throw Self.unreadable(path) }
                defer { close(file) }
                try Self.pour(file, named: path, into: &lines)
                try lines.finish()
            }
            try lines.finish()
            Progress.finish()
            let noun = lines.records == 1 ? "record" : "records"
            StandardError.write("\(lines.records) \(noun), \(lines.bytes) bytes written to \(topic)\n")
        }
    }

    /// `path` could not be opened or read, for the reason in `errno`.
    private static func unreadable(_ path: String) -> MillraceError {
        MillraceError(.user, code: "unreadable", "\(path) cannot be read: \(String(cString: strerror(errno)))")
    }

    private static func pour(_ file: Int32, named name: String, into lines: inout RecordLines) throws {
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var shown = 0
        while true {
            let count = buffer.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw unreadable(name) }
            if count == 0 { return }
            try lines.take(buffer[..<count])
            if Machine.errorIsTerminal, lines.records >= shown + 100_000 {
                shown = lines.records
                Progress.show("\(lines.records) records")
            }
        }
    }
}
