package import Columnar
package import Diagnostics

/// An option of a connector or format, as WITH clauses name it.
package struct OptionDescription: Sendable, Equatable {
    package var name: String
    package var isRequired: Bool
    /// One line for people.
    package var summary: String
    /// The allowed values, where they are a closed set; empty otherwise.
    package var values: [String]
    /// The allowed numbers, where it takes a whole number.
    package var numbers: ClosedRange<Int64>?

    package init(
        _ name: String, isRequired: Bool = false, values: [String] = [], numbers: ClosedRange<Int64>? = nil,
        _ summary: String
    ) {
        self.numbers = numbers
        self.name = name
        self.isRequired = isRequired
        self.summary = summary
        self.values = values
    }
}

/// A kind of outside system: how it is named in WITH, which options it takes, and how its sources and sinks are made.
package protocol Connector: Sendable {
    /// The value of `'connector'`.
    var identifier: String { get }
    /// Options it understands; those of its format are added by `'format'`.
    var options: [OptionDescription] { get }
    /// Metadata columns it can deliver, with their types.
    var metadata: [Field] { get }
    /// The keys among them that it can write; it is then given the columns of ``TableDescription/writtenMetadata``.
    var writableMetadata: Set<String> { get }
    var canRead: Bool { get }
    var canWrite: Bool { get }
    /// True when the table's rows end by themselves.
    func isBounded(_ table: TableDescription) -> Bool
    func makeSource(_ request: ScanRequest, environment: Environment) throws -> any Source
    func makeSink(_ table: TableDescription, environment: Environment) throws -> any Sink
}

extension Connector {
    package var writableMetadata: Set<String> { [] }
}
