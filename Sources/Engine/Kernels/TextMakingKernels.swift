import Columnar
import StreamSQL

/// Functions that write new texts.
enum TextMakingKernels {
    /// A text of a known size, nil when it would be too long. The closure may overwrite the writer's slack behind it.
    @inline(__always)
    private static func write(
        _ count: Int, _ writer: inout TextWriter, _ body: (UnsafeMutablePointer<UInt8>) -> Void
    ) -> TextView? {
        guard count <= longestMadeText, count >= 0 else { return nil }
        return writer.add(upTo: count) { target in
            body(target)
            return count
        }
    }

    /// `||` and CONCAT.
    static let concatenate: Kernel = { call in
        let operands = call.arguments.map { TextOperand($0) }
        return makeTexts(writing: call) { row, writer in
            var count = 0
            for operand in operands { count &+= operand[row].count }
            return write(count, &writer) { target in
                var place = target
                for operand in operands {
                    let text = operand[row]
                    text.copy(to: place)
                    place += text.count
                }
            }
        }
    }

    /// CONCAT_WS: NULLs are left out, except for the separator.
    static let concatenateWithSeparator: Kernel = { call in
        let result = call.makeResult()
        let heap = ByteHeap()
        let operands = call.arguments.map { TextOperand($0) }
        let arguments = call.arguments
        for row in 0..<call.rowCount {
            guard arguments[0].column.isValid(row & arguments[0].rowMask) else {
                result.setNull(row)
                continue
            }
            var text: [UInt8] = []
            var isFirst = true
            for index in 1..<max(1, operands.count)
            where arguments[index].column.isValid(row & arguments[index].rowMask) {
                let separator = operands[0][row]
                if !isFirst {
                    text.append(contentsOf: UnsafeBufferPointer(start: separator.start, count: separator.count))
                }
                isFirst = false
                let part = operands[index][row]
                text.append(contentsOf: UnsafeBufferPointer(start: part.start, count: part.count))
            }
            result.text[row] = heap.add(text)
        }
        result.owners.append(heap)
        return result
    }

    /// Results that may be longer than this are collected apart.
    private static let longestInPlace = 4 * 1_024

    static let replace: Kernel = { call in
        let texts = TextOperand(call[0])
        let needles = TextOperand(call[1])
        let replacements = TextOperand(call[2])
        return makeTexts(writing: call) { row, writer in
            let text = texts[row]
            let needle = needles[row]
            let found = text.offset(of: needle)
            if found < 0 { return text.view }
            let replacement = replacements[row]
            if needle.count == 0 { return spread(text, replacement, &writer) }
            let growth = max(0, replacement.count &- needle.count)
            let (added, overflow) = growth.multipliedReportingOverflow(by: text.count / needle.count)
            guard !overflow, added <= longestInPlace, text.count <= longestInPlace else {
                return replaced(text, needle, replacement, found, writer.heap)
            }
            return writer.add(upTo: text.count &+ added) { target in
                replace(text, needle, replacement, found, target)
            }
        }
    }

    /// Writes the text with the needles replaced, the first of which was found; returns how many bytes.
    @inline(__always)
    private static func replace(
        _ text: TextBytes, _ needle: TextBytes, _ replacement: TextBytes, _ first: Int,
        _ target: UnsafeMutablePointer<UInt8>
    ) -> Int {
        var place = target
        var start = 0
        var found = first
        while found >= 0 {
            text.part(start, found &- start).copy(to: place)
            place += found &- start
            replacement.copy(to: place)
            place += replacement.count
            start = found &+ needle.count
            found = text.offset(of: needle, from: start)
        }
        text.part(start, text.count &- start).copy(to: place)
        return place - target &+ text.count &- start
    }

    /// The same for long texts; nil for one that would be too long.
    private static func replaced(
        _ text: TextBytes, _ needle: TextBytes, _ replacement: TextBytes, _ first: Int, _ heap: ByteHeap
    ) -> TextView? {
        var bytes: [UInt8] = []
        var start = 0
        var found = first
        while found >= 0, bytes.count <= longestMadeText {
            bytes.append(text.part(start, found &- start))
            bytes.append(replacement)
            start = found &+ needle.count
            found = text.offset(of: needle, from: start)
        }
        guard bytes.count <= longestMadeText else { return nil }
        bytes.append(text.part(start, text.count &- start))
        return heap.add(bytes)
    }

    /// The replacement of nothing stands before, between and behind all characters.
    private static func spread(
        _ text: TextBytes, _ replacement: TextBytes, _ writer: inout TextWriter
    ) -> TextView? {
        let (product, overflow) = replacement.count.multipliedReportingOverflow(by: text.characterCount &+ 1)
        guard !overflow, product <= longestMadeText else { return nil }
        return write(product &+ text.count, &writer) { target in
            var place = target
            for index in 0..<text.count {
                if text[index] & 0xC0 != 0x80 {
                    replacement.copy(to: place)
                    place += replacement.count
                }
                place.pointee = text[index]
                place += 1
            }
            replacement.copy(to: place)
        }
    }

    static let repeatText: Kernel = { call in
        let texts = TextOperand(call[0])
        let counts = NumberOperand(call[1])
        return makeTexts(writing: call) { row, writer in
            let text = texts[row]
            let count = max(0, counts[row])
            let (length, overflow) = text.count.multipliedReportingOverflow(by: Int(count))
            if overflow { return nil }
            return write(length, &writer) { target in
                for index in 0..<(text.count > 0 ? Int(count) : 0) { text.copy(to: target + index &* text.count) }
            }
        }
    }

    static let reverse: Kernel = { call in
        let texts = UnsafePointer(call[0].column.text)
        let mask = call[0].rowMask
        return writeTexts(call) { row, writer in
            let place = texts + (row & mask)
            if let text = PackedText(place), text.bits & (PackedText.manyOnes &<< 7) == 0 {
                // The bytes behind the end come to the front, and leave.
                guard text.count > 0 else { return TextView() }
                let bits = text.bits.byteSwapped &>> UInt128(128 &- 8 &* text.count)
                return writer.add(PackedText(bits: bits, count: text.count))
            }
            let text = TextBytes(start: TextView.bytes(at: place), count: place.pointee.count)
            return writer.add(upTo: text.count) { target in
                if text.isASCII { reverseBytes(text, to: target) } else { reverseCharacters(text, to: target) }
                return text.count
            }
        }
    }

    /// Eight bytes at once from the end.
    private static func reverseBytes(_ text: TextBytes, to target: UnsafeMutablePointer<UInt8>) {
        var left = text.count
        var place = UnsafeMutableRawPointer(target)
        while left >= 8 {
            left &-= 8
            let word = UnsafeRawPointer(text.start + left).loadUnaligned(as: UInt64.self)
            place.storeBytes(of: word.byteSwapped, as: UInt64.self)
            place += 8
        }
        while left > 0 {
            left &-= 1
            place.storeBytes(of: text[left], as: UInt8.self)
            place += 1
        }
    }

    private static func reverseCharacters(_ text: TextBytes, to target: UnsafeMutablePointer<UInt8>) {
        var index = 0
        while index < text.count {
            let next = text.offset(ofCharacter: 1, from: index)
            (target + (text.count &- next)).update(from: text.start + index, count: next &- index)
            index = next
        }
    }

    /// LPAD and RPAD: to a number of characters; longer texts are cut.
    static func pad(isLeft: Bool) -> Kernel {
        { call in
            let texts = TextOperand(call[0])
            let lengths = NumberOperand(call[1])
            let fillers = TextOperand(call[2])
            return makeTexts(writing: call) { row, writer in
                padded(texts[row], Int(clamping: lengths[row]), fillers[row], isLeft, &writer)
            }
        }
    }

    @inline(__always)
    private static func padded(
        _ text: TextBytes, _ length: Int, _ filler: TextBytes, _ isLeft: Bool, _ writer: inout TextWriter
    ) -> TextView? {
        guard length >= 0, filler.count > 0, length <= longestMadeText else { return nil }
        let characters = text.characterCount
        if characters >= length { return text.part(0, text.offset(ofCharacter: length)).view }
        let missing = length &- characters
        if filler.count == 1 {
            return write(missing &+ text.count, &writer) { target in
                if isLeft {
                    fill(target, missing, filler[0])
                    text.copy(to: target + missing)
                } else {
                    text.copy(to: target)
                    fill(target + text.count, missing, filler[0])
                }
            }
        }
        let fillerCharacters = max(1, filler.characterCount)
        let whole = missing / fillerCharacters
        let rest = filler.offset(ofCharacter: missing % fillerCharacters)
        let padding = whole &* filler.count &+ rest
        return write(padding &+ text.count, &writer) { target in
            var place = isLeft ? target : target + text.count
            for _ in 0..<whole {
                filler.copy(to: place)
                place += filler.count
            }
            filler.part(0, rest).copy(to: place)
            text.copy(to: isLeft ? target + padding : target)
        }
    }

    /// So many times a byte, in whole words: up to seven more are overwritten.
    @inline(__always)
    private static func fill(_ target: UnsafeMutablePointer<UInt8>, _ count: Int, _ byte: UInt8) {
        let word = UInt64(byte) &* 0x0101_0101_0101_0101
        var index = 0
        while index < count {
            UnsafeMutableRawPointer(target + index).storeBytes(of: word, as: UInt64.self)
            index &+= 8
        }
    }
}
