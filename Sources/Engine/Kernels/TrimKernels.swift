import Columnar
import StreamSQL

/// TRIM and its like: characters of a set are taken away at the ends.
enum TrimKernels {
    static func kernel(_ characters: [UInt8], leading: Bool, trailing: Bool) -> Kernel {
        let set = CharacterSet(characters)
        return { call in
            let texts = TextOperand(call[0])
            return makeTexts(call) { row, _ in trimmed(texts[row], set, leading, trailing) }
        }
    }

    /// The characters come from a column.
    static func kernel(leading: Bool, trailing: Bool) -> Kernel {
        { call in
            let texts = TextOperand(call[0])
            let characters = TextOperand(call[1])
            let sets = call.remembered { CompiledTexts<CharacterSet>() }
            return makeTexts(call) { row, _ in
                trimmed(texts[row], sets.value(characters[row]) { CharacterSet($0) }, leading, trailing)
            }
        }
    }

    @inline(__always)
    private static func trimmed(_ text: TextBytes, _ set: CharacterSet, _ leading: Bool, _ trailing: Bool) -> TextView {
        var start = 0
        var end = text.count
        if leading {
            while start < end {
                let length = set.lengthOfMember(text, from: start, to: end)
                if length == 0 { break }
                start &+= length
            }
        }
        if trailing {
            while end > start {
                let length = set.lengthOfLastMember(text, from: start, to: end)
                if length == 0 { break }
                end &-= length
            }
        }
        return text.part(start, end &- start).view
    }

    /// Some characters, by their UTF-8.
    private struct CharacterSet: Sendable {
        private var ascii: (UInt64, UInt64) = (0, 0)
        private var others: [[UInt8]] = []

        init(_ characters: [UInt8]) {
            for scalar in String(decoding: characters, as: UTF8.self).unicodeScalars {
                switch scalar.value {
                case 0..<64: ascii.0 |= 1 << UInt64(scalar.value)
                case 64..<128: ascii.1 |= 1 << UInt64(scalar.value - 64)
                default: others.append(Array(String(scalar).utf8))
                }
            }
        }

        private func contains(_ byte: UInt8) -> Bool {
            (byte < 64 ? ascii.0 >> UInt64(byte) : ascii.1 >> UInt64(byte & 63)) & 1 == 1
        }

        /// Bytes of the member that begins at `from`; 0 when none does.
        func lengthOfMember(_ text: TextBytes, from: Int, to: Int) -> Int {
            if text[from] < 0x80 { return contains(text[from]) ? 1 : 0 }
            return length { member in text.part(from, to &- from).starts(at: 0, with: member) }
        }

        func lengthOfLastMember(_ text: TextBytes, from: Int, to: Int) -> Int {
            if text[to &- 1] < 0x80 { return contains(text[to &- 1]) ? 1 : 0 }
            return length { member in
                text.part(from, to &- from).starts(at: to &- from &- member.count, with: member)
            }
        }

        private func length(_ isThere: (TextBytes) -> Bool) -> Int {
            for other in others {
                let count = other.withUnsafeBufferPointer { buffer in
                    guard let start = buffer.baseAddress else { return 0 }
                    return isThere(TextBytes(start: start, count: buffer.count)) ? buffer.count : 0
                }
                if count > 0 { return count }
            }
            return 0
        }
    }
}
