import Columnar
import Diagnostics
import Glibc

/// Turns bytes of a character set into UTF-8. Used by one thread.
final class CharacterSet {
    private let handle: iconv_t

    /// Sets in which the byte of a line feed is part of other characters: lines cannot be cut in them.
    private static let unsplittable = ["utf16", "utf32", "ucs2", "ucs4", "unicode"]
    private static let utf8 = ["utf8", "usascii", "ascii"]

    /// Nil for UTF-8 and ASCII, which need no turning.
    static func named(_ name: String) throws(MillraceError) -> CharacterSet? {
        let letters = name.lowercased().filter { $0.isLetter || $0.isNumber }
        if utf8.contains(letters) { return nil }
        let isName =
            name.count <= 40
            && name.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            }
        guard isName, !unsplittable.contains(where: { letters.hasPrefix($0) }) else { throw refused(name) }
        let handle = iconv_open("UTF-8", name)
        guard Int(bitPattern: handle) != -1, let handle else { throw refused(name) }
        return CharacterSet(handle)
    }

    private static func refused(_ name: String) -> MillraceError {
        MillraceError(
            .user, code: "bad_option", "option 'raw.charset' is '\(name)'",
            hint: "it takes a character set of this system in which lines end in one byte, such as UTF-8, GBK, GB18030")
    }

    private init(_ handle: iconv_t) { self.handle = handle }

    deinit { iconv_close(handle) }

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
        iconv(handle, nil, nil, nil, nil)
        while inputLeft > 0 {
            if iconv(handle, &input, &inputLeft, &output, &outputLeft) != -1 { break }
            guard errno != E2BIG, outputLeft >= 3, inputLeft > 0, let place = output, let from = input else { break }
            for (offset, byte) in [UInt8(0xEF), 0xBF, 0xBD].enumerated() { place[offset] = CChar(bitPattern: byte) }
            output = place + 3
            outputLeft -= 3
            input = from + 1
            inputLeft -= 1
        }
        return TextView(UnsafePointer(start), count: room - outputLeft)
    }
}
