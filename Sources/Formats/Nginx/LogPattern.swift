import Diagnostics
import Glibc

/// A `log_format` of nginx: variables with text between them.
struct LogPattern: Sendable {
    /// A variable and the text behind it, which ends its value; empty for the last one of a line.
    struct Part: Sendable, Equatable {
        var name: String
        var end: [UInt8]
    }

    /// The text before the first variable.
    private(set) var begin: [UInt8] = []
    private(set) var parts: [Part] = []

    /// What nginx writes when nothing else is said.
    static let combined =
        #"$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent""#

    /// Variables of one format, at most.
    private static let limit = 256

    init(_ text: String) throws(MillraceError) {
        let bytes = Array((text == "combined" ? Self.combined : text).utf8)
        var position = 0
        while position < bytes.count {
            guard bytes[position] == UInt8(ascii: "$") else {
                if parts.isEmpty {
                    begin.append(bytes[position])
                } else {
                    parts[parts.count - 1].end.append(bytes[position])
                }
                position += 1
                continue
            }
            position += 1
            let isBraced = position < bytes.count && bytes[position] == UInt8(ascii: "{")
            if isBraced { position += 1 }
            let start = position
            while position < bytes.count, Self.isName(bytes[position]) { position += 1 }
            let name = String(decoding: bytes[start..<position], as: UTF8.self)
            if isBraced, position < bytes.count, bytes[position] == UInt8(ascii: "}") { position += 1 }
            guard !name.isEmpty else { throw Self.refused(text, "a $ is followed by no name") }
            if let last = parts.last, last.end.isEmpty {
                throw Self.refused(text, "nothing stands between $\(last.name) and $\(name)")
            }
            guard parts.count < Self.limit else { throw Self.refused(text, "it has too many variables") }
            parts.append(Part(name: name, end: []))
        }
        guard !parts.isEmpty else { throw Self.refused(text, "it has no variables") }
    }

    private static func isName(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            || byte == UInt8(ascii: "_")
    }

    private static func refused(_ text: String, _ why: String) -> MillraceError {
        MillraceError(
            .user, code: "bad_option", "option 'nginx.log-format' cannot be used: \(why)",
            hint: "it takes 'combined', or the text of a log_format such as '$remote_addr [$time_local] \"$request\"'")
    }

    /// The range of each variable's value in a line, in the order of `parts`; false when the line is laid out otherwise.
    func cut(_ bytes: UnsafePointer<UInt8>, _ line: Range<Int>, into values: inout [Range<Int>]) -> Bool {
        values.removeAll(keepingCapacity: true)
        var position = line.lowerBound
        guard line.count >= begin.count, begin.indices.allSatisfy({ bytes[position + $0] == begin[$0] }) else {
            return false
        }
        position += begin.count
        for (index, part) in parts.enumerated() {
            let isLast = index == parts.count - 1
            let end: Int
            if part.end.isEmpty {
                end = line.upperBound
            } else if isLast {
                // The last value may hold what stands behind it: it goes up to the end of the line.
                end = line.upperBound - part.end.count
                guard end >= position, part.end.indices.allSatisfy({ bytes[end + $0] == part.end[$0] }) else {
                    return false
                }
            } else {
                guard let found = Self.find(part.end, bytes, position..<line.upperBound) else { return false }
                end = found
            }
            values.append(position..<end)
            position = end + part.end.count
        }
        return true
    }

    /// The first place of a text in a range.
    private static func find(_ text: [UInt8], _ bytes: UnsafePointer<UInt8>, _ range: Range<Int>) -> Int? {
        var position = range.lowerBound
        while position + text.count <= range.upperBound {
            guard let found = memchr(bytes + position, Int32(text[0]), range.upperBound - position) else { return nil }
            position = UnsafeRawPointer(found) - UnsafeRawPointer(bytes)
            guard position + text.count <= range.upperBound else { return nil }
            if text.indices.allSatisfy({ bytes[position + $0] == text[$0] }) { return position }
            position += 1
        }
        return nil
    }
}
