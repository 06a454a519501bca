import Columnar
import Diagnostics
import Engine
import StreamSQL
import Testing

/// Every function of the language has a kernel, and every kernel takes every value.
struct FunctionCoverageTests {
    private static let string = DataType(.string)
    private static let time = DataType(.timestamp(precision: 3))

    private func constant(_ text: String) -> PlanExpression { .literal(.text(Array(text.utf8)), Self.string) }

    /// Calls of a function with the types it takes; columns count from 0.
    private func calls(_ function: ScalarFunction) -> [PlanExpression] {
        func call(
            _ types: [LogicalType], _ result: LogicalType, after: [PlanExpression] = [], before: [PlanExpression] = []
        ) -> PlanExpression {
            let operands = types.enumerated().map { PlanExpression.column($0, DataType($1)) }
            return .call(function, before + operands + after, DataType(result))
        }
        let numbers: [LogicalType] = [
            .tinyint, .smallint, .integer, .bigint, .float, .double, .decimal(precision: 38, scale: 10),
        ]
        let all = numbers + [.boolean, .string, .date, .timestamp(precision: 3)]
        switch function {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .isDistinctFrom, .isNotDistinctFrom:
            return all.map { call([$0, $0], .boolean) }
        case .inList:
            return [
                call(
                    [.bigint], .boolean,
                    after: [.literal(.int64(3), DataType(.bigint)), .literal(.null, DataType(.bigint))])
            ]
        case .and, .or: return [call([.boolean, .boolean], .boolean)]
        case .not, .isTrue, .isNotTrue, .isFalse, .isNotFalse: return [call([.boolean], .boolean)]
        case .isNull, .isNotNull: return all.map { call([$0], .boolean) }
        case .add, .subtract, .multiply, .divide, .modulo: return numbers.map { call([$0, $0], $0) }
        case .negate, .absolute, .sign, .ceiling, .floor: return numbers.map { call([$0], $0) }
        case .round, .truncate: return numbers.map { call([$0, .integer], $0) }
        case .power, .logarithm, .arcTangent2: return [call([.double, .double], .double)]
        case .squareRoot, .naturalLogarithm, .logarithm10, .logarithm2, .exponential, .sine, .cosine, .tangent,
            .arcSine, .arcCosine,
            .arcTangent, .degrees, .radians:
            return [call([.double], .double)]
        case .greatest, .least: return all.map { call([$0, $0], $0) }
        case .bucket:
            return all.map { call([$0, $0], .integer, after: [.literal(.int64(1_024), DataType(.integer))]) }
        case .characterLength, .ascii: return [call([.string], .integer)]
        case .upper, .lower, .initialCapital, .reverse, .md5, .sha256: return [call([.string], .string)]
        case .concatenate, .concatenateWithSeparator: return [call([.string, .string, .string], .string)]
        case .substring: return [call([.string, .integer], .string), call([.string, .integer, .integer], .string)]
        case .trimBoth, .trimLeading, .trimTrailing: return [call([.string], .string, after: [constant("x 数")])]
        case .replace: return [call([.string, .string, .string], .string)]
        case .position: return [call([.string, .string], .integer)]
        case .left, .right, .repeatText: return [call([.string, .bigint], .string)]
        case .leftPad, .rightPad: return [call([.string, .bigint, .string], .string)]
        case .startsWith, .endsWith: return [call([.string, .string], .boolean)]
        case .splitIndex: return [call([.string, .string, .integer], .string)]
        case .like:
            return [
                call([.string], .boolean, after: [constant("%a_")]),
                call([.string], .boolean, after: [constant("!%"), constant("!")]),
            ]
        case .character: return [call([.bigint], .string)]
        case .extract, .floorTime, .ceilingTime, .timestampAdd, .timestampDifference: return timeCalls(function)
        case .addInterval, .subtractInterval:
            return [LogicalType.date, .time(precision: 3), .timestamp(precision: 3), .timestampLTZ(precision: 3)]
                .flatMap { type in
                    [LogicalType.intervalMonths, .intervalMilliseconds].map { call([type, $0], type) }
                }
        case .dateFormat:
            return [
                call(
                    [.timestamp(precision: 3)], .string, after: [constant("yyyy-MM-dd'T'HH:mm:ss.SSSSSS E a Q w D XXX")]
                )
            ]
        case .toTimestamp:
            return [
                call([.string], Self.time.logical),
                call([.string], Self.time.logical, after: [constant("yyyyMMddHHmmssSSS")]),
            ]
        case .toDate: return [call([.string], .date), call([.string], .date, after: [constant("d.M.yy")])]
        case .toTimestampLTZ:
            return [LogicalType.bigint, .double, .decimal(precision: 20, scale: 3)].map {
                call([$0], .timestampLTZ(precision: 3), after: [.literal(.int64(3), DataType(.integer))])
            }
        case .unixTimestamp:
            return [call([], .bigint), call([.string], .bigint), call([.string], .bigint, after: [constant("yyyy")])]
        case .fromUnixTime: return [call([.bigint], .string), call([.bigint], .string, after: [constant("HH")])]
        case .currentTimestamp, .processingTime: return [call([], .timestampLTZ(precision: 3))]
        case .localTimestamp: return [call([], .timestamp(precision: 3))]
        case .currentDate: return [call([], .date)]
        // Nested values have tests of their own.
        case .rowField, .makeRow, .presentRow, .makeArray, .makeMap, .arrayElement, .mapValue: return []
        case .currentWatermark: return [call([.timestampLTZ(precision: 3)], .timestampLTZ(precision: 3))]
        default:
            let calls = TextFunctionCalls.calls(function)
            return calls.isEmpty ? NestedSamples.calls(function) : calls
        }
    }

    private func timeCalls(_ function: ScalarFunction) -> [PlanExpression] {
        let units = ["YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "HOUR", "MINUTE", "SECOND", "MILLISECOND"]
        let types: [LogicalType] = [.date, .time(precision: 3), .timestamp(precision: 3), .timestampLTZ(precision: 3)]
        return types.flatMap { type -> [PlanExpression] in
            let column = PlanExpression.column(0, DataType(type))
            let other = PlanExpression.column(1, DataType(function == .timestampAdd ? .integer : type))
            return units.map { unit -> PlanExpression in
                switch function {
                case .extract: .call(.extract, [constant(unit), column], DataType(.bigint))
                case .timestampAdd: .call(.timestampAdd, [constant(unit), other, column], DataType(type))
                case .timestampDifference:
                    .call(.timestampDifference, [constant(unit), column, other], DataType(.integer))
                default: .call(function, [column, constant(unit)], DataType(type))
                }
            }
        }
    }

    /// Extreme values of a type.
    private func extremes(_ type: LogicalType) -> [LiteralValue] {
        switch type.kind {
        case .bits: return [.boolean(true), .boolean(false), .null]
        case .int64:
            let width: [Int64] =
                switch type {
                case .tinyint: [-128, 127]
                case .smallint: [-32_768, 32_767]
                case .integer: [-2_147_483_648, 2_147_483_647]
                default: [.min, .max]
                }
            return (width + [0, 1, -1, 3]).map { .int64($0) } + [.null]
        case .float64:
            return [0, -0.0, 1, .infinity, -.infinity, .nan, .greatestFiniteMagnitude, .leastNonzeroMagnitude].map {
                .float64($0)
            } + [.null]
        case .int128:
            let nines = Int128(99_999_999_999_999_999) * 1_000_000_000_000_000_000_000
            return [0, 1, -1, nines, -nines, .max, .min].map { .int128($0) } + [.null]
        case .text:
            return [
                [], Array("a".utf8), Array("2026-11-20 08:09:10".utf8), [0xFF, 0xC3, 0x28], Array("数据😀".utf8),
                Array(repeating: 0x61, count: 500),
            ]
            .map { .text($0) } + NestedSamples.values(type).map { .text($0) } + [.null]
        }
    }

    private func columnTypes(_ expression: PlanExpression) -> [Int: DataType] {
        switch expression {
        case .column(let index, let type): return [index: type]
        case .call(_, let arguments, _):
            return arguments.reduce(into: [:]) { $0.merge(columnTypes($1)) { first, _ in first } }
        default: return [:]
        }
    }

    @Test(arguments: ScalarFunction.allCases)
    func everyFunctionTakesEverything(function: ScalarFunction) throws {
        for zone in ["UTC", "America/New_York"] {
            for call in calls(function) {
                let types = columnTypes(call).sorted { $0.key < $1.key }.map(\.value)
                let evaluator = try ExpressionHarness.evaluator([call], zone: zone)
                // All combinations of extremes, at most 400 rows of them.
                let sets = types.map { extremes($0.logical) }
                let total = min(400, sets.reduce(1) { $0 * $1.count })
                let columns = sets.enumerated().map { position, values in
                    let stride = sets[..<position].reduce(1) { $0 * $1.count }
                    return ExpressionHarness.column(
                        types[position], (0..<total).map { values[$0 / stride % values.count] })
                }
                for rowCount in Set([0, 1, 63, 64, 65, total]) where rowCount <= total {
                    let batch = Batch(columns: columns, rowCount: rowCount)
                    if [.divide, .modulo, .element, .mapFromArrays].contains(function)
                        || TextFunctionCalls.mayFail(call)
                    {
                        _ = try? evaluator.evaluate(batch)
                        continue
                    }
                    let result = try evaluator.evaluate(batch)[0]
                    #expect(result.type.logical == call.type.logical)
                    #expect(ExpressionHarness.values(result, rowCount).count == rowCount)
                    for row in 0..<rowCount { _ = try ExpressionHarness.shown(result, row, zone: zone) }
                }
            }
        }
    }

    @Test func castsTakeEverything() throws {
        let types: [LogicalType] = [
            .boolean, .tinyint, .integer, .bigint, .float, .double, .decimal(precision: 20, scale: 5), .char(3),
            .varchar(4), .string, .bytes, .date,
            .time(precision: 3), .timestamp(precision: 3), .timestampLTZ(precision: 6), .intervalMonths,
            .intervalMilliseconds,
        ]
        var count = 0
        for from in types {
            let values = extremes(from)
            let column = ExpressionHarness.column(DataType(from), values)
            for to in types {
                let cast = PlanExpression.cast(.column(0, DataType(from)), to: DataType(to), isTry: true)
                guard let evaluator = try? ExpressionHarness.evaluator([cast], zone: "Europe/Berlin") else { continue }
                count += 1
                let result = try evaluator.evaluate(Batch(columns: [column], rowCount: values.count))[0]
                for row in values.indices { _ = try ExpressionHarness.shown(result, row) }
            }
        }
        #expect(count > 150)
    }

    @Test func wrongPlansAreRefused() {
        let text = PlanExpression.column(0, Self.string)
        for (function, arguments) in [
            (ScalarFunction.add, [text, text]), (.upper, []), (.sine, [text]),
            (.like, [text, .column(1, DataType(.integer))]), (.and, [text]),
        ] {
            #expect(throws: MillraceError.self) {
                try ExpressionProgram.compile([.call(function, arguments, Self.string)], timeZone: "UTC")
            }
        }
        #expect(throws: MillraceError.self) { try ExpressionProgram.compile([text], timeZone: "Mars/Olympus") }
        #expect(throws: MillraceError.self) { try ExpressionProgram.compile([text], timeZone: "../etc/passwd") }
    }
}
