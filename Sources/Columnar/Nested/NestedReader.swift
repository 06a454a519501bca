// How nested values lie in bytes. All numbers are little-endian; places are counted from the start of the value.
//
//   ARRAY      count (4 bytes), a bitmap of the NULL elements, one slot for each element, the bytes of texts
//   ROW        a bitmap of the NULL fields, one slot for each field, the bytes of texts
//   MAP        length of what follows as an ARRAY of keys (4 bytes), that ARRAY, an ARRAY of values in the same order
//   MULTISET   as a MAP from element to count, the count being an INT NOT NULL
//
// A slot has 1 byte for BOOLEAN, 8 for integers, times and floats, 16 for decimals; for texts and nested values it holds
// place and length (4 bytes each). Slots of NULLs are zero, spare bits of bitmaps too, texts lie in the order of their slots
// without gaps, the entries of a map are ordered by key and no key comes twice. So equal values have equal bytes.

extension PhysicalKind {
    /// Bytes of a slot in a nested value.
    package var slotWidth: Int {
        switch self {
        case .bits: 1
        case .int64, .float64, .text: 8
        case .int128: 16
        }
    }
}

/// The places of the fields of a ROW type.
package struct NestedRowLayout: Sendable {
    package let kinds: [PhysicalKind]
    /// Where the slot of each field begins.
    let offsets: [Int]
    /// Bytes of bitmap and slots.
    let fixedBytes: Int

    package init(kinds: [PhysicalKind]) {
        self.kinds = kinds
        var offset = (kinds.count + 7) / 8
        offsets = kinds.map { kind in
            defer { offset += kind.slotWidth }
            return offset
        }
        fixedBytes = offset
    }

    package init(_ fields: [Field]) { self.init(kinds: fields.map(\.type.kind)) }
}

/// Reads the parts of nested values. Bytes that are damaged give NULLs or empty collections, never a trap.
package struct NestedReader {
    let start: UnsafePointer<UInt8>
    let count: Int

    /// The bytes must outlive the reader and the items it gives.
    @inline(__always)
    package init(_ start: UnsafePointer<UInt8>, count: Int) {
        self.start = start
        self.count = count
    }

    /// The value of an item of bytes; NULL has no parts.
    @inline(__always)
    package init(_ item: NestedItem) {
        let bytes = item.bytes
        self.init(bytes.baseAddress ?? Self.nothing, count: bytes.count)
    }

    nonisolated(unsafe) private static let nothing: UnsafePointer<UInt8> = {
        let place = UnsafeMutablePointer<UInt8>.allocate(capacity: 1)
        place.initialize(to: 0)
        return UnsafePointer(place)
    }()

    /// A field of a ROW.
    @inline(__always)
    package func field(_ index: Int, _ layout: NestedRowLayout) -> NestedItem {
        guard count >= layout.fixedBytes, layout.kinds.indices.contains(index) else { return .null }
        if start[index >> 3] >> UInt8(truncatingIfNeeded: index & 7) & 1 == 1 { return .null }
        return item(at: layout.offsets[index], layout.kinds[index])
    }

    /// What the slot at a place, which lies inside, holds.
    @inline(__always)
    func item(at offset: Int, _ kind: PhysicalKind) -> NestedItem {
        let raw = UnsafeRawPointer(start + offset)
        switch kind {
        case .bits: return NestedItem(isNull: false, low: UInt64(start[offset] & 1), high: 0)
        case .int64, .float64: return NestedItem(isNull: false, low: raw.loadUnaligned(as: UInt64.self), high: 0)
        case .int128:
            return NestedItem(
                isNull: false, low: raw.loadUnaligned(as: UInt64.self),
                high: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        case .text:
            let place = Int(raw.loadUnaligned(as: UInt32.self))
            let length = Int(raw.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
            guard place &+ length <= count else { return .null }
            return NestedItem(start + place, count: length)
        }
    }

    /// The value as an ARRAY of elements of a kind.
    package func array(_ kind: PhysicalKind) -> NestedArray { NestedArray(self, kind) }

    /// The value as a MAP, or as a MULTISET with counts of the kind int64.
    package func map(_ keyKind: PhysicalKind, _ valueKind: PhysicalKind) -> NestedMap {
        let none = NestedReader(start, count: 0)
        guard count >= 4 else { return NestedMap(keys: none.array(keyKind), values: none.array(valueKind)) }
        let length = min(count &- 4, Int(UnsafeRawPointer(start).loadUnaligned(as: UInt32.self)))
        let rest = NestedReader(start + 4 + length, count: count &- 4 &- length)
        return NestedMap(
            keys: NestedReader(start + 4, count: length).array(keyKind), values: rest.array(valueKind))
    }
}

/// The elements of an ARRAY value.
package struct NestedArray {
    private let reader: NestedReader
    package let kind: PhysicalKind
    /// Elements.
    package let count: Int
    private let slots: Int

    init(_ reader: NestedReader, _ kind: PhysicalKind) {
        self.reader = reader
        self.kind = kind
        var count = reader.count >= 4 ? Int(UnsafeRawPointer(reader.start).loadUnaligned(as: UInt32.self)) : 0
        let bitmap = (count &+ 7) / 8
        if 4 &+ bitmap &+ count &* kind.slotWidth > reader.count { count = 0 }
        self.count = count
        slots = 4 &+ bitmap
    }

    /// The element at a position counted from 0; NULL where there is none.
    @inline(__always)
    package subscript(_ index: Int) -> NestedItem {
        guard index >= 0, index < count else { return .null }
        if reader.start[4 &+ index >> 3] >> UInt8(truncatingIfNeeded: index & 7) & 1 == 1 { return .null }
        return reader.item(at: slots &+ index &* kind.slotWidth, kind)
    }

    /// All elements.
    package var items: [NestedItem] { (0..<count).map { self[$0] } }
}

/// The entries of a MAP value, in the order of their keys.
package struct NestedMap {
    package let keys: NestedArray
    package let values: NestedArray

    package var count: Int { keys.count }

    /// The value of a key; nil when the key is not there. Cost: the logarithm of the entries.
    package func value(of key: NestedItem) -> NestedItem? {
        var low = 0
        var high = keys.count
        while low < high {
            let middle = (low &+ high) / 2
            let order = NestedItem.compare(keys[middle], key, keys.kind)
            if order == 0 { return values[middle] }
            if order < 0 { low = middle &+ 1 } else { high = middle }
        }
        return nil
    }
}
