package import Columnar
package import ConnectorContract
package import Diagnostics
import Formats

/// `'connector' = 'tail'`: files that grow, rotate and appear, followed for ever.
package struct TailConnector: Connector {
    package init() {}

    package var identifier: String { "tail" }

    package var options: [OptionDescription] {
        [
            OptionDescription(
                "path", isRequired: true, "a file, a directory or a pattern with * ? []; also as file:// URL"),
            OptionDescription("format", isRequired: true, "how the lines are to be read"),
            OptionDescription(
                "scan.startup.mode", values: ["earliest", "latest"],
                "where files present at the first start are begun; earliest by default"),
            OptionDescription(
                "scan.idle-timeout", "after this long without data a file no longer holds back time; 2 s by default"),
            OptionDescription("max-line-bytes", "longer lines are rejected; 1 mb by default"),
            OptionDescription("poll-interval", "how often files at their end are looked at; 10 ms by default"),
            OptionDescription("rotate-wait", "how long a file without a matching name is still read; 5 s by default"),
            OptionDescription("on-error", values: ["reject", "fail"], "what a bad line does; reject by default"),
        ]
    }

    package var metadata: [Field] { FileFacts.fields }
    package var canRead: Bool { true }
    package var canWrite: Bool { false }
    package func isBounded(_ table: TableDescription) -> Bool { false }

    package func makeSource(_ request: ScanRequest, environment: Environment) throws -> any Source {
        let values = OptionValues(request.table)
        let layout = try ScanLayout(request)
        var settings = TailSettings()
        settings.startsAtEnd =
            try values.choice("scan.startup.mode", ["earliest", "latest"], default: "earliest") == "latest"
        settings.idleNanoseconds = try values.nanoseconds("scan.idle-timeout", default: settings.idleNanoseconds)
        settings.pollNanoseconds = max(
            1_000_000, try values.nanoseconds("poll-interval", default: settings.pollNanoseconds))
        settings.rotateNanoseconds = try values.nanoseconds("rotate-wait", default: settings.rotateNanoseconds)
        settings.longestLine = try values.bytes(
            "max-line-bytes", default: Limits.recordBytes, in: 1...Limits.recordBytes)
        settings.fails = try RejectReporter.fails(request.table, default: "reject")
        guard try layout.makeDecoder(longestLine: settings.longestLine).cutsAtLineEnds else {
            throw MillraceError(
                .user, code: "bad_option", "table '\(request.table.name)' follows files of format '\(layout.format)'",
                hint: "files without lines do not grow: 'connector' = 'filesystem' reads them")
        }
        let pattern = PathPattern(try values.required("path"), baseDirectory: request.table.baseDirectory)
        return TailSource(layout: layout, pattern: pattern, settings: settings, environment: environment)
    }

    package func makeSink(_ table: TableDescription, environment: Environment) throws -> any Sink {
        throw MillraceError(.user, code: "not_writable", "connector 'tail' cannot be written to")
    }
}

/// How files are followed.
struct TailSettings: Sendable {
    var startsAtEnd = false
    var idleNanoseconds: UInt64 = 2_000_000_000
    var pollNanoseconds: UInt64 = 10_000_000
    var rotateNanoseconds: UInt64 = 5_000_000_000
    var longestLine = Limits.recordBytes
    var fails = false

    /// How often directories are listed.
    var discoverNanoseconds: UInt64 { max(pollNanoseconds, 50_000_000) }
    /// Files one reader follows at a time.
    static let fileLimit = 4_096
}
