/// Walks over the bytes of a JSON document. Nothing is built; values are places in the text.
struct JSONDocument {
    let bytes: TextBytes

    /// Containers within each other; deeper documents are not well formed.
    static let deepest = 1_000

    init(_ bytes: TextBytes) { self.bytes = bytes }

    /// The place of the document's value; nil when it is not well formed. What follows it is not looked at, as in the
    /// dialect, but a number or word must end there.
    func root() -> Range<Int>? {
        let start = blank(0)
        guard let end = end(ofValueAt: start) else { return nil }
        if end < bytes.count, !isContainer(start), bytes[start] != 0x22, bytes[end] > 0x20 { return nil }
        return start..<end
    }

    func isObject(_ index: Int) -> Bool { bytes[index] == 0x7B }
    func isArray(_ index: Int) -> Bool { bytes[index] == 0x5B }
    func isContainer(_ index: Int) -> Bool { isObject(index) || isArray(index) }
    func isText(_ index: Int) -> Bool { bytes[index] == 0x22 }
    func isNull(_ index: Int) -> Bool { bytes[index] == 0x6E }

    @inline(__always)
    func blank(_ start: Int) -> Int {
        var index = start
        while index < bytes.count {
            let byte = bytes[index]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return index }
            index &+= 1
        }
        return index
    }

    // MARK: Ends of values

    /// The index behind the value that begins at `start`, nil when it is not well formed.
    func end(ofValueAt start: Int) -> Int? {
        guard start < bytes.count else { return nil }
        guard isContainer(start) else { return end(ofScalarAt: start) }
        return withUnsafeTemporaryAllocation(of: Bool.self, capacity: Self.deepest) { isObject in
            end(ofContainerAt: start, isObject)
        }
    }

    private func end(ofContainerAt start: Int, _ isObject: UnsafeMutableBufferPointer<Bool>) -> Int? {
        var depth = 0
        var index = start
        while true {
            index = blank(index)
            guard index < bytes.count else { return nil }
            if isContainer(index) {
                guard depth < Self.deepest else { return nil }
                isObject[depth] = self.isObject(index)
                depth &+= 1
                index = blank(index &+ 1)
                guard index < bytes.count else { return nil }
                let close: UInt8 = isObject[depth &- 1] ? 0x7D : 0x5D
                if bytes[index] != close {
                    if isObject[depth &- 1] {
                        guard let next = end(ofNameAt: index) else { return nil }
                        index = next
                    }
                    continue
                }
            } else {
                guard let end = end(ofScalarAt: index) else { return nil }
                index = end
            }
            // Behind a value, or at the bracket that closes an empty container.
            while true {
                index = blank(index)
                guard index < bytes.count else { return nil }
                let close: UInt8 = isObject[depth &- 1] ? 0x7D : 0x5D
                if bytes[index] == close {
                    depth &-= 1
                    index &+= 1
                    if depth == 0 { return index }
                    continue
                }
                guard bytes[index] == 0x2C else { return nil }
                index = blank(index &+ 1)
                if isObject[depth &- 1] {
                    guard let next = end(ofNameAt: index) else { return nil }
                    index = next
                }
                break
            }
        }
    }

    /// The index behind the colon of a member's name.
    private func end(ofNameAt start: Int) -> Int? {
        guard start < bytes.count, isText(start), let end = end(ofTextAt: start) else { return nil }
        let colon = blank(end)
        return colon < bytes.count && bytes[colon] == 0x3A ? colon &+ 1 : nil
    }

    private func end(ofScalarAt start: Int) -> Int? {
        switch bytes[start] {
        case 0x22: end(ofTextAt: start)
        case 0x74: end(of: "true", at: start)
        case 0x66: end(of: "false", at: start)
        case 0x6E: end(of: "null", at: start)
        default: end(ofNumberAt: start)
        }
    }

    private func end(of word: StaticString, at start: Int) -> Int? {
        let count = word.utf8CodeUnitCount
        return bytes.starts(at: start, with: TextBytes(start: word.utf8Start, count: count)) ? start &+ count : nil
    }

    private func end(ofTextAt start: Int) -> Int? {
        var index = start &+ 1
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0x22 { return index &+ 1 }
            guard byte >= 0x20 else { return nil }
            if byte == 0x5C {
                index &+= 1
                guard index < bytes.count else { return nil }
                switch bytes[index] {
                case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74: break
                case 0x75:
                    guard unit(index &+ 1) != nil else { return nil }
                    index &+= 4
                default: return nil
                }
            }
            index &+= 1
        }
        return nil
    }

    /// The value of four hexadecimal digits.
    private func unit(_ start: Int) -> UInt16? {
        guard start &+ 4 <= bytes.count else { return nil }
        var value: UInt16 = 0
        for index in start..<(start &+ 4) {
            guard let digit = EncodingKernels.digit(bytes[index]) else { return nil }
            value = value << 4 | UInt16(digit)
        }
        return value
    }

    private func end(ofNumberAt start: Int) -> Int? {
        var index = start
        if bytes[index] == 0x2D { index &+= 1 }
        let first = index
        index = digits(index)
        guard index > first, index == first &+ 1 || bytes[first] != 0x30 else { return nil }
        if index < bytes.count, bytes[index] == 0x2E {
            let fraction = index &+ 1
            index = digits(fraction)
            guard index > fraction else { return nil }
        }
        if index < bytes.count, bytes[index] | 0x20 == 0x65 {
            index &+= 1
            if index < bytes.count, bytes[index] == 0x2B || bytes[index] == 0x2D { index &+= 1 }
            let exponent = index
            index = digits(exponent)
            guard index > exponent else { return nil }
        }
        return index
    }

    private func digits(_ start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] &- 0x30 < 10 { index &+= 1 }
        return index
    }

    // MARK: Parts of well-formed values

    /// Each member of an object: the place of its name with quotes, and of its value; stops when told FALSE.
    @inline(__always)
    func forEachMember(of object: Int, _ body: (_ name: Range<Int>, _ value: Range<Int>) -> Bool) {
        var index = blank(object &+ 1)
        while index < bytes.count, isText(index), let nameEnd = end(ofTextAt: index) {
            let start = blank(blank(nameEnd) &+ 1)
            guard let end = end(ofValueAt: start), body(index..<nameEnd, start..<end) else { return }
            index = blank(end)
            guard index < bytes.count, bytes[index] == 0x2C else { return }
            index = blank(index &+ 1)
        }
    }

    /// Each element of an array; stops when told FALSE.
    @inline(__always)
    func forEachElement(of array: Int, _ body: (_ value: Range<Int>) -> Bool) {
        var index = blank(array &+ 1)
        while index < bytes.count, bytes[index] != 0x5D, let end = end(ofValueAt: index) {
            guard body(index..<end) else { return }
            index = blank(end)
            guard index < bytes.count, bytes[index] == 0x2C else { return }
            index = blank(index &+ 1)
        }
    }

    /// The value of the last member of a name, for later ones replace earlier ones.
    func member(_ name: [UInt8], of object: Int) -> Range<Int>? {
        var found: Range<Int>?
        forEachMember(of: object) { place, value in
            if isName(place, name) { found = value }
            return true
        }
        return found
    }

    private func isName(_ place: Range<Int>, _ name: [UInt8]) -> Bool {
        let inner = bytes.part(place.lowerBound &+ 1, place.count &- 2)
        var isPlain = inner.count == name.count
        for index in 0..<inner.count {
            if inner[index] == 0x5C { return text(place) == name }
            if isPlain, inner[index] != name[index] { isPlain = false }
        }
        return isPlain
    }

    /// The characters of a text, escapes resolved.
    func text(_ place: Range<Int>) -> [UInt8] {
        var result: [UInt8] = []
        appendText(place, to: &result)
        return result
    }

    func appendText(_ place: Range<Int>, to result: inout [UInt8]) {
        var index = place.lowerBound &+ 1
        let end = place.upperBound &- 1
        while index < end {
            guard bytes[index] == 0x5C, index &+ 1 < end else {
                result.append(bytes[index])
                index &+= 1
                continue
            }
            let escape = bytes[index &+ 1]
            index &+= 2
            switch escape {
            case 0x62: result.append(0x08)
            case 0x66: result.append(0x0C)
            case 0x6E: result.append(0x0A)
            case 0x72: result.append(0x0D)
            case 0x74: result.append(0x09)
            case 0x75: appendUnit(&index, end, to: &result)
            default: result.append(escape)
            }
        }
    }

    /// A unicode escape behind its `u`, with its second half where there is one; halves alone become U+FFFD.
    private func appendUnit(_ index: inout Int, _ end: Int, to result: inout [UInt8]) {
        guard let high = unit(index) else { return }
        index &+= 4
        if (0xD800..<0xDC00).contains(high), index &+ 6 <= end, bytes[index] == 0x5C, bytes[index &+ 1] == 0x75,
            let low = unit(index &+ 2), (0xDC00..<0xE000).contains(low),
            let scalar = UnicodeScalar(0x10000 + (UInt32(high) - 0xD800) << 10 + (UInt32(low) - 0xDC00))
        {
            index &+= 6
            result.append(scalar)
            return
        }
        result.append(UnicodeScalar(UInt32(high)) ?? "\u{FFFD}")
    }
}
