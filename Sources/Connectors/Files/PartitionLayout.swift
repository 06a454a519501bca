import Columnar
import ConnectorContract
import Diagnostics
import Formats

/// How the values of PARTITIONED BY columns stand in the names of folders: `dt=2026-08-01/hm=12%3A30`.
///
/// The files below such a folder do not hold these columns.
struct PartitionLayout: Sendable {
    /// Positions among the table's physical fields.
    let keys: [Int]
    let fields: [Field]
    private let defaultName: String
    private let forms: [ValueText.Form]

    private static let text = ValueText()

    init(_ table: TableDescription) throws(MillraceError) {
        keys = table.partitionKeys
        fields = keys.map { table.physicalFields[$0] }
        forms = fields.map { ValueText.Form($0.type.logical) }
        defaultName = OptionValues(table).text("partition.default-name") ?? "__DEFAULT_PARTITION__"
        for field in fields where field.type.logical.isNestedOrBytes {
            throw MillraceError(
                .user, code: "bad_partition",
                "table '\(table.name)' is partitioned by '\(field.name)', which is \(field.type.logical)",
                hint: "partition by texts, numbers, dates or times")
        }
    }

    var isEmpty: Bool { keys.isEmpty }

    /// Positions of the columns that the files hold, of a table with `count` columns.
    func dataPositions(of count: Int) -> [Int] { (0..<count).filter { !keys.contains($0) } }

    // MARK: Writing

    /// The end of the rows from `start` on that are of one partition.
    func runEnd(_ batch: Batch, from start: Int) -> Int {
        var end = start + 1
        while end < batch.rowCount, isSame(batch, end, start) { end += 1 }
        return end
    }

    /// True when two rows of a batch are of the same partition.
    private func isSame(_ batch: Batch, _ row: Int, _ other: Int) -> Bool {
        for key in keys {
            let column = batch.columns[key]
            guard column.isValid(row) == column.isValid(other) else { return false }
            let isEqual =
                switch column.kind {
                case .bits: column.bit(row) == column.bit(other)
                case .int64: column.int64[row] == column.int64[other]
                case .float64: column.float64[row].bitPattern == column.float64[other].bitPattern
                case .int128: column.int128[row] == column.int128[other]
                case .text: TextView.equal(column.text + row, column.text + other)
                }
            guard isEqual else { return false }
        }
        return true
    }

    /// Replaces `bytes` by the folder of a row's partition, relative to the table's.
    func folder(of batch: Batch, _ row: Int, into bytes: inout [UInt8]) {
        bytes.removeAll(keepingCapacity: true)
        for (index, key) in keys.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: "/")) }
            Self.escape(Array(fields[index].name.utf8)[...], to: &bytes)
            bytes.append(UInt8(ascii: "="))
            var value: [UInt8] = []
            if batch.columns[key].isValid(row) {
                Self.text.append(batch.columns[key], row, as: forms[index], to: &value)
                if case .instant = forms[index] { value.append(UInt8(ascii: "Z")) }
            }
            if value.isEmpty { value = Array(defaultName.utf8) }
            Self.escape(value[...], to: &bytes)
        }
    }

    /// Characters that folder names of this layout do not have as they are.
    private static let escaped: Set<UInt8> = Set(0...31).union("\"#%'*/:=?\\{[]^\u{7F}".utf8)
    private static let digits = Array("0123456789ABCDEF".utf8)

    private static func escape(_ text: ArraySlice<UInt8>, to bytes: inout [UInt8]) {
        for byte in text {
            if escaped.contains(byte) {
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            } else {
                bytes.append(byte)
            }
        }
    }

    private static func unescape(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                rest = rest.dropFirst(2)
                bytes.append(value)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    // MARK: Reading

    /// The values of the partition that a file or a relative folder is in; nil when it is in none. A value is nil for NULL.
    func values(ofFile path: String) -> [String?]? { values(of: path.split(separator: "/").dropLast()) }

    /// As ``values(ofFile:)``, for the folder itself.
    func values(ofFolder folder: String) -> [String?]? { values(of: folder.split(separator: "/")[...]) }

    private func values(of folders: ArraySlice<Substring>) -> [String?]? {
        guard folders.count >= keys.count else { return nil }
        var values: [String?] = []
        for (folder, field) in zip(folders.suffix(keys.count), fields) {
            guard let equals = folder.firstIndex(of: "="), Self.unescape(folder[..<equals]) == field.name else {
                return nil
            }
            let value = Self.unescape(folder[folder.index(after: equals)...])
            values.append(value == defaultName ? nil : value)
        }
        return values
    }

    /// The partition columns of a file, each with one value in all rows; in the order of ``fields``.
    func columns(ofFile path: String) throws(MillraceError) -> [Column] {
        guard let values = values(ofFile: path) else {
            throw MillraceError(.user, code: "bad_partition", "the file '\(path)' is in no partition")
        }
        let record = try Self.record(values, fields, path)
        return zip(fields, record).map { field, source in
            let column = Column(field.type, capacity: Limits.batchRows)
            guard source.isValid(0) else {
                for row in 0..<Limits.batchRows { column.setNull(row) }
                return column
            }
            switch column.kind {
            case .bits: for row in 0..<Limits.batchRows { column.setBit(row, source.bit(0)) }
            case .int64: column.int64.update(repeating: source.int64[0], count: Limits.batchRows)
            case .float64: column.float64.update(repeating: source.float64[0], count: Limits.batchRows)
            case .int128: column.int128.update(repeating: source.int128[0], count: Limits.batchRows)
            case .text:
                column.text.update(repeating: source.text[0], count: Limits.batchRows)
                column.adoptOwners(of: source)
            }
            return column
        }
    }

    /// The texts as columns of one row: JSON takes texts for all types, and has one way to write NULL.
    private static func record(
        _ values: [String?], _ fields: [Field], _ path: String
    ) throws(MillraceError) -> [Column] {
        let members = zip(fields.indices, values).map { index, value in
            "\"\(index)\":" + (value.map { "\"" + quoted($0) + "\"" } ?? "null")
        }
        let named = fields.enumerated().map { Field(String($0.offset), $0.element.type) }
        let decoder = try FormatCatalog.makeDecoder(
            format: "json", fields: named, schema: named, options: [:], timeZone: "UTC")
        let block = InputBlock(copying: Array(("{" + members.joined(separator: ",") + "}\n").utf8))
        let lines: DecodedLines
        do {
            lines = try decoder.decode(block, from: 0, to: block.count)
        } catch {
            throw MillraceError(.system, code: "bad_partition", "the partition of '\(path)' cannot be read: \(error)")
        }
        guard let batch = lines.batch, batch.rowCount == 1 else {
            throw MillraceError(
                .user, code: "bad_partition",
                "the folder of '\(path)' is no partition: \(lines.rejected.first?.detail ?? "no value")")
        }
        return batch.columns
    }

    private static func quoted(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\u{0}"..."\u{1F}":
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension LogicalType {
    /// Types whose values are no names of folders.
    fileprivate var isNestedOrBytes: Bool {
        switch self {
        case .array, .map, .multiset, .row, .binary, .varbinary: true
        default: false
        }
    }
}
