/// Writes nested values in their one form; ``NestedReader`` tells how they lie in bytes.
package enum NestedWriter {
    /// Values longer than this are not made: what would be longer is NULL.
    package static let longestValue = 16 << 20

    /// Appends a ROW of one item for each field.
    package static func appendRow(_ items: [NestedItem], _ layout: NestedRowLayout, to bytes: inout [UInt8]) {
        let start = bytes.count
        appendBitmap(items, to: &bytes)
        for (item, kind) in zip(items, layout.kinds) { appendSlot(item, kind, to: &bytes) }
        for (index, item) in items.enumerated() where index < layout.kinds.count && layout.kinds[index] == .text {
            appendText(item, slot: start + layout.offsets[index], of: start, to: &bytes)
        }
    }

    /// Appends an ARRAY of items of one kind.
    package static func appendArray(_ items: [NestedItem], _ kind: PhysicalKind, to bytes: inout [UInt8]) {
        let start = bytes.count
        append(UInt32(truncatingIfNeeded: items.count), to: &bytes)
        appendBitmap(items, to: &bytes)
        let slots = bytes.count
        for item in items { appendSlot(item, kind, to: &bytes) }
        guard kind == .text else { return }
        for (index, item) in items.enumerated() { appendText(item, slot: slots + index * 8, of: start, to: &bytes) }
    }

    /// Appends a MAP; of entries with the same key the last one counts.
    package static func appendMap(
        keys: [NestedItem], values: [NestedItem], _ keyKind: PhysicalKind, _ valueKind: PhysicalKind,
        to bytes: inout [UInt8]
    ) {
        let count = min(keys.count, values.count)
        let order = (0..<count).sorted { first, second in
            let order = NestedItem.compare(keys[first], keys[second], keyKind)
            return order == 0 ? first < second : order < 0
        }
        var kept: [Int] = []
        for index in order {
            if let last = kept.last, NestedItem.compare(keys[last], keys[index], keyKind) == 0 { kept.removeLast() }
            kept.append(index)
        }
        appendSortedMap(
            keys: kept.map { keys[$0] }, values: kept.map { values[$0] }, keyKind, valueKind, to: &bytes)
    }

    /// Appends a MULTISET of these elements; NULLs are counted too.
    package static func appendMultiset(_ elements: [NestedItem], _ kind: PhysicalKind, to bytes: inout [UInt8]) {
        var keys: [NestedItem] = []
        var counts: [NestedItem] = []
        for element in elements.sorted(by: { NestedItem.compare($0, $1, kind) < 0 }) {
            if let last = keys.last, NestedItem.compare(last, element, kind) == 0 {
                counts[counts.count - 1].low &+= 1
            } else {
                keys.append(element)
                counts.append(NestedItem(Int64(1)))
            }
        }
        appendSortedMap(keys: keys, values: counts, kind, .int64, to: &bytes)
    }

    /// Appends a MAP or MULTISET whose keys are in order and all different.
    package static func appendSortedMap(
        keys: [NestedItem], values: [NestedItem], _ keyKind: PhysicalKind, _ valueKind: PhysicalKind,
        to bytes: inout [UInt8]
    ) {
        let start = bytes.count
        append(0, to: &bytes)
        appendArray(keys, keyKind, to: &bytes)
        put(UInt32(truncatingIfNeeded: bytes.count - start - 4), at: start, in: &bytes)
        appendArray(values, valueKind, to: &bytes)
    }

    // MARK: Parts

    private static func append(_ value: UInt32, to bytes: inout [UInt8]) {
        for shift in 0..<4 { bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(shift * 8))) }
    }

    private static func put(_ value: UInt32, at place: Int, in bytes: inout [UInt8]) {
        for shift in 0..<4 { bytes[place + shift] = UInt8(truncatingIfNeeded: value >> UInt32(shift * 8)) }
    }

    private static func appendBitmap(_ items: [NestedItem], to bytes: inout [UInt8]) {
        var byte: UInt8 = 0
        for (index, item) in items.enumerated() {
            if item.isNull { byte |= 1 << UInt8(index & 7) }
            if index & 7 == 7 {
                bytes.append(byte)
                byte = 0
            }
        }
        if items.count & 7 != 0 { bytes.append(byte) }
    }

    private static func appendSlot(_ item: NestedItem, _ kind: PhysicalKind, to bytes: inout [UInt8]) {
        let isEmpty = item.isNull || kind == .text
        var low = isEmpty ? 0 : item.low.littleEndian
        var high = isEmpty ? 0 : item.high.littleEndian
        switch kind {
        case .bits: bytes.append(UInt8(truncatingIfNeeded: low & 1))
        case .int64, .float64, .text: withUnsafeBytes(of: &low) { bytes.append(contentsOf: $0) }
        case .int128:
            withUnsafeBytes(of: &low) { bytes.append(contentsOf: $0) }
            withUnsafeBytes(of: &high) { bytes.append(contentsOf: $0) }
        }
    }

    /// Appends the bytes of a text and puts their place into its slot.
    private static func appendText(_ item: NestedItem, slot: Int, of start: Int, to bytes: inout [UInt8]) {
        guard !item.isNull else { return }
        let text = item.bytes
        put(UInt32(truncatingIfNeeded: bytes.count - start), at: slot, in: &bytes)
        put(UInt32(truncatingIfNeeded: text.count), at: slot + 4, in: &bytes)
        bytes.append(contentsOf: text)
    }
}
