import Columnar
import ConnectorContract
import Diagnostics
import Formats

/// Facts of a file that can be metadata columns.
struct FileFacts {
    var path: String
    var size: Int64
    var modifiedNanoseconds: Int64

    static let fields = [
        Field("file.path", DataType(.string, isNullable: false)),
        Field("file.name", DataType(.string, isNullable: false)),
        Field("file.size", DataType(.bigint, isNullable: false)),
        Field("file.modification-time", DataType(.timestampLTZ(precision: 3), isNullable: false)),
    ]
}

/// Which columns a scan delivers: those the decoder makes, and metadata around them.
struct ScanLayout: Sendable {
    private enum Slot: Sendable {
        case decoded(Int)
        case metadata(key: String, type: DataType)
    }

    let table: TableDescription
    let format: String
    private let fields: [Field]
    private let slots: [Slot]

    init(_ request: ScanRequest) throws(MillraceError) {
        table = request.table
        format = try OptionValues(table).required("format")
        var fields: [Field] = []
        var slots: [Slot] = []
        for column in request.columns {
            switch column {
            case .physical(let index):
                guard table.physicalFields.indices.contains(index) else {
                    throw MillraceError(
                        .internalError, code: "unknown_column", "table '\(table.name)' has no column \(index)")
                }
                slots.append(.decoded(fields.count))
                fields.append(table.physicalFields[index])
            case .metadata(let key, let type):
                guard let known = FileFacts.fields.first(where: { $0.name == key }), known.type.kind == type.kind else {
                    throw MillraceError(
                        .user, code: "unknown_metadata",
                        "table '\(table.name)' has no metadata '\(key)' of type \(type)",
                        hint: "there are "
                            + FileFacts.fields.map { "'\($0.name)' \($0.type.logical)" }.joined(separator: ", "))
                }
                slots.append(.metadata(key: key, type: type))
            }
        }
        self.fields = fields
        self.slots = slots
    }

    func makeDecoder(longestLine: Int = Limits.recordBytes) throws -> any LineDecoder {
        try FormatCatalog.makeDecoder(
            format: format, fields: fields, schema: table.physicalFields, options: table.options,
            timeZone: table.timeZone,
            longestLine: longestLine)
    }

    /// The metadata columns of a file, nil in the slots of decoded ones. Shared by all its batches.
    func metadataColumns(of facts: FileFacts) -> [Column?] {
        slots.map { slot in
            guard case .metadata(let key, let type) = slot else { return nil }
            let column = Column(type, capacity: Limits.batchRows)
            switch key {
            case "file.size": column.int64.update(repeating: facts.size, count: Limits.batchRows)
            case "file.modification-time":
                column.int64.update(repeating: facts.modifiedNanoseconds / 1_000_000 * 1_000, count: Limits.batchRows)
            default:
                let heap = ByteHeap(chunkBytes: 1_024)
                let view = heap.add(key == "file.path" ? facts.path : PathPattern.name(of: facts.path))
                column.text.update(repeating: view, count: Limits.batchRows)
                column.owners = [heap]
            }
            return column
        }
    }

    /// The decoder's columns and the metadata in the order asked for.
    func assemble(_ batch: Batch, metadata: [Column?]) -> Batch {
        let decoded = batch.columns
        batch.columns = zip(slots, metadata).compactMap { slot, column in
            if case .decoded(let index) = slot { return decoded[index] }
            return column
        }
        return batch
    }
}
