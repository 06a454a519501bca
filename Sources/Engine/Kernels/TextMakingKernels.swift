import Columnar
import StreamSQL

/// Functions that write new texts.
enum TextMakingKernels {
    /// A text written into fresh memory of a known size; nil when it would be too long.
    @inline(__always)
    private static func write(
        _ count: Int, _ heap: ByteHeap, _ body: (UnsafeMutablePointer<UInt8>) -> Void
    ) -> TextView? {
        guard count <= longestMadeText, count >= 0 else { return nil }
        if count <= TextView.inlineLimit {
            return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: TextView.inlineLimit) { buffer in
                body(buffer.baseAddress!)
                return TextView(buffer.baseAddress!, count: count)
            }
        }
        let place = heap.allocate(count)
        body(place)
        return TextView(place, count: count)
    }

    /// `||` and CONCAT.
    static let concatenate: Kernel = { call in
        let operands = call.arguments.map { TextOperand($0) }
        return makeTexts(call) { row, heap in
            var count = 0
            for operand in operands { count &+= operand[row].count }
            return write(count, heap) { target in
                var place = target
                for operand in operands {
                    let text = operand[row]
                    place.update(from: text.start, count: text.count)
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

    static let replace: Kernel = { call in
        let texts = TextOperand(call[0])
        let needles = TextOperand(call[1])
        let replacements = TextOperand(call[2])
        var bytes: [UInt8] = []
        return makeTexts(call) { row, heap in
            let text = texts[row]
            let needle = needles[row]
            var found = text.offset(of: needle)
            if found < 0 { return text.view }
            let replacement = replacements[row]
            if needle.count == 0 { return spread(text, replacement, heap) }
            bytes.removeAll(keepingCapacity: true)
            var start = 0
            while found >= 0, bytes.count <= longestMadeText {
                bytes.append(contentsOf: UnsafeBufferPointer(start: text.start + start, count: found &- start))
                bytes.append(contentsOf: UnsafeBufferPointer(start: replacement.start, count: replacement.count))
                start = found &+ needle.count
                found = text.offset(of: needle, from: start)
            }
            guard bytes.count <= longestMadeText else { return nil }
            bytes.append(contentsOf: UnsafeBufferPointer(start: text.start + start, count: text.count &- start))
            return heap.add(bytes)
        }
    }

    /// The replacement of nothing stands before, between and behind all characters.
    private static func spread(_ text: TextBytes, _ replacement: TextBytes, _ heap: ByteHeap) -> TextView? {
        let (product, overflow) = replacement.count.multipliedReportingOverflow(by: text.characterCount &+ 1)
        guard !overflow, product <= longestMadeText else { return nil }
        return write(product &+ text.count, heap) { target in
            var place = target
            for index in 0..<text.count {
                if text[index] & 0xC0 != 0x80 {
                    place.update(from: replacement.start, count: replacement.count)
                    place += replacement.count
                }
                place.pointee = text[index]
                place += 1
            }
            place.update(from: replacement.start, count: replacement.count)
        }
    }

    static let repeatText: Kernel = { call in
        let texts = TextOperand(call[0])
        let counts = NumberOperand(call[1])
        return makeTexts(call) { row, heap in
            let text = texts[row]
            let count = max(0, counts[row])
            let (length, overflow) = text.count.multipliedReportingOverflow(by: Int(count))
            if overflow { return nil }
            return write(length, heap) { target in
                for index in 0..<(text.count > 0 ? Int(count) : 0) {
                    (target + index &* text.count).update(from: text.start, count: text.count)
                }
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
            return makeTexts(call) { row, heap in
                padded(texts[row], Int(clamping: lengths[row]), fillers[row], isLeft, heap)
            }
        }
    }

    private static func padded(
        _ text: TextBytes, _ length: Int, _ filler: TextBytes, _ isLeft: Bool, _ heap: ByteHeap
    ) -> TextView? {
        guard length >= 0, filler.count > 0, length <= longestMadeText else { return nil }
        let characters = text.characterCount
        if characters >= length { return text.part(0, text.offset(ofCharacter: length)).view }
        let missing = length &- characters
        let fillerCharacters = max(1, filler.characterCount)
        let whole = missing / fillerCharacters
        let rest = filler.offset(ofCharacter: missing % fillerCharacters)
        let padding = whole &* filler.count &+ rest
        return write(padding &+ text.count, heap) { target in
            var place = isLeft ? target : target + text.count
            for _ in 0..<whole {
                place.update(from: filler.start, count: filler.count)
                place += filler.count
            }
            place.update(from: filler.start, count: rest)
            (isLeft ? target + padding : target).update(from: text.start, count: text.count)
        }
    }
}
