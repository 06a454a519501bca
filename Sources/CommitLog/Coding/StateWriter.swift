/// Writes the log's own state: little-endian numbers, and lengths in front of what has one.
struct StateWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write<Value: FixedWidthInteger>(_ value: Value) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    mutating func write(_ flag: Bool) { write(UInt8(flag ? 1 : 0)) }

    mutating func write(_ text: String) {
        let utf8 = Array(text.utf8)
        write(UInt32(truncatingIfNeeded: utf8.count))
        bytes.append(contentsOf: utf8)
    }

    mutating func write<Element>(_ elements: [Element], _ body: (inout StateWriter, Element) -> Void) {
        write(UInt32(truncatingIfNeeded: elements.count))
        for element in elements { body(&self, element) }
    }

    mutating func writeRaw(_ raw: [UInt8]) { bytes.append(contentsOf: raw) }
}

/// Stored state that does not mean what it should.
struct StateError: Error, Equatable {
    var what: String
}

/// Reads what a ``StateWriter`` wrote; every input gives a value or an error.
struct StateReader {
    private let bytes: UnsafeRawBufferPointer
    private(set) var offset = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var remaining: Int { bytes.count - offset }

    mutating func read<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) throws(StateError) -> Value {
        let size = MemoryLayout<Value>.size
        guard remaining >= size else { throw StateError(what: "state ends in the middle of a number") }
        defer { offset += size }
        return Value(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
    }

    mutating func readFlag() throws(StateError) -> Bool { try read(UInt8.self) != 0 }

    mutating func readString() throws(StateError) -> String {
        let count = Int(try read(UInt32.self))
        guard count <= remaining else { throw StateError(what: "state ends in the middle of a text") }
        defer { offset += count }
        return String(decoding: UnsafeRawBufferPointer(rebasing: bytes[offset..<(offset + count)]), as: UTF8.self)
    }

    /// Elements of at least `leastBytes` each.
    mutating func readArray<Element>(
        leastBytes: Int, _ body: (inout StateReader) throws(StateError) -> Element
    ) throws(StateError) -> [Element] {
        let count = Int(try read(UInt32.self))
        guard count <= remaining / max(1, leastBytes) else { throw StateError(what: "more elements than bytes") }
        var elements: [Element] = []
        elements.reserveCapacity(count)
        for _ in 0..<count { elements.append(try body(&self)) }
        return elements
    }
}
