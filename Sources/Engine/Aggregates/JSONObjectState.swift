import Columnar
import ConnectorContract
import StreamSQL

/// JSON_OBJECTAGG: the members of each group by key. Values are JSON texts; the members stand in the order of keys.
///
/// Where two rows of a group give the same key the later one counts; each can be taken back.
final class JSONObjectState: AggregateState {
    private let call: AggregateCall
    private let lists: OccurrenceLists

    /// Made with the first batch, which knows the type of the values.
    private var json: NestedText?
    private static let text = ValueText()

    init(_ call: AggregateCall, retracts: Bool, seed: UInt64, tracksChanges: Bool) {
        self.call = call
        lists = OccurrenceLists(DataType(.string), retracts: retracts, seed: seed, tracksChanges: tracksChanges)
    }

    func reserve(groups: Int) { lists.reserve(groups: groups) }

    /// A member is kept as one text: u32 length of the key, the key, the value as JSON.
    func update(_ input: AggregateInput, arguments: [Column]) {
        guard arguments.count == 2 else { return }
        let members = GrowableColumn(DataType(.string, isNullable: false), capacity: max(1, input.rowCount))
        var groups: [Int32] = []
        var signs: [Int8] = []
        let isAbsent = call.parameter == .absentOnNull
        let json = self.json ?? NestedText(arguments[1].type.logical)
        self.json = json
        input.forEach { row, group, sign in
            guard arguments[0].isValid(row), arguments[1].isValid(row) || !isAbsent else { return }
            var writer = ByteWriter()
            writer.write(bytes: Self.bytes(arguments[0], row))
            var value: [UInt8] = []
            json.append(arguments[1].item(row), .strictJSON, Self.text, to: &value)
            value.withUnsafeBytes { writer.writeRaw($0) }
            members.append(text: writer.bytes)
            groups.append(Int32(truncatingIfNeeded: group))
            signs.append(sign > 0 ? 1 : -1)
        }
        groups.withUnsafeBufferPointer { groups in
            signs.withUnsafeBufferPointer { signs in
                guard let base = groups.baseAddress else { return }
                lists.update(
                    AggregateInput(groups: base, rows: nil, rowCount: groups.count, signs: signs.baseAddress),
                    members.column)
            }
        }
    }

    private static func bytes(_ column: Column, _ row: Int) -> UnsafeRawBufferPointer {
        let place = UnsafePointer(column.text + row)
        return UnsafeRawBufferPointer(start: TextView.bytes(at: place), count: place.pointee.count)
    }

    func append(_ group: Int, to column: GrowableColumn) {
        var members: [[UInt8]: [UInt8]] = [:]
        lists.forEachSlot(group) { slot in
            let bytes = Array(Self.bytes(lists.column, slot))
            guard bytes.count >= 4 else { return }
            let keyCount = Int(bytes[0]) | Int(bytes[1]) << 8 | Int(bytes[2]) << 16 | Int(bytes[3]) << 24
            guard keyCount <= bytes.count - 4 else { return }
            members[Array(bytes[4..<(4 + keyCount)])] = Array(bytes[(4 + keyCount)...])
        }
        var text: [UInt8] = [0x7B]
        for (key, value) in members.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            if text.count > 1 { text.append(0x2C) }
            JSONKey.append(key, to: &text)
            text.append(0x3A)
            text.append(contentsOf: value)
        }
        text.append(0x7D)
        column.append(text: text)
    }

    func result(_ groups: [Int32]) -> Column {
        let column = GrowableColumn(call.resultType, capacity: max(1, groups.count))
        for group in groups { append(Int(group), to: column) }
        return column.column
    }

    func absorb(_ other: any AggregateState, groups: [Int32]) {
        if let other = other as? JSONObjectState { lists.absorb(other.lists, groups: groups) }
    }

    func clear(_ group: Int) { lists.clear(group) }

    var hasParts: Bool { true }
    func forEachPart(_ group: Int, _ body: (_ key: [UInt8], _ value: [UInt8]) -> Void) {
        lists.forEachPart(group, body)
    }
    func drainParts(_ body: (_ group: Int, _ key: [UInt8], _ value: [UInt8]?) -> Void) { lists.drainParts(body) }
    func readPart(_ group: Int, key: inout ByteReader, value: inout ByteReader) throws(DamagedBytesError) {
        try lists.readPart(group, key: &key, value: &value)
    }
    func finishRestore() { lists.finishRestore() }

    var byteSize: Int { lists.byteSize }
}

/// Keys of JSON objects.
enum JSONKey {
    private static let digits = Array("0123456789abcdef".utf8)

    /// Appends the text in quotes, with what JSON wants escaped.
    static func append(_ bytes: some Sequence<UInt8>, to text: inout [UInt8]) {
        text.append(0x22)
        for byte in bytes {
            switch byte {
            case 0x22, 0x5C: text += [0x5C, byte]
            case 0x08: text += [0x5C, 0x62]
            case 0x09: text += [0x5C, 0x74]
            case 0x0A: text += [0x5C, 0x6E]
            case 0x0C: text += [0x5C, 0x66]
            case 0x0D: text += [0x5C, 0x72]
            case 0..<0x20: text += [0x5C, 0x75, 0x30, 0x30, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: text.append(byte)
            }
        }
        text.append(0x22)
    }
}
