import Columnar
import StreamSQL

/// UPPER, LOWER and INITCAP. ASCII is done byte by byte, the rest by the Unicode tables.
enum LetterCaseKernels {
    static let upper: Kernel = map(firstLetter: 0x61, uppercased)
    static let lower: Kernel = map(firstLetter: 0x41, lowercased)

    /// Changes the case of the 26 ASCII letters from `firstLetter` on.
    private static func map(firstLetter: UInt8, _ change: @escaping @Sendable (String) -> String) -> Kernel {
        { call in
            let texts = UnsafePointer(call[0].column.text)
            let mask = call[0].rowMask
            // Added to a byte below 128, it sets the highest bit from the first letter on, or behind the last one.
            let from = PackedText.manyOnes &* UInt128(128 &- firstLetter)
            let behind = PackedText.manyOnes &* UInt128(128 &- 26 &- firstLetter)
            return writeTexts(call) { row, writer in
                let place = texts + (row & mask)
                if var text = PackedText(place), text.bits & (PackedText.manyOnes &<< 7) == 0 {
                    let letters = ((text.bits &+ from) ^ (text.bits &+ behind)) & (PackedText.manyOnes &<< 7)
                    text.bits ^= letters &>> 2
                    return writer.add(text)
                }
                let source = TextBytes(start: TextView.bytes(at: place), count: place.pointee.count)
                guard source.isASCII else { return writer.heap.add(change(source.string)) }
                return writer.add(upTo: source.count) { target in
                    for index in 0..<source.count {
                        let byte = source[index]
                        target[index] = byte ^ (byte &- firstLetter < 26 ? 0x20 : 0)
                    }
                    return source.count
                }
            }
        }
    }

    private static func write(
        _ source: TextBytes, _ heap: ByteHeap, _ body: (UnsafeMutablePointer<UInt8>) -> Void
    ) -> TextView {
        if source.count <= TextView.inlineLimit {
            return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: TextView.inlineLimit) { buffer in
                body(buffer.baseAddress!)
                return TextView(buffer.baseAddress!, count: source.count)
            }
        }
        let place = heap.allocate(source.count)
        body(place)
        return TextView(place, count: source.count)
    }

    private static func uppercased(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars { result += scalar.properties.uppercaseMapping }
        return result
    }

    /// A capital sigma at the end of a word becomes the final form.
    private static func lowercased(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        var result = ""
        for (index, scalar) in scalars.enumerated() {
            if scalar.value == 0x3A3 {
                let follows = index > 0 && scalars[index - 1].properties.isCased
                let precedes = index + 1 < scalars.count && scalars[index + 1].properties.isCased
                result += follows && !precedes ? "\u{3C2}" : "\u{3C3}"
            } else {
                result += scalar.properties.lowercaseMapping
            }
        }
        return result
    }

    /// The first letter of each word in upper case, the others in lower case; words are runs of ASCII letters and digits.
    static let initialCapital: Kernel = { call in
        let texts = TextOperand(call[0])
        return makeTexts(call) { row, heap in
            let source = texts[row]
            return write(source, heap) { target in
                var isInside = false
                for index in 0..<source.count {
                    let byte = source[index]
                    let isLetter = byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A
                    target[index] = !isLetter ? byte : isInside ? byte | 0x20 : byte & 0xDF
                    isInside = isLetter || (byte >= 0x30 && byte <= 0x39)
                }
            }
        }
    }
}
