import Columnar
import Diagnostics

/// Writes the one value of a row as it is: a text in some character set, bytes, or the bytes of a number.
///
/// Encoders are used by one thread each, hence the character set needs no lock.
struct RawRowEncoder: RowEncoder, @unchecked Sendable {
    private let type: LogicalType
    private let number: RawNumber?
    private let characters: CharacterWriter?
    private let isLittleEndian: Bool

    var takesChanges: Bool { false }

    /// Numbers and characters of two bytes hold any byte, the one of a line feed too.
    var fitsLines: Bool { (number == nil || type == .boolean) && characters?.hasWideUnits != true }

    init(fields: [Field], charset: String?, isLittleEndian: Bool) throws(MillraceError) {
        guard fields.count == 1, let field = fields.first else {
            throw MillraceError(
                .user, code: "bad_schema", "format raw takes exactly one column, not \(fields.count)",
                hint: "SELECT one, or take a format with names such as json")
        }
        type = field.type.logical
        number = RawNumber(type)
        let isText: Bool
        switch type {
        case .char, .varchar: isText = true
        case .binary, .varbinary: isText = false
        default:
            guard number != nil else { throw Self.refused(field.type) }
            isText = false
        }
        let writer = try charset.map { name throws(MillraceError) in try CharacterWriter.named(name) } ?? nil
        characters = isText ? writer : nil
        self.isLittleEndian = isLittleEndian
    }

    private static func refused(_ type: DataType) -> MillraceError {
        MillraceError(
            .user, code: "unsupported_type", "format raw writes STRING, BYTES, BOOLEAN and numbers, not \(type)",
            hint: "declare the column STRING and CAST to it in the query")
    }

    func isAbsent(_ batch: Batch, _ row: Int) -> Bool { batch.columns.first?.isValid(row) != true }

    func append(_ batch: Batch, _ row: Int, to bytes: inout [UInt8]) throws(MillraceError) {
        guard let column = batch.columns.first else { return }
        if column.isValid(row) {
            if let number {
                number.append(column, row, isLittleEndian: isLittleEndian, to: &bytes)
            } else if let characters {
                characters.append(RecordText.bytes(column, row), to: &bytes)
            } else {
                bytes.append(contentsOf: RecordText.bytes(column, row))
            }
        }
        bytes.append(0x0A)
    }
}
