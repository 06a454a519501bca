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
        /// A position among the columns of the partition.
        case partition(Int)
    }

    let table: TableDescription
    let format: String
    private let columns: [ColumnRequest]
    private let slots: [Slot]
    private let partitions: PartitionLayout?
    /// The columns that the bytes hold.
    private let dataFields: [Field]

    /// `partitions` tells which columns stand in the names of folders; nil where none does.
    init(_ request: ScanRequest, partitions: PartitionLayout? = nil) throws(MillraceError) {
        table = request.table
        self.partitions = partitions.flatMap { $0.isEmpty ? nil : $0 }
        let all = request.table.physicalFields
        dataFields = partitions.map { $0.dataPositions(of: all.count).map { all[$0] } } ?? all
        format = try OptionValues(table).required("format")
        var columns: [ColumnRequest] = []
        var slots: [Slot] = []
        for column in request.columns {
            if case .physical(let index) = column, let key = partitions?.keys.firstIndex(of: index) {
                slots.append(.partition(key))
                continue
            }
            switch column {
            case .physical(let index), .field(let index, _), .presence(let index, _):
                slots.append(.decoded(columns.count))
                columns.append(try Self.request(column, index, table))
            case .metadata(let key, let type):
                if let request = ColumnRequest.metadata(key, type, of: format) {
                    slots.append(.decoded(columns.count))
                    columns.append(request)
                    continue
                }
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
        self.columns = columns
        self.slots = slots
    }

    func makeDecoder(longestLine: Int = Limits.recordBytes) throws -> any LineDecoder {
        let decoder = try FormatCatalog.makeDecoder(
            format: format, columns: columns, schema: dataFields, options: table.options,
            timeZone: table.timeZone, longestLine: longestLine)
        guard decoder.fitsLines else {
            throw MillraceError(
                .user, code: "bad_option",
                "table '\(table.name)' has a character set in which the byte of a line end is part of other characters",
                hint: "turn the file into UTF-8; records of 'kafka' take every character set")
        }
        return decoder
    }

    /// A physical column, or what is wanted of it, by names.
    static func request(
        _ column: ScanColumn, _ index: Int, _ table: TableDescription
    ) throws(MillraceError) -> ColumnRequest {
        let unknown = MillraceError(
            .internalError, code: "unknown_column", "table '\(table.name)' has no column \(index)")
        guard table.physicalFields.indices.contains(index) else { throw unknown }
        let whole = table.physicalFields[index]
        var path: [Int] = []
        var isPresence = false
        if case .field(_, let steps) = column { path = steps }
        if case .presence(_, let steps) = column { (path, isPresence) = (steps, true) }
        var names = [whole.name]
        var type = whole.type
        for step in path {
            guard case .row(let parts) = type.logical, parts.indices.contains(step) else { throw unknown }
            names.append(parts[step].name)
            type = parts[step].type.nullable(true)
        }
        if isPresence { type = DataType(.boolean, isNullable: false) }
        return ColumnRequest(path: names, type: type, isPresence: isPresence)
    }

    /// The metadata and partition columns of a file, nil in the slots of decoded ones. Shared by all its batches.
    func metadataColumns(of facts: FileFacts) throws(MillraceError) -> [Column?] {
        let partition = try partitions?.columns(ofFile: facts.path) ?? []
        return slots.map { slot in
            if case .partition(let index) = slot { return partition[index] }
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
