import Columnar

/// Functions over dates and times.
enum TimeFunctions {
    private static let instant = DataType(.timestampLTZ(precision: 3), isNullable: false)

    private static func now(_ name: String, _ function: ScalarFunction, _ type: DataType) -> BuiltinFunction {
        BuiltinFunction(name, 0...0) { (_) throws(SQLError) in .call(function, [], type) }
    }

    /// YEAR(t) and its like are EXTRACT.
    private static func part(_ name: String, _ unit: TimeUnit) -> BuiltinFunction {
        BuiltinFunction(name, 1...1) { (arguments) throws(SQLError) in
            let time = try arguments.temporal(0)
            return .call(
                .extract, [LiteralBinding.text(unit.rawValue), time],
                DataType(.bigint, isNullable: time.type.isNullable))
        }
    }

    private static let extract = BuiltinFunction("EXTRACT", 2...2) { (arguments) throws(SQLError) in
        let time = try arguments.temporal(1)
        return .call(
            .extract, [try arguments.unit(0), time], DataType(.bigint, isNullable: time.type.isNullable))
    }

    private static let timestampAdd = BuiltinFunction("TIMESTAMPADD", 3...3) { (arguments) throws(SQLError) in
        let unit = try arguments.unit(0)
        let count = try arguments.integer(1)
        let time = try arguments.temporal(2)
        var type = time.type.nullable(arguments.isNullable)
        if case .literal(.text(let bytes), _) = unit, case .date = type.logical {
            let name = String(decoding: bytes, as: UTF8.self)
            if ["HOUR", "MINUTE", "SECOND", "MILLISECOND"].contains(name) { type.logical = .timestamp(precision: 3) }
        }
        let operand = type.logical == time.type.logical ? time : CastRules.convert(time, to: type.logical)
        return .call(.timestampAdd, [unit, count, operand], type)
    }

    private static let timestampDifference = BuiltinFunction("TIMESTAMPDIFF", 3...3) { (arguments) throws(SQLError) in
        let unit = try arguments.unit(0)
        let from = try arguments.timestamp(1)
        let to = try arguments.timestamp(2)
        guard let common = LogicalType.common(from.type.logical, to.type.logical) else {
            throw SQLError(.type, "TIMESTAMPDIFF takes two times of one kind", at: arguments.range)
        }
        return .call(
            .timestampDifference, [unit, CastRules.convert(from, to: common), CastRules.convert(to, to: common)],
            DataType(.integer, isNullable: arguments.isNullable))
    }

    private static let dateFormat = BuiltinFunction("DATE_FORMAT", 2...2) { (arguments) throws(SQLError) in
        var time = arguments.values[0]
        if time.type.logical.isText {
            time = CastRules.convert(time, to: .timestamp(precision: 3), isTry: true)
        } else {
            time = try arguments.timestamp(0)
        }
        let isNullable = arguments.isNullable || time.type.isNullable
        return .call(.dateFormat, [time, try arguments.constantText(1)], DataType(.string, isNullable: isNullable))
    }

    /// (text) or (text, constant format) to a time; NULL when it does not fit.
    private static func parse(_ name: String, _ function: ScalarFunction, _ type: LogicalType) -> BuiltinFunction {
        BuiltinFunction(name, 1...2) { (arguments) throws(SQLError) in
            var operands = [try arguments.text(0)]
            if arguments.count > 1 { operands.append(try arguments.constantText(1)) }
            return .call(function, operands, DataType(type))
        }
    }

    private static let toTimestampLTZ = BuiltinFunction("TO_TIMESTAMP_LTZ", 1...3) { (arguments) throws(SQLError) in
        guard arguments.count < 3, !arguments.type(0).isText else {
            throw SQLError(
                .unsupported, "TO_TIMESTAMP_LTZ of texts is not supported yet", at: arguments.range,
                hint: "use CAST(TO_TIMESTAMP(text, format) AS TIMESTAMP_LTZ(3))")
        }
        var precision = LiteralBinding.integer(3)
        if arguments.count == 2 {
            precision = try arguments.integer(1)
            guard case .literal(.int64(let digits), _) = precision, digits == 0 || digits == 3 else {
                throw SQLError(
                    .semantics, "the precision of TO_TIMESTAMP_LTZ is 0 for seconds or 3 for milliseconds",
                    at: arguments.ranges[1])
            }
        }
        let number = arguments.type(0).isInteger ? try arguments.bigint(0) : try arguments.number(0)
        return .call(.toTimestampLTZ, [number, precision], DataType(.timestampLTZ(precision: 3)))
    }

    private static let unixTimestamp = BuiltinFunction("UNIX_TIMESTAMP", 0...2) { (arguments) throws(SQLError) in
        var operands: [PlanExpression] = []
        if arguments.count > 0 { operands.append(try arguments.text(0)) }
        if arguments.count > 1 { operands.append(try arguments.constantText(1)) }
        return .call(.unixTimestamp, operands, DataType(.bigint, isNullable: arguments.isNullable))
    }

    private static let fromUnixTime = BuiltinFunction("FROM_UNIXTIME", 1...2) { (arguments) throws(SQLError) in
        var operands = [try arguments.bigint(0)]
        if arguments.count > 1 { operands.append(try arguments.constantText(1)) }
        return .call(.fromUnixTime, operands, DataType(.string, isNullable: arguments.isNullable))
    }

    static let all: [BuiltinFunction] = [
        now("CURRENT_TIMESTAMP", .currentTimestamp, instant), now("NOW", .currentTimestamp, instant),
        now("CURRENT_ROW_TIMESTAMP", .currentTimestamp, instant), now("PROCTIME", .processingTime, instant),
        now("LOCALTIMESTAMP", .localTimestamp, DataType(.timestamp(precision: 3), isNullable: false)),
        now("CURRENT_DATE", .currentDate, DataType(.date, isNullable: false)),
        extract, part("YEAR", .year), part("QUARTER", .quarter), part("MONTH", .month), part("WEEK", .week),
        part("DAYOFYEAR", .dayOfYear), part("DAYOFMONTH", .day), part("DAYOFWEEK", .dayOfWeek), part("HOUR", .hour),
        part("MINUTE", .minute), part("SECOND", .second),
        timestampAdd, timestampDifference, dateFormat,
        parse("TO_TIMESTAMP", .toTimestamp, .timestamp(precision: 3)), parse("TO_DATE", .toDate, .date),
        toTimestampLTZ, unixTimestamp, fromUnixTime,
    ]
}
