package import ConnectorContract
package import Connectors
package import Diagnostics
import Formats
package import StreamSQL
import TableFunctions
package import Tables

/// The connectors of this process, by identifier, and how plans reach them.
package struct ConnectorRegistry: Sendable {
    private let connectors: [String: any Connector]
    private let tables: EmbeddedTableConnector

    /// All connectors that are built in, with `catalog` behind embedded tables and `queue` behind topics; without a
    /// queue topics can be planned with and neither read nor written.
    /// `patience` is how long a job that begins waits for a broker elsewhere.
    package init(
        catalog: TableCatalog, queue: (any LocalQueue)? = nil, patience: BrokerPatience = BrokerPatience()
    ) {
        tables = EmbeddedTableConnector(catalog)
        let all = Connectors.all(queue: queue, patience: patience)
        connectors = Dictionary(uniqueKeysWithValues: all.map { ($0.identifier, $0) })
    }

    /// What the planner must know of each.
    package var descriptions: [ConnectorDescription] {
        connectors.values.sorted { $0.identifier < $1.identifier }.map(Self.describe)
    }

    private static func describe(_ connector: any Connector) -> ConnectorDescription {
        let takesFormat = connector.options.contains { ["format", "value.format"].contains($0.name) }
        var formats: [String: Set<String>] = [:]
        var values: [String: [String]] = [:]
        for name in takesFormat ? FormatCatalog.names : [] {
            let known = FormatCatalog.options(of: name) ?? []
            formats[name] = Set(known.map { "\(name).\($0.name)" })
            for option in known where !option.values.isEmpty { values["\(name).\(option.name)"] = option.values }
        }
        for option in connector.options where !option.values.isEmpty { values[option.name] = option.values }
        let bounded = connector.isBounded(TableDescription(name: "", physicalFields: [], options: [:]))
        var description = ConnectorDescription(
            identifier: connector.identifier, canRead: connector.canRead, canWrite: connector.canWrite,
            options: Set(connector.options.map(\.name)),
            requiredOptions: Set(connector.options.filter(\.isRequired).map(\.name)), optionValues: values,
            metadata: connector.metadata, formats: formats,
            changelogFormats: Set(formats.keys.filter(FormatCatalog.isChangelog)), isBounded: bounded)
        for option in connector.options { description.optionNumbers[option.name] = option.numbers }
        description.writableMetadata = connector.writableMetadata
        for name in formats.keys { description.formatMetadata[name] = FormatCatalog.metadata(of: name) }
        return description
    }

    /// The process table functions of this process.
    package var tableFunctions: [any TableFunction] { BuiltinTableFunctions.all }

    private func connector(of table: CatalogTable) throws -> any Connector {
        guard let identifier = table.connector else { return tables }
        guard let connector = connectors[identifier] else {
            throw MillraceError(
                .user, code: "unknown_connector", "table \(table.name): there is no connector '\(identifier)'")
        }
        return connector
    }

    /// Opens the source of a scan.
    package func makeSource(
        _ scan: ScanPlan, parallelism: Int, baseDirectory: String, timeZone: String, environment: Environment
    ) throws -> any Source {
        let columns = scan.columns.map { column -> ScanColumn in
            switch column {
            case .physical(let index): .physical(index)
            case .metadata(let key, let type): .metadata(key: key, type: type)
            case .field(let index, let path): .field(index, path: path)
            case .presence(let index, let path): .presence(index, path: path)
            }
        }
        let request = ScanRequest(
            table: Self.describe(scan.table, baseDirectory: baseDirectory, timeZone: timeZone), columns: columns,
            parallelism: parallelism)
        return try connector(of: scan.table).makeSource(request, environment: environment)
    }

    /// Opens the sink of an INSERT.
    package func makeSink(
        _ table: CatalogTable, baseDirectory: String, timeZone: String, environment: Environment
    ) throws -> any Sink {
        let description = Self.describe(table, baseDirectory: baseDirectory, timeZone: timeZone)
        return try connector(of: table).makeSink(description, environment: environment)
    }

    /// A catalog table as connectors see it.
    package static func describe(_ table: CatalogTable, baseDirectory: String, timeZone: String) -> TableDescription {
        var description = TableDescription(
            name: table.name, physicalFields: table.physicalFields, primaryKey: table.primaryKey,
            options: table.options, baseDirectory: baseDirectory, timeZone: timeZone)
        description.replacesRows = table.replacesRows
        description.partitionKeys = table.partitionKeys
        description.writtenMetadata = table.writtenMetadata
        return description
    }
}
