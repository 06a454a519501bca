import Columnar
import StreamSQL

/// Keeps some of the rows that an operator drops because they are late, as text, so that people can see and replay them.
///
/// Works only on batches of which an operator counted late rows: in a stream in time it costs nothing.
final class LateSampler {
    /// Rows kept of an operator; the newest stay.
    static let mostSamples = 20
    private static let mostBytes = 4_096

    private let fields: [[Field]]
    private let timeZone: String
    private let context: EvaluationContext
    private let isLate: (_ time: Int64, _ watermark: Int64) -> Bool
    private let timeColumns: [Int?]
    private var texts: [Int: ExpressionEvaluator] = [:]

    /// Nil for operators that drop no rows.
    init?(_ node: PlanNode, inputFields: [[Field]], timeZone: String, context: EvaluationContext) {
        let columns = inputFields.indices.map { node.operation.lateColumn(of: $0) }
        guard columns.contains(where: { $0 != nil }) else { return nil }
        fields = inputFields
        timeColumns = columns
        self.timeZone = timeZone
        self.context = context
        isLate = Self.lateness(node.operation)
    }

    /// A row is late for windows when the last window it belongs to has fired, for the others at the watermark.
    private static func lateness(_ operation: PlanOperation) -> (Int64, Int64) -> Bool {
        guard case .windowAggregate(let window) = operation else { return { $0 <= $1 } }
        if case .session(let gap) = window.shape { return { $0 &+ gap &* 1_000 <= $1 &+ 1_000 } }
        let assigner = SliceAssigner(window.shape)
        let clock = WindowClock(window.zone)
        let lateness = (window.emission?.latenessMilliseconds ?? 0) &* 1_000
        return { time, watermark in
            let end = assigner.lastWindowEnd(ofSliceEnding: assigner.sliceEnd(of: clock.shown(at: time)))
            return clock.firing(end: end) &+ lateness <= watermark
        }
    }

    /// The first `count` late rows of a batch, each as a JSON object of texts.
    func samples(_ batch: Batch, input: Int, watermark: Int64, count: Int) -> [String] {
        guard let column = timeColumns[input] else { return [] }
        let times = batch.columns[column]
        var rows: [Int32] = []
        for row in 0..<batch.rowCount where rows.count < min(count, Self.mostSamples) {
            if times.isValid(row), !isLate(times.int64[row], watermark) { continue }
            rows.append(Int32(truncatingIfNeeded: row))
        }
        guard !rows.isEmpty, let texts = texts(of: input) else { return [] }
        let part = rows.withUnsafeBufferPointer { gather(batch, rows: $0.baseAddress!, count: $0.count) }
        guard let columns = try? texts.evaluate(part) else { return [] }
        return rows.indices.map { object(columns, row: $0, input) }
    }

    /// The columns of an input as texts; made when the first late row comes.
    private func texts(of input: Int) -> ExpressionEvaluator? {
        if let known = texts[input] { return known }
        let casts = fields[input].enumerated().map { position, field in
            PlanExpression.cast(.column(position, field.type), to: DataType(.string), isTry: true)
        }
        guard let program = try? ExpressionProgram.compile(casts, timeZone: timeZone) else { return nil }
        let made = ExpressionEvaluator(program, environment: context)
        texts[input] = made
        return made
    }

    private func object(_ columns: [Column], row: Int, _ input: Int) -> String {
        var bytes: [UInt8] = [0x7B]
        for (index, column) in columns.enumerated() where bytes.count < Self.mostBytes {
            if index > 0 { bytes.append(0x2C) }
            JSONWriter.appendQuoted(Array(fields[input][index].name.utf8), to: &bytes)
            bytes.append(0x3A)
            if column.isValid(row) {
                JSONWriter.appendQuoted(Array(column.string(row).utf8.prefix(Self.mostBytes)), to: &bytes)
            } else {
                bytes += Array("null".utf8)
            }
        }
        bytes.append(0x7D)
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension PlanOperation {
    /// The column by which rows of an input come too late; nil where none do.
    func lateColumn(of input: Int) -> Int? {
        switch self {
        // The first of two phases drops nothing.
        case .windowAggregate(let window): return window.phase == .local ? nil : window.timeColumn
        case .sessionWindow(let session): return session.timeColumn
        case .over(let over):
            if case .rowTime(let column) = over.order { return column }
            return nil
        case .deduplicate(let deduplicate):
            if case .rowTime(let column) = deduplicate.order { return column }
            return nil
        case .match(let match): return match.timeColumn
        case .timeSort(let sort): return sort.timeColumn
        case .process(let process): return process.timeColumn(of: input)
        case .versionJoin(let join): return input == 0 ? join.leftTime : nil
        case .streamJoin(let join):
            guard case .interval(let bounds) = join.timing else { return nil }
            return input == 0 ? bounds.leftTime : bounds.rightTime
        default: return nil
        }
    }
}
