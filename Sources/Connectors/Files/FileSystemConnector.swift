package import Columnar
package import ConnectorContract
package import Diagnostics
import Formats

/// `'connector' = 'filesystem'`: files as they are now, read once to their end; or part files of a folder, written.
package struct FileSystemConnector: Connector {
    package init() {}

    package var identifier: String { "filesystem" }

    package var options: [OptionDescription] {
        [
            OptionDescription(
                "path", isRequired: true, "a file, a directory or a pattern with * ? []; also as file:// URL"),
            OptionDescription("format", isRequired: true, "how the bytes are to be read"),
            OptionDescription("on-error", values: ["fail", "reject"], "what a bad line does; fail by default"),
            OptionDescription("sink.rolling-policy.file-size", "a part ends at this size; 128 mb by default"),
            OptionDescription("sink.rolling-policy.rollover-interval", "a part ends at this age; 30 min by default"),
            OptionDescription("partition.default-name", "the folder name of NULL; __DEFAULT_PARTITION__ by default"),
            OptionDescription(
                "sink.partition-commit.trigger", values: ["process-time", "partition-time"],
                "what the age of a partition is counted from: its first row by the clock, or its time by the watermark"),
            OptionDescription("sink.partition-commit.delay", "the age at which a partition is complete; 0 by default"),
            OptionDescription("sink.partition-commit.policy.kind", "success-file: a file tells of complete partitions"),
            OptionDescription("sink.partition-commit.success-file.name", "the name of that file; _SUCCESS by default"),
            OptionDescription("source.path.regex-pattern", "refused; write a pattern in 'path'"),
            OptionDescription("source.monitor-interval", "refused; use connector tail"),
        ]
    }

    package var metadata: [Field] { FileFacts.fields }
    package var canRead: Bool { true }
    package var canWrite: Bool { true }
    package func isBounded(_ table: TableDescription) -> Bool { true }

    package func makeSource(_ request: ScanRequest, environment: Environment) throws -> any Source {
        let partitions = try PartitionLayout(request.table)
        let layout = try ScanLayout(request, partitions: partitions)
        let decoder = try layout.makeDecoder()
        let values = OptionValues(request.table)
        if values.text("source.monitor-interval") != nil {
            throw MillraceError(
                .user, code: "bad_option", "table '\(request.table.name)' sets 'source.monitor-interval'",
                hint: "'connector' = 'tail' follows files that grow and appear")
        }
        if values.text("source.path.regex-pattern") != nil {
            throw MillraceError(
                .user, code: "bad_option", "table '\(request.table.name)' sets 'source.path.regex-pattern'",
                hint: "write a pattern with * ? [] in 'path'")
        }
        let pattern = PathPattern(try values.required("path"), baseDirectory: request.table.baseDirectory)
        return FileSource(
            layout: layout, pattern: pattern, isSplittable: decoder.isSplittable, keepsOrder: decoder.keepsOrder,
            fails: try RejectReporter.fails(request.table, default: "fail"), partitions: partitions,
            environment: environment)
    }

    package func makeSink(_ table: TableDescription, environment: Environment) throws -> any Sink {
        let values = OptionValues(table)
        let data = try PartitionLayout(table).dataPositions(of: table.physicalFields.count)
        let encoder = try FormatCatalog.makeEncoder(
            format: try values.required("format"), fields: data.map { table.physicalFields[$0] },
            options: table.options)
        guard encoder.fitsLines else {
            throw MillraceError(
                .user, code: "unsupported_type",
                "table '\(table.name)' would hold lines whose bytes may be line ends themselves",
                hint: "CAST numbers to STRING, and write them in UTF-8; records of 'kafka' take every byte")
        }
        let pattern = PathPattern(try values.required("path"), baseDirectory: table.baseDirectory)
        guard !pattern.hasWildcards else {
            throw MillraceError(
                .user, code: "bad_option", "table '\(table.name)' is written, and its 'path' is a pattern",
                hint: "name the folder that the files are to be in")
        }
        var folder = pattern.path
        while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
        if let status = try environment.files.status(folder), status.kind != .directory {
            throw MillraceError(
                .user, code: "bad_option", "table '\(table.name)' is written, and its 'path' is a file",
                hint: "name a folder: rows go into part files inside it")
        }
        return try FileSink(
            table: table, folder: folder, settings: try FileSinkSettings(table), encoder: encoder,
            environment: environment)
    }
}
