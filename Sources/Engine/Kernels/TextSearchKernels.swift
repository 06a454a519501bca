import Columnar
import StreamSQL

/// Searches from a place, replacing characters by place or by kind, and tests of characters.
enum TextSearchKernels {
    /// LOCATE(needle, text, start): the place from 1, 0 when there is none.
    static let positionFrom: Kernel = { call in
        let result = call.makeResult()
        let needles = TextOperand(call[0])
        let texts = TextOperand(call[1])
        let starts = NumberOperand(call[2])
        forEachValid(call, into: result) { row in
            let text = texts[row]
            let needle = needles[row]
            if needle.count == 0 {
                result.int64[row] = 1
                return true
            }
            let from = text.offset(ofCharacter: Int(clamping: max(0, starts[row] &- 1)))
            let offset = text.offset(of: needle, from: from)
            result.int64[row] = offset < 0 ? 0 : Int64(text.part(0, offset).characterCount &+ 1)
            return true
        }
        return result
    }

    /// INSTR(text, needle, start, occurrence): a negative start counts from the end and searches backwards.
    static let occurrence: Kernel = { call in
        let result = call.makeResult()
        let texts = TextOperand(call[0])
        let needles = TextOperand(call[1])
        let starts = NumberOperand(call[2])
        let counts = NumberOperand(call[3])
        forEachValid(call, into: result) { row in
            result.int64[row] = place(texts[row], needles[row], starts[row], counts[row])
            return true
        }
        return result
    }

    private static func place(_ text: TextBytes, _ needle: TextBytes, _ start: Int64, _ count: Int64) -> Int64 {
        guard count > 0, start != 0, count <= Int64(text.count) &+ 1 else { return 0 }
        let characters = text.characterCount
        var left = count
        if start > 0 {
            guard start <= Int64(characters) &+ 1 else { return 0 }
            var from = text.offset(ofCharacter: Int(clamping: start &- 1))
            while true {
                let found = text.offset(of: needle, from: from)
                guard found >= 0 else { return 0 }
                left &-= 1
                if left == 0 { return Int64(text.part(0, found).characterCount &+ 1) }
                guard found < text.count else { return 0 }
                from = text.offset(ofCharacter: 1, from: found)
            }
        }
        guard 0 &- start <= Int64(characters) else { return 0 }
        var from = text.offset(ofCharacter: characters &+ Int(clamping: start))
        while true {
            if text.starts(at: from, with: needle) {
                left &-= 1
                if left == 0 { return Int64(text.part(0, from).characterCount &+ 1) }
            }
            guard from > 0 else { return 0 }
            from &-= 1
            while from > 0, text[from] & 0xC0 == 0x80 { from &-= 1 }
        }
    }

    /// OVERLAY(text, replacement, start[, length]): the text itself when the start lies outside of it; nothing behind
    /// the replacement when the length is below 1 or reaches past the end, as in the dialect.
    static let overlay: Kernel = { call in
        let texts = TextOperand(call[0])
        let replacements = TextOperand(call[1])
        let starts = NumberOperand(call[2])
        let lengths = call.arguments.count > 3 ? NumberOperand(call[3]) : nil
        return makeTexts(writing: call) { row, writer in
            let text = texts[row]
            let start = starts[row]
            let characters = Int64(text.characterCount)
            guard start > 0, start <= characters else { return text.view }
            let replacement = replacements[row]
            let length = lengths?[row] ?? Int64(replacement.characterCount)
            let isASCII = characters == text.count
            let from = isASCII ? Int(start) &- 1 : text.offset(ofCharacter: Int(start) &- 1)
            var rest = text.count
            if length > 0, length <= characters &- start {
                rest = isASCII ? from &+ Int(length) : text.offset(ofCharacter: Int(length), from: from)
            }
            let count = from &+ replacement.count &+ text.count &- rest
            guard count <= longestMadeText else { return nil }
            return writer.add(upTo: count) { target in
                text.part(0, from).copy(to: target)
                replacement.copy(to: target + from)
                text.part(rest, text.count &- rest).copy(to: target + from + replacement.count)
                return count
            }
        }
    }

    // MARK: Tests of characters

    static let isAlpha = test { text in
        areAll(text, { ($0 | 0x20) &- 0x61 < 26 }, { $0.value < 0x10000 && isLetter($0) })
    }

    static let isDigit = test { text in
        areAll(text, { $0 &- 0x30 < 10 }) { $0.value < 0x10000 && $0.properties.generalCategory == .decimalNumber }
    }

    /// Whether there are characters, and all are of a kind: ASCII by one test, others, and all behind them, by another.
    @inline(__always)
    private static func areAll(
        _ text: TextBytes, _ test: (UInt8) -> Bool, _ others: (UnicodeScalar) -> Bool
    ) -> Bool {
        for index in 0..<text.count {
            let byte = text[index]
            if byte >= 0x80 {
                return text.part(index, text.count &- index).string.unicodeScalars.allSatisfy { scalar in
                    scalar.isASCII ? test(UInt8(truncatingIfNeeded: scalar.value)) : others(scalar)
                }
            }
            guard test(byte) else { return false }
        }
        return text.count > 0
    }

    static let isDecimal = test { text in
        NumberParsing.decimal(text.start, text.count, precision: 38, scale: 18) != nil
    }

    private static func isLetter(_ scalar: UnicodeScalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }

    /// FALSE for NULL.
    private static func test(_ body: @escaping @Sendable (TextBytes) -> Bool) -> Kernel {
        { call in
            let result = call.makeResult()
            let texts = TextOperand(call[0])
            let argument = call[0]
            fillBits(result.bits, rowCount: call.rowCount) { row in
                argument.column.isValid(row & argument.rowMask) && body(texts[row])
            }
            return result
        }
    }
}
