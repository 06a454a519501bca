import Columnar
import StreamSQL

/// Calls of the functions over texts, JSON and random values, with the types they take.
enum TextFunctionCalls {
    private static func constant(_ text: String) -> PlanExpression {
        .literal(.text(Array(text.utf8)), DataType(.string))
    }

    private static func number(_ value: Int64?) -> PlanExpression {
        .literal(value.map { .int64($0) } ?? .null, DataType(.integer))
    }

    private static func call(
        _ function: ScalarFunction, _ types: [LogicalType], _ result: LogicalType, before: [PlanExpression] = [],
        after: [PlanExpression] = []
    ) -> PlanExpression {
        let operands = types.enumerated().map { PlanExpression.column($0, DataType($1)) }
        return .call(function, before + operands + after, DataType(result))
    }

    /// Whether a clause says that the call shall fail.
    static func mayFail(_ call: PlanExpression) -> Bool {
        guard case .call(_, let arguments, _) = call else { return false }
        return arguments.contains { $0 == constant("EE") || $0 == constant("E") }
    }

    private static let patterns = ["(a)|(b)*", "[\\u4e00-\\u9fa5]+", "(", "", "^.*$", "(?i)A+?"]

    static func calls(_ function: ScalarFunction) -> [PlanExpression] {
        let text = LogicalType.string
        switch function {
        case .sha1, .sha224, .sha384, .sha512, .toBase64, .fromBase64, .urlEncode, .urlDecode, .hexOfText, .jsonQuote,
            .jsonUnquote:
            return [call(function, [text], text)]
        case .hexOfInteger, .binaryDigits: return [call(function, [.bigint], text)]
        case .unhex: return [call(function, [text], .bytes)]
        case .encode, .decode:
            return ["UTF-8", "US-ASCII", "ISO-8859-1", "UTF-16", "UTF-16BE", "UTF-16LE"].map {
                call(function, [text], function == .encode ? .bytes : text, after: [constant($0)])
            }
        case .isAlpha, .isDigit, .isDecimal: return [call(function, [text], .boolean)]
        case .positionFrom: return [call(function, [text, text, .integer], .integer)]
        case .occurrence: return [call(function, [text, text, .integer, .integer], .integer)]
        case .overlay:
            return [
                call(function, [text, text, .integer], text), call(function, [text, text, .integer, .integer], text),
            ]
        case .translate: return [call(function, [text, text, text], text)]
        case .parseURL: return [call(function, [text, text], text), call(function, [text, text, text], text)]
        case .printFormat:
            let formats = ["%s|%d", "%5.1f %e", "%", "%-010s", "%x%c", "%2$s", "%,d", "%b"]
            return formats.flatMap { format in
                [LogicalType.bigint, .double, text, .boolean, .date, .decimal(precision: 38, scale: 10)].map {
                    call(function, [$0, $0], text, before: [constant(format)])
                }
            }
        case .regexpFound: return [call(function, [text, text], .boolean)] + withPatterns(function, .boolean)
        case .regexpCount, .regexpPlace:
            return [call(function, [text, text], .integer)] + withPatterns(function, .integer)
        case .regexpPart: return [call(function, [text, text], text)] + withPatterns(function, text)
        case .regexpExtract: return [call(function, [text, text, .integer], text)]
        case .regexpParts: return [call(function, [text, text, .integer], .array(DataType(text)))]
        case .regexpReplace: return [call(function, [text, text, text], text)]
        case .similarTo:
            return [
                call(function, [text, text], .boolean), call(function, [text], .boolean, after: [constant("%a|_")]),
            ]
        default: return jsonCalls(function)
        }
    }

    private static func withPatterns(_ function: ScalarFunction, _ type: LogicalType) -> [PlanExpression] {
        patterns.map { call(function, [.string], type, after: [constant($0)]) }
    }

    private static func jsonCalls(_ function: ScalarFunction) -> [PlanExpression] {
        let text = LogicalType.string
        let paths = ["$", "lax $.a[0]", "$..*", "$[-1:]"].map { constant($0) }
        switch function {
        case .jsonExists:
            return paths.flatMap { path in
                ["T", "F", "U", "E"].map { call(function, [text], .boolean, after: [path, constant($0)]) }
            }
        case .jsonValue:
            return paths.flatMap { path in
                [text, .boolean, .integer, .double].flatMap { type in
                    ["NN", "EE"].map { letters in
                        call(
                            function, [text], type,
                            after: [
                                path, constant(letters), .literal(.null, DataType(type)),
                                .literal(.null, DataType(type)),
                            ])
                    }
                }
            }
        case .jsonQuery:
            return paths.flatMap { path in
                ["WNN", "CAA", "UOO"].flatMap { letters in
                    [text, .array(DataType(text))].map {
                        call(function, [text], $0, after: [path, constant(letters)])
                    }
                }
            }
        case .jsonTest: return ["V", "S", "A", "O"].map { call(function, [text], .boolean, after: [constant($0)]) }
        case .jsonObject: return [call(function, [text, .double], text, before: [constant("NV")])]
        case .jsonArray: return [call(function, [text, .bigint, .boolean], text, before: [constant("AJVV")])]
        case .jsonString:
            return [text, .double, .boolean, .bytes, .date, .timestampLTZ(precision: 3)].map {
                call(function, [$0], text)
            }
        case .random: return [call(function, [], .double, before: [number(1), number(7)])]
        case .randomInteger: return [call(function, [.integer], .integer, before: [number(1), number(nil)])]
        case .uuid: return [call(function, [], text, before: [number(1)])]
        case .hyperbolicSine, .hyperbolicCosine, .hyperbolicTangent: return [call(function, [.double], .double)]
        case .convertZone: return [call(function, [text, text, text], text)]
        case .toInstant:
            let zone = constant("Asia/Shanghai")
            return [
                call(function, [text], .timestampLTZ(precision: 3), after: [constant("yyyy-MM-dd HH:mm:ss"), zone]),
                call(
                    function, [text], .timestampLTZ(precision: 3), after: [.literal(.null, DataType(.string)), zone]),
            ]
        case .currentTime: return [call(function, [], .time(precision: 0))]
        default: return []
        }
    }
}
