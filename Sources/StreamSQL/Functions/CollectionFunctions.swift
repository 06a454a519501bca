import Columnar

/// Functions over arrays, maps and multisets.
enum CollectionFunctions {
    // MARK: Arguments

    private static func mismatch(_ arguments: FunctionArguments, _ position: Int, _ wanted: String) -> SQLError {
        SQLError(
            .type, "\(arguments.name) takes \(wanted) as argument \(position + 1), not \(arguments.type(position))",
            at: arguments.ranges[position])
    }

    private static func elementType(_ arguments: FunctionArguments, _ position: Int) throws(SQLError) -> DataType {
        guard case .array(let element) = arguments.type(position) else {
            throw mismatch(arguments, position, "an ARRAY")
        }
        return element
    }

    private static func mapTypes(
        _ arguments: FunctionArguments, _ position: Int
    ) throws(SQLError) -> (key: DataType, value: DataType) {
        guard case .map(let key, let value) = arguments.type(position) else {
            throw mismatch(arguments, position, "a MAP")
        }
        return (key, value)
    }

    /// All arguments brought to one type; it is that of the result, too.
    private static func alike(
        _ arguments: FunctionArguments
    ) throws(SQLError) -> (values: [PlanExpression], type: DataType) {
        let type = try Conditionals.commonType(arguments.values, arguments.ranges, arguments.name)
        let values = arguments.values.map { ExpressionBinder.converted($0, to: type) }
        return (values, type.nullable(arguments.isNullable))
    }

    /// An array and a value, both brought to one type of element.
    private static func withElement(
        _ arguments: FunctionArguments
    ) throws(SQLError) -> (array: PlanExpression, value: PlanExpression, type: DataType) {
        let element = try elementType(arguments, 0)
        let value = arguments.values[1]
        guard let common = DataType.common(element, value.type) else {
            throw SQLError(
                .type, "\(arguments.name) looks for a \(value.type.logical) among \(element.logical) values",
                at: arguments.ranges[1], hint: "CAST one of them")
        }
        let type = DataType(.array(common), isNullable: arguments.values[0].type.isNullable)
        return (
            CastRules.convert(arguments.values[0], to: type.logical), ExpressionBinder.converted(value, to: common),
            type
        )
    }

    // MARK: Functions

    /// An array and a value of its elements to an array.
    private static func changing(_ name: String, _ function: ScalarFunction) -> BuiltinFunction {
        BuiltinFunction(name, 2...2) { (arguments) throws(SQLError) in
            let (array, value, type) = try withElement(arguments)
            return .call(function, [array, value], type)
        }
    }

    /// An array and a value of its elements to another type.
    private static func searching(
        _ name: String, _ function: ScalarFunction, _ result: LogicalType
    ) -> BuiltinFunction {
        BuiltinFunction(name, 2...2) { (arguments) throws(SQLError) in
            let (array, value, _) = try withElement(arguments)
            let isNullable = function == .arrayContains ? array.type.isNullable : arguments.isNullable
            return .call(function, [array, value], DataType(result, isNullable: isNullable))
        }
    }

    /// An array to an array of the same type.
    private static func same(_ name: String, _ function: ScalarFunction) -> BuiltinFunction {
        BuiltinFunction(name, 1...1) { (arguments) throws(SQLError) in
            _ = try elementType(arguments, 0)
            return .call(function, arguments.values, arguments.values[0].type)
        }
    }

    /// Arrays to one of the same type.
    private static func joining(
        _ name: String, _ function: ScalarFunction, _ arity: ClosedRange<Int>
    ) -> BuiltinFunction {
        BuiltinFunction(name, arity) { (arguments) throws(SQLError) in
            for position in arguments.values.indices where arguments.type(position) != .null {
                _ = try elementType(arguments, position)
            }
            let (values, type) = try alike(arguments)
            guard case .array = type.logical else { throw mismatch(arguments, 0, "an ARRAY") }
            return .call(function, values, type)
        }
    }

    /// One element of an array.
    private static func one(_ name: String, _ function: ScalarFunction, isOrdered: Bool) -> BuiltinFunction {
        BuiltinFunction(name, 1...1) { (arguments) throws(SQLError) in
            let element = try elementType(arguments, 0)
            if isOrdered { try requireOrder(element, arguments) }
            return .call(function, arguments.values, element.nullable(true))
        }
    }

    private static func requireOrder(_ element: DataType, _ arguments: FunctionArguments) throws(SQLError) {
        guard !element.logical.isNested else {
            throw SQLError(
                .type, "\(arguments.name) can't order \(element.logical) values", at: arguments.ranges[0])
        }
    }

    private static let cardinality = BuiltinFunction("CARDINALITY", 1...1) { (arguments) throws(SQLError) in
        switch arguments.type(0) {
        case .array, .map, .multiset: break
        default: throw mismatch(arguments, 0, "an ARRAY, MAP or MULTISET")
        }
        return .call(.cardinality, arguments.values, DataType(.integer, isNullable: arguments.isNullable))
    }

    private static let slice = BuiltinFunction("ARRAY_SLICE", 2...3) { (arguments) throws(SQLError) in
        _ = try elementType(arguments, 0)
        var operands = [arguments.values[0]]
        for position in 1..<arguments.count { operands.append(try arguments.bigint(position)) }
        return .call(.arraySlice, operands, arguments.values[0].type.nullable(arguments.isNullable))
    }

    private static let sort = BuiltinFunction("ARRAY_SORT", 1...3) { (arguments) throws(SQLError) in
        try requireOrder(try elementType(arguments, 0), arguments)
        var operands = [arguments.values[0]]
        for position in 1..<arguments.count {
            switch arguments.type(position) {
            case .boolean: operands.append(arguments.values[position])
            case .null: operands.append(.literal(.null, .boolean))
            default: throw mismatch(arguments, position, "a BOOLEAN")
            }
        }
        return .call(.arraySort, operands, arguments.values[0].type.nullable(arguments.isNullable))
    }

    private static let join = BuiltinFunction("ARRAY_JOIN", 2...3) { (arguments) throws(SQLError) in
        guard try elementType(arguments, 0).logical.isText else { throw mismatch(arguments, 0, "an ARRAY<STRING>") }
        var operands = [arguments.values[0]]
        for position in 1..<arguments.count { operands.append(try arguments.text(position)) }
        return .call(.arrayJoin, operands, DataType(.string, isNullable: arguments.isNullable))
    }

    /// A map to an array.
    private static func parts(
        _ name: String, _ function: ScalarFunction,
        _ element: @escaping @Sendable (_ key: DataType, _ value: DataType) -> DataType
    ) -> BuiltinFunction {
        BuiltinFunction(name, 1...1) { (arguments) throws(SQLError) in
            let (key, value) = try mapTypes(arguments, 0)
            return .call(
                function, arguments.values,
                DataType(.array(element(key, value)), isNullable: arguments.values[0].type.isNullable))
        }
    }

    private static let mapUnion = BuiltinFunction("MAP_UNION", 1...FunctionCatalog.unlimited) {
        (arguments) throws(SQLError) in
        for position in arguments.values.indices where arguments.type(position) != .null {
            _ = try mapTypes(arguments, position)
        }
        let (values, type) = try alike(arguments)
        guard case .map = type.logical else { throw mismatch(arguments, 0, "a MAP") }
        return .call(.mapUnion, values, type)
    }

    private static let mapFromArrays = BuiltinFunction("MAP_FROM_ARRAYS", 2...2) { (arguments) throws(SQLError) in
        let key = try elementType(arguments, 0)
        let value = try elementType(arguments, 1)
        return .call(
            .mapFromArrays, arguments.values,
            DataType(.map(key: key, value: value), isNullable: arguments.isNullable))
    }

    private static let split = BuiltinFunction("SPLIT", 2...2) { (arguments) throws(SQLError) in
        let texts = DataType(.array(DataType(.string, isNullable: false)), isNullable: arguments.isNullable)
        return .call(.split, [try arguments.text(0), try arguments.text(1)], texts)
    }

    private static let stringToMap = BuiltinFunction("STR_TO_MAP", 1...3) { (arguments) throws(SQLError) in
        guard arguments.count != 2 else {
            throw SQLError(.semantics, "STR_TO_MAP takes no delimiter or both", at: arguments.range)
        }
        var operands = [try arguments.text(0), LiteralBinding.text(","), LiteralBinding.text("=")]
        for position in 1..<arguments.count { operands[position] = try delimiter(arguments, position) }
        let type = LogicalType.map(key: DataType(.string), value: DataType(.string))
        return .call(.stringToMap, operands, DataType(type, isNullable: arguments.isNullable))
    }

    /// A delimiter is a regular expression.
    private static func delimiter(
        _ arguments: FunctionArguments, _ position: Int
    ) throws(SQLError) -> PlanExpression {
        let value = try arguments.constantText(position)
        guard case .literal(.text(let bytes), _) = value else {
            throw SQLError(.semantics, "a delimiter of STR_TO_MAP can't be NULL", at: arguments.ranges[position])
        }
        try PatternFunctions.check(bytes, at: arguments.ranges[position])
        return value
    }

    static let all: [BuiltinFunction] = [
        cardinality, one("ELEMENT", .element, isOrdered: false), one("ARRAY_MAX", .arrayMaximum, isOrdered: true),
        one("ARRAY_MIN", .arrayMinimum, isOrdered: true),
        changing("ARRAY_APPEND", .arrayAppend), changing("ARRAY_PREPEND", .arrayPrepend),
        changing("ARRAY_REMOVE", .arrayRemove), searching("ARRAY_CONTAINS", .arrayContains, .boolean),
        searching("ARRAY_POSITION", .arrayPosition, .integer),
        same("ARRAY_DISTINCT", .arrayDistinct), same("ARRAY_REVERSE", .arrayReverse), slice, sort, join,
        joining("ARRAY_CONCAT", .arrayConcat, 1...FunctionCatalog.unlimited),
        joining("ARRAY_UNION", .arrayUnion, 2...2), joining("ARRAY_INTERSECT", .arrayIntersect, 2...2),
        joining("ARRAY_EXCEPT", .arrayExcept, 2...2),
        parts("MAP_KEYS", .mapKeys) { key, _ in key }, parts("MAP_VALUES", .mapValues) { _, value in value },
        parts("MAP_ENTRIES", .mapEntries) { key, value in
            DataType(.row([Field("key", key), Field("value", value)]), isNullable: false)
        },
        mapUnion, mapFromArrays, split, stringToMap,
    ]
}
