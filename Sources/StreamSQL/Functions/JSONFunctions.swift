import Columnar

/// The functions over JSON that are called as others are; those with clauses are in the expression binder.
enum JSONFunctions {
    private static let string = BuiltinFunction("JSON_STRING", 1...1) { (arguments) throws(SQLError) in
        let value = arguments.values[0]
        if value.type.logical == .null { return .literal(.null, .string) }
        return .call(.jsonString, [value], TextFunctions.string(value.type.isNullable))
    }

    private static let json = BuiltinFunction("JSON", 1...1) { (arguments) throws(SQLError) in
        throw SQLError(
            .semantics, "JSON(…) can only stand as a value of JSON_OBJECT or JSON_ARRAY", at: arguments.range)
    }

    static let all: [BuiltinFunction] = [string, json]
}
