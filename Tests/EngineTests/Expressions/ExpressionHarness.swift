import Columnar
import Diagnostics
import Engine
import StreamSQL
import TestSupport
import Testing

/// A typed value for tests.
struct TestValue: Sendable {
    var value: LiteralValue
    var type: DataType

    static func text(_ text: String?, _ type: LogicalType = .string) -> TestValue {
        TestValue(value: text.map { .text(Array($0.utf8)) } ?? .null, type: DataType(type))
    }

    static func number(_ number: Int64?, _ type: LogicalType = .integer) -> TestValue {
        TestValue(value: number.map { .int64($0) } ?? .null, type: DataType(type))
    }

    static func double(_ number: Double?, _ type: LogicalType = .double) -> TestValue {
        TestValue(value: number.map { .float64($0) } ?? .null, type: DataType(type))
    }

    static func boolean(_ value: Bool?) -> TestValue {
        TestValue(value: value.map { .boolean($0) } ?? .null, type: DataType(.boolean))
    }

    static func decimal(_ text: String, _ precision: Int, _ scale: Int) -> TestValue {
        let parsed = Array(text.utf8).withUnsafeBufferPointer {
            NumberParsing.decimal($0.baseAddress!, $0.count, precision: precision, scale: scale)
        }
        let type = DataType(.decimal(precision: precision, scale: scale))
        return TestValue(value: (parsed ?? nil).map { .int128($0) } ?? .null, type: type)
    }

    static func timestamp(_ text: String, _ precision: Int = 3) -> TestValue {
        let value = Array(text.utf8).withUnsafeBufferPointer { TimeParsing.timestamp($0.baseAddress!, $0.count) }
        return TestValue(value: value.map { .int64($0) } ?? .null, type: DataType(.timestamp(precision: precision)))
    }

    static func date(_ text: String) -> TestValue {
        let value = Array(text.utf8).withUnsafeBufferPointer { TimeParsing.date($0.baseAddress!, $0.count) }
        return TestValue(value: value.map { .int64($0) } ?? .null, type: DataType(.date))
    }
}

/// Builds columns and runs expressions in tests.
enum ExpressionHarness {
    static func column(_ type: DataType, _ values: [LiteralValue]) -> Column {
        let column = Column(type, capacity: values.count)
        let heap = ByteHeap()
        for (row, value) in values.enumerated() {
            switch value {
            case .null: column.setNull(row)
            case .boolean(let value): column.setBit(row, value)
            case .int64(let value): column.int64[row] = value
            case .float64(let value): column.float64[row] = value
            case .int128(let value): column.int128[row] = value
            case .text(let bytes):
                column.text[row] = bytes.withUnsafeBufferPointer { buffer in
                    buffer.baseAddress.map { heap.add($0, count: buffer.count) } ?? TextView()
                }
            }
        }
        column.owners = [heap]
        return column
    }

    static func values(_ column: Column, _ rowCount: Int) -> [LiteralValue] {
        (0..<rowCount).map { row in
            guard column.isValid(row) else { return .null }
            switch column.kind {
            case .bits: return .boolean(column.bit(row))
            case .int64: return .int64(column.int64[row])
            case .float64: return .float64(column.float64[row])
            case .int128: return .int128(column.int128[row])
            case .text:
                // The bytes themselves: those of nested values are no text.
                let place = UnsafePointer(column.text + row)
                return .text(Array(UnsafeBufferPointer(start: TextView.bytes(at: place), count: place.pointee.count)))
            }
        }
    }

    static func evaluator(
        _ expressions: [PlanExpression], zone: String = "UTC", clock: any TimeSource = VirtualClock()
    ) throws -> ExpressionEvaluator {
        let program = try ExpressionProgram.compile(expressions, timeZone: zone)
        return ExpressionEvaluator(program, environment: EvaluationContext(clock: clock))
    }

    static func evaluate(
        _ expression: PlanExpression, _ columns: [Column], rowCount: Int, zone: String = "UTC"
    ) throws -> [LiteralValue] {
        let batch = Batch(columns: columns, rowCount: rowCount)
        return values(try evaluator([expression], zone: zone).evaluate(batch)[0], rowCount)
    }

    /// The text form of the first row of a column; `NULL` where it is none.
    static func shown(_ column: Column, _ row: Int = 0, zone: String = "UTC") throws -> String {
        guard column.isValid(row) else { return "NULL" }
        var bytes: [UInt8] = []
        ValueText(zone: try TimeZoneRules.named(zone)).append(column, row, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// A call's result in text form. Arguments are columns, but for those in `constants`; with all of them constant
    /// the result must be the same.
    static func call(
        _ function: ScalarFunction, _ arguments: [TestValue], _ type: LogicalType, constants: Set<Int> = [],
        zone: String = "UTC"
    ) throws -> String {
        var columns: [Column] = []
        var operands: [PlanExpression] = []
        for (index, argument) in arguments.enumerated() {
            if constants.contains(index) {
                operands.append(.literal(argument.value, argument.type))
            } else {
                operands.append(.column(columns.count, argument.type))
                columns.append(column(argument.type, Array(repeating: argument.value, count: 67)))
            }
        }
        let batch = Batch(columns: columns, rowCount: 67)
        let expression = PlanExpression.call(function, operands, DataType(type))
        let result = try evaluator([expression], zone: zone).evaluate(batch)[0]
        let text = try shown(result, 66, zone: zone)
        let folded = PlanExpression.call(function, arguments.map { .literal($0.value, $0.type) }, DataType(type))
        let constant = try evaluator([folded], zone: zone).evaluate(batch)[0]
        #expect(try shown(constant, 66, zone: zone) == text, "\(function) with constants")
        return text
    }

    static func cast(
        _ value: TestValue, _ type: LogicalType, isTry: Bool = false, zone: String = "UTC"
    ) throws -> String {
        let expression = PlanExpression.cast(.column(0, value.type), to: DataType(type), isTry: isTry)
        let batch = Batch(columns: [column(value.type, [value.value, .null])], rowCount: 2)
        let result = try evaluator([expression], zone: zone).evaluate(batch)[0]
        #expect(!result.isValid(1))
        return try shown(result, zone: zone)
    }
}
