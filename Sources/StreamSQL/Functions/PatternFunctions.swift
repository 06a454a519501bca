import Columnar
import RegularExpressions

/// Functions over regular expressions.
enum PatternFunctions {
    /// The pattern of a call. What the matcher can't do is refused here where the pattern is constant.
    private static func pattern(_ arguments: FunctionArguments) throws(SQLError) -> PlanExpression {
        let pattern = try arguments.text(1)
        guard case .literal(.text(let bytes), _) = pattern else { return pattern }
        _ = try translated(bytes, at: arguments.ranges[1])
        return pattern
    }

    private static func translated(_ bytes: [UInt8], at range: SourceRange) throws(SQLError) -> JavaPattern {
        do throws(JavaPattern.Refusal) {
            return try JavaPattern(bytes)
        } catch {
            throw SQLError(
                .unsupported, "the regular expression can't be used: \(error.reason)", at: range, hint: error.hint)
        }
    }

    /// Refuses a constant pattern that is not well formed; for functions that have no answer for one.
    static func check(_ bytes: [UInt8], at range: SourceRange) throws(SQLError) {
        guard RegularExpression(try translated(bytes, at: range).bytes) == nil else { return }
        throw SQLError(.semantics, "the regular expression is not well formed", at: range)
    }

    private static func of(
        _ name: String, _ function: ScalarFunction, _ type: LogicalType, isNullable: Bool = true
    ) -> BuiltinFunction {
        BuiltinFunction(name, 2...2) { (arguments) throws(SQLError) in
            .call(
                function, [try arguments.text(0), try pattern(arguments)],
                DataType(type, isNullable: isNullable || arguments.isNullable))
        }
    }

    private static let extract = BuiltinFunction("REGEXP_EXTRACT", 2...3) { (arguments) throws(SQLError) in
        let group = arguments.count > 2 ? try arguments.integer(2) : LiteralBinding.integer(0)
        return .call(.regexpExtract, [try arguments.text(0), try pattern(arguments), group], .string)
    }

    private static let parts = BuiltinFunction("REGEXP_EXTRACT_ALL", 2...3) { (arguments) throws(SQLError) in
        let group = arguments.count > 2 ? try arguments.integer(2) : LiteralBinding.integer(1)
        return .call(
            .regexpParts, [try arguments.text(0), try pattern(arguments), group], DataType(.array(.string)))
    }

    private static let replace = BuiltinFunction("REGEXP_REPLACE", 3...3) { (arguments) throws(SQLError) in
        .call(.regexpReplace, [try arguments.text(0), try pattern(arguments), try arguments.text(2)], .string)
    }

    /// Refuses a constant pattern of SIMILAR TO that is not well formed.
    static func checkSimilar(_ operands: [PlanExpression], at range: SourceRange) throws(SQLError) {
        var escape: [UInt8] = []
        if operands.count > 2, case .literal(.text(let bytes), _) = operands[2] { escape = bytes }
        guard case .literal(.text(let bytes), _) = operands[1] else { return }
        guard SimilarPattern.translate(bytes, escape: escape) != nil else {
            throw SQLError(
                .semantics, "the pattern of SIMILAR TO is not well formed", at: range,
                hint: "a '[' needs its ']', and the escape character a character behind it")
        }
    }

    static let all: [BuiltinFunction] = [
        of("REGEXP", .regexpFound, .boolean, isNullable: false), of("REGEXP_COUNT", .regexpCount, .integer),
        of("REGEXP_INSTR", .regexpPlace, .integer), of("REGEXP_SUBSTR", .regexpPart, DataType.string.logical),
        extract, parts, replace,
    ]
}
