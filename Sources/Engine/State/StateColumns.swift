import Columnar
import ConnectorContract

/// Values of many rows as bytes, column by column, for state that goes to disk.
///
/// The form is part of the stored format: it changes only with the format version of the store. Whole numbers are told
/// from the least of them on, with as many bytes as the greatest difference needs.
enum StateColumns {
    /// Rows written at once; more are refused when they are read.
    static let rowLimit = 4_096

    // MARK: whole numbers

    /// Layout: bytes of a difference (0, 1, 2, 4 or 8), the least number, the differences.
    static func write(_ numbers: UnsafePointer<Int64>, count: Int, to writer: StateWriter) {
        var (least, greatest) = (numbers[0], numbers[0])
        for row in 0..<count {
            least = min(least, numbers[row])
            greatest = max(greatest, numbers[row])
        }
        let range = UInt64(bitPattern: greatest &- least)
        let width: UInt8 = range == 0 ? 0 : range <= 0xff ? 1 : range <= 0xffff ? 2 : range <= 0xffff_ffff ? 4 : 8
        writer.write(width)
        writer.write(least)
        let place = writer.place(count * Int(width))
        switch width {
        case 1: store(numbers, count, least, place, UInt8.self)
        case 2: store(numbers, count, least, place, UInt16.self)
        case 4: store(numbers, count, least, place, UInt32.self)
        case 8: store(numbers, count, least, place, UInt64.self)
        default: break
        }
    }

    @inline(__always)
    private static func store<Difference: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ numbers: UnsafePointer<Int64>, _ count: Int, _ least: Int64, _ place: UnsafeMutableRawPointer,
        _ type: Difference.Type
    ) {
        for row in 0..<count {
            let difference = Difference(truncatingIfNeeded: numbers[row] &- least)
            place.storeBytes(of: difference.littleEndian, toByteOffset: row &* MemoryLayout<Difference>.size, as: type)
        }
    }

    static func read(
        _ reader: inout ByteReader, count: Int, into numbers: UnsafeMutablePointer<Int64>
    ) throws(DamagedBytesError) {
        let width = try reader.read(UInt8.self)
        let least = try reader.read(Int64.self)
        guard [0, 1, 2, 4, 8].contains(width) else {
            throw DamagedBytesError(what: "a number of \(width) bytes", offset: reader.offset)
        }
        let bytes = try reader.readRaw(count * Int(width))
        switch width {
        case 1: load(bytes, count, least, numbers, UInt8.self)
        case 2: load(bytes, count, least, numbers, UInt16.self)
        case 4: load(bytes, count, least, numbers, UInt32.self)
        case 8: load(bytes, count, least, numbers, UInt64.self)
        default: numbers.update(repeating: least, count: count)
        }
    }

    @inline(__always)
    private static func load<Difference: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
        _ bytes: UnsafeRawBufferPointer, _ count: Int, _ least: Int64, _ numbers: UnsafeMutablePointer<Int64>,
        _ type: Difference.Type
    ) {
        let size = MemoryLayout<Difference>.size
        for row in 0..<count {
            let difference = Difference(littleEndian: bytes.loadUnaligned(fromByteOffset: row &* size, as: type))
            numbers[row] = least &+ Int64(truncatingIfNeeded: difference)
        }
    }

    /// The numbers of some groups.
    static func write(_ numbers: UnsafePointer<Int64>, of groups: StateRows, to writer: StateWriter) {
        for (row, group) in groups.groups.enumerated() { groups.scratch[row] = numbers[Int(group)] }
        write(groups.scratch, count: groups.count, to: writer)
    }

    // MARK: columns

    /// Layout: 1 and a bit for each row where some are NULL, else 0; then the values, those of NULLs unspecified.
    static func write(
        _ column: Column, of groups: StateRows, numbered: NumberedTexts? = nil, to writer: StateWriter
    ) {
        writeValidity(column, groups, to: writer)
        switch column.kind {
        case .bits:
            let place = writer.place(groups.count)
            for (row, group) in groups.groups.enumerated() {
                place.storeBytes(of: column.bit(Int(group)) ? 1 : 0, toByteOffset: row, as: UInt8.self)
            }
        case .int64: write(column.int64, of: groups, to: writer)
        case .float64: writeRaw(column.float64, of: groups, to: writer)
        case .int128: writeRaw(column.int128, of: groups, to: writer)
        case .text: StateTexts.write(column, groups, numbered: numbered, to: writer)
        }
    }

    /// The values of some groups as they lie in memory.
    static func writeRaw<Value: BitwiseCopyable>(
        _ values: UnsafePointer<Value>, of groups: StateRows, to writer: StateWriter
    ) {
        let place = writer.place(groups.count * MemoryLayout<Value>.size)
        for (row, group) in groups.groups.enumerated() {
            place.storeBytes(of: values[Int(group)], toByteOffset: row &* MemoryLayout<Value>.size, as: Value.self)
        }
    }

    private static func writeValidity(_ column: Column, _ groups: StateRows, to writer: StateWriter) {
        guard column.mayHaveNulls, groups.groups.contains(where: { !column.isValid(Int($0)) }) else {
            return writer.write(UInt8(0))
        }
        writer.write(UInt8(1))
        let size = (groups.count + 7) / 8
        let place = writer.place(size)
        memory(place, size)
        for (row, group) in groups.groups.enumerated() where column.isValid(Int(group)) {
            let old = place.load(fromByteOffset: row >> 3, as: UInt8.self)
            place.storeBytes(of: old | 1 << UInt8(row & 7), toByteOffset: row >> 3, as: UInt8.self)
        }
    }

    private static func memory(_ place: UnsafeMutableRawPointer, _ size: Int) {
        for index in 0..<size { place.storeBytes(of: 0, toByteOffset: index, as: UInt8.self) }
    }

    // MARK: reading

    /// `lists` are those that earlier blocks of the column brought.
    static func read(
        _ reader: inout ByteReader, _ type: DataType, count: Int, lists: StoredTexts? = nil
    ) throws(DamagedBytesError) -> Column {
        let column = Column(type, capacity: count)
        let validity = try reader.read(UInt8.self) == 1 ? try reader.readRaw((count + 7) / 8) : nil
        switch column.kind {
        case .bits:
            let bytes = try reader.readRaw(count)
            for row in 0..<count { column.setBit(row, bytes[row] != 0) }
        case .int64: try read(&reader, count: count, into: column.int64)
        case .float64: try readRaw(&reader, count: count, into: column.float64)
        case .int128: try readRaw(&reader, count: count, into: column.int128)
        case .text: try StateTexts.read(&reader, column, count, lists: lists)
        }
        guard let validity else { return column }
        for row in 0..<count where validity[row >> 3] >> UInt8(row & 7) & 1 == 0 { column.setNull(row) }
        return column
    }

    static func readRaw<Value: BitwiseCopyable>(
        _ reader: inout ByteReader, count: Int, into values: UnsafeMutablePointer<Value>
    ) throws(DamagedBytesError) {
        let bytes = try reader.readRaw(count * MemoryLayout<Value>.size)
        guard let base = bytes.baseAddress, count > 0 else { return }
        UnsafeMutableRawPointer(values).copyMemory(from: base, byteCount: bytes.count)
    }

    static func readNumbers(_ reader: inout ByteReader, count: Int) throws(DamagedBytesError) -> [Int64] {
        var numbers = [Int64](repeating: 0, count: count)
        let outcome = numbers.withUnsafeMutableBufferPointer { buffer in
            Result { () throws(DamagedBytesError) in
                if let base = buffer.baseAddress { try read(&reader, count: count, into: base) }
            }
        }
        try outcome.get()
        return numbers
    }

    /// The column of so many rows that is NULL, or 0, in all of them.
    static func beginning(_ kind: PhysicalKind, isZero: Bool, rows: Int) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt8(isZero ? 0 : 1))
        if !isZero { for _ in 0..<((rows + 7) / 8) { writer.write(UInt8(0)) } }
        switch kind {
        case .bits: for _ in 0..<rows { writer.write(UInt8(0)) }
        case .int64:
            writer.write(UInt8(0))
            writer.write(Int64(0))
        case .float64: for _ in 0..<rows { writer.write(UInt64(0)) }
        case .int128: for _ in 0..<rows { writer.write(Int128(0)) }
        case .text:
            // Not told apart, and all of length 0.
            writer.write(UInt32(0))
            writer.write(UInt8(0))
            writer.write(Int64(0))
        }
        return writer.bytes
    }
}

/// Groups whose values are written together, and room for a number of each.
struct StateRows {
    let groups: UnsafeBufferPointer<Int32>
    let scratch: UnsafeMutablePointer<Int64>

    var count: Int { groups.count }

    /// Calls `body` with the numbers from 0 to below `count`, which is ``StateColumns/rowLimit`` at most.
    static func forEach(upTo count: Int, _ body: (StateRows) throws -> Void) rethrows {
        try forEach(in: 0..<count, body)
    }

    /// Calls `body` with the numbers of a range, which are ``StateColumns/rowLimit`` at most.
    static func forEach(in range: Range<Int>, _ body: (StateRows) throws -> Void) rethrows {
        let count = range.count
        try withUnsafeTemporaryAllocation(of: Int64.self, capacity: StateColumns.rowLimit) { scratch in
            try withUnsafeTemporaryAllocation(of: Int32.self, capacity: max(1, count)) { numbers in
                guard let room = scratch.baseAddress else { return }
                for (place, number) in range.enumerated() { numbers[place] = Int32(truncatingIfNeeded: number) }
                try body(
                    StateRows(
                        groups: UnsafeBufferPointer(rebasing: UnsafeBufferPointer(numbers)[..<count]), scratch: room)
                )
            }
        }
    }

    /// The first half and the rest.
    var halves: (StateRows, StateRows) {
        let middle = groups.count / 2
        return (
            StateRows(groups: UnsafeBufferPointer(rebasing: groups[..<middle]), scratch: scratch),
            StateRows(groups: UnsafeBufferPointer(rebasing: groups[middle...]), scratch: scratch)
        )
    }

    /// Calls `body` with the groups in pieces of ``StateColumns/rowLimit``.
    static func forEach(_ list: [Int32], _ body: (StateRows) throws -> Void) rethrows {
        try withUnsafeTemporaryAllocation(of: Int64.self, capacity: StateColumns.rowLimit) { scratch in
            guard let room = scratch.baseAddress else { return }
            try list.withUnsafeBufferPointer { all in
                for start in stride(from: 0, to: all.count, by: StateColumns.rowLimit) {
                    let part = all[start..<min(start + StateColumns.rowLimit, all.count)]
                    try body(StateRows(groups: UnsafeBufferPointer(rebasing: part), scratch: room))
                }
            }
        }
    }
}
