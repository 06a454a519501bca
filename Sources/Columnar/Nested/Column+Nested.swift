extension Column {
    /// The value at a row as an item, which points into this column.
    @inline(__always)
    package func item(_ row: Int) -> NestedItem {
        guard isValid(row) else { return .null }
        switch kind {
        case .bits: return NestedItem(bit(row))
        case .int64: return NestedItem(int64[row])
        case .float64: return NestedItem(float64[row])
        case .int128: return NestedItem(int128[row])
        case .text:
            let place = UnsafePointer(text + row)
            return NestedItem(TextView.bytes(at: place), count: place.pointee.count)
        }
    }

    /// Stores an item of this column's kind. A text is a view of the item's bytes: whoever owns them must be, or become,
    /// an owner of the column.
    @inline(__always)
    package func set(_ row: Int, _ item: NestedItem) {
        guard !item.isNull else { return setNull(row) }
        switch kind {
        case .bits: setBit(row, item.bool)
        case .int64: int64[row] = item.int64
        case .float64: float64[row] = item.float64
        case .int128: int128[row] = item.int128
        case .text:
            let bytes = item.bytes
            text[row] = bytes.baseAddress.map { TextView($0, count: bytes.count) } ?? TextView()
        }
    }
}

extension ByteHeap {
    /// An item over a copy of the bytes, which stays where it is.
    package func item(_ bytes: [UInt8]) -> NestedItem {
        bytes.withUnsafeBufferPointer { buffer in
            let place = allocate(buffer.count)
            if let base = buffer.baseAddress { place.update(from: base, count: buffer.count) }
            return NestedItem(place, count: buffer.count)
        }
    }

    /// A view of a copy of the bytes.
    package func add(_ bytes: [UInt8]) -> TextView {
        bytes.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { add($0, count: buffer.count) } ?? TextView()
        }
    }
}
