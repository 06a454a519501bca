import Columnar

/// The columns that an INSERT fills: those that hold data and, of connectors that write some, the metadata not declared
/// VIRTUAL. A row for the sink has the metadata behind the others; a query gives them as they are declared.
struct InsertTarget {
    /// As declared, data first.
    let fields: [Field]
    /// The types in which the sink takes them: metadata comes in those of the connector.
    let written: [Field]
    /// Positions in `fields` in the order of the declaration.
    let declared: [Int]
    let metadataKeys: [String]

    init(_ definition: TableDefinition, _ connector: ConnectorDescription?, at table: ObjectName) throws(SQLError) {
        let physical = definition.table.physicalFields
        let writable = connector?.writableMetadata ?? []
        var fields = physical
        var written = physical
        var declared: [Int] = []
        var keys: [String] = []
        for column in definition.columns {
            switch column.kind {
            case .computed: continue
            case .physical(let position): declared.append(position)
            case .metadata(let position):
                let metadata = definition.metadata[position]
                // Connectors that write none are read with columns that lack the VIRTUAL.
                guard !metadata.isVirtual, !writable.isEmpty else { continue }
                guard writable.contains(metadata.key) else {
                    throw SQLError(
                        .semantics,
                        "the metadata '\(metadata.key)' of '\(table.text)' can only be read, and its column "
                            + "'\(column.name)' would be written", at: table.range,
                        hint: "declare \(column.name) VIRTUAL; written can be "
                            + writable.sorted().joined(separator: ", "))
                }
                declared.append(fields.count)
                fields.append(metadata.field)
                written.append(
                    Field(metadata.field.name, DataType(metadata.delivered, isNullable: metadata.field.type.isNullable))
                )
                keys.append(metadata.key)
            }
        }
        self.fields = fields
        self.written = written
        self.declared = declared
        metadataKeys = keys
    }
}
