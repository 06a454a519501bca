import Columnar

/// Debezium: `before` and `after` with `op`, in `payload` when the schema is sent along. Ogg is laid out alike, with
/// other names.
struct BeforeAfterEnvelope: ChangeEnvelope {
    private let names: [StaticString]
    private let inserts: [StaticString]
    private let update: StaticString
    private let delete: StaticString
    private let isWrapped: Bool

    static func debezium(includesSchema: Bool) -> Self {
        Self(
            names: ["before", "after", "op"], inserts: ["c", "r"], update: "u", delete: "d", isWrapped: includesSchema)
    }

    static let ogg = Self(
        names: ["before", "after", "op_type"], inserts: ["I"], update: "U", delete: "D", isWrapped: false)

    func read(_ bytes: UnsafePointer<UInt8>, _ line: Range<Int>, into images: inout [RowImage]) -> ChangeRecord {
        var range = line
        if isWrapped {
            let outer = EnvelopeMembers(bytes, line, ["payload"])
            guard outer.isObject else { return .notAnObject }
            guard let payload = outer.values[0] else {
                return .malformed(reason: "missing_field", detail: "no payload")
            }
            range = payload
        }
        let members = EnvelopeMembers(bytes, range, names)
        guard members.isObject else { return .notAnObject }
        let (before, after) = (members.object(0), members.object(1))
        if inserts.contains(where: { members.isText(2, $0) }) {
            guard let after else { return .missing("after", members.shown(2)) }
            images.append(RowImage(.insert, after))
        } else if members.isText(2, update) {
            guard let before else { return .missing("before", members.shown(2)) }
            guard let after else { return .missing("after", members.shown(2)) }
            images.append(RowImage(.updateBefore, before))
            images.append(RowImage(.updateAfter, after))
        } else if members.isText(2, delete) {
            guard let before else { return .missing("before", members.shown(2)) }
            images.append(RowImage(.delete, before))
        } else {
            return .unknownOperation("\(names[2])", members.shown(2))
        }
        return .rows
    }
}

/// Canal: arrays of rows in `data`, the old values of what an update changed in `old`.
struct CanalEnvelope: ChangeEnvelope {
    let database: NamePattern?
    let table: NamePattern?

    func read(_ bytes: UnsafePointer<UInt8>, _ line: Range<Int>, into images: inout [RowImage]) -> ChangeRecord {
        let members = EnvelopeMembers(bytes, line, ["data", "old", "type", "database", "table", "isDdl"])
        guard members.isObject else { return .notAnObject }
        if let database, !database.matches(members.text(3) ?? "") { return .rows }
        if let table, !table.matches(members.text(4) ?? "") { return .rows }
        // Definitions of tables change no row.
        if members.isText(2, "CREATE") { return .rows }
        if let isDefinition = members.values[5], EnvelopeMembers.equal(bytes, isDefinition, "true") { return .rows }
        let isUpdate = members.isText(2, "UPDATE")
        let isDelete = members.isText(2, "DELETE")
        guard isUpdate || isDelete || members.isText(2, "INSERT") else {
            return .unknownOperation("type", members.shown(2))
        }
        guard let rows = Self.objects(bytes, members.values[0]) else { return .missing("data", members.shown(2)) }
        guard isUpdate else {
            for row in rows { images.append(RowImage(isDelete ? .delete : .insert, row)) }
            return .rows
        }
        guard let old = Self.objects(bytes, members.values[1]), old.count == rows.count else {
            return .missing("old", members.shown(2))
        }
        for (row, old) in zip(rows, old) {
            images.append(RowImage(.updateBefore, row, replacements: old))
            images.append(RowImage(.updateAfter, row))
        }
        return .rows
    }

    /// The elements of an array of objects.
    private static func objects(_ bytes: UnsafePointer<UInt8>, _ range: Range<Int>?) -> [Range<Int>]? {
        guard let range else { return nil }
        var cursor = JSONCursor(bytes, range)
        var found: [Range<Int>] = []
        guard cursor.takeElements({ found.append($0) }) else { return nil }
        return found.allSatisfy { bytes[$0.lowerBound] == UInt8(ascii: "{") } ? found : nil
    }
}

/// Maxwell: the row in `data`, the old values of what an update changed in `old`.
struct MaxwellEnvelope: ChangeEnvelope {
    func read(_ bytes: UnsafePointer<UInt8>, _ line: Range<Int>, into images: inout [RowImage]) -> ChangeRecord {
        let members = EnvelopeMembers(bytes, line, ["data", "old", "type"])
        guard members.isObject else { return .notAnObject }
        let isUpdate = members.isText(2, "update")
        let isDelete = members.isText(2, "delete")
        guard isUpdate || isDelete || members.isText(2, "insert") else {
            return .unknownOperation("type", members.shown(2))
        }
        guard let row = members.object(0) else { return .missing("data", members.shown(2)) }
        guard isUpdate else {
            images.append(RowImage(isDelete ? .delete : .insert, row))
            return .rows
        }
        guard let old = members.object(1) else { return .missing("old", members.shown(2)) }
        images.append(RowImage(.updateBefore, row, replacements: old))
        images.append(RowImage(.updateAfter, row))
        return .rows
    }
}

extension ChangeRecord {
    fileprivate static var notAnObject: Self {
        .malformed(reason: "malformed_json", detail: "the line is no JSON object")
    }

    fileprivate static func missing(_ member: String, _ operation: String) -> Self {
        .malformed(reason: "missing_field", detail: "a record of \(operation) needs '\(member)'")
    }

    fileprivate static func unknownOperation(_ member: String, _ value: String) -> Self {
        .malformed(reason: "bad_value", detail: "'\(member)' is \(value)")
    }
}
