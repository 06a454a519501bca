import Columnar
import ConnectorContract
import Diagnostics
import Formats

/// Which columns a scan delivers: of the value, of the key, and facts of the record.
struct KafkaLayout: Sendable {
    enum Slot: Sendable {
        case value(Int)
        case key(Int)
        case metadata(key: String, type: DataType)
    }

    let schema: KafkaSchema
    let isUpsert: Bool
    let slots: [Slot]
    /// Types of the delivered columns.
    let types: [DataType]
    private let valueColumns: [ColumnRequest]
    private let keyColumns: [ColumnRequest]
    private let table: TableDescription

    /// Bytes of one record at most; larger ones are rejected.
    static let longestRecord = 16 << 20

    static let metadata = [
        Field("topic", DataType(.string, isNullable: false)),
        Field("partition", DataType(.integer, isNullable: false)),
        Field(
            "headers",
            DataType(
                .map(key: DataType(.string, isNullable: false), value: DataType(.bytes)), isNullable: false)),
        Field("leader-epoch", DataType(.integer)),
        Field("offset", DataType(.bigint, isNullable: false)),
        Field("timestamp", DataType(.timestampLTZ(precision: 3), isNullable: false)),
        Field("timestamp-type", DataType(.string, isNullable: false)),
    ]

    init(_ request: ScanRequest, _ options: KafkaOptions) throws(MillraceError) {
        table = request.table
        schema = options.schema
        isUpsert = options.isUpsert
        var slots: [Slot] = []
        var types: [DataType] = []
        var values: [ColumnRequest] = []
        var keys: [ColumnRequest] = []
        for column in request.columns {
            switch column {
            case .physical(let index), .field(let index, _), .presence(let index, _):
                var wanted = try ScanLayout.request(column, index, request.table)
                types.append(wanted.type)
                // A deletion has a key and no value.
                if schema.key.contains(index), isUpsert || !schema.value.contains(index) {
                    wanted.path[0] = schema.keyName(wanted.path[0])
                    slots.append(.key(keys.count))
                    keys.append(wanted)
                } else {
                    slots.append(.value(values.count))
                    values.append(wanted)
                }
            case .metadata(let key, let type):
                if let request = ColumnRequest.metadata(key, type, of: schema.valueFormat) {
                    types.append(type)
                    slots.append(.value(values.count))
                    values.append(request)
                    continue
                }
                guard let known = Self.metadata.first(where: { $0.name == key }), known.type.kind == type.kind else {
                    throw MillraceError(
                        .user, code: "unknown_metadata",
                        "table '\(request.table.name)' has no metadata '\(key)' of type \(type)",
                        hint: "there are "
                            + Self.metadata.map { "'\($0.name)' \($0.type.logical)" }.joined(separator: ", "))
                }
                types.append(type)
                slots.append(.metadata(key: key, type: type))
            }
        }
        self.slots = slots
        self.types = types
        valueColumns = values
        keyColumns = keys
    }

    /// A deletion is known by its key even where no column of it is read.
    var readsKeys: Bool { !keyColumns.isEmpty }
    var readsHeaders: Bool { hasMetadata("headers") }
    /// Whether rows have to be traced to their records.
    var tracesRows: Bool {
        readsKeys || slots.contains { if case .metadata = $0 { true } else { false } }
    }

    private func hasMetadata(_ name: String) -> Bool {
        slots.contains { if case .metadata(name, _) = $0 { true } else { false } }
    }

    func makeValueDecoder() throws -> RecordDecoder {
        RecordDecoder(
            try FormatCatalog.makeDecoder(
                format: schema.valueFormat, columns: valueColumns, schema: schema.valueFields,
                options: schema.formatOptions(isKey: false), timeZone: table.timeZone,
                longestLine: Self.longestRecord),
            format: schema.valueFormat)
    }

    /// Nil when no column of the key is read.
    func makeKeyDecoder() throws -> RecordDecoder? {
        guard readsKeys, let format = schema.keyFormat else { return nil }
        return RecordDecoder(
            try FormatCatalog.makeDecoder(
                format: format, columns: keyColumns, schema: schema.keyFields,
                options: schema.formatOptions(isKey: true), timeZone: table.timeZone,
                longestLine: Self.longestRecord),
            format: format)
    }

    /// The type of a column of the key decoder.
    func keyType(_ index: Int) -> DataType { keyColumns[index].type }
}
