import Columnar
import Diagnostics
import StreamSQL

/// What the columns of a written table allow: NOT NULL, and lengths of texts and bytes where the script asks for it.
///
/// A batch whose columns hold no NULLs costs one test for each NOT NULL column.
final class SinkConstraints {
    /// A column whose type says how long its values may be.
    private struct Length {
        var column: Int
        var limit: Int
        /// Shorter values are against the type too.
        var isFixed: Bool
        var isBytes: Bool

        init?(_ column: Int, _ type: LogicalType) {
            self.column = column
            switch type {
            case .char(let length): (limit, isFixed, isBytes) = (length, true, false)
            case .varchar(let length): (limit, isFixed, isBytes) = (length, false, false)
            case .binary(let length): (limit, isFixed, isBytes) = (length, true, true)
            case .varbinary(let length): (limit, isFixed, isBytes) = (length, false, true)
            default: return nil
            }
            if !isFixed, limit == LogicalType.unboundedLength { return nil }
        }
    }

    private static let mostSampleBytes = 4_096

    private let table: String
    private let fields: [Field]
    private let required: [Int]
    /// The key, which alone is there in rows that take away by key.
    private let requiredOfDeletes: Set<Int>
    private let dropsNulls: Bool
    private let checkedLengths: [Length]
    private let fitting: ExpressionEvaluator?
    private let writer: ValueText
    /// The query that gives the rows, for messages.
    private let place: SourceRange?

    /// nil where the target allows everything.
    init?(_ plan: SinkPlan, _ node: PlanNode, timeZone: String, context: EvaluationContext) throws {
        guard case .table(let target) = plan.target else { return nil }
        table = target.name
        place = plan.place
        let fields = node.fields
        self.fields = fields
        // The key of a result table may be NULL: lines that lack it are shown, and no job ends for them.
        let free = target.connector == nil ? Set(target.primaryKey) : []
        required = fields.indices.filter { !fields[$0].type.isNullable && !free.contains($0) }
        requiredOfDeletes = node.changelog == .upsert ? Set(target.primaryKey) : Set(required)
        dropsNulls = plan.enforcement.nulls == .drop
        let lengths =
            plan.enforcement.lengths == .ignore
            ? [] : fields.enumerated().compactMap { Length($0, $1.type.logical) }
        checkedLengths = plan.enforcement.lengths == .error ? lengths : []
        writer = ValueText(zone: try TimeZoneRules.named(timeZone))
        fitting = try Self.fitting(plan.enforcement.lengths == .fit ? lengths : [], fields, timeZone, context)
        if required.isEmpty, lengths.isEmpty { return nil }
    }

    /// Cuts and fills up the columns named, and leaves the others as they are.
    private static func fitting(
        _ lengths: [Length], _ fields: [Field], _ timeZone: String, _ context: EvaluationContext
    ) throws -> ExpressionEvaluator? {
        guard !lengths.isEmpty else { return nil }
        let columns = fields.enumerated().map { position, field in
            guard let length = lengths.first(where: { $0.column == position }) else {
                return PlanExpression.column(position, field.type)
            }
            let open = DataType(length.isBytes ? .bytes : .string, isNullable: field.type.isNullable)
            return .cast(.column(position, open), to: field.type, isTry: false)
        }
        return ExpressionEvaluator(
            try ExpressionProgram.compile(columns, timeZone: timeZone), environment: context)
    }

    /// The rows that may be written, in their form; rows left out are sampled. Fails where the script asks for that.
    func allowed(_ batch: Batch, _ counters: NodeCounters) throws -> Batch {
        var result = batch
        if let bad = rowsWithNulls(batch) {
            guard dropsNulls else { throw nullError(batch, bad[0]) }
            counters.add(droppedSamples: bad.prefix(LateSampler.mostSamples).map { text(batch, $0) })
            result = without(bad, batch)
        }
        for length in checkedLengths { try check(length, result) }
        guard let fitting else { return result }
        return Batch(
            columns: try fitting.evaluate(result), rowCount: result.rowCount, kinds: result.kinds,
            retainedBytes: result.retainedBytes)
    }

    // MARK: NOT NULL

    /// Rows with a NULL where none may be, ascending; nil when there are none.
    private func rowsWithNulls(_ batch: Batch) -> [Int]? {
        var found: Set<Int> = []
        for column in required where batch.columns[column].mayHaveNulls {
            let values = batch.columns[column]
            for row in 0..<batch.rowCount where !values.isValid(row) {
                if batch.kind(row) != .delete || requiredOfDeletes.contains(column) { found.insert(row) }
            }
        }
        return found.isEmpty ? nil : found.sorted()
    }

    private func without(_ rows: [Int], _ batch: Batch) -> Batch {
        let left = Set(rows)
        let kept = (0..<batch.rowCount).filter { !left.contains($0) }.map { Int32(truncatingIfNeeded: $0) }
        return kept.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return Batch(columns: [], rowCount: 0) }
            return gather(batch, rows: start, count: buffer.count)
        }
    }

    private func nullError(_ batch: Batch, _ row: Int) -> MillraceError {
        let name = required.first { !batch.columns[$0].isValid(row) }.map { fields[$0].name } ?? ""
        return located(
            "null_for_not_null",
            "the column '\(name)' of '\(table)' is NOT NULL, and a NULL was to be written into it: \(text(batch, row))",
            hint: "a WHERE or COALESCE can keep such rows away; "
                + "SET 'table.exec.sink.not-null-enforcer' = 'DROP' leaves them out and counts them")
    }

    /// An error with the place of the query that gives the rows.
    private func located(_ code: String, _ message: String, hint: String) -> MillraceError {
        MillraceError(
            .user, code: code, message, hint: hint, line: place.map { Int($0.line) },
            column: place.map { Int($0.column) })
    }

    // MARK: Lengths

    private func check(_ length: Length, _ batch: Batch) throws {
        let column = batch.columns[length.column]
        for row in 0..<batch.rowCount where column.isValid(row) {
            let place = UnsafePointer(column.text + row)
            let value = TextBytes(start: TextView.bytes(at: place), count: place.pointee.count)
            // No text has more characters than bytes.
            if !length.isFixed, value.count <= length.limit { continue }
            let count = length.isBytes ? value.count : value.characterCount
            guard count > length.limit || (length.isFixed && count < length.limit) else { continue }
            let field = fields[length.column]
            throw located(
                "wrong_length",
                "the column '\(field.name)' of '\(table)' is \(field.type.logical), and a value of \(count) "
                    + "\(length.isBytes ? "bytes" : "characters") was to be written into it: \(text(batch, row))",
                hint: "SET 'table.exec.sink.type-length-enforcer' = 'TRIM_PAD' cuts and fills up, 'IGNORE' lets it be")
        }
    }

    // MARK: Rows for people

    /// A row as a JSON object of texts.
    private func text(_ batch: Batch, _ row: Int) -> String {
        var bytes: [UInt8] = [0x7B]
        for (index, field) in fields.enumerated() where bytes.count < Self.mostSampleBytes {
            if index > 0 { bytes.append(0x2C) }
            JSONWriter.appendQuoted(Array(field.name.utf8), to: &bytes)
            bytes.append(0x3A)
            var value: [UInt8] = []
            if batch.columns[index].isValid(row) {
                writer.append(batch.columns[index], row, to: &value)
                JSONWriter.appendQuoted(Array(value.prefix(Self.mostSampleBytes)), to: &bytes)
            } else {
                bytes += Array("null".utf8)
            }
        }
        bytes.append(0x7D)
        return String(decoding: bytes, as: UTF8.self)
    }
}
