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
            let time = try arguments.shortTime(0)
            return .call(
                .extract, [LiteralBinding.text(unit.rawValue), time],
                DataType(.bigint, isNullable: time.type.isNullable))
        }
    }

    private static let extract = BuiltinFunction("EXTRACT", 2...2) { (arguments) throws(SQLError) in
        if arguments.type(1).isInterval { return try partOfInterval(arguments) }
        let time = try arguments.shortTime(1)
        return .call(
            .extract, [try arguments.unit(0), time], DataType(.bigint, isNullable: time.type.isNullable))
    }

    private static let unitsOfMonths: Set<TimeUnit> = [.year, .quarter, .month, .decade, .century, .millennium]
    private static let unitsOfMilliseconds: Set<TimeUnit> = [
        .day, .hour, .minute, .second, .millisecond, .microsecond, .nanosecond, .epoch,
    ]

    /// EXTRACT(unit FROM interval): the part that the unit has in the interval when it is written out.
    private static func partOfInterval(_ arguments: FunctionArguments) throws(SQLError) -> PlanExpression {
        let unit = try arguments.unit(0)
        let interval = arguments.values[1]
        let units = interval.type.logical == .intervalMonths ? unitsOfMonths : unitsOfMilliseconds
        guard case .literal(.text(let bytes), _) = unit,
            let wanted = TimeUnit(word: String(decoding: bytes, as: UTF8.self)),
            units.contains(wanted)
        else {
            let names = TimeUnit.allCases.filter(units.contains).map(\.rawValue).joined(separator: ", ")
            throw SQLError(
                .type, "an \(interval.type.logical) has no such part", at: arguments.ranges[0],
                hint: "it has \(names)")
        }
        return .call(.extract, [unit, interval], DataType(.bigint, isNullable: interval.type.isNullable))
    }

    /// `(a - b) unit`: the time from b to a as an interval; nil where the operands are no two times of a kind.
    static func difference(
        _ left: PlanExpression, _ right: PlanExpression, _ qualifier: IntervalQualifier
    ) -> PlanExpression? {
        let (first, second) = (short(left), short(right))
        guard first.type.logical.isTemporal, second.type.logical.isTemporal,
            let common = LogicalType.common(first.type.logical, second.type.logical)
        else { return nil }
        let type = IntervalText.type(of: qualifier)
        let unit: TimeUnit = type == .intervalMonths ? .month : .millisecond
        return .call(
            .timestampDifference,
            [
                LiteralBinding.text(unit.rawValue), CastRules.convert(second, to: common),
                CastRules.convert(first, to: common),
            ],
            DataType(type, isNullable: first.type.isNullable || second.type.isNullable))
    }

    /// A time with at most six digits.
    private static func short(_ time: PlanExpression) -> PlanExpression {
        guard time.type.logical.isWideTimestamp else { return time }
        let precision = LogicalType.microsecondPrecision
        if case .timestampLTZ = time.type.logical {
            return CastRules.convert(time, to: .timestampLTZ(precision: precision))
        }
        return CastRules.convert(time, to: .timestamp(precision: precision))
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
        let pattern = try arguments.timePattern(1)
        if time.type.logical.isText {
            time = CastRules.convert(time, to: .timestamp(precision: 3), isTry: true)
        } else if !time.type.logical.isWideTimestamp || !isConstant(pattern) {
            // Only patterns that are known beforehand show more than six digits.
            time = try arguments.timestamp(0)
        }
        let isNullable = arguments.isNullable || time.type.isNullable
        return .call(.dateFormat, [time, pattern], DataType(.string, isNullable: isNullable))
    }

    private static func isConstant(_ expression: PlanExpression) -> Bool {
        if case .literal = expression { return true }
        return false
    }

    /// (text) or (text, constant format) to a time; NULL when it does not fit.
    private static func parse(_ name: String, _ function: ScalarFunction, _ type: LogicalType) -> BuiltinFunction {
        BuiltinFunction(name, 1...2) { (arguments) throws(SQLError) in
            var operands = [try arguments.text(0)]
            if arguments.count > 1 { operands.append(try arguments.timePattern(1)) }
            return .call(function, operands, DataType(type))
        }
    }

    private static let toTimestampLTZ = BuiltinFunction("TO_TIMESTAMP_LTZ", 1...3) { (arguments) throws(SQLError) in
        if arguments.type(0).isText {
            let pattern = arguments.count > 1 ? try arguments.constantText(1) : .literal(.null, .string)
            let zone = arguments.count > 2 ? try arguments.constantText(2) : LiteralBinding.text("UTC")
            if arguments.count > 1 { _ = try arguments.timePattern(1) }
            let operands = [try arguments.text(0), pattern, zone]
            return .call(.toInstant, operands, DataType(.timestampLTZ(precision: 3)))
        }
        guard arguments.count < 3 else {
            throw SQLError(.semantics, "TO_TIMESTAMP_LTZ of a number takes 1 to 2 arguments", at: arguments.range)
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
        if arguments.count > 1 { operands.append(try arguments.timePattern(1)) }
        return .call(.unixTimestamp, operands, DataType(.bigint, isNullable: arguments.isNullable))
    }

    private static let fromUnixTime = BuiltinFunction("FROM_UNIXTIME", 1...2) { (arguments) throws(SQLError) in
        var operands = [try arguments.bigint(0)]
        if arguments.count > 1 { operands.append(try arguments.timePattern(1)) }
        return .call(.fromUnixTime, operands, DataType(.string, isNullable: arguments.isNullable))
    }

    private static let convertZone = BuiltinFunction("CONVERT_TZ", 3...3) { (arguments) throws(SQLError) in
        .call(.convertZone, try TextFunctions.texts(arguments), DataType(.string))
    }

    /// `(a, b) OVERLAPS (c, d)`: both periods are given by begin and end, in either order, or begin and length.
    static func overlaps(
        _ first: (PlanExpression, PlanExpression), _ second: (PlanExpression, PlanExpression),
        _ ranges: [SourceRange], at range: SourceRange
    ) throws(SQLError) -> PlanExpression {
        let binder = ExpressionBinder(scope: nil, clause: "OVERLAPS")
        var bounds: [PlanExpression] = []
        for ((start, end), place) in zip([first, second], ranges) {
            guard start.type.logical.isTemporal else {
                throw SQLError(.type, "OVERLAPS takes times, not \(start.type.logical)", at: place)
            }
            let last = end.type.logical.isInterval ? try binder.arithmetic(.add, start, end, "+", at: place) : end
            let (one, two) = try binder.comparable(start, last, "OVERLAPS", place, place, at: place)
            let type = one.type.nullable(one.type.isNullable || two.type.isNullable)
            bounds += [.call(.least, [one, two], type), .call(.greatest, [one, two], type)]
        }
        let tests = [
            try binder.compare(.greaterOrEqual, bounds[1], bounds[2], "OVERLAPS", ranges[0], ranges[1], at: range),
            try binder.compare(.greaterOrEqual, bounds[3], bounds[0], "OVERLAPS", ranges[1], ranges[0], at: range),
        ]
        return .call(.and, tests, DataType(.boolean, isNullable: tests.contains { $0.type.isNullable }))
    }

    static let all: [BuiltinFunction] = [
        convertZone,
        now("CURRENT_TIME", .currentTime, DataType(.time(precision: 0), isNullable: false)),
        now("LOCALTIME", .currentTime, DataType(.time(precision: 0), isNullable: false)),
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
