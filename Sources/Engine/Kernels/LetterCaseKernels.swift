import Columnar
import StreamSQL

/// UPPER, LOWER and INITCAP. ASCII is done byte by byte, the rest by the Unicode tables.
enum LetterCaseKernels {
    static let upper: Kernel = map({ byte in byte >= 0x61 && byte <= 0x7A ? byte & 0xDF : byte }, uppercased)
    static let lower: Kernel = map({ byte in byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }, lowercased)

    private static func map(
        _ byte: @escaping @Sendable (UInt8) -> UInt8, _ text: @escaping @Sendable (String) -> String
    ) -> Kernel {
        { call in
            let texts = TextOperand(call[0])
            return makeTexts(call) { row, heap in
                let source = texts[row]
                guard source.isASCII else { return heap.add(text(source.string)) }
                return write(source, heap) { target in
                    for index in 0..<source.count { target[index] = byte(source[index]) }
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
