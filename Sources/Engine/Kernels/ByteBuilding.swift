extension [UInt8] {
    /// Appends bytes that live elsewhere.
    @inline(__always)
    mutating func append(_ text: TextBytes) {
        append(contentsOf: UnsafeBufferPointer(start: text.start, count: text.count))
    }

    /// Appends the UTF-8 of a character.
    mutating func append(_ scalar: UnicodeScalar) {
        if scalar.value < 0x80 {
            append(UInt8(truncatingIfNeeded: scalar.value))
        } else {
            append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        }
    }

    /// The bytes with what is no UTF-8 replaced by U+FFFD.
    var asUTF8: [UInt8] { [UInt8](String(decoding: self, as: UTF8.self).utf8) }
}
