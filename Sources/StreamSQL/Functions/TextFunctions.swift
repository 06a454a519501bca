import Columnar

/// Functions over texts.
enum TextFunctions {
    static func string(_ isNullable: Bool) -> DataType { DataType(.string, isNullable: isNullable) }

    /// A function of texts alone that gives a text.
    static func plain(_ name: String, _ function: ScalarFunction, _ arity: ClosedRange<Int>) -> BuiltinFunction {
        BuiltinFunction(name, arity) { (arguments) throws(SQLError) in
            .call(function, try texts(arguments), string(arguments.isNullable))
        }
    }

    static func texts(_ arguments: FunctionArguments) throws(SQLError) -> [PlanExpression] {
        var result: [PlanExpression] = []
        for position in arguments.values.indices { result.append(try arguments.text(position)) }
        return result
    }

    static func trim(_ function: ScalarFunction, _ arguments: FunctionArguments) throws(SQLError) -> PlanExpression {
        let characters = arguments.count > 1 ? try arguments.text(1) : LiteralBinding.text(" ")
        return .call(function, [try arguments.text(0), characters], string(arguments.isNullable))
    }

    private static func trimming(_ name: String, _ function: ScalarFunction) -> BuiltinFunction {
        BuiltinFunction(name, 1...2) { (arguments) throws(SQLError) in try trim(function, arguments) }
    }

    /// (text, count) -> text
    private static func counted(_ name: String, _ function: ScalarFunction) -> BuiltinFunction {
        BuiltinFunction(name, 2...2) { (arguments) throws(SQLError) in
            .call(function, [try arguments.text(0), try arguments.integer(1)], string(arguments.isNullable))
        }
    }

    private static func substring(_ name: String) -> BuiltinFunction {
        BuiltinFunction(name, 2...3) { (arguments) throws(SQLError) in
            var operands = [try arguments.text(0), try arguments.integer(1)]
            if arguments.count > 2 { operands.append(try arguments.integer(2)) }
            return .call(.substring, operands, string(true))
        }
    }

    private static func pad(_ name: String, _ function: ScalarFunction) -> BuiltinFunction {
        BuiltinFunction(name, 3...3) { (arguments) throws(SQLError) in
            let operands = [try arguments.text(0), try arguments.integer(1), try arguments.text(2)]
            return .call(function, operands, string(true))
        }
    }

    /// Where one text begins in another; `isTextFirst` tells the order of the arguments.
    private static func position(_ name: String, isTextFirst: Bool) -> BuiltinFunction {
        BuiltinFunction(name, isTextFirst ? 2...4 : 2...3) { (arguments) throws(SQLError) in
            let first = try arguments.text(0)
            let second = try arguments.text(1)
            let type = DataType(.integer, isNullable: arguments.isNullable)
            let (needle, text) = isTextFirst ? (second, first) : (first, second)
            if arguments.count == 2 { return .call(.position, [needle, text], type) }
            let start = try arguments.integer(2)
            guard isTextFirst else { return .call(.positionFrom, [needle, text, start], type) }
            let count = arguments.count > 3 ? try arguments.integer(3) : LiteralBinding.integer(1)
            return .call(.occurrence, [text, needle, start, count], type)
        }
    }

    private static func test(_ name: String, _ function: ScalarFunction) -> BuiltinFunction {
        BuiltinFunction(name, 2...2) { (arguments) throws(SQLError) in
            .call(function, try texts(arguments), DataType(.boolean, isNullable: arguments.isNullable))
        }
    }

    private static func length(_ name: String) -> BuiltinFunction {
        BuiltinFunction(name, 1...1) { (arguments) throws(SQLError) in
            .call(.characterLength, [try arguments.text(0)], DataType(.integer, isNullable: arguments.isNullable))
        }
    }

    private static let splitIndex = BuiltinFunction("SPLIT_INDEX", 3...3) { (arguments) throws(SQLError) in
        var separator = arguments.values[1]
        if case .literal(.int64(let code), _) = separator, (1...255).contains(code),
            let scalar = UnicodeScalar(UInt32(code))
        {
            separator = LiteralBinding.text(String(Character(scalar)))
        } else if arguments.type(1).isInteger {
            // A code outside of 1 to 255 gives NULL.
            let code = try arguments.integer(1)
            let type = DataType(.boolean)
            let bounds = [
                PlanExpression.call(.greaterOrEqual, [code, LiteralBinding.integer(1)], type),
                .call(.lessOrEqual, [code, LiteralBinding.integer(255)], type),
            ]
            separator = .conditional(
                [
                    ConditionalBranch(
                        condition: .call(.and, bounds, type), value: .call(.character, [code], string(true)))
                ],
                otherwise: .literal(.null, .string), string(true))
        } else {
            separator = try arguments.text(1)
        }
        return .call(.splitIndex, [try arguments.text(0), separator, try arguments.integer(2)], string(true))
    }

    static let all: [BuiltinFunction] = [
        length("CHAR_LENGTH"), length("CHARACTER_LENGTH"),
        plain("UPPER", .upper, 1...1), plain("LOWER", .lower, 1...1), plain("INITCAP", .initialCapital, 1...1),
        plain("CONCAT", .concatenate, 1...FunctionCatalog.unlimited),
        BuiltinFunction("CONCAT_WS", 2...FunctionCatalog.unlimited) { (arguments) throws(SQLError) in
            .call(.concatenateWithSeparator, try texts(arguments), string(arguments.values[0].type.isNullable))
        },
        substring("SUBSTRING"), substring("SUBSTR"),
        trimming("LTRIM", .trimLeading), trimming("RTRIM", .trimTrailing), trimming("BTRIM", .trimBoth),
        plain("REPLACE", .replace, 3...3), plain("REVERSE", .reverse, 1...1),
        plain("MD5", .md5, 1...1), plain("SHA256", .sha256, 1...1),
        position("POSITION", isTextFirst: false), position("LOCATE", isTextFirst: false),
        position("INSTR", isTextFirst: true),
        counted("LEFT", .left), counted("RIGHT", .right), counted("REPEAT", .repeatText),
        pad("LPAD", .leftPad), pad("RPAD", .rightPad),
        test("STARTSWITH", .startsWith), test("ENDSWITH", .endsWith),
        splitIndex,
        BuiltinFunction("ASCII", 1...1) { (arguments) throws(SQLError) in
            .call(.ascii, [try arguments.text(0)], DataType(.integer, isNullable: arguments.isNullable))
        },
        BuiltinFunction("CHR", 1...1) { (arguments) throws(SQLError) in
            .call(.character, [try arguments.bigint(0)], string(arguments.isNullable))
        },
    ]
}
