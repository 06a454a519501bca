import Columnar
import Diagnostics

/// What an Avro value is made of.
indirect enum AvroSchema: Sendable, Equatable {
    /// What the number or the bytes stand for, where more is said than their type.
    enum Meaning: Sendable, Equatable {
        case plain
        case decimal(precision: Int, scale: Int)
        case date
        case timeMilliseconds, timeMicroseconds
        case instantMilliseconds, instantMicroseconds, instantNanoseconds
        case localMilliseconds, localMicroseconds, localNanoseconds
    }

    /// A field of a record.
    struct Part: Sendable, Equatable {
        var name: String
        var schema: AvroSchema
    }

    case null, boolean, float, double, string
    case int(Meaning)
    case long(Meaning)
    case bytes(Meaning)
    case fixed(name: String, size: Int, Meaning)
    case enumeration(name: String, [String])
    case array(AvroSchema)
    case map(AvroSchema)
    case union([AvroSchema])
    case record(name: String, [Part])

    /// Schemas inside of schemas, at most.
    static let maximumDepth = 64

    // MARK: Of tables

    /// The schema of records of a table, as the dialect derives it. `isLegacy`: TIMESTAMP is written as an instant.
    static func record(of fields: [Field], isLegacy: Bool) throws(MillraceError) -> AvroSchema {
        let name = "org.apache.flink.avro.generated.record"
        return .record(name: name, try parts(of: fields, name, isLegacy))
    }

    private static func parts(
        of fields: [Field], _ name: String, _ isLegacy: Bool
    ) throws(MillraceError) -> [Part] {
        var parts: [Part] = []
        for field in fields {
            parts.append(
                Part(name: field.name, schema: try of(field.type, "\(name)_\(field.name)", field.name, isLegacy)))
        }
        return parts
    }

    private static func of(
        _ type: DataType, _ name: String, _ column: String, _ isLegacy: Bool
    ) throws(MillraceError) -> AvroSchema {
        let schema: AvroSchema
        switch type.logical {
        case .boolean: schema = .boolean
        case .tinyint, .smallint, .integer: schema = .int(.plain)
        case .bigint: schema = .long(.plain)
        case .float: schema = .float
        case .double: schema = .double
        case .char, .varchar: schema = .string
        case .binary, .varbinary: schema = .bytes(.plain)
        case .decimal(let precision, let scale): schema = .bytes(.decimal(precision: precision, scale: scale))
        case .date: schema = .int(.date)
        case .time: schema = .int(.timeMilliseconds)
        case .timestamp(let precision) where precision > 6, .timestampLTZ(let precision) where precision > 6:
            throw MillraceError(
                .user, code: "unsupported_type", "column '\(column)' has type \(type), of which Avro keeps six digits",
                hint: "declare it with precision 6")
        case .timestamp(let precision):
            let isShort = precision <= 3
            schema = .long(
                isLegacy
                    ? (isShort ? .instantMilliseconds : .instantMicroseconds)
                    : (isShort ? .localMilliseconds : .localMicroseconds))
        case .timestampLTZ(let precision):
            schema = .long(precision <= 3 ? .instantMilliseconds : .instantMicroseconds)
        case .array(let element): schema = .array(try of(element, name, column, isLegacy))
        case .map(let key, let value) where key.logical.isAvroText:
            schema = .map(try of(value, name, column, isLegacy))
        case .multiset(let element) where element.logical.isAvroText: schema = .map(.int(.plain))
        case .row(let fields): schema = .record(name: name, try parts(of: fields, name, isLegacy))
        default:
            throw MillraceError(
                .user, code: "unsupported_type", "column '\(column)' has type \(type), which Avro has not",
                hint: "keys of maps must be texts; intervals have no form")
        }
        return type.isNullable ? .union([.null, schema]) : schema
    }
}

extension LogicalType {
    fileprivate var isAvroText: Bool {
        switch self {
        case .char, .varchar: true
        default: false
        }
    }
}

// MARK: As JSON

extension AvroSchema {
    /// The schema as files carry it.
    var text: String {
        switch self {
        case .null: return "\"null\""
        case .boolean: return "\"boolean\""
        case .float: return "\"float\""
        case .double: return "\"double\""
        case .string: return "\"string\""
        case .int(let meaning): return Self.named("int", meaning)
        case .long(let meaning): return Self.named("long", meaning)
        case .bytes(let meaning): return Self.named("bytes", meaning)
        case .fixed(let name, let size, let meaning):
            return "{\"type\":\"fixed\",\"name\":\(Self.quoted(name)),\"size\":\(size)\(Self.suffix(meaning))}"
        case .enumeration(let name, let symbols):
            let list = symbols.map(Self.quoted).joined(separator: ",")
            return "{\"type\":\"enum\",\"name\":\(Self.quoted(name)),\"symbols\":[\(list)]}"
        case .array(let element): return "{\"type\":\"array\",\"items\":\(element.text)}"
        case .map(let value): return "{\"type\":\"map\",\"values\":\(value.text)}"
        case .union(let branches): return "[" + branches.map(\.text).joined(separator: ",") + "]"
        case .record(let name, let parts):
            let fields = parts.map { part in
                let isOptional = if case .union = part.schema { true } else { false }
                return "{\"name\":\(Self.quoted(part.name)),\"type\":\(part.schema.text)"
                    + (isOptional ? ",\"default\":null}" : "}")
            }
            return "{\"type\":\"record\",\"name\":\(Self.quoted(Self.lastName(name)))"
                + Self.namespace(name) + ",\"fields\":[" + fields.joined(separator: ",") + "]}"
        }
    }

    private static func lastName(_ name: String) -> String {
        name.lastIndex(of: ".").map { String(name[name.index(after: $0)...]) } ?? name
    }

    private static func namespace(_ name: String) -> String {
        name.lastIndex(of: ".").map { ",\"namespace\":" + quoted(String(name[..<$0])) } ?? ""
    }

    private static func named(_ type: String, _ meaning: Meaning) -> String {
        meaning == .plain ? "\"\(type)\"" : "{\"type\":\"\(type)\"\(suffix(meaning))}"
    }

    private static let meanings: [(name: String, meaning: Meaning)] = [
        ("date", .date), ("time-millis", .timeMilliseconds), ("time-micros", .timeMicroseconds),
        ("timestamp-millis", .instantMilliseconds), ("timestamp-micros", .instantMicroseconds),
        ("timestamp-nanos", .instantNanoseconds), ("local-timestamp-millis", .localMilliseconds),
        ("local-timestamp-micros", .localMicroseconds), ("local-timestamp-nanos", .localNanoseconds),
    ]

    static func meaning(named name: String) -> Meaning { meanings.first { $0.name == name }?.meaning ?? .plain }

    private static func suffix(_ meaning: Meaning) -> String {
        if case .decimal(let precision, let scale) = meaning {
            return ",\"logicalType\":\"decimal\",\"precision\":\(precision),\"scale\":\(scale)"
        }
        return meanings.first { $0.meaning == meaning }.map { ",\"logicalType\":\"\($0.name)\"" } ?? ""
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { result += "\\" }
            if scalar.value >= 0x20 { result.unicodeScalars.append(scalar) }
        }
        return result + "\""
    }
}
