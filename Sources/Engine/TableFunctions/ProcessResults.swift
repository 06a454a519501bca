import Columnar
import ConnectorContract
import Diagnostics
import StreamSQL

/// The rows that a table function gave, until they leave as a batch.
final class ProcessResults {
    private let plan: TableFunctionPlan
    private let columns: [GrowableColumn]
    private var kinds: [UInt8] = []
    private let leading: Int
    private let hasTime: Bool
    private let yes: Column
    private let no: Column

    private static let mostRows = 1_024

    init(_ plan: TableFunctionPlan) {
        self.plan = plan
        leading = plan.leadingFields.count
        hasTime = plan.timeType != nil
        columns = plan.outputFields.map { GrowableColumn($0.type) }
        yes = ConstantColumn.make(.boolean(true), DataType(.boolean))
        no = ConstantColumn.make(.boolean(false), DataType(.boolean))
    }

    var isFull: Bool { kinds.count >= Self.mostRows }

    func emit(_ output: NodeRuntime) throws {
        guard !kinds.isEmpty else { return }
        let batch = Batch(columns: columns.map(\.column), rowCount: kinds.count, kinds: kinds)
        if !plan.shape.emitsChanges { batch.kinds = nil }
        kinds = []
        for column in columns { column.removeAll() }
        try output.emit(batch)
    }

    // MARK: rows under construction

    /// The columns in front, from a row of a batch or of a table of keys.
    func addLeading(_ source: [Column], row: Int) {
        for (position, column) in source.enumerated() where position < leading {
            columns[position].append(column, row: row)
        }
    }

    /// The columns in front, from a kept row.
    func addLeading(_ row: KeptRow) throws {
        try row.bytes.withUnsafeBytes { bytes in
            var reader = ByteReader(bytes)
            for position in 0..<leading { try columns[position].append(from: &reader) }
        }
    }

    /// The function's own columns and the time; ends the row.
    func endRow(_ kind: RowKind, _ values: [TableFunctionValue], time: Int64?) throws {
        let fields = plan.shape.fields
        guard values.count == fields.count, kind == .insert || plan.shape.emitsChanges else {
            throw MillraceError(
                .internalError, code: "table_function_row",
                "\(plan.function.name) gave a row that is not of its shape: \(values.count) values, \(kind.shortForm)")
        }
        for (index, value) in values.enumerated() { add(value, to: columns[leading + index]) }
        if hasTime {
            let column = columns[leading + fields.count]
            if let time { column.append(int64: time) } else { column.appendNull() }
        }
        kinds.append(kind.rawValue)
    }

    private func add(_ value: TableFunctionValue, to column: GrowableColumn) {
        switch (value, column.type.kind) {
        case (.boolean(let value), .bits): column.append(value ? yes : no, row: 0)
        case (.int64(let value), .int64): column.append(int64: value)
        case (.float64(let value), .float64): column.append(float64: value)
        case (.int128(let value), .int128): column.append(int128: value)
        case (.text(let bytes), .text): column.append(text: bytes)
        default: column.appendNull()
        }
    }
}

extension GrowableColumn {
    /// Appends a value that ``RowCoding`` wrote.
    func append(from reader: inout ByteReader) throws(DamagedBytesError) {
        appendNull()
        try read(count - 1, from: &reader)
    }
}
