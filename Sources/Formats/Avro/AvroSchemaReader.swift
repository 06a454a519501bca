import Diagnostics

/// Reads a schema as files carry it.
struct AvroSchemaReader {
    private let bytes: UnsafePointer<UInt8>
    /// Types with names, which others refer to.
    private var named: [String: AvroSchema] = [:]
    /// How deep each of them is, and of how many parts, with the types it refers to.
    private var extents: [String: (height: Int, parts: Int)] = [:]
    /// The same of what was read so far.
    private var deepest = 0
    private var parts = 0
    private static let partLimit = 100_000

    /// The schema in a range of `bytes`.
    static func read(_ bytes: UnsafePointer<UInt8>, _ range: Range<Int>) throws(MillraceError) -> AvroSchema {
        var reader = AvroSchemaReader(bytes: bytes)
        var cursor = JSONCursor(bytes, range)
        guard let whole = cursor.takeValue(), cursor.isAtEnd() else { throw malformed("it is no JSON") }
        return try reader.schema(whole, depth: 0, namespace: "")
    }

    private init(bytes: UnsafePointer<UInt8>) { self.bytes = bytes }

    private static func malformed(_ what: String) -> MillraceError {
        MillraceError(.user, code: "malformed_avro", "the schema of the file cannot be used: \(what)")
    }

    private mutating func schema(
        _ range: Range<Int>, depth: Int, namespace: String
    ) throws(MillraceError) -> AvroSchema {
        try count(depth, parts: 1)
        switch bytes[range.lowerBound] {
        case UInt8(ascii: "\""): return try type(named: text(range), [:], namespace, depth)
        case UInt8(ascii: "["):
            var branches: [AvroSchema] = []
            for element in elements(range) {
                branches.append(try schema(element, depth: depth + 1, namespace: namespace))
            }
            return .union(branches)
        default: return try object(range, depth: depth, namespace: namespace)
        }
    }

    /// Counts a part at a depth. References count with all that they stand for: a few of them make a schema of any size.
    private mutating func count(_ depth: Int, parts more: Int) throws(MillraceError) {
        deepest = max(deepest, depth)
        parts += more
        guard depth < AvroSchema.maximumDepth, parts <= Self.partLimit else {
            throw Self.malformed("it is nested too deep, or has too many parts")
        }
    }

    /// A schema with attributes.
    private mutating func object(
        _ range: Range<Int>, depth: Int, namespace: String
    ) throws(MillraceError) -> AvroSchema {
        let members = members(range)
        guard let type = members["type"] else { throw Self.malformed("a part has no type") }
        guard bytes[type.lowerBound] == UInt8(ascii: "\"") else {
            return try schema(type, depth: depth + 1, namespace: namespace)
        }
        let space = members["namespace"].map(text) ?? namespace
        let name = members["name"].map { full(text($0), space) } ?? ""
        let inner = String(name[..<(name.lastIndex(of: ".") ?? name.startIndex)])
        switch text(type) {
        case "record", "error":
            let (outer, before) = (deepest, parts)
            deepest = depth
            var fields: [AvroSchema.Part] = []
            for field in members["fields"].map(elements) ?? [] {
                let field = self.members(field)
                guard let name = field["name"], let type = field["type"] else {
                    throw Self.malformed("a field has no name or no type")
                }
                fields.append(
                    .init(name: text(name), schema: try schema(type, depth: depth + 1, namespace: inner)))
            }
            extents[name] = (deepest - depth, parts - before)
            deepest = max(outer, deepest)
            return keep(.record(name: name, fields), name)
        case "enum":
            return keep(.enumeration(name: name, (members["symbols"].map(elements) ?? []).map(text)), name)
        case "fixed":
            guard let size = members["size"].flatMap({ Int(raw($0)) }), (0...(1 << 20)).contains(size) else {
                throw Self.malformed("a fixed type has no size")
            }
            return keep(.fixed(name: name, size: size, meaning(members)), name)
        case "array":
            guard let items = members["items"] else { throw Self.malformed("an array has no items") }
            return .array(try schema(items, depth: depth + 1, namespace: namespace))
        case "map":
            guard let values = members["values"] else { throw Self.malformed("a map has no values") }
            return .map(try schema(values, depth: depth + 1, namespace: namespace))
        default: return try self.type(named: text(type), members, namespace, depth)
        }
    }

    private mutating func keep(_ schema: AvroSchema, _ name: String) -> AvroSchema {
        named[name] = schema
        return schema
    }

    private func full(_ name: String, _ namespace: String) -> String {
        name.contains(".") || namespace.isEmpty ? name : "\(namespace).\(name)"
    }

    private mutating func type(
        named name: String, _ members: [String: Range<Int>], _ namespace: String, _ depth: Int
    ) throws(MillraceError) -> AvroSchema {
        switch name {
        case "null": return .null
        case "boolean": return .boolean
        case "int": return .int(meaning(members))
        case "long": return .long(meaning(members))
        case "float": return .float
        case "double": return .double
        case "bytes": return .bytes(meaning(members))
        case "string": return .string
        default:
            // A type that refers to itself has not been kept yet when the reference comes.
            let key = named[full(name, namespace)] == nil ? name : full(name, namespace)
            guard let known = named[key] else {
                throw Self.malformed("the type '\(name)' is not known, or is part of itself")
            }
            let extent = extents[key] ?? (0, 1)
            try count(depth + extent.height, parts: extent.parts)
            return known
        }
    }

    private func meaning(_ members: [String: Range<Int>]) -> AvroSchema.Meaning {
        guard let name = members["logicalType"].map(text) else { return .plain }
        guard name == "decimal" else { return AvroSchema.meaning(named: name) }
        let precision = members["precision"].flatMap { Int(raw($0)) } ?? 0
        let scale = members["scale"].flatMap { Int(raw($0)) } ?? 0
        guard (1...1_000).contains(precision), (0...precision).contains(scale) else { return .plain }
        return .decimal(precision: precision, scale: scale)
    }

    // MARK: JSON

    private func elements(_ range: Range<Int>) -> [Range<Int>] {
        var cursor = JSONCursor(bytes, range)
        var found: [Range<Int>] = []
        _ = cursor.takeElements { found.append($0) }
        return found
    }

    private func members(_ range: Range<Int>) -> [String: Range<Int>] {
        var cursor = JSONCursor(bytes, range)
        var found: [String: Range<Int>] = [:]
        _ = cursor.takeMembers { found[raw($0)] = $1 }
        return found
    }

    private func raw(_ range: Range<Int>) -> String {
        String(decoding: UnsafeBufferPointer(start: bytes + range.lowerBound, count: range.count), as: UTF8.self)
    }

    /// What a string says; names have no escapes.
    private func text(_ range: Range<Int>) -> String {
        let whole = raw(range)
        return whole.hasPrefix("\"") && whole.count >= 2 ? String(whole.dropFirst().dropLast()) : whole
    }
}
