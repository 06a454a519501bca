import Columnar
import StreamSQL
import Testing

// Functions over collections, JSON and regular expressions.
extension KernelSpeedTests {
    private static func array(_ items: [NestedItem], _ kind: PhysicalKind) -> LiteralValue {
        var bytes: [UInt8] = []
        NestedWriter.appendArray(items, kind, to: &bytes)
        return .text(bytes)
    }

    private func numberArrays() -> Column {
        column(NestedSamples.numbers) { row in
            Self.array((0..<4).map { NestedItem(mixed(row + $0) % 50) }, .int64)
        }
    }

    private func textArrays() -> Column {
        let heap = ByteHeap()
        return column(NestedSamples.texts) { row in
            Self.array(["order", "pay", "refund \(row % 10)"].map { heap.item(Array($0.utf8)) }, .text)
        }
    }

    private func maps() -> Column {
        let heap = ByteHeap()
        let keys = ["a", "b", "c"].map { heap.item(Array($0.utf8)) }
        return column(NestedSamples.map) { row in
            var bytes: [UInt8] = []
            let values = (0..<3).map { NestedItem(mixed(row + $0)) }
            NestedWriter.appendMap(keys: keys, values: values, .text, .int64, to: &bytes)
            return .text(bytes)
        }
    }

    @Test func arrays() throws {
        announce("Collections")
        let (list, bigint) = (DataType(NestedSamples.numbers), DataType(.bigint))
        let columns = [numberArrays(), column(.bigint) { .int64(mixed($0) % 50) }]
        let (a, x) = (PlanExpression.column(0, list), PlanExpression.column(1, bigint))
        let calls: [(String, ScalarFunction, [PlanExpression], LogicalType)] = [
            ("CARDINALITY of 4 numbers", .cardinality, [a], .integer),
            ("a[2]", .arrayElement, [a, number(2)], .bigint),
            ("ARRAY_CONTAINS", .arrayContains, [a, x], .boolean),
            ("ARRAY_POSITION", .arrayPosition, [a, x], .integer),
            ("ARRAY_APPEND", .arrayAppend, [a, x], list.logical),
            ("ARRAY_PREPEND", .arrayPrepend, [a, x], list.logical),
            ("ARRAY_REMOVE", .arrayRemove, [a, x], list.logical),
            ("ARRAY_CONCAT", .arrayConcat, [a, a], list.logical), ("ARRAY_UNION", .arrayUnion, [a, a], list.logical),
            ("ARRAY_INTERSECT", .arrayIntersect, [a, a], list.logical),
            ("ARRAY_EXCEPT", .arrayExcept, [a, a], list.logical),
            ("ARRAY_DISTINCT", .arrayDistinct, [a], list.logical),
            ("ARRAY_REVERSE", .arrayReverse, [a], list.logical), ("ARRAY_MAX", .arrayMaximum, [a], .bigint),
            ("ARRAY_MIN", .arrayMinimum, [a], .bigint),
            ("ARRAY_SLICE", .arraySlice, [a, number(2), number(3)], list.logical),
            ("ARRAY_SORT", .arraySort, [a], list.logical), ("ARRAY[x, x, x]", .makeArray, [x, x, x], list.logical),
        ]
        for (name, function, arguments, type) in calls {
            try evaluate(name, .call(function, arguments, DataType(type)), columns)
        }
        let texts = PlanExpression.column(0, DataType(NestedSamples.texts))
        let words = textArrays()
        try evaluate("ARRAY_JOIN of 3 texts", .call(.arrayJoin, [texts, constant(",")], DataType(.string)), [words])
        try evaluate(
            "ARRAY_CONTAINS of 3 texts", .call(.arrayContains, [texts, constant("refund 7")], DataType(.boolean)),
            [words])
        try evaluate("t[3] of texts", .call(.arrayElement, [texts, number(3)], DataType(.string)), [words])
        let lines = column(.string) { .text(Array("order,pay,refund \($0 % 10)".utf8)) }
        let line = PlanExpression.column(0, DataType(.string))
        try evaluate(
            "SPLIT into 3 texts", .call(.split, [line, constant(",")], DataType(NestedSamples.texts)), [lines])
    }

    @Test func mapsAndRows() throws {
        announce("Collections")
        let (map, bigint, string) = (DataType(NestedSamples.map), DataType(.bigint), DataType(.string))
        let columns = [maps(), column(.bigint) { .int64(mixed($0)) }]
        let (m, x) = (PlanExpression.column(0, map), PlanExpression.column(1, bigint))
        let keys = ["a", "b", "c"].map { constant($0) }
        let entry = LogicalType.row([Field("key", string), Field("value", bigint)])
        let pair = DataType(.row([Field("k", string), Field("v", bigint)]))
        let made = PlanExpression.call(.makeRow, [keys[0], x], pair)
        let calls: [(String, ScalarFunction, [PlanExpression], LogicalType)] = [
            ("CARDINALITY of a map", .cardinality, [m], .integer), ("m['b']", .mapValue, [m, keys[1]], .bigint),
            ("MAP_KEYS", .mapKeys, [m], NestedSamples.texts), ("MAP_VALUES", .mapValues, [m], NestedSamples.numbers),
            ("MAP_ENTRIES", .mapEntries, [m], .array(DataType(entry))), ("MAP_UNION", .mapUnion, [m, m], map.logical),
            ("MAP['a', x, 'b', x]", .makeMap, [keys[0], x, keys[1], x], map.logical),
            ("ROW('a', x)", .makeRow, [keys[0], x], pair.logical),
            ("ROW('a', x).v", .rowField, [made, number(1)], .bigint),
        ]
        for (name, function, arguments, type) in calls {
            try evaluate(name, .call(function, arguments, DataType(type)), columns)
        }
        let lists = [
            textArrays(),
            column(NestedSamples.numbers) { row in
                Self.array((0..<3).map { NestedItem(mixed(row + $0)) }, .int64)
            },
        ]
        let arguments = [DataType(NestedSamples.texts), DataType(NestedSamples.numbers)].enumerated().map {
            PlanExpression.column($0, $1)
        }
        try evaluate("MAP_FROM_ARRAYS", .call(.mapFromArrays, arguments, map), lists)
        let lines = column(.string) { .text(Array("a=1,b=\($0 % 100),c=3".utf8)) }
        let texts = DataType(.map(key: string, value: string))
        try evaluate(
            "STR_TO_MAP of 3 pairs",
            .call(.stringToMap, [.column(0, string), constant(","), constant("=")], texts), [lines])
    }

    @Test func json() throws {
        announce("JSON")
        let (string, boolean) = (DataType(.string), DataType(.boolean))
        let documents = column(.string) {
            .text(Array("{\"b\":\($0),\"a\":\"pay\",\"c\":[1,2,3],\"d\":{\"e\":true}}".utf8))
        }
        let d = PlanExpression.column(0, string)
        func value(_ path: String, _ type: LogicalType) -> PlanExpression {
            let nothing = PlanExpression.literal(.null, DataType(type))
            return .call(.jsonValue, [d, constant(path), constant("NN"), nothing, nothing], DataType(type))
        }
        try evaluate("JSON_VALUE $.a", value("$.a", .string), [documents])
        try evaluate("JSON_VALUE $.b RETURNING INTEGER", value("$.b", .integer), [documents])
        try evaluate("JSON_VALUE $.d.e RETURNING BOOLEAN", value("$.d.e", .boolean), [documents])
        try evaluate(
            "JSON_EXISTS $.d.e", .call(.jsonExists, [d, constant("$.d.e"), constant("F")], boolean), [documents])
        try evaluate("JSON_QUERY $.c", .call(.jsonQuery, [d, constant("$.c"), constant("WNN")], string), [documents])
        try evaluate("IS JSON OBJECT", .call(.jsonTest, [d, constant("O")], boolean), [documents])
        let names = column(.string) { .text(Array(["reChargeNotifyReq", "payNotifyReq", "orderReq"][$0 % 3].utf8)) }
        let columns = [names, column(.bigint) { .int64(mixed($0)) }]
        let (name, count) = (PlanExpression.column(0, string), PlanExpression.column(1, DataType(.bigint)))
        let members = [constant("NVV"), constant("name"), name, constant("n"), count]
        try evaluate("JSON_OBJECT of two members", .call(.jsonObject, members, string), columns)
        try evaluate("JSON_ARRAY of two values", .call(.jsonArray, [constant("NVV"), name, count], string), columns)
        try evaluate("JSON_STRING", .call(.jsonString, [name], string), columns)
        try evaluate("JSON_QUOTE", .call(.jsonQuote, [name], string), columns)
        let quoted = column(.string) { .text(Array("\"pay \($0 % 100)\"".utf8)) }
        try evaluate("JSON_UNQUOTE", .call(.jsonUnquote, [.column(0, string)], string), [quoted])
    }

    @Test func regularExpressions() throws {
        announce("Regular expressions")
        let (string, boolean, integer) = (DataType(.string), DataType(.boolean), DataType(.integer))
        let names = column(.string) { .text(Array(["reChargeNotifyReq", "payNotifyReq", "orderReq"][$0 % 3].utf8)) }
        let a = PlanExpression.column(0, string)
        let pattern = constant("[A-Z][a-z]+")
        try evaluate("REGEXP", .call(.regexpFound, [a, pattern], boolean), [names])
        try evaluate("REGEXP_COUNT", .call(.regexpCount, [a, pattern], integer), [names])
        try evaluate("REGEXP_INSTR", .call(.regexpPlace, [a, pattern], integer), [names])
        try evaluate("REGEXP_SUBSTR", .call(.regexpPart, [a, pattern], string), [names])
        try evaluate(
            "REGEXP_EXTRACT_ALL", .call(.regexpParts, [a, pattern, number(0)], DataType(NestedSamples.texts)), [names])
        try evaluate("REGEXP_REPLACE", .call(.regexpReplace, [a, pattern, constant("-")], string), [names])
        try evaluate("SIMILAR TO '%Notify%'", .call(.similarTo, [a, constant("%Notify%")], boolean), [names])
        try evaluate("SIMILAR TO '(pay|order)%'", .call(.similarTo, [a, constant("(pay|order)%")], boolean), [names])
        try evaluate("LIKE '%N_tify%'", .call(.like, [a, constant("%N_tify%")], boolean), [names])
    }
}
