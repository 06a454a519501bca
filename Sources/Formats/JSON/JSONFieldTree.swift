import CSimdjson
import Columnar
import Diagnostics

/// The wanted fields of a record as the C side takes them: parents before their children.
struct JSONFieldTree {
    /// Without names, since the bytes of a `String` do not stay.
    private(set) var fields: [millrace_field] = []
    private(set) var names: [[UInt8]] = []
    /// What each field is called and holds, for messages.
    private(set) var shown: [Field] = []
    /// The type of the column of each field; nil for those that have none.
    private(set) var columns: [DataType?] = []
    private let isISO: Bool

    init(isISO: Bool) { self.isISO = isISO }

    /// Adds what is needed for a column; returns the field that delivers it.
    mutating func add(_ request: ColumnRequest) throws(MillraceError) -> Int {
        var parent = -1
        let steps = request.isPresence ? request.path[...] : request.path.dropLast()
        for name in steps { parent = step(name, in: parent) }
        if request.isPresence {
            columns[parent] = request.type
            return parent
        }
        let name = request.path.last ?? ""
        if let known = index(of: name, in: parent) {
            guard columns[known] == request.type else { throw Self.conflict(request) }
            return known
        }
        return try append(name, request.field, parent: parent, isColumn: true)
    }

    private static func conflict(_ request: ColumnRequest) -> MillraceError {
        MillraceError(
            .internalError, code: "conflicting_columns",
            "the field '\(request.field.name)' is asked for as a whole and in parts")
    }

    /// True when no field is asked for both as a whole and in parts, which one walk cannot deliver.
    static func canDeliver(_ requests: [ColumnRequest]) -> Bool {
        let whole = Set(requests.filter { !$0.isPresence }.map(\.path))
        return requests.allSatisfy { request in
            let inner = request.isPresence ? request.path.count : request.path.count - 1
            return (0...max(0, inner)).allSatisfy { $0 == 0 || !whole.contains(Array(request.path[..<$0])) }
        }
    }

    private func index(of name: String, in parent: Int) -> Int? {
        let bytes = Array(name.utf8)
        return fields.indices.first { fields[$0].parent == Int32(parent) && names[$0] == bytes }
    }

    private mutating func step(_ name: String, in parent: Int) -> Int {
        if let known = index(of: name, in: parent) { return known }
        var field = millrace_field()
        field.kind = UInt8(MILLRACE_STEP.rawValue)
        let path = parent < 0 ? name : "\(shown[parent].name).\(name)"
        return append(field, name, Field(path, DataType(.row([]))), parent: parent, column: nil)
    }

    private mutating func append(
        _ field: millrace_field, _ name: String, _ shown: Field, parent: Int, column: DataType?
    ) -> Int {
        var field = field
        field.parent = Int32(truncatingIfNeeded: parent)
        fields.append(field)
        names.append(Array(name.utf8))
        self.shown.append(shown)
        columns.append(column)
        return fields.count - 1
    }

    /// Adds a field with everything below its type.
    private mutating func append(
        _ name: String, _ field: Field, parent: Int, isColumn: Bool
    ) throws(MillraceError) -> Int {
        let column = isColumn ? field.type : nil
        var native = millrace_field()
        switch field.type.logical {
        case .array(let element):
            native.kind = UInt8(MILLRACE_ARRAY.rawValue)
            let index = append(native, name, field, parent: parent, column: column)
            _ = try append("", Field(field.name, element), parent: index, isColumn: false)
            return index
        case .map(let key, let value):
            native.kind = UInt8(MILLRACE_MAP.rawValue)
            return try appendMap(native, name, field, parent: parent, column: column, key, value)
        case .multiset(let element):
            native.kind = UInt8(MILLRACE_MULTISET.rawValue)
            return try appendMap(
                native, name, field, parent: parent, column: column, element, DataType(.integer, isNullable: false))
        case .row(let parts):
            native.kind = UInt8(MILLRACE_ROW.rawValue)
            let index = append(native, name, field, parent: parent, column: column)
            for part in parts {
                _ = try append(
                    part.name, Field("\(field.name).\(part.name)", part.type), parent: index, isColumn: false)
            }
            return index
        default:
            return append(
                try ColumnTarget(field, isISO: isISO).native, name, field, parent: parent, column: column)
        }
    }

    private mutating func appendMap(
        _ native: millrace_field, _ name: String, _ field: Field, parent: Int, column: DataType?, _ key: DataType,
        _ value: DataType
    ) throws(MillraceError) -> Int {
        switch key.logical {
        case .char, .varchar: break
        default:
            throw MillraceError(
                .user, code: "unsupported_type",
                "column '\(field.name)' has type \(field.type), and the keys of a JSON object are texts",
                hint: "declare the keys STRING and CAST them in the query")
        }
        let index = append(native, name, field, parent: parent, column: column)
        _ = try append("", Field(field.name, key), parent: index, isColumn: false)
        _ = try append("", Field(field.name, value), parent: index, isColumn: false)
        return index
    }

    /// Calls `body` with the C form of the fields, names included.
    func withNative<Result>(_ body: (UnsafeBufferPointer<millrace_field>) -> Result) -> Result {
        let bytes = names.flatMap { $0 }
        return bytes.withUnsafeBufferPointer { buffer in
            var offset = 0
            var named: [millrace_field] = []
            for (field, name) in zip(fields, names) {
                var field = field
                field.name = buffer.baseAddress.map { $0 + offset }
                field.name_length = UInt32(truncatingIfNeeded: name.count)
                offset += name.count
                named.append(field)
            }
            return named.withUnsafeBufferPointer(body)
        }
    }
}
