import Columnar
import StreamSQL

/// PARSE_URL: the parts of an address, read as java.net.URL reads them.
enum AddressKernels {
    /// (address, part[, key]); NULL for what is no address and for a part it has not.
    static let parse: Kernel = { call in
        let addresses = TextOperand(call[0])
        let parts = TextOperand(call[1])
        let keys = call.arguments.count > 2 ? TextOperand(call[2]) : nil
        var bytes: [UInt8] = []
        return makeTexts(call) { row, heap in
            guard let address = Address(addresses[row]) else { return nil }
            bytes.removeAll(keepingCapacity: true)
            guard let part = address.part(parts[row], &bytes) else { return nil }
            guard let keys else {
                if !bytes.isEmpty { return heap.add(bytes) }
                return part.view
            }
            return parts[row].string == "QUERY" ? value(of: keys[row], in: part)?.view : nil
        }
    }

    /// The value of `key=value` among those joined by `&`.
    private static func value(of key: TextBytes, in query: TextBytes) -> TextBytes? {
        var start = 0
        while start <= query.count {
            var end = start
            while end < query.count, query[end] != 0x26 { end += 1 }
            let pair = query.part(start, end - start)
            if pair.count > key.count, pair.starts(at: 0, with: key), pair[key.count] == 0x3D {
                return pair.part(key.count + 1, pair.count - key.count - 1)
            }
            start = end + 1
        }
        return nil
    }
}

/// An address cut into its parts, which are views into its text.
private struct Address {
    private let scheme: TextBytes
    private var authority: TextBytes?
    private var userInfo: TextBytes?
    private var host: TextBytes?
    private let path: TextBytes
    private var query: TextBytes?
    private var fragment: TextBytes?

    private static let schemes: Set<String> = ["http", "https", "ftp", "file", "mailto", "jar"]

    /// nil when the scheme is missing or unknown or the port is no number.
    init?(_ whole: TextBytes) {
        var text = whole
        while text.count > 0, text[0] <= 0x20 { text = text.part(1, text.count - 1) }
        while text.count > 0, text[text.count - 1] <= 0x20 { text = text.part(0, text.count - 1) }
        var colon = 0
        while colon < text.count, text[colon] != 0x3A, text[colon] != 0x2F { colon += 1 }
        guard colon < text.count, text[colon] == 0x3A else { return nil }
        scheme = text.part(0, colon)
        guard Self.schemes.contains(scheme.string.lowercased()) else { return nil }
        var rest = text.part(colon + 1, text.count - colon - 1)
        if let hash = Self.index(of: 0x23, in: rest) {
            fragment = rest.part(hash + 1, rest.count - hash - 1)
            rest = rest.part(0, hash)
        }
        if let mark = Self.index(of: 0x3F, in: rest) {
            query = rest.part(mark + 1, rest.count - mark - 1)
            rest = rest.part(0, mark)
        }
        if rest.count >= 2, rest[0] == 0x2F, rest[1] == 0x2F {
            rest = rest.part(2, rest.count - 2)
            let end = Self.index(of: 0x2F, in: rest) ?? rest.count
            authority = rest.part(0, end)
            rest = rest.part(end, rest.count - end)
        }
        path = rest
        if let authority { guard split(authority) else { return nil } }
    }

    private static func index(of byte: UInt8, in text: TextBytes) -> Int? {
        for index in 0..<text.count where text[index] == byte { return index }
        return nil
    }

    /// Takes user and host out of `user@host:port`; false when the port is no number.
    private mutating func split(_ authority: TextBytes) -> Bool {
        var rest = authority
        if let sign = Self.index(of: 0x40, in: rest) {
            userInfo = rest.part(0, sign)
            rest = rest.part(sign + 1, rest.count - sign - 1)
            if Self.index(of: 0x40, in: rest) != nil {
                userInfo = nil
                return true
            }
        }
        var colon: Int?
        if rest.count > 0, rest[0] == 0x5B {
            guard let end = Self.index(of: 0x5D, in: rest) else { return false }
            if end + 1 < rest.count { colon = end + 1 }
        } else {
            colon = Self.index(of: 0x3A, in: rest)
        }
        if let colon {
            for index in (colon + 1)..<max(colon + 1, rest.count) where !(0x30...0x39).contains(rest[index]) {
                return false
            }
            guard rest[colon] == 0x3A, rest.count - colon <= 10 else { return false }
            rest = rest.part(0, colon)
        }
        host = rest
        return true
    }

    /// The part of a name; a part that has to be put together is written to `bytes`.
    func part(_ name: TextBytes, _ bytes: inout [UInt8]) -> TextBytes? {
        switch name.string {
        case "HOST": return host
        case "PATH": return path
        case "QUERY": return query
        case "REF": return fragment
        case "AUTHORITY": return authority
        case "USERINFO": return userInfo
        case "PROTOCOL":
            bytes.append(contentsOf: scheme.string.lowercased().utf8)
            return scheme
        case "FILE":
            guard let query else { return path }
            bytes.append(path)
            bytes.append(0x3F)
            bytes.append(query)
            return path
        default: return nil
        }
    }
}
