package import Columnar
package import ConnectorContract
package import Diagnostics

/// `'connector' = 'datagen'`: rows made up as they are asked for, at a rate.
package struct GeneratorConnector: Connector {
    package init() {}

    package var identifier: String { "datagen" }

    /// Options of columns are `fields.COLUMN.…`; see ``GeneratorColumn``.
    package var options: [OptionDescription] {
        [
            OptionDescription("rows-per-second", "how many rows come each second; 10000 by default"),
            OptionDescription("number-of-rows", "how many rows come in all; without it they never end"),
            OptionDescription("scan.parallelism", "accepted; one thread makes the rows"),
        ]
    }

    package var metadata: [Field] { [] }
    package var canRead: Bool { true }
    package var canWrite: Bool { false }
    package func isBounded(_ table: TableDescription) -> Bool { table.options["number-of-rows"] != nil }

    package func makeSource(_ request: ScanRequest, environment: Environment) throws -> any Source {
        let table = request.table
        let values = OptionValues(table)
        try GeneratorColumn.checkNames(table, values)
        var columns: [GeneratorColumn] = []
        for column in request.columns {
            guard case .physical(let position) = column else {
                throw MillraceError(
                    .user, code: "unsupported_type", "'datagen' makes no values of columns of type ROW")
            }
            columns.append(try GeneratorColumn(table.physicalFields[position], number: position, values))
        }
        // Columns that nobody reads bound the rows all the same.
        var last = try values.text("number-of-rows").map { _ in
            UInt64(try values.integer("number-of-rows", default: 0, in: 0...Int(Int64.max)))
        }
        for (position, field) in table.physicalFields.enumerated() where GeneratorColumn.isSequence(field, values) {
            let count = try GeneratorColumn(field, number: position, values).count ?? .max
            last = min(last ?? .max, count)
        }
        return GeneratorSource(
            columns: columns, rowCount: last,
            rowsPerSecond: UInt64(try values.integer("rows-per-second", default: 10_000, in: 1...1_000_000_000)),
            isBounded: isBounded(table), environment: environment)
    }

    package func makeSink(_ table: TableDescription, environment: Environment) throws -> any Sink {
        throw MillraceError(.user, code: "not_writable", "connector 'datagen' cannot be written")
    }
}
