import Diagnostics
import KafkaProtocol

/// How a record is printed: `%s` value, `%S` its bytes, `%k` key, `%K` its bytes, `%h` headers, `%t` topic,
/// `%p` partition, `%o` offset, `%T` time in milliseconds, `%%` a percent sign; `\n`, `\r`, `\t`, `\0` and `\\`.
package struct RecordFormat: Sendable {
    private enum Part: Sendable {
        case bytes([UInt8])
        case field(Character)
    }

    private static let fields: Set<Character> = ["s", "S", "k", "K", "h", "t", "p", "o", "T"]
    private var parts: [Part] = []

    /// Throws on a field or an escape that there is not.
    package init(_ text: String) throws {
        var rest = text[...]
        while let letter = rest.popFirst() {
            switch letter {
            case "%":
                guard let field = rest.popFirst(), field == "%" || Self.fields.contains(field) else {
                    throw MillraceError(
                        .user, code: "bad_format", "there is no such field in the format '\(text)'",
                        hint: "there are %s %S %k %K %h %t %p %o %T and %%")
                }
                parts.append(field == "%" ? .bytes([0x25]) : .field(field))
            case "\\":
                let escapes: [Character: UInt8] = ["n": 0x0A, "r": 0x0D, "t": 0x09, "0": 0, "\\": 0x5C]
                guard let escape = rest.popFirst(), let byte = escapes[escape] else {
                    throw MillraceError(
                        .user, code: "bad_format", "there is no such escape in the format '\(text)'",
                        hint: "there are \\n \\r \\t \\0 and \\\\")
                }
                parts.append(.bytes([byte]))
            default: parts.append(.bytes(Array(String(letter).utf8)))
            }
        }
    }

    func print(_ record: Record, time: Int64, offset: Int64, topic: String, partition: Int32, to out: inout [UInt8]) {
        for part in parts {
            switch part {
            case .bytes(let bytes): out += bytes
            case .field("s"): if let value = record.value { out += value }
            case .field("S"): out += Array("\(record.value?.count ?? -1)".utf8)
            case .field("k"): if let key = record.key { out += key }
            case .field("K"): out += Array("\(record.key?.count ?? -1)".utf8)
            case .field("h"): Self.printHeaders(record.encodedHeaders, to: &out)
            case .field("t"): out += Array(topic.utf8)
            case .field("p"): out += Array("\(partition)".utf8)
            case .field("o"): out += Array("\(offset)".utf8)
            case .field: out += Array("\(time)".utf8)
            }
        }
    }

    /// `name=value` by commas. The reader of records has checked the bytes.
    private static func printHeaders(_ bytes: UnsafeRawBufferPointer, to out: inout [UInt8]) {
        var reader = WireReader(bytes)
        guard let count = try? reader.readVarint() else { return }
        for place in 0..<max(0, count) {
            guard let nameLength = try? reader.readVarint(), let name = try? reader.readRaw(Int(nameLength)),
                let valueLength = try? reader.readVarint()
            else { return }
            if place > 0 { out.append(UInt8(ascii: ",")) }
            out += name
            out.append(UInt8(ascii: "="))
            if valueLength >= 0, let value = try? reader.readRaw(Int(valueLength)) { out += value }
        }
    }
}
