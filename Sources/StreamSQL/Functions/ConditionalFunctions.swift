import Columnar

/// Functions that choose among their arguments, and TYPEOF.
enum ConditionalFunctions {
    private static let nullIf = BuiltinFunction("NULLIF", 2...2) { (arguments) throws(SQLError) in
        let binder = ExpressionBinder(scope: nil, clause: "NULLIF")
        let value = arguments.values[0]
        let isEqual = try binder.compare(
            .equal, value, arguments.values[1], "NULLIF", arguments.ranges[0], arguments.ranges[1], at: arguments.range)
        let type = value.type.nullable(true)
        return .conditional(
            [ConditionalBranch(condition: isEqual, value: .literal(.null, type))], otherwise: value, type)
    }

    private static let choice = BuiltinFunction("IF", 3...3) { (arguments) throws(SQLError) in
        guard arguments.type(0) == .boolean || arguments.type(0) == .null else {
            throw SQLError(.type, "IF takes a BOOLEAN as argument 1, not \(arguments.type(0))", at: arguments.ranges[0])
        }
        let condition =
            arguments.type(0) == .null ? PlanExpression.literal(.null, DataType(.boolean)) : arguments.values[0]
        return try Conditionals.choose(
            [condition], Array(arguments.values.dropFirst()), Array(arguments.ranges.dropFirst()), "IF")
    }

    private static let typeOf = BuiltinFunction("TYPEOF", 1...2) { (arguments) throws(SQLError) in
        LiteralBinding.text(name(of: arguments.values[0].type))
    }

    /// The type as TYPEOF prints it.
    private static func name(of type: DataType) -> String {
        let suffix = type.isNullable || type.logical == .null ? "" : " NOT NULL"
        switch type.logical {
        case .intervalMonths: return "INTERVAL MONTH" + suffix
        case .intervalMilliseconds: return "INTERVAL SECOND(3)" + suffix
        default: return type.logical.description + suffix
        }
    }

    /// ELT(n, a, b, …): the n-th of the values, NULL outside of them.
    private static let element = BuiltinFunction("ELT", 2...FunctionCatalog.unlimited) { (arguments) throws(SQLError) in
        let index = try arguments.bigint(0)
        let values = Array(arguments.values.dropFirst())
        let ranges = Array(arguments.ranges.dropFirst())
        for (position, value) in values.enumerated()
        where !value.type.logical.isText && !value.type.logical.isBinary && value.type.logical != .null {
            throw SQLError(.type, "ELT takes texts or bytes, not \(value.type.logical)", at: ranges[position])
        }
        let tests = values.indices.map { position in
            PlanExpression.call(
                .equal, [index, LiteralBinding.integer(Int64(position) + 1, .bigint)],
                DataType(.boolean, isNullable: index.type.isNullable))
        }
        return try Conditionals.choose(
            tests, values + [.literal(.null, DataType(.null))], ranges + [arguments.range], "ELT")
    }

    static let all: [BuiltinFunction] = [
        element,
        BuiltinFunction("COALESCE", 1...FunctionCatalog.unlimited) { (arguments) throws(SQLError) in
            try Conditionals.coalesce(arguments)
        },
        BuiltinFunction("IFNULL", 2...2) { (arguments) throws(SQLError) in try Conditionals.coalesce(arguments) },
        nullIf, choice, typeOf,
    ]
}
