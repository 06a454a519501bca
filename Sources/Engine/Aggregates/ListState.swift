import Columnar
import ConnectorContract
import StreamSQL

/// Aggregates over the values of a group in order of arrival: LISTAGG, JSON_ARRAYAGG, ARRAY_AGG, and FIRST_VALUE and
/// LAST_VALUE where rows can be taken back.
final class ListState: AggregateState {
    private let call: AggregateCall
    private let lists: OccurrenceLists
    private let separator: [UInt8]
    private let elementKind: PhysicalKind
    private let json: NestedText
    private static let text = ValueText()

    init(_ call: AggregateCall, retracts: Bool, seed: UInt64, tracksChanges: Bool) {
        self.call = call
        lists = OccurrenceLists(
            call.argumentType ?? call.resultType, retracts: retracts, seed: seed, tracksChanges: tracksChanges)
        elementKind = (call.argumentType ?? call.resultType).kind
        json = NestedText((call.argumentType ?? call.resultType).logical)
        if case .separator(let bytes) = call.parameter { separator = bytes } else { separator = [0x2C] }
    }

    func reserve(groups: Int) { lists.reserve(groups: groups) }

    func update(_ input: AggregateInput, arguments: [Column]) {
        if let argument = arguments.first { lists.update(input, argument) }
    }

    func absorb(_ other: any AggregateState, groups: [Int32]) {
        if let other = other as? ListState { lists.absorb(other.lists, groups: groups) }
    }

    func append(_ group: Int, to column: GrowableColumn) {
        switch call.function {
        case .firstValue: append(lists.firstSlot(group), to: column)
        case .lastValue: append(lists.lastSlot(group), to: column)
        case .jsonArray: column.append(text: jsonArray(group))
        case .arrayAggregate:
            guard lists.firstSlot(group) != nil else { return column.appendNull() }
            let bytes = array(group)
            if bytes.count > NestedWriter.longestValue { column.appendNull() } else { column.append(text: bytes) }
        default:
            guard lists.firstSlot(group) != nil else { return column.appendNull() }
            column.append(text: joined(group))
        }
    }

    private func append(_ slot: Int?, to column: GrowableColumn) {
        if let slot { column.append(lists.column, row: slot) } else { column.appendNull() }
    }

    private func joined(_ group: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var isFirst = true
        lists.forEachSlot(group) { slot in
            if !isFirst { bytes.append(contentsOf: separator) }
            isFirst = false
            bytes.append(contentsOf: Self.bytes(lists.column, slot))
        }
        return bytes
    }

    private func array(_ group: Int) -> [UInt8] {
        var items: [NestedItem] = []
        lists.forEachSlot(group) { items.append(lists.column.item($0)) }
        var bytes: [UInt8] = []
        NestedWriter.appendArray(items, elementKind, to: &bytes)
        return bytes
    }

    private func jsonArray(_ group: Int) -> [UInt8] {
        var bytes: [UInt8] = [0x5B]
        lists.forEachSlot(group) { slot in
            if bytes.count > 1 { bytes.append(0x2C) }
            json.append(lists.column.item(slot), .strictJSON, Self.text, to: &bytes)
        }
        bytes.append(0x5D)
        return bytes
    }

    private static func bytes(_ column: Column, _ row: Int) -> UnsafeBufferPointer<UInt8> {
        let place = UnsafePointer(column.text + row)
        return UnsafeBufferPointer(start: TextView.bytes(at: place), count: place.pointee.count)
    }

    func result(_ groups: [Int32]) -> Column {
        let column = GrowableColumn(call.resultType.nullable(true), capacity: max(1, groups.count))
        for group in groups { append(Int(group), to: column) }
        return column.column
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
