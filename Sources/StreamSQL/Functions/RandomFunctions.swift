import Columnar

/// RAND, RAND_INTEGER and UUID. Two calls of a statement give different values: each carries its place in the text.
enum RandomFunctions {
    private static func place(_ arguments: FunctionArguments) -> PlanExpression {
        LiteralBinding.integer(Int64(arguments.range.offset), .bigint)
    }

    private static func seed(_ arguments: FunctionArguments) throws(SQLError) -> PlanExpression {
        let seed = try arguments.integer(0)
        guard seed.isLiteral else {
            throw SQLError(.unsupported, "the seed of \(arguments.name) must be a constant", at: arguments.ranges[0])
        }
        return seed
    }

    private static let random = BuiltinFunction("RAND", 0...1) { (arguments) throws(SQLError) in
        var operands = [place(arguments)]
        if arguments.count > 0 { operands.append(try seed(arguments)) }
        return .call(.random, operands, DataType(.double, isNullable: arguments.isNullable))
    }

    private static let integer = BuiltinFunction("RAND_INTEGER", 1...2) { (arguments) throws(SQLError) in
        let seed = arguments.count > 1 ? try seed(arguments) : .literal(.null, DataType(.integer))
        let bound = try arguments.integer(arguments.count - 1)
        return .call(.randomInteger, [place(arguments), seed, bound], DataType(.integer))
    }

    private static let unique = BuiltinFunction("UUID", 0...0) { (arguments) throws(SQLError) in
        .call(.uuid, [place(arguments)], TextFunctions.string(false))
    }

    static let all: [BuiltinFunction] = [random, integer, unique]
}
