import Columnar
import StreamSQL

/// Random expressions over arrays, maps and rows.
extension RandomExpressions {
    static let numberList = NestedSamples.numbers
    static let textList = NestedSamples.texts
    static let map = NestedSamples.map
    static let row = NestedSamples.row
    private static let rowFields: [LogicalType] = [.bigint, .string, textList, .boolean]
    /// The types that are not ordered.
    static let nested = [numberList, textList, map, row]

    private static func literal(_ number: Int, _ type: LogicalType = .integer) -> PlanExpression {
        .literal(.int64(Int64(number)), DataType(type))
    }

    /// A constant of a nested type; nil for others.
    mutating func nestedValue(_ type: LogicalType) -> LiteralValue? {
        switch type {
        case Self.numberList, Self.textList:
            let element: LogicalType = type == Self.numberList ? .bigint : .string
            return NaiveNested.array(of: values(element, number(4)), element.kind)
        case Self.map:
            let count = number(4)
            return NaiveNested.map(keys: values(.string, count), values: values(.bigint, count))
        case Self.row:
            guard case .row(let fields) = type else { return nil }
            return NaiveNested.row(Self.rowFields.map { value($0, nullPercent: 20) }, fields)
        default: return nil
        }
    }

    private mutating func values(_ type: LogicalType, _ count: Int) -> [LiteralValue] {
        (0..<count).map { _ in value(type, nullPercent: 20) }
    }

    private mutating func expressions(_ type: LogicalType, _ count: Int, _ depth: Int) -> [PlanExpression] {
        (0..<count).map { _ in expression(type, depth: depth - 1) }
    }

    /// An expression of a nested type; nil for others.
    mutating func nested(_ type: LogicalType, _ depth: Int) -> PlanExpression? {
        switch type {
        case Self.numberList: list(type, of: .bigint, depth)
        case Self.textList: list(type, of: .string, depth)
        case Self.map: mapping(depth)
        case Self.row: record(depth)
        default: nil
        }
    }

    private mutating func list(_ type: LogicalType, of element: LogicalType, _ depth: Int) -> PlanExpression {
        let first = expressions(type, 1, depth)
        let function: ScalarFunction
        let arguments: [PlanExpression]
        switch number(10) {
        case 0, 1: (function, arguments) = (.makeArray, expressions(element, 1 + number(3), depth))
        case 2:
            let all: [ScalarFunction] = [.arrayAppend, .arrayPrepend, .arrayRemove]
            (function, arguments) = (all[number(3)], first + expressions(element, 1, depth))
        case 3:
            let all: [ScalarFunction] = [.arrayConcat, .arrayUnion, .arrayIntersect, .arrayExcept]
            (function, arguments) = (all[number(4)], first + expressions(type, 1, depth))
        case 4: (function, arguments) = (number(2) == 0 ? .arrayDistinct : .arrayReverse, first)
        case 5:
            let bounds = (0...number(2)).map { _ in Self.literal(number(10) - 4) }
            (function, arguments) = (.arraySlice, first + bounds)
        case 6: (function, arguments) = (.arraySort, first + expressions(.boolean, number(3), depth))
        case 7:
            (function, arguments) = (element == .bigint ? .mapValues : .mapKeys, expressions(Self.map, 1, depth))
        case 8 where element == .string: (function, arguments) = (.split, expressions(.string, 2, depth))
        case 9 where element == .string:
            (function, arguments) = (.rowField, expressions(Self.row, 1, depth) + [Self.literal(2)])
        default: (function, arguments) = (.arraySort, first)
        }
        return .call(function, arguments, DataType(type))
    }

    private mutating func mapping(_ depth: Int) -> PlanExpression {
        let type = DataType(Self.map)
        let count = 1 + number(3)
        let keys = expressions(.string, count, depth)
        let values = expressions(.bigint, count, depth)
        switch number(4) {
        case 0: return .call(.mapUnion, expressions(Self.map, 2, depth), type)
        case 1:
            return .call(
                .mapFromArrays, expressions(Self.textList, 1, depth) + expressions(Self.numberList, 1, depth), type)
        case 2:
            let lists = [
                PlanExpression.call(.makeArray, keys, DataType(Self.textList)),
                .call(.makeArray, values, DataType(Self.numberList)),
            ]
            return .call(.mapFromArrays, lists, type)
        default: return .call(.makeMap, zip(keys, values).flatMap { [$0, $1] }, type)
        }
    }

    private mutating func record(_ depth: Int) -> PlanExpression {
        let items = Self.rowFields.flatMap { expressions($0, 1, depth) }
        guard number(3) == 0 else { return .call(.makeRow, items, DataType(Self.row)) }
        return .call(.presentRow, expressions(.boolean, 1, depth) + items, DataType(Self.row))
    }

    /// A scalar taken out of a nested value; nil for types of which there is none.
    mutating func taken(_ type: LogicalType, _ depth: Int) -> PlanExpression? {
        let list = type == .bigint ? Self.numberList : Self.textList
        let function: ScalarFunction
        let arguments: [PlanExpression]
        switch (type, number(6)) {
        case (.bigint, 0), (.string, 0):
            (function, arguments) = (.arrayElement, expressions(list, 1, depth) + [Self.literal(number(5))])
        case (.bigint, 1), (.string, 1):
            (function, arguments) = (number(2) == 0 ? .arrayMaximum : .arrayMinimum, expressions(list, 1, depth))
        case (.bigint, 2):
            (function, arguments) = (.mapValue, expressions(Self.map, 1, depth) + expressions(.string, 1, depth))
        case (.bigint, 3), (.string, 3):
            let place = Self.literal(type == .bigint ? 0 : 1)
            (function, arguments) = (.rowField, expressions(Self.row, 1, depth) + [place])
        case (.bigint, 4): (function, arguments) = (.element, expressions(list, 1, depth))
        case (.string, 2):
            (function, arguments) = (
                .arrayJoin, expressions(list, 1, depth) + expressions(.string, 1 + number(2), depth)
            )
        case (.string, 4):
            return .cast(expression(Self.numberList, depth: depth - 1), to: DataType(.string), isTry: number(2) == 0)
        case (.integer, 0...3):
            let all = [Self.numberList, Self.textList, Self.map]
            (function, arguments) = (.cardinality, expressions(all[number(3)], 1, depth))
        case (.integer, _):
            (function, arguments) = (
                .arrayPosition, expressions(Self.textList, 1, depth) + expressions(.string, 1, depth)
            )
        case (.boolean, 0...3): return nestedTest(depth)
        case (.boolean, _): (function, arguments) = (.rowField, expressions(Self.row, 1, depth) + [Self.literal(3)])
        default: return nil
        }
        return .call(function, arguments, DataType(type))
    }

    private mutating func nestedTest(_ depth: Int) -> PlanExpression {
        let type = Self.nested[number(4)]
        let tests: [ScalarFunction] = [.equal, .notEqual, .isDistinctFrom, .isNotDistinctFrom]
        switch number(4) {
        case 0:
            let arguments = expressions(Self.numberList, 1, depth) + expressions(.bigint, 1, depth)
            return .call(.arrayContains, arguments, DataType(.boolean))
        case 1:
            let arguments = expressions(Self.textList, 1, depth) + expressions(.string, 1, depth)
            return .call(.arrayContains, arguments, DataType(.boolean))
        case 2:
            return .call(number(2) == 0 ? .isNull : .isNotNull, expressions(type, 1, depth), DataType(.boolean))
        default: return .call(tests[number(4)], expressions(type, 2, depth), DataType(.boolean))
        }
    }
}
