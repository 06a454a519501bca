import Columnar
import StreamSQL

/// JSON functions over whole trees: documents without exponents, paths of members and elements.
enum NaiveJSON {
    private indirect enum Tree {
        case null
        case boolean(Bool)
        case number([UInt8])
        case text([UInt8])
        case list([Tree])
        /// Of equal names the last, in the order of the names.
        case object([(name: [UInt8], value: Tree)])

        var isContainer: Bool {
            switch self {
            case .list, .object: true
            default: false
            }
        }
    }

    // MARK: Reading

    private struct Parser {
        var rest: ArraySlice<UInt8>

        mutating func blanks() { rest = rest.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) } }

        mutating func take(_ text: String) -> Bool {
            guard rest.starts(with: text.utf8) else { return false }
            rest = rest.dropFirst(text.utf8.count)
            return true
        }

        mutating func value() -> Tree? {
            blanks()
            defer { blanks() }
            if take("null") { return .null }
            if take("true") { return .boolean(true) }
            if take("false") { return .boolean(false) }
            if take("[") { return list() }
            if take("{") { return object() }
            return rest.first == UInt8(ascii: "\"") ? text().map { .text($0) } : number().map { .number($0) }
        }

        private mutating func list() -> Tree? {
            var items: [Tree] = []
            blanks()
            if take("]") { return .list([]) }
            repeat {
                guard let item = value() else { return nil }
                items.append(item)
            } while take(",")
            return take("]") ? .list(items) : nil
        }

        private mutating func object() -> Tree? {
            var members: [(name: [UInt8], value: Tree)] = []
            blanks()
            if take("}") { return .object([]) }
            repeat {
                blanks()
                guard let name = text() else { return nil }
                blanks()
                guard take(":"), let item = value() else { return nil }
                members.removeAll { $0.name == name }
                members.append((name, item))
            } while take(",")
            return take("}") ? .object(members.sorted { NaiveJSON.isBefore($0.name, $1.name) }) : nil
        }

        private mutating func text() -> [UInt8]? {
            guard take("\"") else { return nil }
            var result: [UInt8] = []
            while let byte = rest.popFirst() {
                switch byte {
                case UInt8(ascii: "\""): return result
                case UInt8(ascii: "\\"):
                    guard let sign = rest.popFirst() else { return nil }
                    if sign == UInt8(ascii: "u") {
                        guard let unit = UInt16(String(decoding: rest.prefix(4), as: UTF8.self), radix: 16) else {
                            return nil
                        }
                        rest = rest.dropFirst(4)
                        result += Array(String(decoding: [unit], as: UTF16.self).utf8)
                    } else {
                        let plain: [UInt8: UInt8] = [0x6E: 0x0A, 0x74: 0x09, 0x72: 0x0D, 0x62: 0x08, 0x66: 0x0C]
                        result.append(plain[sign] ?? sign)
                    }
                case 0..<0x20: return nil
                default: result.append(byte)
                }
            }
            return nil
        }

        private mutating func number() -> [UInt8]? {
            let start = rest
            _ = take("-")
            func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
            let whole = rest.prefix(while: isDigit)
            rest = rest.dropFirst(whole.count)
            if whole.isEmpty || (whole.count > 1 && whole.first == 0x30) { return nil }
            if take(".") {
                let digits = rest.prefix(while: isDigit)
                if digits.isEmpty { return nil }
                rest = rest.dropFirst(digits.count)
            }
            return Array(start.dropLast(rest.count))
        }
    }

    private static func tree(_ value: LiteralValue) -> Tree? {
        guard case .text(let bytes) = value else { return nil }
        var parser = Parser(rest: bytes[...])
        guard let tree = parser.value(), parser.rest.isEmpty else { return nil }
        return tree
    }

    /// The order of UTF-16.
    private static func isBefore(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        Array(String(decoding: a, as: UTF8.self).utf16).lexicographicallyPrecedes(
            String(decoding: b, as: UTF8.self).utf16)
    }

    // MARK: Writing

    private static func quoted(_ text: [UInt8]) -> String {
        let names: [Character: String] = ["\"": "\\\"", "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"]
        return "\"" + String(decoding: text, as: UTF8.self).map { names[$0] ?? String($0) }.joined() + "\""
    }

    private static func written(_ tree: Tree) -> String {
        switch tree {
        case .null: "null"
        case .boolean(let value): "\(value)"
        case .number(let digits): String(decoding: digits, as: UTF8.self)
        case .text(let text): quoted(text)
        case .list(let items): "[" + items.map(written).joined(separator: ",") + "]"
        case .object(let members):
            "{" + members.map { quoted($0.name) + ":" + written($0.value) }.joined(separator: ",") + "}"
        }
    }

    /// A value of a column; `isJSON`: its text goes in as it is.
    private static func written(_ value: LiteralValue, _ type: LogicalType, isJSON: Bool) -> String {
        switch (value, type) {
        case (.null, _): return "null"
        case (.text(let bytes), .varchar): return isJSON ? String(decoding: bytes, as: UTF8.self) : quoted(bytes)
        case (.text, _):
            let shown = word(NaiveNested.shown(value))
            return shown.replacing(" ", with: "").replacing("NULL", with: "null")
        case (.boolean(let value), _): return "\(value)"
        case (.int64(let number), .integer), (.int64(let number), .bigint): return "\(number)"
        default:
            let text = word(NaiveTimes.cast(value, from: type, to: .string) ?? .null)
            return value.isWide ? text : "\"\(text)\""
        }
    }

    private static func word(_ value: LiteralValue) -> String {
        if case .text(let bytes) = value { return String(decoding: bytes, as: UTF8.self) }
        return ""
    }

    private static func text(_ text: String) -> LiteralValue { .text(Array(text.utf8)) }

    // MARK: Paths

    private enum Found {
        case value(Tree)
        case empty, error
    }

    private static func search(_ document: LiteralValue, _ path: String) -> (Found, isLax: Bool) {
        let isLax = path.hasPrefix("lax ")
        let nothing: Found = isLax ? .empty : .error
        guard var place = tree(document) else { return (nothing, isLax) }
        if case .null = place { return (.error, isLax) }
        let steps = path[(path.firstIndex(of: "$") ?? path.startIndex)...].dropFirst()
        for step in steps.replacing("[", with: ".").replacing("]", with: "").split(separator: ".") {
            switch place {
            case .list(let items):
                guard let index = Int(step), index < items.count else { return (nothing, isLax) }
                place = items[index]
            case .object(let members):
                guard let member = members.first(where: { $0.name == Array(step.utf8) }) else {
                    return (nothing, isLax)
                }
                place = member.value
            default: return (nothing, isLax)
            }
        }
        if case .null = place { return (.empty, isLax) }
        return (.value(place), isLax)
    }

    // MARK: Functions

    /// The value of a call; nil for a function that is not here.
    static func value(
        _ function: ScalarFunction, _ values: [LiteralValue], _ types: [LogicalType], _ result: LogicalType
    ) throws(NaiveFailure) -> LiteralValue? {
        switch function {
        case .jsonTest: return .boolean(isJSON(values[0], word(values[1])))
        case .jsonExists:
            if values[0] == .null { return .null }
            switch (search(values[0], word(values[1])).0, word(values[2])) {
            case (.value, _), (.error, "T"): return .boolean(true)
            case (.error, "U"): return .null
            case (.error, "E"): throw NaiveFailure()
            default: return .boolean(false)
            }
        case .jsonValue: return try scalar(values, result)
        case .jsonQuery: return try query(values)
        case .jsonString: return values[0] == .null ? .null : text(written(values[0], types[0], isJSON: false))
        case .jsonObject, .jsonArray: return text(made(function, values, types))
        case .jsonQuote: return values[0] == .null ? .null : text(ascii(word(values[0])))
        default: return nil
        }
    }

    private static func isJSON(_ value: LiteralValue, _ kind: String) -> Bool {
        guard let tree = tree(value) else { return false }
        switch (tree, kind) {
        case (_, "V"), (.list, "A"), (.object, "O"): return true
        default: return kind == "S" && !tree.isContainer
        }
    }

    private static func scalar(
        _ values: [LiteralValue], _ result: LogicalType
    ) throws(NaiveFailure) -> LiteralValue {
        if values[0] == .null { return .null }
        let (found, isLax) = search(values[0], word(values[1]))
        var isEmpty = false
        switch found {
        case .value(let tree) where tree.isContainer: isEmpty = isLax
        case .value(let tree): if let value = typed(tree, result) { return value }
        case .empty: isEmpty = true
        case .error: break
        }
        switch Array(word(values[2]))[isEmpty ? 0 : 1] {
        case "D": return values[isEmpty ? 3 : 4]
        case "E": throw NaiveFailure()
        default: return .null
        }
    }

    /// A scalar as a type; nil where it has another.
    private static func typed(_ tree: Tree, _ type: LogicalType) -> LiteralValue? {
        switch (tree, type) {
        case (.text(let bytes), .varchar): .text(bytes)
        case (.number(let digits), .varchar): .text(digits == Array("-0".utf8) ? [0x30] : digits)
        case (.boolean, .varchar): text(written(tree))
        case (.boolean(let value), .boolean): .boolean(value)
        case (.number(let digits), .integer): Int32(String(decoding: digits, as: UTF8.self)).map { .int64(Int64($0)) }
        case (.number(let digits), .double): Double(String(decoding: digits, as: UTF8.self)).map { .float64($0 + 0) }
        default: nil
        }
    }

    private static func query(_ values: [LiteralValue]) throws(NaiveFailure) -> LiteralValue {
        if values[0] == .null { return .null }
        let (found, isLax) = search(values[0], word(values[1]))
        let letters = Array(word(values[2]))
        var isEmpty = isLax
        switch found {
        case .value(let tree):
            var isWrapped = letters[0] == "U"
            if case .list = tree {} else { isWrapped = isWrapped || letters[0] == "C" }
            if isWrapped { return text("[\(written(tree))]") }
            if tree.isContainer { return text(written(tree)) }
        case .empty: isEmpty = true
        case .error: isEmpty = false
        }
        switch letters[isEmpty ? 1 : 2] {
        case "A": return text("[]")
        case "O": return text("{}")
        case "E": throw NaiveFailure()
        default: return .null
        }
    }

    /// JSON_OBJECT and JSON_ARRAY.
    private static func made(_ function: ScalarFunction, _ values: [LiteralValue], _ types: [LogicalType]) -> String {
        let letters = Array(word(values[0]))
        let isObject = function == .jsonObject
        var parts: [(name: [UInt8], text: String)] = []
        for (order, letter) in letters.dropFirst().enumerated() {
            let place = isObject ? 2 + 2 * order : 1 + order
            if values[place] == .null, letters[0] == "A" { continue }
            let name = isObject ? Array(word(values[place - 1]).utf8) : []
            if isObject { parts.removeAll { $0.name == name } }
            parts.append((name, written(values[place], types[place], isJSON: letter == "J")))
        }
        guard isObject else { return "[" + parts.map(\.text).joined(separator: ",") + "]" }
        parts.sort { isBefore($0.name, $1.name) }
        return "{" + parts.map { quoted($0.name) + ":" + $0.text }.joined(separator: ",") + "}"
    }

    private static func ascii(_ text: String) -> String {
        let units = text.utf16.map { unit -> String in
            if unit >= 0x80 {
                let digits = String(unit, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
            let sign = String(decoding: [unit], as: UTF16.self)
            return ["\"", "\\", "/"].contains(sign) ? "\\" + sign : sign
        }
        return "\"" + units.joined() + "\""
    }
}

extension LiteralValue {
    fileprivate var isWide: Bool {
        if case .int128 = self { return true }
        return false
    }
}
