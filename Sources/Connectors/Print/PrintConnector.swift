package import Columnar
package import ConnectorContract
package import Diagnostics

/// `'connector' = 'print'`: each change as a line on the standard output.
package struct PrintConnector: Connector {
    package init() {}

    package var identifier: String { "print" }

    package var options: [OptionDescription] {
        [
            OptionDescription("print-identifier", "a text in front of each line"),
            OptionDescription("standard-error", values: ["true", "false"], "write to standard error instead"),
            OptionDescription("sink.parallelism", "accepted; one thread writes"),
        ]
    }

    package var metadata: [Field] { [] }
    package var canRead: Bool { false }
    package var canWrite: Bool { true }
    package func isBounded(_ table: TableDescription) -> Bool { true }

    package func makeSource(_ request: ScanRequest, environment: Environment) throws -> any Source {
        throw MillraceError(.user, code: "not_readable", "connector 'print' cannot be read")
    }

    package func makeSink(_ table: TableDescription, environment: Environment) throws -> any Sink {
        let values = OptionValues(table)
        let isError = try values.choice("standard-error", ["true", "false"], default: "false") == "true"
        return PrintSink(
            identifier: values.text("print-identifier") ?? "",
            form: ValueText(zone: try TimeZoneRules.named(table.timeZone)),
            descriptor: isError ? 2 : 1)
    }
}
