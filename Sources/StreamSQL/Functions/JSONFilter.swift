/// The condition of a filter in a JSON path, such as `@.price < 10 && @.isbn` in `$.book[?(@.price < 10 && @.isbn)]`.
package indirect enum JSONFilter: Sendable, Hashable {
    /// One side of a comparison.
    package enum Operand: Sendable, Hashable {
        /// What a path leads to, from the value that is looked at or from the document's root.
        case path(fromRoot: Bool, [JSONPath.Step])
        case text([UInt8])
        /// The digits of a number.
        case number([UInt8])
        case boolean(Bool)
        case null
    }

    package enum Comparison: Sendable, Hashable {
        case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
    }

    /// The path leads to something, if only to null.
    case exists(fromRoot: Bool, [JSONPath.Step])
    case compare(Comparison, Operand, Operand)
    case isIn(Operand, [Operand])
    case not(JSONFilter)
    case all([JSONFilter])
    case any([JSONFilter])
}

/// Reads a condition from `?` on; `index` stands at the bracket behind it afterwards.
struct JSONFilterParser {
    /// Conditions within each other, and parts of one condition.
    private static let deepest = 16
    private static let mostParts = 100

    private let text: [UInt8]
    private(set) var index: Int
    private var depth = 0
    private var parts = 0

    init(_ text: [UInt8], at index: Int) {
        self.text = text
        self.index = index
    }

    /// `(condition)`.
    mutating func filter() throws(JSONPath.Problem) -> JSONFilter {
        guard accept("(") else { throw JSONPath.Problem(reason: "a filter is written [?(condition)]") }
        let condition = try alternatives()
        guard accept(")") else { throw JSONPath.Problem(reason: "')' of a filter is missing at '\(rest)'") }
        return condition
    }

    private mutating func alternatives() throws(JSONPath.Problem) -> JSONFilter {
        var conditions = [try conjunction()]
        while accept("||") { conditions.append(try conjunction()) }
        return conditions.count == 1 ? conditions[0] : .any(conditions)
    }

    private mutating func conjunction() throws(JSONPath.Problem) -> JSONFilter {
        var conditions = [try condition()]
        while accept("&&") { conditions.append(try condition()) }
        return conditions.count == 1 ? conditions[0] : .all(conditions)
    }

    private mutating func condition() throws(JSONPath.Problem) -> JSONFilter {
        parts += 1
        guard parts <= Self.mostParts, depth < Self.deepest else {
            throw JSONPath.Problem(reason: "its filter is too long")
        }
        depth += 1
        defer { depth -= 1 }
        skipBlanks()
        if current == 0x21, next != 0x3D {
            index += 1
            return .not(try condition())
        }
        if accept("(") {
            let inner = try alternatives()
            guard accept(")") else { throw JSONPath.Problem(reason: "')' of a filter is missing at '\(rest)'") }
            return inner
        }
        let left = try operand()
        if let comparison = comparison() { return .compare(comparison, left, try operand()) }
        if acceptWord("in") { return .isIn(left, try list()) }
        if acceptWord("nin") { return .not(.isIn(left, try list())) }
        guard case .path(let fromRoot, let steps) = left else {
            throw JSONPath.Problem(reason: "a comparison is missing at '\(rest)'")
        }
        skipBlanks()
        guard current == 0x29 || current == 0x26 || current == 0x7C else {
            throw JSONPath.Problem(
                reason: "filters have no '\(rest)'; they compare with ==, !=, <, <=, >, >=, in and nin")
        }
        return .exists(fromRoot: fromRoot, steps)
    }

    private mutating func comparison() -> JSONFilter.Comparison? {
        // The longer ones first.
        let known: [(StaticString, JSONFilter.Comparison)] = [
            ("===", .equal), ("!==", .notEqual), ("==", .equal), ("!=", .notEqual), ("<=", .lessOrEqual),
            (">=", .greaterOrEqual), ("<", .less), (">", .greater),
        ]
        for (sign, comparison) in known where accept(sign) { return comparison }
        return nil
    }

    private mutating func list() throws(JSONPath.Problem) -> [JSONFilter.Operand] {
        guard accept("[") else { throw JSONPath.Problem(reason: "a list [value, …] is missing at '\(rest)'") }
        var values: [JSONFilter.Operand] = []
        if accept("]") { return values }
        repeat {
            parts += 1
            guard parts <= Self.mostParts else { throw JSONPath.Problem(reason: "its filter is too long") }
            values.append(try operand())
        } while accept(",")
        guard accept("]") else { throw JSONPath.Problem(reason: "']' of a list is missing at '\(rest)'") }
        return values
    }

    // MARK: Operands

    private mutating func operand() throws(JSONPath.Problem) -> JSONFilter.Operand {
        skipBlanks()
        switch current {
        case 0x40, 0x24: return try path()
        case 0x27, 0x22: return .text(try quoted())
        default:
            if acceptWord("true") { return .boolean(true) }
            if acceptWord("false") { return .boolean(false) }
            if acceptWord("null") { return .null }
            return try number()
        }
    }

    /// A path to one value: members by name and elements by number.
    private mutating func path() throws(JSONPath.Problem) -> JSONFilter.Operand {
        let fromRoot = current == 0x24
        index += 1
        var steps: [JSONPath.Step] = []
        while current == 0x2E || current == 0x5B {
            guard steps.count < Self.mostParts else { throw JSONPath.Problem(reason: "its filter is too long") }
            let isBracket = current == 0x5B
            index += 1
            if isBracket {
                skipBlanks()
                if current == 0x27 || current == 0x22 {
                    steps.append(.member(try quoted()))
                } else {
                    steps.append(.element(try element()))
                }
                guard accept("]") else { throw JSONPath.Problem(reason: "']' is missing at '\(rest)'") }
            } else {
                steps.append(.member(try name()))
            }
        }
        return .path(fromRoot: fromRoot, steps)
    }

    private mutating func name() throws(JSONPath.Problem) -> [UInt8] {
        let start = index
        while let byte = current, Self.isName(byte) { index += 1 }
        guard index > start else {
            throw JSONPath.Problem(reason: "a path in a filter leads to one value, at '\(rest)'")
        }
        return Array(text[start..<index])
    }

    private mutating func element() throws(JSONPath.Problem) -> Int {
        let start = index
        if current == 0x2D { index += 1 }
        while let byte = current, (0x30...0x39).contains(byte) { index += 1 }
        guard let number = Int32(String(decoding: text[start..<index], as: UTF8.self)) else {
            throw JSONPath.Problem(reason: "a path in a filter leads to one value, at '\(rest)'")
        }
        return Int(number)
    }

    private mutating func number() throws(JSONPath.Problem) -> JSONFilter.Operand {
        let start = index
        while let byte = current, (0x30...0x39).contains(byte) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains(byte) {
            index += 1
        }
        let digits = Array(text[start..<index])
        guard let value = Double(String(decoding: digits, as: UTF8.self)), value.isFinite else {
            index = start
            throw JSONPath.Problem(reason: "a value is missing in its filter at '\(rest)'")
        }
        return .number(digits)
    }

    private mutating func quoted() throws(JSONPath.Problem) -> [UInt8] {
        let quote = text[index]
        index += 1
        var value: [UInt8] = []
        while let byte = current, byte != quote {
            if byte == 0x5C, index + 1 < text.count { index += 1 }
            value.append(text[index])
            index += 1
        }
        guard current == quote else { throw JSONPath.Problem(reason: "a quote is not closed") }
        index += 1
        return value
    }

    // MARK: Bytes

    private var current: UInt8? { index < text.count ? text[index] : nil }
    private var next: UInt8? { index + 1 < text.count ? text[index + 1] : nil }
    private var rest: String { String(decoding: text[min(index, text.count)...].prefix(20), as: UTF8.self) }

    private mutating func skipBlanks() { while let byte = current, byte <= 0x20 { index += 1 } }

    /// What names without quotes are made of: anything but the signs of paths and conditions.
    private static func isName(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x5F, 0x2D, 0x80...0xFF: true
        default: false
        }
    }

    private mutating func accept(_ sign: StaticString) -> Bool {
        skipBlanks()
        let count = sign.utf8CodeUnitCount
        guard index + count <= text.count else { return false }
        for place in 0..<count where text[index + place] != sign.utf8Start[place] { return false }
        index += count
        return true
    }

    private mutating func acceptWord(_ word: StaticString) -> Bool {
        let start = index
        skipBlanks()
        let count = word.utf8CodeUnitCount
        guard index + count <= text.count else { return false }
        for place in 0..<count where text[index + place] | 0x20 != word.utf8Start[place] {
            index = start
            return false
        }
        if index + count < text.count, Self.isName(text[index + count]) {
            index = start
            return false
        }
        index += count
        return true
    }
}
