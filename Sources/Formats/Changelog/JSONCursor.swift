/// A place in JSON text, moved over whole values without keeping any of them.
///
/// It finds borders: strings end where they end, brackets match, members are `"key": value`. What stands inside a
/// value that is used is checked again by whoever reads it.
struct JSONCursor {
    private let bytes: UnsafePointer<UInt8>
    private(set) var at: Int
    private let end: Int

    /// Brackets inside brackets, at most.
    private static let maximumDepth = 256

    init(_ bytes: UnsafePointer<UInt8>, _ range: Range<Int>) {
        self.bytes = bytes
        at = range.lowerBound
        end = range.upperBound
    }

    /// True when nothing but blanks is left.
    mutating func isAtEnd() -> Bool {
        skipBlanks()
        return at >= end
    }

    private mutating func skipBlanks() {
        while at < end, bytes[at] == 0x20 || bytes[at] == 0x09 || bytes[at] == 0x0D || bytes[at] == 0x0A { at += 1 }
    }

    /// Moves behind `byte` when it comes next.
    private mutating func take(_ byte: UInt8) -> Bool {
        skipBlanks()
        guard at < end, bytes[at] == byte else { return false }
        at += 1
        return true
    }

    /// The range of the string that comes next, without its quotes, which it moves behind; nil when none comes.
    private mutating func takeString() -> Range<Int>? {
        guard take(UInt8(ascii: "\"")) else { return nil }
        let start = at
        while at < end {
            switch bytes[at] {
            case UInt8(ascii: "\""):
                at += 1
                return start..<at - 1
            case UInt8(ascii: "\\"): at += 2
            case 0..<0x20: return nil
            default: at += 1
            }
        }
        return nil
    }

    /// The range of the value that comes next, which it moves behind; nil when it is no value.
    mutating func takeValue() -> Range<Int>? {
        skipBlanks()
        let start = at
        guard skipValue(depth: 0) else { return nil }
        return start..<at
    }

    private mutating func skipValue(depth: Int) -> Bool {
        skipBlanks()
        guard at < end, depth < Self.maximumDepth else { return false }
        switch bytes[at] {
        case UInt8(ascii: "\""): return takeString() != nil
        case UInt8(ascii: "{"): return takeMembers(depth: depth) { _, _ in }
        case UInt8(ascii: "["): return takeElements(depth: depth) { _ in }
        default: return skipScalar()
        }
    }

    private mutating func skipScalar() -> Bool {
        let start = at
        while at < end {
            switch bytes[at] {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "E"):
                at += 1
                continue
            default: break
            }
            break
        }
        return at > start
    }

    /// Moves over an object, giving the key (without quotes) and the value of each member; false when it is none.
    mutating func takeMembers(depth: Int = 0, _ body: (Range<Int>, Range<Int>) -> Void) -> Bool {
        guard take(UInt8(ascii: "{")) else { return false }
        if take(UInt8(ascii: "}")) { return true }
        repeat {
            guard let key = takeString(), take(UInt8(ascii: ":")) else { return false }
            skipBlanks()
            let start = at
            guard skipValue(depth: depth + 1) else { return false }
            body(key, start..<at)
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "}"))
    }

    /// Moves over an array, giving each element; false when it is none.
    mutating func takeElements(depth: Int = 0, _ body: (Range<Int>) -> Void) -> Bool {
        guard take(UInt8(ascii: "[")) else { return false }
        if take(UInt8(ascii: "]")) { return true }
        repeat {
            skipBlanks()
            let start = at
            guard skipValue(depth: depth + 1) else { return false }
            body(start..<at)
        } while take(UInt8(ascii: ","))
        return take(UInt8(ascii: "]"))
    }
}
