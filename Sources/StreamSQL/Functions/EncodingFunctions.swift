import Columnar

/// Digests, and texts and bytes in other notations.
enum EncodingFunctions {
    private static func bytes(_ isNullable: Bool) -> DataType {
        DataType(.varbinary(LogicalType.unboundedLength), isNullable: isNullable)
    }

    private static let hex = BuiltinFunction("HEX", 1...1) { (arguments) throws(SQLError) in
        let type = TextFunctions.string(arguments.isNullable)
        if arguments.type(0).isInteger { return .call(.hexOfInteger, [try arguments.bigint(0)], type) }
        return .call(.hexOfText, [try arguments.text(0)], type)
    }

    private static let binary = BuiltinFunction("BIN", 1...1) { (arguments) throws(SQLError) in
        .call(.binaryDigits, [try arguments.bigint(0)], TextFunctions.string(arguments.isNullable))
    }

    private static let unhex = BuiltinFunction("UNHEX", 1...1) { (arguments) throws(SQLError) in
        .call(.unhex, [try arguments.text(0)], bytes(true))
    }

    private static func nullable(_ name: String, _ function: ScalarFunction) -> BuiltinFunction {
        BuiltinFunction(name, 1...1) { (arguments) throws(SQLError) in
            .call(function, [try arguments.text(0)], DataType.string)
        }
    }

    private static let digests: [Int64: ScalarFunction] = [224: .sha224, 256: .sha256, 384: .sha384, 512: .sha512]

    /// SHA2(text, bits).
    private static let secureHash = BuiltinFunction("SHA2", 2...2) { (arguments) throws(SQLError) in
        let text = try arguments.text(0)
        let bits = try arguments.bigint(1)
        if case .literal(.int64(let length), _) = bits {
            guard let function = digests[length] else {
                throw SQLError(
                    .semantics, "SHA2 has digests of 224, 256, 384 and 512 bits, not of \(length)",
                    at: arguments.ranges[1])
            }
            return .call(function, [text], TextFunctions.string(arguments.isNullable))
        }
        let branches = digests.sorted { $0.key < $1.key }.map { length, function in
            ConditionalBranch(
                condition: .call(.equal, [bits, LiteralBinding.integer(length, .bigint)], .boolean),
                value: .call(function, [text], .string))
        }
        return .conditional(branches, otherwise: .literal(.null, .string), .string)
    }

    // MARK: Character sets

    private static let sets: [String: String] = [
        "UTF-8": "UTF-8", "UTF8": "UTF-8", "US-ASCII": "US-ASCII", "ASCII": "US-ASCII", "ISO-8859-1": "ISO-8859-1",
        "LATIN1": "ISO-8859-1", "UTF-16": "UTF-16", "UTF16": "UTF-16", "UTF-16BE": "UTF-16BE", "UTF-16LE": "UTF-16LE",
    ]

    private static func characterSet(_ arguments: FunctionArguments) throws(SQLError) -> PlanExpression {
        guard case .literal(.text(let bytes), _) = try arguments.constantText(1) else {
            return .literal(.null, .string)
        }
        let name = String(decoding: bytes, as: UTF8.self)
        guard let set = sets[Lexer.uppercased(name.utf8)] else {
            throw SQLError(
                .semantics, "\(arguments.name) does not know the character set '\(name)'", at: arguments.ranges[1],
                hint: "known are US-ASCII, ISO-8859-1, UTF-8, UTF-16, UTF-16BE and UTF-16LE")
        }
        return LiteralBinding.text(set)
    }

    private static let encode = BuiltinFunction("ENCODE", 2...2) { (arguments) throws(SQLError) in
        let set = try characterSet(arguments)
        guard case .literal(.text, _) = set else { return .literal(.null, bytes(true)) }
        return .call(.encode, [try arguments.text(0), set], bytes(arguments.isNullable))
    }

    private static let decode = BuiltinFunction("DECODE", 2...2) { (arguments) throws(SQLError) in
        guard arguments.type(0).isBinary || arguments.type(0) == .null else {
            throw SQLError(.type, "DECODE takes bytes as argument 1, not \(arguments.type(0))", at: arguments.ranges[0])
        }
        let set = try characterSet(arguments)
        if case .literal(.null, _) = set { return .literal(.null, .string) }
        let value = arguments.type(0) == .null ? PlanExpression.literal(.null, bytes(true)) : arguments.values[0]
        return .call(.decode, [value, set], TextFunctions.string(arguments.isNullable))
    }

    private static let parseURL = BuiltinFunction("PARSE_URL", 2...3) { (arguments) throws(SQLError) in
        .call(.parseURL, try TextFunctions.texts(arguments), .string)
    }

    /// IS_ALPHA and its like; numbers are decimal, whole ones digits.
    private static func test(_ name: String, _ function: ScalarFunction) -> BuiltinFunction {
        BuiltinFunction(name, 1...1) { (arguments) throws(SQLError) in
            let type = DataType(.boolean, isNullable: false)
            let value = arguments.values[0]
            guard value.type.logical.isNumeric else { return .call(function, [try arguments.text(0)], type) }
            if function == .isAlpha { return .literal(.boolean(false), type) }
            return .call(function, [CastRules.convert(value, to: DataType.string.logical)], type)
        }
    }

    private static let printFormat = BuiltinFunction("PRINTF", 1...FunctionCatalog.unlimited) {
        (arguments) throws(SQLError) in
        var operands = [try arguments.text(0)]
        for (position, value) in arguments.values.enumerated().dropFirst() {
            guard !value.type.logical.isNested else {
                throw SQLError(.type, "PRINTF takes no \(value.type.logical)", at: arguments.ranges[position])
            }
            operands.append(value.type.logical == .null ? .literal(.null, .string) : value)
        }
        return .call(.printFormat, operands, .string)
    }

    private static let overlay = BuiltinFunction("OVERLAY", 3...4) { (arguments) throws(SQLError) in
        var operands = [try arguments.text(0), try arguments.text(1)]
        for position in 2..<arguments.count { operands.append(try arguments.integer(position)) }
        return .call(.overlay, operands, TextFunctions.string(arguments.isNullable))
    }

    static let all: [BuiltinFunction] = [
        hex, binary, unhex, secureHash, encode, decode, parseURL, printFormat, overlay,
        TextFunctions.plain("SHA1", .sha1, 1...1), TextFunctions.plain("SHA224", .sha224, 1...1),
        TextFunctions.plain("SHA384", .sha384, 1...1), TextFunctions.plain("SHA512", .sha512, 1...1),
        TextFunctions.plain("TO_BASE64", .toBase64, 1...1), TextFunctions.plain("URL_ENCODE", .urlEncode, 1...1),
        nullable("FROM_BASE64", .fromBase64), nullable("URL_DECODE", .urlDecode),
        TextFunctions.plain("TRANSLATE", .translate, 3...3),
        TextFunctions.plain("JSON_QUOTE", .jsonQuote, 1...1), TextFunctions.plain("JSON_UNQUOTE", .jsonUnquote, 1...1),
        test("IS_ALPHA", .isAlpha), test("IS_DIGIT", .isDigit), test("IS_DECIMAL", .isDecimal),
    ]
}
