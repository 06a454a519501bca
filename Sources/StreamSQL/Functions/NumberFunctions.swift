import Columnar

/// Functions over numbers.
enum NumberFunctions {
    /// A function of DOUBLEs that gives a DOUBLE.
    private static func real(_ name: String, _ function: ScalarFunction, arity: Int = 1) -> BuiltinFunction {
        BuiltinFunction(name, arity...arity) { (arguments) throws(SQLError) in
            var operands: [PlanExpression] = []
            for position in 0..<arity { operands.append(try arguments.double(position)) }
            return .call(function, operands, DataType(.double, isNullable: arguments.isNullable))
        }
    }

    /// A function that keeps the type of its number.
    private static func same(_ name: String, _ function: ScalarFunction) -> BuiltinFunction {
        BuiltinFunction(name, 1...1) { (arguments) throws(SQLError) in
            let value = try arguments.number(0)
            return .call(function, [value], value.type)
        }
    }

    /// CEIL and FLOOR: of a number, or of a time to a unit.
    private static func whole(
        _ name: String, _ function: ScalarFunction, _ timeFunction: ScalarFunction
    ) -> BuiltinFunction {
        BuiltinFunction(name, 1...2) { (arguments) throws(SQLError) in
            if arguments.count == 2 {
                let type = try arguments.temporal(0).type
                let time = try arguments.shortTime(0)
                let rounded = PlanExpression.call(timeFunction, [time, try arguments.unit(1)], time.type)
                return CastRules.convert(rounded, to: type.logical)
            }
            let value = try arguments.number(0)
            guard case .decimal(let precision, let scale) = value.type.logical else {
                return .call(function, [value], value.type)
            }
            _ = scale
            let type = LogicalType.decimal(precision: precision, scale: 0)
            return .call(function, [value], DataType(type, isNullable: value.type.isNullable))
        }
    }

    /// ROUND and TRUNCATE; digits default to none.
    private static func digits(_ name: String, _ function: ScalarFunction) -> BuiltinFunction {
        BuiltinFunction(name, 1...2) { (arguments) throws(SQLError) in
            let value = try arguments.number(0)
            let digits = arguments.count > 1 ? try arguments.integer(1) : LiteralBinding.integer(0)
            var type = value.type.nullable(arguments.isNullable)
            if case .decimal(let precision, let scale) = type.logical, case .literal(.int64(let wanted), _) = digits {
                type.logical = rounded(precision, scale, to: Int(clamping: wanted))
            }
            return .call(function, [value, digits], type)
        }
    }

    /// The DECIMAL that holds one of (precision, scale) rounded to some digits.
    private static func rounded(_ precision: Int, _ scale: Int, to digits: Int) -> LogicalType {
        if digits >= scale { return .decimal(precision: precision, scale: scale) }
        if digits < 0 { return .decimal(precision: min(38, 1 + precision - scale), scale: 0) }
        return .decimal(precision: min(38, max(1, 1 + precision - scale + digits)), scale: digits)
    }

    /// GREATEST and LEAST.
    private static func extreme(_ name: String, _ function: ScalarFunction) -> BuiltinFunction {
        BuiltinFunction(name, 1...FunctionCatalog.unlimited) { (arguments) throws(SQLError) in
            let type = try Conditionals.commonType(arguments.values, arguments.ranges, name)
            let operands = arguments.values.map {
                $0.type.logical == .null ? PlanExpression.literal(.null, type) : CastRules.coerce($0, to: type.logical)
            }
            return .call(function, operands, type.nullable(arguments.isNullable))
        }
    }

    private static func constant(_ name: String, _ value: Double) -> BuiltinFunction {
        BuiltinFunction(name, 0...0) { (_) throws(SQLError) in
            .literal(.float64(value), DataType(.double, isNullable: false))
        }
    }

    private static let modulo = BuiltinFunction("MOD", 2...2) { (arguments) throws(SQLError) in
        let binder = ExpressionBinder(scope: nil, clause: "MOD")
        return try binder.arithmetic(
            .modulo, try arguments.number(0), try arguments.number(1), "MOD", at: arguments.range)
    }

    private static let logarithm = BuiltinFunction("LOG", 1...2) { (arguments) throws(SQLError) in
        let type = DataType(.double, isNullable: arguments.isNullable)
        if arguments.count == 1 { return .call(.naturalLogarithm, [try arguments.double(0)], type) }
        return .call(.logarithm, [try arguments.double(0), try arguments.double(1)], type)
    }

    private static let cotangent = BuiltinFunction("COT", 1...1) { (arguments) throws(SQLError) in
        let type = DataType(.double, isNullable: arguments.isNullable)
        let one = PlanExpression.literal(.float64(1), DataType(.double, isNullable: false))
        return .call(.divide, [one, .call(.tangent, [try arguments.double(0)], type)], type)
    }

    static let all: [BuiltinFunction] = [
        same("ABS", .absolute), same("SIGN", .sign),
        whole("CEIL", .ceiling, .ceilingTime), whole("CEILING", .ceiling, .ceilingTime),
        whole("FLOOR", .floor, .floorTime),
        real("SQRT", .squareRoot), real("POWER", .power, arity: 2), real("LN", .naturalLogarithm),
        real("LOG10", .logarithm10), real("LOG2", .logarithm2), real("EXP", .exponential), logarithm,
        digits("ROUND", .round), digits("TRUNCATE", .truncate),
        real("SIN", .sine), real("COS", .cosine), real("TAN", .tangent), real("ASIN", .arcSine),
        real("ACOS", .arcCosine), real("ATAN", .arcTangent), real("ATAN2", .arcTangent2, arity: 2),
        real("DEGREES", .degrees), real("RADIANS", .radians), cotangent,
        real("SINH", .hyperbolicSine), real("COSH", .hyperbolicCosine), real("TANH", .hyperbolicTangent),
        constant("PI", Double.pi), constant("E", 2.718281828459045),
        extreme("GREATEST", .greatest), extreme("LEAST", .least), modulo,
    ]
}
