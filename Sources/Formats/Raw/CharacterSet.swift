import Columnar
import Diagnostics
import Glibc

/// Turns bytes of a character set into UTF-8. Used by one thread.
final class CharacterSet {
    private let handle: iconv_t

    /// The same set with the bytes of each character the other way round, for texts whose mark says so; nil for others.
    private let reversed: iconv_t?

    /// True when a line feed is more than one byte, and its byte may be part of other characters: records only.
    let hasWideUnits: Bool

    /// Nil for UTF-8 and ASCII, which need no turning.
    static func named(_ name: String) throws(MillraceError) -> CharacterSet? {
        let letters = letters(name)
        if ["utf8", "usascii", "ascii"].contains(letters) { return nil }
        guard isName(name), !isUnknownWidth(letters) else { throw refused(name) }
        let isMarked = letters == "utf16"
        guard let handle = open(to: "UTF-8", from: isMarked ? "UTF-16BE" : name) else { throw refused(name) }
        return CharacterSet(
            handle, reversed: isMarked ? open(to: "UTF-8", from: "UTF-16LE") : nil, isWide: isWide(letters))
    }

    /// A name without case and signs: `UTF-16BE` and `utf_16be` are one set.
    static func letters(_ name: String) -> String { name.lowercased().filter { $0.isLetter || $0.isNumber } }

    /// UTF-16, in which a line feed is two bytes.
    static func isWide(_ letters: String) -> Bool { ["utf16", "utf16be", "utf16le"].contains(letters) }

    /// Sets of wide characters that are not UTF-16: their order of bytes is that of the machine.
    static func isUnknownWidth(_ letters: String) -> Bool {
        !isWide(letters) && ["utf16", "utf32", "ucs2", "ucs4", "unicode"].contains { letters.hasPrefix($0) }
    }

    static func isName(_ name: String) -> Bool {
        name.count <= 40
            && name.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            }
    }

    static func open(to: String, from: String) -> iconv_t? {
        let handle = iconv_open(to, from)
        return Int(bitPattern: handle) == -1 ? nil : handle
    }

    static func refused(_ name: String) -> MillraceError {
        MillraceError(
            .user, code: "bad_option", "option 'raw.charset' is '\(name)'",
            hint: "it takes a character set of this system, such as UTF-8, UTF-16BE, GBK, GB18030, ISO-8859-1")
    }

    private init(_ handle: iconv_t, reversed: iconv_t?, isWide: Bool) {
        self.handle = handle
        self.reversed = reversed
        hasWideUnits = isWide
    }

    deinit {
        iconv_close(handle)
        if let reversed { iconv_close(reversed) }
    }

    /// The text in UTF-8, in memory of `heap`; what is no character of the set becomes U+FFFD.
    func text(_ bytes: UnsafePointer<UInt8>, count: Int, in heap: ByteHeap) -> TextView {
        // No character of one byte needs more than three in UTF-8, and none of several needs more than one for each.
        let room = count &* 3 &+ 4
        let start = heap.allocate(room)
        var output: UnsafeMutablePointer<CChar>? = UnsafeMutableRawPointer(start).assumingMemoryBound(to: CChar.self)
        var outputLeft = room
        var input: UnsafeMutablePointer<CChar>? = UnsafeMutableRawPointer(mutating: bytes).assumingMemoryBound(
            to: CChar.self)
        var inputLeft = count
        // Texts of a set with marks may begin with one, which tells the order of the bytes.
        var handle = handle
        if let reversed, count >= 2, [0xFEFF, 0xFFFE].contains(Int(bytes[0]) << 8 | Int(bytes[1])) {
            if bytes[0] == 0xFF { handle = reversed }
            input = UnsafeMutableRawPointer(mutating: bytes + 2).assumingMemoryBound(to: CChar.self)
            inputLeft -= 2
        }
        iconv(handle, nil, nil, nil, nil)
        while inputLeft > 0 {
            if iconv(handle, &input, &inputLeft, &output, &outputLeft) != -1 { break }
            guard errno != E2BIG, outputLeft >= 3, inputLeft > 0, let place = output, let from = input else { break }
            for (offset, byte) in [UInt8(0xEF), 0xBF, 0xBD].enumerated() { place[offset] = CChar(bitPattern: byte) }
            output = place + 3
            outputLeft -= 3
            let step = hasWideUnits ? min(2, inputLeft) : 1
            input = from + step
            inputLeft -= step
        }
        return TextView(UnsafePointer(start), count: room - outputLeft)
    }
}
