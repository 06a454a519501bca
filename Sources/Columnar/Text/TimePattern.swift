package import Diagnostics

/// A date and time pattern such as `yyyy-MM-dd HH:mm`, compiled to its parts.
package struct TimePattern: Sendable {
    /// One run of a pattern letter, or text that stands for itself.
    package enum Part: Sendable, Equatable {
        case literal([UInt8])
        /// The letter and how often it stands there.
        case field(UInt8, Int)
    }

    package static let letters: Set<UInt8> = Set("yuYMLdDFHkKhmsSaAEecQqwWGVOXxZznN".utf8)
    private static let longest = 256

    package let parts: [Part]
    package let text: String

    /// Compiles a pattern; unknown letters are an error.
    package init(_ bytes: [UInt8]) throws(MillraceError) {
        text = String(decoding: bytes, as: UTF8.self)
        var parts: [Part] = []
        var index = 0
        guard bytes.count <= Self.longest else { throw Self.invalid(text, "it is too long") }
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0x27 {
                Self.add(try Self.quoted(bytes, &index, text), to: &parts)
            } else if byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A {
                let start = index
                while index < bytes.count, bytes[index] == byte { index += 1 }
                try Self.check(byte, index - start, text)
                parts.append(.field(byte, index - start))
            } else {
                Self.add([byte], to: &parts)
                index += 1
            }
        }
        self.parts = parts
    }

    /// Throws where a letter has no meaning, or none so many times.
    private static func check(_ letter: UInt8, _ count: Int, _ text: String) throws(MillraceError) {
        let shown = Character(UnicodeScalar(letter))
        guard letters.contains(letter) else {
            switch shown {
            case "B": throw invalid(text, "periods of the day (B) are not supported; a is AM or PM")
            case "p": throw invalid(text, "padding (p) is not supported; LPAD pads a text")
            default: throw invalid(text, "'\(shown)' is no pattern letter")
            }
        }
        let isGood =
            switch shown {
            case "W", "F": count == 1
            case "w": count <= 2
            case "V": count == 2
            case "O": count == 1 || count == 4
            case "c": count != 2 && count <= 5
            case "e", "E", "Q", "q", "G": count <= 5
            case "A", "N", "n": count <= 19
            default: count <= 9
            }
        guard isGood else { throw invalid(text, "'\(shown)' can't stand \(count) times in a row") }
    }

    /// The text between quotes; two quotes are one.
    private static func quoted(_ bytes: [UInt8], _ index: inout Int, _ text: String) throws(MillraceError) -> [UInt8] {
        index += 1
        if index < bytes.count, bytes[index] == 0x27 {
            index += 1
            return [0x27]
        }
        var literal: [UInt8] = []
        while index < bytes.count {
            if bytes[index] == 0x27 {
                index += 1
                guard index < bytes.count, bytes[index] == 0x27 else { return literal }
            }
            literal.append(bytes[index])
            index += 1
        }
        throw invalid(text, "a quote is not closed")
    }

    private static func add(_ literal: [UInt8], to parts: inout [Part]) {
        if case .literal(let old)? = parts.last {
            parts[parts.count - 1] = .literal(old + literal)
        } else {
            parts.append(.literal(literal))
        }
    }

    private static func invalid(_ pattern: String, _ reason: String) -> MillraceError {
        MillraceError(
            .user, code: "invalid_time_pattern", "the time pattern '\(pattern)' can't be used: \(reason)",
            hint: "patterns look like 'yyyy-MM-dd HH:mm:ss.SSS'; put plain letters between quotes")
    }

    package static let monthNames = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ].map { Array($0.utf8) }

    /// `QQQQ` of each quarter.
    package static let quarterNames = ["1st quarter", "2nd quarter", "3rd quarter", "4th quarter"].map {
        Array($0.utf8)
    }

    /// From Monday.
    package static let dayNames = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"].map {
        Array($0.utf8)
    }
}
