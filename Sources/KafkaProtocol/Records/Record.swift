/// A record inside the bytes of its batch; valid as long as those bytes are.
package struct Record {
    package var offsetDelta: Int32
    package var timestampDelta: Int64
    /// Nil for no key.
    package var key: UnsafeRawBufferPointer?
    /// Nil for no value, which deletes its key where a topic is compacted.
    package var value: UnsafeRawBufferPointer?
    /// The number of headers and the headers, as encoded.
    package var encodedHeaders: UnsafeRawBufferPointer

    /// Calls `body` with the name and value of each header, in order; the value may be none.
    package func forEachHeader(
        _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer?) -> Void
    ) throws(WireError) {
        try Self.forEachHeader(in: encodedHeaders, body)
    }

    /// The same for headers as they are encoded.
    package static func forEachHeader(
        in encoded: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer?) -> Void
    ) throws(WireError) {
        guard !encoded.isEmpty else { return }
        var reader = WireReader(encoded)
        for _ in 0..<max(0, try reader.readVarint()) {
            let name = try reader.readRaw(Int(try reader.readVarint()))
            let length = try reader.readVarint()
            body(name, length < 0 ? nil : try reader.readRaw(Int(length)))
        }
    }
}

/// Walks over the records of one batch, already decompressed.
package struct RecordReader {
    /// The fewest bytes a record takes.
    private static let leastBytes = 7
    private var reader: WireReader
    private var left: Int32

    /// Fails for a count that cannot be in so few bytes.
    package init(_ records: UnsafeRawBufferPointer, count: Int32) throws(WireError) {
        guard count >= 0, Int(count) <= records.count / Self.leastBytes else {
            throw WireError("\(count) records in \(records.count) bytes", at: 0)
        }
        reader = WireReader(records)
        left = count
    }

    /// The next record; nil after the last. Fails where a record is not what it says.
    package mutating func next() throws(WireError) -> Record? {
        guard left > 0 else {
            guard reader.remaining == 0 else { throw WireError("bytes behind the last record", at: reader.offset) }
            return nil
        }
        left -= 1
        let length = try reader.readVarint()
        var body = WireReader(try reader.readRaw(Int(length)))
        _ = try body.read(Int8.self)
        let timestampDelta = try body.readVarlong()
        let offsetDelta = try body.readVarint()
        let key = try Self.readField(&body)
        let value = try Self.readField(&body)
        let headers = try body.readRaw(body.remaining)
        try Self.checkHeaders(headers)
        return Record(
            offsetDelta: offsetDelta, timestampDelta: timestampDelta, key: key, value: value, encodedHeaders: headers)
    }

    private static func readField(_ reader: inout WireReader) throws(WireError) -> UnsafeRawBufferPointer? {
        let length = try reader.readVarint()
        guard length != -1 else { return nil }
        return try reader.readRaw(Int(length))
    }

    private static func checkHeaders(_ bytes: UnsafeRawBufferPointer) throws(WireError) {
        var reader = WireReader(bytes)
        let count = try reader.readVarint()
        guard count >= 0, Int(count) <= reader.remaining / 2 else { throw WireError("\(count) headers", at: 0) }
        for _ in 0..<count {
            guard try readField(&reader) != nil else { throw WireError("a header without a name", at: reader.offset) }
            _ = try readField(&reader)
        }
        guard reader.remaining == 0 else { throw WireError("bytes behind the headers", at: reader.offset) }
    }
}
