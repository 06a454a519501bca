/// A path into a JSON document, such as `lax $.a[0].b`.
///
/// Without a mode a path is strict, as in the dialect: what is not there is an error, not emptiness.
package struct JSONPath: Sendable, Hashable {
    /// One part of a path.
    package enum Step: Sendable, Hashable {
        case member([UInt8])
        /// An element of an array; negative ones count from the end.
        case element(Int)
        /// Every member or element.
        case wildcard
        case members([[UInt8]])
        case elements([Int])
        case slice(from: Int?, to: Int?)
        /// The elements of an array, or the object itself, that a condition holds for.
        case filter(JSONFilter)
        /// The value itself and everything in it.
        case descendants
    }

    /// Why a text is no path that can be used.
    package struct Problem: Error, Sendable {
        package var reason: String
    }

    package private(set) var isLax = false
    package private(set) var steps: [Step] = []

    /// Whether the path leads to one value at most; other paths give an array of what they find.
    package var isDefinite: Bool {
        steps.allSatisfy { step in
            switch step {
            case .member, .element: true
            default: false
            }
        }
    }

    /// Steps of one path.
    private static let longest = 200

    private let text: [UInt8]
    private var index = 0

    package init(_ bytes: [UInt8]) throws(Problem) {
        text = bytes
        skipBlanks()
        readMode()
        if current == 0x24 || current == 0x40 {
            index += 1
        } else {
            try readName()
        }
        while index < text.count {
            guard steps.count < Self.longest else { throw Problem(reason: "it is too long") }
            try readStep()
        }
    }

    private var current: UInt8? { index < text.count ? text[index] : nil }

    private mutating func skipBlanks() { while let byte = current, byte <= 0x20 { index += 1 } }

    private mutating func readMode() {
        for (word, lax) in [("lax", true), ("strict", false)] {
            let end = index + word.utf8.count
            guard end < text.count, text[end] <= 0x20 else { continue }
            guard zip(text[index..<end], word.utf8).allSatisfy({ $0 | 0x20 == $1 }) else { continue }
            isLax = lax
            index = end
            skipBlanks()
            return
        }
    }

    private mutating func readStep() throws(Problem) {
        switch current {
        case 0x2E:
            index += 1
            if current == 0x2E {
                index += 1
                steps.append(.descendants)
                if current == 0x5B { return }
            }
            try readName()
        case 0x5B: try readBracket()
        default: throw Problem(reason: "'\(rest)' is not expected")
        }
    }

    private var rest: String { String(decoding: text[min(index, text.count)...].prefix(20), as: UTF8.self) }

    /// A name behind a point, or `*`.
    private mutating func readName() throws(Problem) {
        if current == 0x2A {
            index += 1
            steps.append(.wildcard)
            return
        }
        let start = index
        while let byte = current, byte != 0x2E, byte != 0x5B, byte > 0x20, byte != 0x28 { index += 1 }
        guard index > start else { throw Problem(reason: "a name is missing at '\(rest)'") }
        if current == 0x28 { throw Problem(reason: "functions in paths are not supported") }
        steps.append(.member(Array(text[start..<index])))
    }

    private mutating func readBracket() throws(Problem) {
        index += 1
        skipBlanks()
        switch current {
        case 0x2A:
            index += 1
            steps.append(.wildcard)
        case 0x27, 0x22:
            var names = [try readQuoted()]
            while try accept(0x2C) { names.append(try readQuoted()) }
            steps.append(names.count == 1 ? .member(names[0]) : .members(names))
        case 0x3F:
            var parser = JSONFilterParser(text, at: index + 1)
            steps.append(.filter(try parser.filter()))
            index = parser.index
        default: try readNumbers()
        }
        guard try accept(0x5D) else { throw Problem(reason: "']' is missing at '\(rest)'") }
    }

    private mutating func accept(_ byte: UInt8) throws(Problem) -> Bool {
        skipBlanks()
        guard current == byte else { return false }
        index += 1
        if byte == 0x2C { skipBlanks() }
        return true
    }

    private mutating func readQuoted() throws(Problem) -> [UInt8] {
        guard let quote = current, quote == 0x27 || quote == 0x22 else {
            throw Problem(reason: "a quoted name is missing at '\(rest)'")
        }
        index += 1
        var name: [UInt8] = []
        while let byte = current, byte != quote {
            if byte == 0x5C, index + 1 < text.count { index += 1 }
            name.append(text[index])
            index += 1
        }
        guard current == quote else { throw Problem(reason: "a quote is not closed") }
        index += 1
        return name
    }

    private mutating func readNumbers() throws(Problem) {
        let first = try readNumber()
        if try accept(0x3A) {
            skipBlanks()
            steps.append(.slice(from: first, to: try readNumber()))
            return
        }
        guard let first else { throw Problem(reason: "an index is missing at '\(rest)'") }
        var numbers = [first]
        while try accept(0x2C) {
            guard let number = try readNumber() else { throw Problem(reason: "an index is missing at '\(rest)'") }
            numbers.append(number)
        }
        steps.append(numbers.count == 1 ? .element(first) : .elements(numbers))
    }

    private mutating func readNumber() throws(Problem) -> Int? {
        let start = index
        if current == 0x2D { index += 1 }
        while let byte = current, (0x30...0x39).contains(byte) { index += 1 }
        guard index > start else { return nil }
        guard let number = Int32(String(decoding: text[start..<index], as: UTF8.self)) else {
            throw Problem(reason: "'\(String(decoding: text[start..<index], as: UTF8.self))' is no index")
        }
        return Int(number)
    }
}
