import Columnar
internal import Compression
import Diagnostics

/// Rows as Avro records, by the schema that the dialect derives from the table. Files get a header and blocks around them.
struct AvroRowEncoder: RowEncoder {
    private let schema: AvroSchema
    private let columns: [AvroColumnWriter]
    private let codec: AvroCodec

    var takesChanges: Bool { false }

    init(fields: [Field], settings: AvroSettings) throws(MillraceError) {
        schema = try AvroSchema.record(of: fields, isLegacy: settings.isLegacy)
        codec = settings.codec
        columns = fields.map { AvroColumnWriter($0.type) }
    }

    func append(_ batch: Batch, _ row: Int, to bytes: inout [UInt8]) throws(MillraceError) {
        for (writer, column) in zip(columns, batch.columns) { writer.append(column.item(row), to: &bytes) }
    }

    var framing: FileFraming? {
        FileFraming(
            header: { [schema, codec] mark in
                var bytes = Array("Obj\u{1}".utf8)
                Avro.append(2, to: &bytes)
                for (key, value) in [("avro.codec", codec.rawValue), ("avro.schema", schema.text)] {
                    Avro.append(text: key, to: &bytes)
                    Avro.append(text: value, to: &bytes)
                }
                Avro.append(0, to: &bytes)
                return bytes + mark
            },
            block: { [codec] records, count, mark throws(MillraceError) in
                let packed: [UInt8]
                do throws(CompressionError) {
                    packed = try codec.pack(records)
                } catch {
                    throw MillraceError(.system, code: "codec_failed", "a block of \(records.count) bytes: \(error)")
                }
                var bytes: [UInt8] = []
                bytes.reserveCapacity(packed.count + 32)
                Avro.append(Int64(count), to: &bytes)
                Avro.append(Int64(packed.count), to: &bytes)
                bytes += packed
                return bytes + mark
            })
    }
}

/// The pieces of Avro's binary form.
enum Avro {
    static func append(_ value: Int64, to bytes: inout [UInt8]) {
        var rest = UInt64(bitPattern: value &<< 1) ^ UInt64(bitPattern: value >> 63)
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    static func append(text: String, to bytes: inout [UInt8]) {
        let utf8 = Array(text.utf8)
        append(Int64(utf8.count), to: &bytes)
        bytes += utf8
    }
}

/// Writes the values of one type.
indirect enum AvroColumnWriter: Sendable {
    case boolean, float, double, bytes, decimal
    /// An integer divided by a unit: microseconds become milliseconds.
    case integer(divisor: Int64)
    case array(AvroColumnWriter, PhysicalKind)
    case map(AvroColumnWriter, PhysicalKind)
    case row([AvroColumnWriter], NestedRowLayout)
    /// NULL, or the value behind it.
    case optional(AvroColumnWriter)

    init(_ type: DataType) {
        let writer: AvroColumnWriter =
            switch type.logical {
            case .boolean: .boolean
            case .float: .float
            case .double: .double
            case .decimal: .decimal
            case .char, .varchar, .binary, .varbinary: .bytes
            case .timestamp(let precision), .timestampLTZ(let precision):
                .integer(divisor: precision <= 3 ? 1_000 : 1)
            case .array(let element): .array(AvroColumnWriter(element), element.kind)
            case .map(_, let value): .map(AvroColumnWriter(value), value.kind)
            case .multiset: .map(.integer(divisor: 1), .int64)
            case .row(let fields): .row(fields.map { AvroColumnWriter($0.type) }, NestedRowLayout(fields))
            default: .integer(divisor: 1)
            }
        self = type.isNullable ? .optional(writer) : writer
    }

    func append(_ item: NestedItem, to bytes: inout [UInt8]) {
        switch self {
        case .optional(let writer):
            Avro.append(item.isNull ? 0 : 1, to: &bytes)
            if !item.isNull { writer.append(item, to: &bytes) }
        case .boolean: bytes.append(item.bool ? 1 : 0)
        case .integer(let divisor): Avro.append(floorDivide(item.int64, divisor), to: &bytes)
        case .float:
            withUnsafeBytes(of: Float(item.float64).bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
        case .double: withUnsafeBytes(of: item.float64.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
        case .bytes:
            let text = item.bytes
            Avro.append(Int64(text.count), to: &bytes)
            bytes.append(contentsOf: text)
        case .decimal: Self.append(decimal: item.int128, to: &bytes)
        case .array(let element, let kind):
            let array = NestedReader(item).array(kind)
            if array.count > 0 {
                Avro.append(Int64(array.count), to: &bytes)
                for index in 0..<array.count { element.append(array[index], to: &bytes) }
            }
            Avro.append(0, to: &bytes)
        case .map(let value, let kind):
            let map = NestedReader(item).map(.text, kind)
            if map.count > 0 {
                Avro.append(Int64(map.count), to: &bytes)
                for index in 0..<map.count {
                    AvroColumnWriter.bytes.append(map.keys[index], to: &bytes)
                    value.append(map.values[index], to: &bytes)
                }
            }
            Avro.append(0, to: &bytes)
        case .row(let writers, let layout):
            let reader = NestedReader(item)
            for (index, writer) in writers.enumerated() { writer.append(reader.field(index, layout), to: &bytes) }
        }
    }

    /// The digits as few big-endian bytes as keep the sign.
    private static func append(decimal value: Int128, to bytes: inout [UInt8]) {
        var digits: [UInt8] = []
        var rest = value
        repeat {
            digits.append(UInt8(truncatingIfNeeded: rest))
            rest >>= 8
        } while !(rest == 0 && digits[digits.count - 1] < 0x80 || rest == -1 && digits[digits.count - 1] >= 0x80)
        Avro.append(Int64(digits.count), to: &bytes)
        bytes.append(contentsOf: digits.reversed())
    }
}
