import Columnar
import StreamSQL

/// Calls of the functions over nested values, and values for them.
enum NestedSamples {
    static let numbers = LogicalType.array(DataType(.bigint))
    static let texts = LogicalType.array(DataType(.string))
    static let map = LogicalType.map(key: DataType(.string), value: DataType(.bigint))
    static let row = LogicalType.row([
        Field("a", DataType(.bigint)), Field("b", DataType(.string)), Field("c", DataType(texts)),
        Field("d", DataType(.boolean)),
    ])

    static func calls(_ function: ScalarFunction) -> [PlanExpression] {
        func call(_ types: [LogicalType], _ result: LogicalType, after: [PlanExpression] = []) -> PlanExpression {
            let operands = types.enumerated().map { PlanExpression.column($0, DataType($1)) }
            return .call(function, operands + after, DataType(result))
        }
        func text(_ value: String) -> PlanExpression { .literal(.text(Array(value.utf8)), DataType(.string)) }
        func integer(_ value: Int64) -> PlanExpression { .literal(.int64(value), DataType(.integer)) }
        switch function {
        case .rowField:
            return [LogicalType.bigint, .string, texts, .boolean].enumerated().map {
                call([row], $1, after: [integer(Int64($0))])
            }
        case .makeRow: return [call([.bigint, .string, texts, .boolean], row)]
        case .presentRow: return [call([.boolean, .bigint, .string, texts, .boolean], row)]
        case .makeArray: return [call([.bigint, .bigint], numbers), call([.string, .string], texts)]
        case .makeMap: return [call([.string, .bigint, .string, .bigint], map)]
        case .arrayElement: return [call([numbers, .bigint], .bigint), call([texts, .integer], .string)]
        case .mapValue: return [call([map, .string], .bigint)]
        case .cardinality: return [numbers, texts, map, .multiset(DataType(.string))].map { call([$0], .integer) }
        case .element, .arrayMaximum, .arrayMinimum: return [call([numbers], .bigint), call([texts], .string)]
        case .arrayAppend, .arrayPrepend, .arrayRemove:
            return [call([numbers, .bigint], numbers), call([texts, .string], texts)]
        case .arrayContains: return [call([numbers, .bigint], .boolean), call([texts, .string], .boolean)]
        case .arrayPosition: return [call([numbers, .bigint], .integer), call([texts, .string], .integer)]
        case .arrayConcat: return [call([numbers, numbers, numbers], numbers)]
        case .arrayUnion, .arrayIntersect, .arrayExcept:
            return [call([numbers, numbers], numbers), call([texts, texts], texts)]
        case .arrayDistinct, .arrayReverse: return [call([numbers], numbers), call([texts], texts)]
        case .arraySlice: return [call([numbers, .bigint], numbers), call([texts, .bigint, .bigint], texts)]
        case .arraySort: return [call([numbers], numbers), call([texts, .boolean, .boolean], texts)]
        case .arrayJoin: return [call([texts, .string], .string), call([texts, .string, .string], .string)]
        case .mapKeys: return [call([map], texts)]
        case .mapValues: return [call([map], numbers)]
        case .mapEntries:
            let entry = LogicalType.row([Field("key", DataType(.string)), Field("value", DataType(.bigint))])
            return [call([map], .array(DataType(entry)))]
        case .mapUnion: return [call([map, map], map)]
        case .mapFromArrays: return [call([texts, numbers], map)]
        case .split: return [call([.string, .string], texts)]
        case .stringToMap:
            let result = LogicalType.map(key: DataType(.string), value: DataType(.string))
            return [call([.string], result, after: [text("[;:]"), text("-")])]
        default: return []
        }
    }

    /// Values of a nested type; none for other types.
    static func values(_ type: LogicalType) -> [[UInt8]] {
        let heap = ByteHeap()
        func text(_ value: String) -> NestedItem { heap.item(Array(value.utf8)) }
        func array(_ items: [NestedItem], _ kind: PhysicalKind) -> [UInt8] {
            var bytes: [UInt8] = []
            NestedWriter.appendArray(items, kind, to: &bytes)
            return bytes
        }
        var bytes: [UInt8] = []
        switch type {
        case numbers:
            return [
                array([], .int64), array([.null], .int64),
                array([.init(Int64.max), .init(Int64.min), .null, .init(Int64(3)), .init(Int64(3))], .int64),
            ]
        case texts:
            return [array([], .text), array([text("a"), .null, text(""), text("数据 over twelve bytes")], .text)]
        case map:
            NestedWriter.appendMap(
                keys: [text("b"), text("a"), text("b")], values: [.init(Int64(1)), .null, .init(Int64(2))], .text,
                .int64, to: &bytes)
            return [bytes]
        case row:
            let list = heap.item(array([text("x")], .text))
            NestedWriter.appendRow(
                [.init(Int64(7)), text("seven"), list, .init(true)],
                NestedRowLayout(kinds: [.int64, .text, .text, .bits]),
                to: &bytes)
            return [bytes]
        default: return []
        }
    }
}
