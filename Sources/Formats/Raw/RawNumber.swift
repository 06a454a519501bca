import Columnar

/// A number or BOOLEAN as its bytes.
struct RawNumber: Sendable {
    private enum Form { case boolean, integer, float, double }

    private let form: Form
    let byteCount: Int

    /// Nil for types that are no numbers of fixed width.
    init?(_ type: LogicalType) {
        switch type {
        case .boolean: (form, byteCount) = (.boolean, 1)
        case .tinyint: (form, byteCount) = (.integer, 1)
        case .smallint: (form, byteCount) = (.integer, 2)
        case .integer: (form, byteCount) = (.integer, 4)
        case .bigint: (form, byteCount) = (.integer, 8)
        case .float: (form, byteCount) = (.float, 4)
        case .double: (form, byteCount) = (.double, 8)
        default: return nil
        }
    }

    /// Stores the number of ``byteCount`` bytes in a row of a column of its type.
    func store(_ bytes: UnsafePointer<UInt8>, isLittleEndian: Bool, _ column: Column, _ row: Int) {
        var pattern: UInt64 = 0
        for index in 0..<byteCount {
            pattern = pattern << 8 | UInt64(bytes[isLittleEndian ? byteCount - 1 - index : index])
        }
        switch form {
        case .boolean: column.setBit(row, pattern != 0)
        case .integer:
            let unused = Int64(64 - byteCount * 8)
            column.int64[row] = (Int64(bitPattern: pattern) << unused) >> unused
        case .float: column.float64[row] = Double(Float(bitPattern: UInt32(truncatingIfNeeded: pattern)))
        case .double: column.float64[row] = Double(bitPattern: pattern)
        }
    }

    /// Appends the bytes of the number in a row, which is valid.
    func append(_ column: Column, _ row: Int, isLittleEndian: Bool, to bytes: inout [UInt8]) {
        let pattern: UInt64 =
            switch form {
            case .boolean: column.bit(row) ? 1 : 0
            case .integer: UInt64(bitPattern: column.int64[row])
            case .float: UInt64(Float(column.float64[row]).bitPattern)
            case .double: column.float64[row].bitPattern
            }
        for index in 0..<byteCount {
            let place = isLittleEndian ? index : byteCount - 1 - index
            bytes.append(UInt8(truncatingIfNeeded: pattern >> UInt64(8 * place)))
        }
    }
}
