import Columnar
import StreamSQL

/// Functions over maps.
struct MapKernels {
    let keyKind: PhysicalKind
    let valueKind: PhysicalKind

    func kernel(_ function: ScalarFunction) -> Kernel? {
        switch function {
        case .cardinality:
            { [keyKind, valueKind] call in
                let maps = ItemOperand(call[0])
                return takeItems(call) { row in
                    let map = maps[row]
                    guard !map.isNull else { return .null }
                    return NestedItem(Int64(NestedReader(map).map(keyKind, valueKind).count))
                }
            }
        case .mapKeys: list { [keyKind] map, bytes in NestedWriter.appendArray(map.keys.items, keyKind, to: &bytes) }
        case .mapValues:
            list { [valueKind] map, bytes in NestedWriter.appendArray(map.values.items, valueKind, to: &bytes) }
        case .mapEntries: entries
        case .mapUnion: union
        case .mapFromArrays: fromArrays
        default: nil
        }
    }

    private func list(_ body: @escaping @Sendable (NestedMap, inout [UInt8]) -> Void) -> Kernel {
        { [keyKind, valueKind] call in
            let maps = ItemOperand(call[0])
            return makeNested(call) { row, bytes in
                let map = maps[row]
                guard !map.isNull else { return false }
                body(NestedReader(map).map(keyKind, valueKind), &bytes)
                return true
            }
        }
    }

    private var entries: Kernel {
        let layout = NestedRowLayout(kinds: [keyKind, valueKind])
        return list { map, bytes in
            let heap = ByteHeap()
            let rows = (0..<map.count).map { index in
                var row: [UInt8] = []
                NestedWriter.appendRow([map.keys[index], map.values[index]], layout, to: &row)
                return heap.item(row)
            }
            withExtendedLifetime(heap) { NestedWriter.appendArray(rows, .text, to: &bytes) }
        }
    }

    /// MAP_UNION: the entries of all maps, the last of a key counts.
    private var union: Kernel {
        { [keyKind, valueKind] call in
            let operands = call.arguments.map { ItemOperand($0) }
            return makeNested(call) { row, bytes in
                var keys: [NestedItem] = []
                var values: [NestedItem] = []
                for operand in operands {
                    let item = operand[row]
                    guard !item.isNull else { return false }
                    let map = NestedReader(item).map(keyKind, valueKind)
                    keys += map.keys.items
                    values += map.values.items
                }
                NestedWriter.appendMap(keys: keys, values: values, keyKind, valueKind, to: &bytes)
                return true
            }
        }
    }

    private var fromArrays: Kernel {
        { [keyKind, valueKind] call throws(EvaluationError) in
            let first = ItemOperand(call[0])
            let second = ItemOperand(call[1])
            var bad: (row: Int, keys: Int, values: Int)?
            let result = makeNested(call) { row, bytes in
                let (left, right) = (first[row], second[row])
                guard !left.isNull, !right.isNull else { return false }
                let keys = NestedReader(left).array(keyKind)
                let values = NestedReader(right).array(valueKind)
                if keys.count != values.count, bad == nil { bad = (row, keys.count, values.count) }
                NestedWriter.appendMap(keys: keys.items, values: values.items, keyKind, valueKind, to: &bytes)
                return true
            }
            if let bad {
                throw EvaluationError(
                    row: bad.row, "MAP_FROM_ARRAYS got \(bad.keys) keys and \(bad.values) values")
            }
            return result
        }
    }

    /// STR_TO_MAP: (text), with delimiters between pairs and inside of them.
    static func fromText(_ pairs: TextDelimiter, _ inside: TextDelimiter) -> Kernel {
        { call in
            let texts = ItemOperand(call[0])
            return makeNested(call) { row, bytes in
                let text = texts[row]
                guard !text.isNull else { return false }
                var keys: [NestedItem] = []
                var values: [NestedItem] = []
                for pair in pairs.split(text.bytes) {
                    let (key, value) = inside.divide(pair)
                    keys.append(TextDelimiter.item(key))
                    values.append(value.map { TextDelimiter.item($0) } ?? .null)
                }
                NestedWriter.appendMap(keys: keys, values: values, .text, .text, to: &bytes)
                return true
            }
        }
    }
}

/// What separates the pairs of a text: a plain text, one of several characters, or whatever a pattern matches.
struct TextDelimiter: Sendable {
    private let alternatives: [[UInt8]]
    /// Set for a pattern that says more than a text or `[characters]`.
    private let regex: Regex?

    /// The meaning of a regular expression; nil for one that can't be used.
    init?(_ pattern: [UInt8]) {
        if let plain = Self.plain(pattern) {
            alternatives = plain
            regex = nil
        } else {
            guard let compiled = Regex(java: pattern) else { return nil }
            alternatives = []
            regex = compiled
        }
    }

    /// The texts that a simple pattern stands for.
    private static func plain(_ pattern: [UInt8]) -> [[UInt8]]? {
        let special = Set("\\^$.|?*+()[]{}".utf8)
        if !pattern.isEmpty, pattern.allSatisfy({ !special.contains($0) }) { return [pattern] }
        if pattern.count == 2, pattern[0] == UInt8(ascii: "\\"), special.contains(pattern[1]) { return [[pattern[1]]] }
        guard pattern.count > 2, pattern.first == UInt8(ascii: "["), pattern.last == UInt8(ascii: "]") else {
            return nil
        }
        let inner = pattern.dropFirst().dropLast()
        let meaningful = Set("\\^-[]&".utf8)
        guard inner.allSatisfy({ !meaningful.contains($0) }) else { return nil }
        return String(decoding: inner, as: UTF8.self).unicodeScalars.map { Array(String($0).utf8) }
    }

    /// Where the next delimiter stands from a place on.
    private func find(_ text: UnsafeBufferPointer<UInt8>, from: Int) -> Range<Int>? {
        if let regex {
            guard let start = text.baseAddress else { return nil }
            var found: Range<Int>?
            // A match of nothing separates nothing.
            regex.forEachMatch(in: TextBytes(start: start, count: text.count), from: from) { match, _ in
                if !match.isEmpty { found = match }
                return match.isEmpty
            }
            return found
        }
        for index in from..<max(from, text.count) {
            for delimiter in alternatives
            where text.count - index >= delimiter.count
                && text[index..<(index + delimiter.count)].elementsEqual(delimiter)
            {
                return index..<(index + delimiter.count)
            }
        }
        return nil
    }

    /// The parts between delimiters; empty ones at the end are left out, as Java's split does.
    func split(_ text: UnsafeBufferPointer<UInt8>) -> [UnsafeBufferPointer<UInt8>] {
        var parts: [UnsafeBufferPointer<UInt8>] = []
        var from = 0
        while let found = find(text, from: from) {
            parts.append(UnsafeBufferPointer(rebasing: text[from..<found.lowerBound]))
            from = found.upperBound
        }
        parts.append(UnsafeBufferPointer(rebasing: text[from...]))
        while parts.count > 1, parts.last?.isEmpty == true { parts.removeLast() }
        return parts
    }

    /// What stands before the first delimiter and behind it; nothing behind where there is none.
    func divide(
        _ text: UnsafeBufferPointer<UInt8>
    ) -> (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>?) {
        guard let found = find(text, from: 0) else { return (text, nil) }
        return (
            UnsafeBufferPointer(rebasing: text[..<found.lowerBound]),
            UnsafeBufferPointer(rebasing: text[found.upperBound...])
        )
    }

    static func item(_ bytes: UnsafeBufferPointer<UInt8>) -> NestedItem {
        bytes.baseAddress.map { NestedItem($0, count: bytes.count) } ?? .null
    }
}
