import Columnar
import StreamSQL

/// Lengths, parts and searches of texts. Positions count code points.
enum TextKernels {
    static let characterLength: Kernel = numbers { Int64($0.characterCount) }
    static let ascii: Kernel = numbers { text in
        guard text.count > 0 else { return 0 }
        if text[0] < 0x80 { return Int64(text[0]) }
        return text.string.unicodeScalars.first.map { Int64($0.value) } ?? 0
    }

    private static func numbers(_ body: @escaping @Sendable (TextBytes) -> Int64) -> Kernel {
        { call in
            let result = call.makeResult()
            let texts = TextOperand(call[0])
            let output = result.int64
            forEachValid(call, into: result) { row in
                output[row] = body(texts[row])
                return true
            }
            return result
        }
    }

    /// CHR: the character of the low eight bits.
    static let character: Kernel = { call in
        let codes = NumberOperand(call[0])
        return makeTexts(call) { row, _ in
            guard codes[row] >= 0 else { return TextView() }
            let code = UInt8(truncatingIfNeeded: codes[row])
            return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 2) { buffer in
                buffer[0] = code < 0x80 ? code : 0xC0 | code >> 6
                buffer[1] = 0x80 | code & 0x3F
                return TextView(buffer.baseAddress!, count: code < 0x80 ? 1 : 2)
            }
        }
    }

    /// (needle, text): the place of the first occurrence from 1, or 0.
    static let position: Kernel = { call in
        let result = call.makeResult()
        let needles = TextOperand(call[0])
        let texts = TextOperand(call[1])
        forEachValid(call, into: result) { row in
            let text = texts[row]
            let offset = text.offset(of: needles[row])
            result.int64[row] = offset < 0 ? 0 : Int64(text.part(0, offset).characterCount &+ 1)
            return true
        }
        return result
    }

    static let startsWith: Kernel = test { $0.starts(at: 0, with: $1) }
    static let endsWith: Kernel = test { $0.starts(at: $0.count &- $1.count, with: $1) }

    private static func test(_ body: @escaping @Sendable (TextBytes, TextBytes) -> Bool) -> Kernel {
        { call in
            let result = call.makeResult()
            let texts = TextOperand(call[0])
            let others = TextOperand(call[1])
            forEachValid(call, into: result) { row in
                let isTrue = body(texts[row], others[row])
                result.bits[row >> 6] |= UInt64(unsafeBitCast(isTrue, to: UInt8.self)) << UInt64(row & 63)
                return true
            }
            return result
        }
    }

    /// SUBSTRING(text, start[, length]).
    static let substring: Kernel = { call in
        let texts = TextOperand(call[0])
        let starts = NumberOperand(call[1])
        let lengths = call.arguments.count > 2 ? NumberOperand(call[2]) : nil
        return makeTexts(call) { row, _ in part(texts[row], from: starts[row], length: lengths?[row] ?? .max) }
    }

    /// The part from a place: from 1, 0 as 1, negative from the end; nil for a negative length.
    private static func part(_ text: TextBytes, from start: Int64, length: Int64) -> TextView? {
        guard length >= 0 else { return nil }
        let isASCII = text.isASCII
        let characters = isASCII ? text.count : text.characterCount
        var first = 0
        if start > 0 {
            guard start <= characters else { return TextView() }
            first = Int(start) &- 1
        } else if start < 0 {
            guard start >= -characters else { return TextView() }
            first = characters &+ Int(start)
        }
        let taken = min(characters &- first, Int(clamping: length))
        guard taken > 0 else { return TextView() }
        if isASCII { return text.part(first, taken).view }
        let from = text.offset(ofCharacter: first)
        return text.part(from, text.offset(ofCharacter: taken, from: from) &- from).view
    }

    static let left: Kernel = { call in
        let texts = TextOperand(call[0])
        let counts = NumberOperand(call[1])
        return makeTexts(call) { row, _ in part(texts[row], from: 1, length: max(0, counts[row])) }
    }

    static let right: Kernel = { call in
        let texts = TextOperand(call[0])
        let counts = NumberOperand(call[1])
        return makeTexts(call) { row, _ in
            let text = texts[row]
            let count = max(0, counts[row])
            if count == 0 { return TextView() }
            return count >= text.characterCount ? text.view : part(text, from: 0 &- count, length: count)
        }
    }

    /// (text, separator, index from 0)
    static let splitIndex: Kernel = { call in
        let texts = TextOperand(call[0])
        let separators = TextOperand(call[1])
        let indexes = NumberOperand(call[2])
        return makeTexts(call) { row, _ in token(texts[row], separators[row], indexes[row]) }
    }

    /// The token at an index; an empty separator splits at white space.
    private static func token(_ text: TextBytes, _ separator: TextBytes, _ index: Int64) -> TextView? {
        guard index >= 0, text.count > 0 else { return nil }
        var start = 0
        var left = index
        while true {
            let end = nextSeparator(text, separator, from: start)
            if left == 0 { return text.part(start, (end < 0 ? text.count : end) &- start).view }
            if end < 0 { return nil }
            start = end &+ max(1, separator.count)
            left &-= 1
        }
    }

    private static func nextSeparator(_ text: TextBytes, _ separator: TextBytes, from: Int) -> Int {
        if separator.count > 0 { return text.offset(of: separator, from: from) }
        for index in from..<text.count where text[index] == 0x20 || (text[index] >= 9 && text[index] <= 13) {
            return index
        }
        return -1
    }
}
