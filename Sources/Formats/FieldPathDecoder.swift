import Columnar
import Diagnostics

/// Delivers fields of ROWs out of whole ROW columns, for decoders that know whole columns only.
final class FieldPathDecoder: RecordTakingDecoder {
    /// Where a delivered column comes from.
    private struct Access {
        /// Position among the columns of the inner decoder.
        var column: Int
        /// The field to take at each level, with the layout it is taken from.
        var steps: [(index: Int, layout: NestedRowLayout)]
        var type: DataType
        var isPresence: Bool
    }

    private let inner: any LineDecoder
    private let accesses: [Access]

    var isSplittable: Bool { inner.isSplittable }
    var keepsOrder: Bool { inner.keepsOrder }
    var cutsAtLineEnds: Bool { inner.cutsAtLineEnds }
    var fitsLines: Bool { inner.fitsLines }
    func beginFile() { inner.beginFile() }

    /// `make` makes a decoder of whole columns and metadata.
    init(
        _ requests: [ColumnRequest], schema: [Field],
        make: ([ColumnRequest]) throws(MillraceError) -> any LineDecoder
    ) throws(MillraceError) {
        var whole: [ColumnRequest] = []
        var accesses: [Access] = []
        for request in requests {
            if request.isMetadata {
                accesses.append(Access(column: whole.count, steps: [], type: request.type, isPresence: false))
                whole.append(request)
                continue
            }
            guard let name = request.path.first, let field = schema.first(where: { $0.name == name }) else {
                throw Self.unknown(request)
            }
            let column = ColumnRequest(field)
            var position = whole.count
            if let known = whole.firstIndex(of: column) { position = known } else { whole.append(column) }
            var access = Access(column: position, steps: [], type: request.type, isPresence: request.isPresence)
            var type = field.type
            for name in request.path.dropFirst() {
                guard case .row(let fields) = type.logical, let index = fields.firstIndex(where: { $0.name == name })
                else { throw Self.unknown(request) }
                access.steps.append((index, NestedRowLayout(fields)))
                type = fields[index].type
            }
            guard request.isPresence || type.kind == request.type.kind else { throw Self.unknown(request) }
            accesses.append(access)
        }
        self.accesses = accesses
        inner = try make(whole)
    }

    private static func unknown(_ request: ColumnRequest) -> MillraceError {
        MillraceError(.internalError, code: "unknown_column", "there is no field '\(request.field.name)'")
    }

    func decode(_ block: InputBlock, from: Int, to: Int, isFinal: Bool) throws -> DecodedLines {
        let lines = try inner.decode(block, from: from, to: to, isFinal: isFinal)
        if let batch = lines.batch {
            batch.columns = accesses.map { Self.column($0, batch.columns[$0.column], batch.rowCount) }
        }
        return lines
    }

    var takesRecords: Bool { (inner as? any RecordTakingDecoder)?.takesRecords ?? false }

    func decode(_ records: RecordBytes, from first: Int, to end: Int) -> DecodedRecords {
        guard let inner = inner as? any RecordTakingDecoder else {
            return DecodedRecords(batch: nil, origins: [], next: end, rejected: [])
        }
        let decoded = inner.decode(records, from: first, to: end)
        if let batch = decoded.batch {
            batch.columns = accesses.map { Self.column($0, batch.columns[$0.column], batch.rowCount) }
        }
        return decoded
    }

    private static func column(_ access: Access, _ source: Column, _ rowCount: Int) -> Column {
        if access.steps.isEmpty, !access.isPresence { return source }
        let result = Column(access.type, capacity: rowCount)
        for row in 0..<rowCount {
            var item = source.item(row)
            for step in access.steps { item = NestedReader(item).field(step.index, step.layout) }
            if access.isPresence { result.setBit(row, !item.isNull) } else { result.set(row, item) }
        }
        if result.kind == .text { result.adoptOwners(of: source) }
        return result
    }
}
