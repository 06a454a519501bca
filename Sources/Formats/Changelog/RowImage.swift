import Columnar

/// One row that a change record tells of: the text of an object, and the text of another whose members replace some
/// of the first's.
struct RowImage {
    var kind: RowKind
    var object: Range<Int>
    /// The old values of the columns that an update changed.
    var replacements: Range<Int>?

    init(_ kind: RowKind, _ object: Range<Int>, replacements: Range<Int>? = nil) {
        self.kind = kind
        self.object = object
        self.replacements = replacements
    }
}

/// What a line is to the reader of a change log.
enum ChangeRecord {
    /// Its rows are in the list that was handed in; none for records that change no row.
    case rows
    /// It is no record of the format.
    case malformed(reason: String, detail: String)
}

/// How the records of one change format are laid out.
protocol ChangeEnvelope: Sendable {
    /// Appends the rows of the record in `line` to `images`.
    func read(_ bytes: UnsafePointer<UInt8>, _ line: Range<Int>, into images: inout [RowImage]) -> ChangeRecord
}

/// The members of an object that an envelope asks for.
struct EnvelopeMembers {
    private let bytes: UnsafePointer<UInt8>
    private let names: [StaticString]
    /// The value of each, nil where it is missing or null.
    private(set) var values: [Range<Int>?]
    let isObject: Bool

    init(_ bytes: UnsafePointer<UInt8>, _ range: Range<Int>, _ names: [StaticString]) {
        self.bytes = bytes
        self.names = names
        var values = [Range<Int>?](repeating: nil, count: names.count)
        var cursor = JSONCursor(bytes, range)
        let isWhole = cursor.takeMembers { key, value in
            for (index, name) in names.enumerated() where Self.equal(bytes, key, name) {
                values[index] = Self.equal(bytes, value, "null") ? nil : value
            }
        }
        isObject = isWhole && cursor.isAtEnd()
        self.values = values
    }

    static func equal(_ bytes: UnsafePointer<UInt8>, _ range: Range<Int>, _ text: StaticString) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        for index in 0..<range.count where bytes[range.lowerBound + index] != text.utf8Start[index] { return false }
        return true
    }

    /// The value, when it is an object.
    func object(_ index: Int) -> Range<Int>? {
        values[index].flatMap { bytes[$0.lowerBound] == UInt8(ascii: "{") ? $0 : nil }
    }

    /// The text of a string value as it stands, nil when it is none.
    func text(_ index: Int) -> String? {
        guard let range = values[index], range.count >= 2, bytes[range.lowerBound] == UInt8(ascii: "\"") else {
            return nil
        }
        let inner = range.lowerBound + 1..<range.upperBound - 1
        return String(decoding: UnsafeBufferPointer(start: bytes + inner.lowerBound, count: inner.count), as: UTF8.self)
    }

    /// True when the value is a string of exactly these characters.
    func isText(_ index: Int, _ wanted: StaticString) -> Bool {
        guard let range = values[index], range.count >= 2, bytes[range.lowerBound] == UInt8(ascii: "\"") else {
            return false
        }
        return Self.equal(bytes, range.lowerBound + 1..<range.upperBound - 1, wanted)
    }

    /// A value cut to what a message can hold.
    func shown(_ index: Int) -> String {
        guard let range = values[index] else { return "nothing" }
        let count = min(range.count, 64)
        return String(decoding: UnsafeBufferPointer(start: bytes + range.lowerBound, count: count), as: UTF8.self)
    }
}
