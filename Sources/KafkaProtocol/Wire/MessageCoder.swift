/// Reads or writes the fields of a message, one after another, by one description of them.
///
/// A message tells its fields once, in `code(_:)`; the coder reads them from bytes or writes them as bytes. Lengths are
/// checked against the bytes that are there before anything is allocated, and the elements of all arrays of one frame
/// have a bound, so that a frame cannot make much more memory than it has bytes.
package struct MessageCoder {
    /// Elements in all arrays of one message, at most.
    package static let elementLimit = 1 << 20

    package let version: Int16
    /// Compact lengths, and tagged fields behind each structure.
    package let isFlexible: Bool
    package let isReading: Bool
    private let input: [UInt8]
    private var position: Int
    private var elements = 0
    package private(set) var output: [UInt8]
    /// Where in the output bytes are left out that the sender puts there himself.
    package private(set) var gaps: [Gap] = []

    /// A place of the output, and how many bytes belong there.
    package struct Gap: Sendable, Equatable {
        package var place: Int
        package var byteCount: Int
    }

    /// Reads `input` from `position` on.
    package init(reading input: [UInt8], from position: Int = 0, version: Int16, isFlexible: Bool) {
        self.input = input
        self.position = position
        self.version = version
        self.isFlexible = isFlexible
        isReading = true
        output = []
    }

    /// Writes behind `prefix`.
    package init(writingAfter prefix: [UInt8] = [], version: Int16, isFlexible: Bool) {
        input = []
        position = 0
        self.version = version
        self.isFlexible = isFlexible
        isReading = false
        output = prefix
    }

    /// Bytes not yet read.
    package var remaining: Int { input.count - position }

    // MARK: numbers

    package mutating func number<Value: FixedWidthInteger>(_ value: inout Value) throws(WireError) {
        guard isReading else {
            withUnsafeBytes(of: value.bigEndian) { output.append(contentsOf: $0) }
            return
        }
        let size = MemoryLayout<Value>.size
        guard remaining >= size else { throw WireError("the message ends in the middle of a number", at: position) }
        value = input.withUnsafeBytes {
            Value(bigEndian: $0.loadUnaligned(fromByteOffset: position, as: Value.self))
        }
        position += size
    }

    package mutating func flag(_ value: inout Bool) throws(WireError) {
        var byte: UInt8 = value ? 1 : 0
        try number(&byte)
        value = byte != 0
    }

    package mutating func double(_ value: inout Double) throws(WireError) {
        var bits = value.bitPattern
        try number(&bits)
        value = Double(bitPattern: bits)
    }

    package mutating func code(_ value: inout ErrorCode) throws(WireError) {
        var raw = value.rawValue
        try number(&raw)
        value = ErrorCode(rawValue: raw) ?? .unknownServerError
    }

    package mutating func id(_ value: inout TopicID) throws(WireError) {
        try number(&value.high)
        try number(&value.low)
    }

    private mutating func unsignedVarint(_ value: inout UInt32) throws(WireError) {
        guard isReading else {
            var rest = value
            while rest >= 0x80 {
                output.append(UInt8(truncatingIfNeeded: rest) | 0x80)
                rest >>= 7
            }
            output.append(UInt8(truncatingIfNeeded: rest))
            return
        }
        var result: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 28, by: 7) {
            var byte: UInt8 = 0
            try number(&byte)
            result |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 {
                guard result <= UInt64(UInt32.max) else { break }
                value = UInt32(truncatingIfNeeded: result)
                return
            }
        }
        throw WireError("a number of too many bits", at: position)
    }

    // MARK: lengths

    /// The length of a text (16 bits where lengths are not compact), a byte string or an array; nil is null.
    private mutating func length(_ value: inout Int?, isText: Bool) throws(WireError) {
        if isFlexible {
            var raw = value.map { UInt32(truncatingIfNeeded: $0) &+ 1 } ?? 0
            try unsignedVarint(&raw)
            value = raw == 0 ? nil : Int(raw) - 1
        } else if isText {
            var raw = value.map { Int16(truncatingIfNeeded: $0) } ?? -1
            try number(&raw)
            value = raw < 0 ? nil : Int(raw)
        } else {
            var raw = value.map { Int32(truncatingIfNeeded: $0) } ?? -1
            try number(&raw)
            value = raw < 0 ? nil : Int(raw)
        }
    }

    private mutating func take(_ count: Int) throws(WireError) -> ArraySlice<UInt8> {
        guard count <= remaining else { throw WireError("the message ends in the middle of a field", at: position) }
        defer { position += count }
        return input[position..<(position + count)]
    }

    // MARK: texts and bytes

    package mutating func text(_ value: inout String?) throws(WireError) {
        if let written = value, !isReading {
            // A text that does not fit its length is cut at a character; only error messages can be that long.
            let limit = isFlexible ? Int(Int32.max) : Int(Int16.max)
            var utf8 = Array(written.utf8)
            if utf8.count > limit {
                utf8 = Array(utf8[..<limit])
                while let last = utf8.last, last & 0xC0 == 0x80 { utf8.removeLast() }
                utf8.removeLast()
            }
            var count: Int? = utf8.count
            try length(&count, isText: true)
            output += utf8
            return
        }
        var count: Int?
        try length(&count, isText: true)
        guard isReading else { return }
        guard let count else {
            value = nil
            return
        }
        let start = position
        guard let read = String(validating: try take(count), as: UTF8.self) else {
            throw WireError("a text that is not UTF-8", at: start)
        }
        value = read
    }

    package mutating func text(_ value: inout String) throws(WireError) {
        var optional: String? = value
        try text(&optional)
        guard let optional else { throw WireError("null in the place of a text", at: position) }
        value = optional
    }

    /// A byte string; a slice of the frame when reading.
    package mutating func bytes(_ value: inout ArraySlice<UInt8>?) throws(WireError) {
        var count = value?.count
        try length(&count, isText: false)
        if isReading {
            value = try count.map { count throws(WireError) in try take(count) }
        } else if let value {
            output.append(contentsOf: value)
        }
    }

    /// The length of a byte string; its bytes come from elsewhere, and a gap is noted for them.
    package mutating func gap(_ byteCount: Int) throws(WireError) {
        var count: Int? = byteCount
        try length(&count, isText: false)
        gaps.append(Gap(place: output.count, byteCount: byteCount))
    }

    package mutating func bytes(_ value: inout ArraySlice<UInt8>) throws(WireError) {
        var optional: ArraySlice<UInt8>? = value
        try bytes(&optional)
        guard let optional else { throw WireError("null in the place of bytes", at: position) }
        value = optional
    }

    // MARK: arrays and structures

    package mutating func array<Element: MessageStructure>(_ value: inout [Element]?) throws(WireError) {
        try array(&value, empty: Element()) { coder, element throws(WireError) in
            try element.code(&coder)
            try coder.tags()
        }
    }

    package mutating func array<Element: MessageStructure>(_ value: inout [Element]) throws(WireError) {
        var optional: [Element]? = value
        try array(&optional)
        // Some clients send null where the protocol has no null; it means the same as nothing.
        value = optional ?? []
    }

    package mutating func numbers<Element: FixedWidthInteger>(_ value: inout [Element]) throws(WireError) {
        var optional: [Element]? = value
        try array(&optional, empty: 0) { coder, element throws(WireError) in try coder.number(&element) }
        value = optional ?? []
    }

    package mutating func texts(_ value: inout [String]?) throws(WireError) {
        try array(&value, empty: "") { coder, element throws(WireError) in try coder.text(&element) }
    }

    package mutating func texts(_ value: inout [String]) throws(WireError) {
        var optional: [String]? = value
        try texts(&optional)
        value = optional ?? []
    }

    private mutating func array<Element>(
        _ value: inout [Element]?, empty: Element,
        _ code: (inout MessageCoder, inout Element) throws(WireError) -> Void
    ) throws(WireError) {
        var count = value?.count
        try length(&count, isText: false)
        guard isReading else {
            guard let written = value else { return }
            for element in written {
                var element = element
                try code(&self, &element)
            }
            return
        }
        guard let count else {
            value = nil
            return
        }
        // Every element takes a byte at least.
        guard count <= remaining else { throw WireError("an array longer than the message", at: position) }
        elements += count
        guard elements <= Self.elementLimit else { throw WireError("too many elements", at: position) }
        var result: [Element] = []
        result.reserveCapacity(min(count, 1_024))
        for _ in 0..<count {
            var element = empty
            try code(&self, &element)
            result.append(element)
        }
        value = result
    }

    /// A structure alone, with its own tagged fields behind it.
    package mutating func structure<Value: MessageStructure>(_ value: inout Value) throws(WireError) {
        try value.code(&self)
        try tags()
    }

    /// Tagged fields: skipped when reading, none written.
    package mutating func tags() throws(WireError) {
        guard isFlexible else { return }
        var count: UInt32 = 0
        try unsignedVarint(&count)
        guard isReading else { return }
        for _ in 0..<count {
            var tag: UInt32 = 0
            var size: UInt32 = 0
            try unsignedVarint(&tag)
            try unsignedVarint(&size)
            _ = try take(Int(size))
        }
    }
}

/// A part of a message that tells its fields in the order of the wire.
package protocol MessageStructure: Sendable {
    /// All fields at their defaults.
    init()
    mutating func code(_ coder: inout MessageCoder) throws(WireError)
}

/// The identity of a topic, which a topic of the same name made later does not have.
package struct TopicID: Sendable, Hashable {
    package var high: UInt64
    package var low: UInt64

    package init(high: UInt64 = 0, low: UInt64 = 0) {
        self.high = high
        self.low = low
    }

    /// No topic.
    package static let zero = TopicID()
    package var isZero: Bool { high == 0 && low == 0 }
}
