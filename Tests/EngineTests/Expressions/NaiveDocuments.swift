import Columnar
import StreamSQL

/// JSON_VALUE with the path of one name over objects without escapes, and REGEXP_EXTRACT by the library's own engine.
enum NaiveDocuments {
    static func jsonValue(_ values: [LiteralValue]) -> LiteralValue {
        guard case .text(let document) = values[0], case .text(let path) = values[1] else { return .null }
        var rest = document[...]
        let wanted = path.dropFirst(2)
        skipBlanks(&rest)
        guard rest.popFirst() == 0x7B else { return .null }
        while let name = string(&rest) {
            skipBlanks(&rest)
            guard rest.popFirst() == 0x3A, let value = scalar(&rest) else { return .null }
            if name.elementsEqual(wanted) { return .text(value) }
            skipBlanks(&rest)
            guard rest.popFirst() == 0x2C else { return .null }
        }
        return .null
    }

    private static func skipBlanks(_ rest: inout ArraySlice<UInt8>) {
        while let first = rest.first, first == 0x20 || first == 0x0A { rest.removeFirst() }
    }

    private static func string(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        skipBlanks(&rest)
        guard rest.popFirst() == 0x22 else { return nil }
        var result: [UInt8] = []
        while let byte = rest.popFirst(), byte != 0x22 { result.append(byte) }
        return result
    }

    private static func scalar(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        skipBlanks(&rest)
        if rest.first == 0x22 { return string(&rest) }
        var result: [UInt8] = []
        while let byte = rest.first, byte != 0x2C, byte != 0x7D { result.append(rest.removeFirst()) }
        return result
    }

    static func regexpExtract(_ values: [LiteralValue]) -> LiteralValue {
        guard case .text(let text) = values[0], case .text(let pattern) = values[1], case .int64(let group) = values[2],
            let regex = try? Regex(String(decoding: pattern, as: UTF8.self)),
            let match = try? regex.firstMatch(in: String(decoding: text, as: UTF8.self)), Int(group) < match.output.count,
            let found = match.output[Int(group)].substring
        else { return .null }
        return .text(Array(found.utf8))
    }
}
