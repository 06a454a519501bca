import Diagnostics
import Glibc

/// Turns UTF-8 into the bytes of a character set. Used by one thread.
final class CharacterWriter {
    private let handle: iconv_t
    /// What stands for a character that the set does not have.
    private static let standIn = CChar(bitPattern: UInt8(ascii: "?"))
    /// What each text begins with: UTF-16 without an order in its name tells it by a mark.
    private let mark: [UInt8]
    /// True when a line feed is more than one byte, and its byte may be part of other characters.
    let hasWideUnits: Bool

    /// Nil for UTF-8, which needs no turning.
    static func named(_ name: String) throws(MillraceError) -> CharacterWriter? {
        let letters = CharacterSet.letters(name)
        if letters == "utf8" { return nil }
        guard CharacterSet.isName(name), !CharacterSet.isUnknownWidth(letters) else { throw CharacterSet.refused(name) }
        let isMarked = letters == "utf16"
        guard let handle = CharacterSet.open(to: isMarked ? "UTF-16BE" : name, from: "UTF-8") else {
            throw CharacterSet.refused(name)
        }
        return CharacterWriter(handle, mark: isMarked ? [0xFE, 0xFF] : [], isWide: CharacterSet.isWide(letters))
    }

    private init(_ handle: iconv_t, mark: [UInt8], isWide: Bool) {
        self.handle = handle
        self.mark = mark
        hasWideUnits = isWide
    }

    deinit { iconv_close(handle) }

    /// Appends the text in the set; each character that the set lacks becomes a question mark, as in Java.
    func append(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        guard let start = text.baseAddress, text.count > 0 else { return }
        bytes.append(contentsOf: mark)
        // No set that is taken needs more than four bytes for what is one byte of UTF-8.
        let room = text.count * 4 + 16
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: room) { buffer in
            var output = buffer.baseAddress
            var outputLeft = room
            var input: UnsafeMutablePointer<CChar>? = UnsafeMutableRawPointer(mutating: start).assumingMemoryBound(
                to: CChar.self)
            var inputLeft = text.count
            iconv(handle, nil, nil, nil, nil)
            while inputLeft > 0 {
                if iconv(handle, &input, &inputLeft, &output, &outputLeft) != -1 { break }
                guard errno != E2BIG, inputLeft > 0, outputLeft >= 4, let place = output, let from = input else {
                    break
                }
                place[0] = Self.standIn
                output = place + 1
                outputLeft -= 1
                // The whole character is passed over.
                var length = 1
                while length < inputLeft, UInt8(bitPattern: from[length]) & 0xC0 == 0x80 { length += 1 }
                input = from + length
                inputLeft -= length
            }
            // Sets with states end in their first one.
            iconv(handle, nil, nil, &output, &outputLeft)
            buffer.prefix(room - outputLeft).withMemoryRebound(to: UInt8.self) { bytes.append(contentsOf: $0) }
        }
    }
}
