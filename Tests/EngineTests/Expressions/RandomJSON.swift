import Columnar
import StreamSQL

/// Random calls of JSON functions.
extension RandomExpressions {
    private static let documents = [
        "{\"a\":1,\"b\":\"x\"}", "{\"a\":{\"b\":[1,2.50,\"数\"]}}", "[1,\"two\",true,null]", "{\"a\":[{\"b\":-7}]}",
        "null",
        "{\"a\":null}", " {\"b\" : \"q\\\"\\u00e9\\\\\" , \"a\" : true } ", "{\"a\":1,\"a\":2147483648}", "\"text\"",
        "[]", "{}",
        "{\"a\":1", "{\"a\":01}", "[1,]", "{\"😀\":1,\"\u{FF5E}\":2,\"a\":\"-0\"}", "0.25", "tru",
    ]
    private static let paths = [
        "$", "$.a", "$.b", "$.a.b", "$[0]", "$[1]", "$[3]", "$.a[0]", "$.a[0].b", "$.a.b[1]",
    ]

    private func constant(_ text: String) -> PlanExpression { .literal(.text(Array(text.utf8)), DataType(.string)) }

    private mutating func letter(_ letters: String) -> String {
        String(Array(letters)[number(letters.count)])
    }

    /// Documents and what is hardly one; texts of columns too.
    private mutating func document(_ depth: Int) -> PlanExpression {
        switch number(8) {
        case 0: expression(.string, depth: 0)
        case 1...2 where depth > 1: building(depth - 1)
        default: constant(Self.documents[number(Self.documents.count)])
        }
    }

    private mutating func path() -> PlanExpression {
        constant((number(2) == 0 ? "lax " : "") + Self.paths[number(Self.paths.count)])
    }

    /// JSON_OBJECT or JSON_ARRAY.
    private mutating func building(_ depth: Int) -> PlanExpression {
        let isObject = number(2) == 0
        var letters = letter("NA")
        var arguments: [PlanExpression] = []
        for _ in 0...number(3) {
            if isObject { arguments.append(constant(letter("abAé数😀\u{FF5E}"))) }
            if depth > 1, number(4) == 0 {
                letters += "J"
                arguments.append(building(depth - 1))
            } else {
                letters += "V"
                let types: [LogicalType] = [.bigint, .string, .boolean, Self.decimal, .date, .integer, Self.numberList]
                arguments.append(expression(types[number(types.count)], depth: depth - 1))
            }
        }
        return .call(isObject ? .jsonObject : .jsonArray, [constant(letters)] + arguments, DataType(.string))
    }

    /// A call that gives a type; nil where there is none.
    mutating func json(_ type: LogicalType, _ depth: Int) -> PlanExpression? {
        switch (type, number(4)) {
        case (.integer, _), (.double, _), (.boolean, 0), (.string, 0):
            let letters = letter("NNDE") + letter("NNDE")
            let others = (0..<2).map { _ in expression(type, depth: depth - 1) }
            return .call(.jsonValue, [document(depth), path(), constant(letters)] + others, DataType(type))
        case (.boolean, 1):
            return .call(.jsonTest, [document(depth), constant(letter("VSAO"))], DataType(.boolean))
        case (.boolean, _):
            return .call(.jsonExists, [document(depth), path(), constant(letter("TFUFE"))], DataType(.boolean))
        case (.string, 1):
            let letters = letter("WCU") + letter("NNAOE") + letter("NNAOE")
            return .call(.jsonQuery, [document(depth), path(), constant(letters)], DataType(.string))
        case (.string, 2): return building(depth)
        case (.string, _):
            let types: [LogicalType] = [.bigint, .string, .boolean, Self.decimal, .date, Self.numberList]
            let operand = expression(types[number(types.count)], depth: depth - 1)
            if operand.type.logical == .string, number(2) == 0 {
                return .call(.jsonQuote, [operand], DataType(.string))
            }
            return .call(.jsonString, [operand], DataType(.string))
        default: return nil
        }
    }
}
