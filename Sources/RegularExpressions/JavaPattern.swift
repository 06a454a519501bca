/// A regular expression of the dialect, which is Java's, rewritten for the engine's matcher.
///
/// The matcher takes time that grows with the text only; what needs more than that (looking around, references back)
/// is refused. Mistakes of syntax are not: the matcher finds them, and functions give NULL or FALSE for them.
package struct JavaPattern: Sendable {
    /// Why a pattern can't be used.
    package struct Refusal: Error, Sendable {
        package var reason: String
        package var hint: String?
    }

    /// The rewritten pattern.
    package private(set) var bytes: [UInt8] = []

    private let input: [UInt8]
    private var index = 0
    /// Whether `.` also takes line ends, since the pattern sets the flag somewhere.
    private let dotTakesLines: Bool

    package init(_ pattern: [UInt8]) throws(Refusal) {
        input = pattern
        dotTakesLines = Self.setsDotFlag(pattern)
        while index < input.count { try element() }
    }

    private static func setsDotFlag(_ pattern: [UInt8]) -> Bool {
        for start in pattern.indices where pattern[start...].starts(with: "(?".utf8) {
            for byte in pattern[(start + 2)...] {
                if byte == UInt8(ascii: "s") { return true }
                guard "imsudxU".utf8.contains(byte) else { break }
            }
        }
        return false
    }

    private func at(_ offset: Int) -> UInt8? { index + offset < input.count ? input[index + offset] : nil }

    private mutating func take(_ count: Int = 1) {
        bytes.append(contentsOf: input[index..<min(input.count, index + count)])
        index += count
    }

    private mutating func put(_ text: StaticString, skipping count: Int) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
        index += count
    }

    // MARK: Elements

    private mutating func element() throws(Refusal) {
        switch input[index] {
        case UInt8(ascii: "\\"): try escape(isInClass: false)
        case UInt8(ascii: "["): try characterClass()
        case UInt8(ascii: "("): try group()
        case UInt8(ascii: "."):
            if dotTakesLines { take() } else { put("[^\\n\\r\\x{85}\\x{2028}\\x{2029}]", skipping: 1) }
        case UInt8(ascii: "*"), UInt8(ascii: "?"), UInt8(ascii: "+"), UInt8(ascii: "}"):
            take()
            if at(0) == UInt8(ascii: "+") {
                throw Refusal(
                    reason: "a possessive quantifier such as '*+' is not supported", hint: "write it without the '+'")
            }
            if at(0) == UInt8(ascii: "?") { take() }
        default: take()
        }
    }

    private mutating func group() throws(Refusal) {
        guard at(1) == UInt8(ascii: "?") else { return take() }
        switch at(2) {
        case UInt8(ascii: "="), UInt8(ascii: "!"): throw Self.around
        case UInt8(ascii: ">"):
            throw Refusal(reason: "an atomic group '(?>…)' is not supported", hint: "write '(?:…)'")
        case UInt8(ascii: "<"):
            if at(3) == UInt8(ascii: "=") || at(3) == UInt8(ascii: "!") { throw Self.around }
            put("(?P<", skipping: 3)
        default: try flags()
        }
    }

    private static let around = Refusal(
        reason: "looking ahead or behind is not supported",
        hint: "match the surroundings too and take the wanted part with a group in REGEXP_EXTRACT")

    /// `(?i)`, `(?i:` and `(?:`.
    private mutating func flags() throws(Refusal) {
        var flags: [UInt8] = []
        var length = 2
        while let byte = at(length), byte != UInt8(ascii: ")"), byte != UInt8(ascii: ":") {
            guard "imsudxU-".utf8.contains(byte) else { return take(2) }
            if byte == UInt8(ascii: "x") || byte == UInt8(ascii: "U") {
                throw Refusal(reason: "the flag '\(Character(UnicodeScalar(byte)))' is not supported", hint: nil)
            }
            if byte != UInt8(ascii: "u"), byte != UInt8(ascii: "d") { flags.append(byte) }
            length += 1
        }
        let isGroup = at(length) == UInt8(ascii: ":")
        if !flags.isEmpty || isGroup { bytes += Array("(?".utf8) + flags + (isGroup ? [0x3A] : [0x29]) }
        index += length + 1
    }

    // MARK: Escapes

    private mutating func escape(isInClass: Bool) throws(Refusal) {
        guard let next = at(1) else { return take() }
        switch next {
        case UInt8(ascii: "1")...UInt8(ascii: "9"), UInt8(ascii: "k"):
            throw Refusal(
                reason: "a reference back to a group is not supported", hint: "compare the groups outside the pattern")
        case UInt8(ascii: "u"): hexadecimal(digits: 4, from: 2)
        case UInt8(ascii: "0"): octal()
        case UInt8(ascii: "c"): control()
        case UInt8(ascii: "e"): put("\\x1b", skipping: 2)
        case UInt8(ascii: "Z"): put("(?:\\n?\\z)", skipping: 2)
        case UInt8(ascii: "h"): isInClass ? put(" \\t\\x{A0}", skipping: 2) : put("[ \\t\\x{A0}]", skipping: 2)
        case UInt8(ascii: "R"): put("(?:\\r\\n|[\\n\\v\\f\\r\\x{85}\\x{2028}\\x{2029}])", skipping: 2)
        case UInt8(ascii: "v"): isInClass ? put("\\n\\x0b\\f\\r", skipping: 2) : put("[\\n\\x0b\\f\\r]", skipping: 2)
        case UInt8(ascii: "s"): isInClass ? put("\\s\\x0b", skipping: 2) : put("[\\s\\x0b]", skipping: 2)
        case UInt8(ascii: "G"), UInt8(ascii: "X"):
            throw Refusal(reason: "'\\\(Character(UnicodeScalar(next)))' is not supported", hint: nil)
        case UInt8(ascii: "p"), UInt8(ascii: "P"): try property(isInClass: isInClass)
        case UInt8(ascii: "Q"): quoted()
        default: take(2)
        }
    }

    /// A code point in hexadecimal digits; two halves of a pair are one.
    private mutating func hexadecimal(digits: Int, from: Int) {
        guard var value = number(index + from, digits) else { return take(2) }
        index += from + digits
        if (0xD800..<0xDC00).contains(value), at(0) == UInt8(ascii: "\\"), at(1) == UInt8(ascii: "u"),
            let low = number(index + 2, 4), (0xDC00..<0xE000).contains(low)
        {
            value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
            index += 6
        }
        put(codePoint: value)
    }

    private func number(_ start: Int, _ digits: Int) -> UInt32? {
        guard start + digits <= input.count else { return nil }
        return UInt32(String(decoding: input[start..<start + digits], as: UTF8.self), radix: 16)
    }

    private mutating func put(codePoint value: UInt32) {
        bytes += Array("\\x{\(String(value, radix: 16))}".utf8)
    }

    private mutating func octal() {
        var value: UInt32 = 0
        var length = 2
        while length < 5, let byte = at(length), (0x30...0x37).contains(byte), value * 8 + UInt32(byte) - 0x30 < 256 {
            value = value * 8 + UInt32(byte) - 0x30
            length += 1
        }
        put(codePoint: value)
        index += length
    }

    private mutating func control() {
        guard let byte = at(2) else { return take(2) }
        put(codePoint: UInt32(byte ^ 0x40))
        index += 3
    }

    /// `\Q…\E`, each character escaped.
    private mutating func quoted() {
        index += 2
        while index < input.count {
            if at(0) == UInt8(ascii: "\\"), at(1) == UInt8(ascii: "E") {
                index += 2
                return
            }
            if input[index] < 0x80, !Self.isWord(input[index]) { bytes.append(UInt8(ascii: "\\")) }
            take()
        }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
    }

    /// `\p{…}`: the names of Java in the matcher's words.
    private mutating func property(isInClass: Bool) throws(Refusal) {
        let isNegated = at(1) == UInt8(ascii: "P")
        guard at(2) == UInt8(ascii: "{"), let end = input[index...].firstIndex(of: UInt8(ascii: "}")) else {
            return take(3)
        }
        var name = String(decoding: input[(index + 3)..<end], as: UTF8.self)
        index = end + 1
        for prefix in ["Is", "general_category=", "gc=", "script=", "sc="] where name.hasPrefix(prefix) {
            name.removeFirst(prefix.count)
        }
        if let posix = Self.posix[name] {
            let part = isNegated ? "[:^\(posix):]" : "[:\(posix):]"
            bytes += Array((isInClass ? part : "[\(part)]").utf8)
            return
        }
        guard !name.hasPrefix("In"), !name.hasPrefix("blk="), !name.hasPrefix("block=") else {
            throw Refusal(
                reason: "a block of characters such as '\\p{\(name)}' is not supported",
                hint: "write the range, such as [\\u4e00-\\u9fff], or a script, such as \\p{IsHan}")
        }
        bytes += Array("\\\(isNegated ? "P" : "p"){\(Self.categories[name] ?? name)}".utf8)
    }

    private static let posix = [
        "Lower": "lower", "Upper": "upper", "ASCII": "ascii", "Alpha": "alpha", "Digit": "digit", "Alnum": "alnum",
        "Punct": "punct", "Graph": "graph", "Print": "print", "Blank": "blank", "Cntrl": "cntrl", "XDigit": "xdigit",
        "Space": "space",
    ]

    private static let categories = [
        "Alphabetic": "L", "Letter": "L", "Lowercase": "Ll", "Uppercase": "Lu", "javaLowerCase": "Ll",
        "javaUpperCase": "Lu", "Punctuation": "P", "L1": "L",
    ]

    // MARK: Classes

    private mutating func characterClass() throws(Refusal) {
        take()
        if at(0) == UInt8(ascii: "^") { take() }
        var isFirst = true
        while let byte = at(0) {
            switch byte {
            case UInt8(ascii: "]") where !isFirst: return take()
            case UInt8(ascii: "\\"): try escape(isInClass: true)
            case UInt8(ascii: "["):
                throw Refusal(
                    reason: "a class of characters inside another is not supported",
                    hint: "write \\[ for the character itself")
            case UInt8(ascii: "&") where at(1) == UInt8(ascii: "&"):
                throw Refusal(reason: "the common part '&&' of classes of characters is not supported", hint: nil)
            default: take()
            }
            isFirst = false
        }
    }
}
