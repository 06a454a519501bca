import Columnar
import StreamSQL

/// Arrays, maps and rows one value after the other. Their bytes are read and written here by their description alone, so
/// that the engine's reader and writer are compared too.
enum NaiveNested {
    // MARK: Bytes

    private static func width(_ kind: PhysicalKind) -> Int {
        switch kind {
        case .bits: 1
        case .int64, .float64, .text: 8
        case .int128: 16
        }
    }

    private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
        bytes.reversed().reduce(0) { $0 << 8 | Int($1) }
    }

    private static func written(_ number: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
    }

    /// The items whose bitmap begins at a place.
    private static func items(_ bytes: [UInt8], at place: Int, _ kinds: [PhysicalKind]) -> [LiteralValue] {
        var slot = place + (kinds.count + 7) / 8
        return kinds.enumerated().map { index, kind in
            defer { slot += width(kind) }
            if bytes[place + index / 8] >> (index % 8) & 1 == 1 { return .null }
            switch kind {
            case .bits: return .boolean(bytes[slot] == 1)
            case .int64: return .int64(Int64(truncatingIfNeeded: number(bytes[slot..<(slot + 8)])))
            case .text:
                let start = number(bytes[slot..<(slot + 4)])
                return .text(Array(bytes[start...].prefix(number(bytes[(slot + 4)..<(slot + 8)]))))
            case .float64, .int128: return .null
            }
        }
    }

    /// Bitmap, slots and texts, behind `head`.
    private static func written(_ items: [LiteralValue], _ kinds: [PhysicalKind], head: [UInt8]) -> LiteralValue {
        var map = [UInt8](repeating: 0, count: (items.count + 7) / 8)
        var slots: [UInt8] = []
        var texts: [UInt8] = []
        let start = head.count + map.count + kinds.map(width).reduce(0, +)
        for (index, item) in items.enumerated() {
            switch item {
            case .boolean(let value): slots.append(value ? 1 : 0)
            case .int64(let value): slots += written(Int(value), 8)
            case .text(let bytes):
                slots += written(start + texts.count, 4) + written(bytes.count, 4)
                texts += bytes
            default:
                map[index / 8] |= 1 << UInt8(index % 8)
                slots += written(0, width(kinds[index]))
            }
        }
        return .text(head + map + slots + texts)
    }

    static func array(_ value: LiteralValue, _ kind: PhysicalKind) -> [LiteralValue]? {
        guard case .text(let bytes) = value else { return nil }
        return items(bytes, at: 4, Array(repeating: kind, count: number(bytes[..<4])))
    }

    static func array(of items: [LiteralValue], _ kind: PhysicalKind) -> LiteralValue {
        written(items, Array(repeating: kind, count: items.count), head: written(items.count, 4))
    }

    private static func entries(_ value: LiteralValue) -> (keys: [LiteralValue], values: [LiteralValue])? {
        guard case .text(let bytes) = value else { return nil }
        let length = number(bytes[..<4])
        return (
            array(.text(Array(bytes[4..<(4 + length)])), .text) ?? [],
            array(.text(Array(bytes[(4 + length)...])), .int64) ?? []
        )
    }

    /// A MAP<STRING, BIGINT>; of equal keys the last one counts.
    static func map(keys: [LiteralValue], values: [LiteralValue]) -> LiteralValue {
        var kept: [(key: LiteralValue, value: LiteralValue)] = []
        for (key, value) in zip(keys, values) {
            kept.removeAll { $0.key == key }
            kept.append((key, value))
        }
        kept.sort { isBefore($0.key, $1.key) }
        guard case .text(let first) = array(of: kept.map(\.key), .text),
            case .text(let second) = array(of: kept.map(\.value), .int64)
        else { return .null }
        return .text(written(first.count, 4) + first + second)
    }

    static func row(_ items: [LiteralValue], _ fields: [Field]) -> LiteralValue {
        written(items, fields.map(\.type.kind), head: [])
    }

    /// NULL first, then numbers by value and texts by their bytes.
    private static func isBefore(_ a: LiteralValue, _ b: LiteralValue) -> Bool {
        switch (a, b) {
        case (.null, _): b != .null
        case (.int64(let x), .int64(let y)): x < y
        case (.text(let x), .text(let y)): x.lexicographicallyPrecedes(y)
        default: false
        }
    }

    // MARK: Functions

    private static func bytes(_ value: LiteralValue) -> [UInt8] {
        if case .text(let bytes) = value { return bytes }
        return []
    }

    private static func integer(_ value: LiteralValue) -> Int {
        if case .int64(let number) = value { return Int(clamping: number) }
        return 0
    }

    /// The value of a call; nil for a function that is not here.
    static func value(
        _ function: ScalarFunction, _ values: [LiteralValue], _ types: [LogicalType], _ result: LogicalType
    ) throws(NaiveFailure) -> LiteralValue? {
        switch function {
        case .makeArray:
            guard case .array(let element) = result else { return nil }
            return array(of: values, element.kind)
        case .makeMap:
            return map(
                keys: values.indices.filter { $0 % 2 == 0 }.map { values[$0] },
                values: values.indices.filter { $0 % 2 == 1 }.map { values[$0] })
        case .makeRow, .presentRow:
            guard case .row(let fields) = result else { return nil }
            if function == .makeRow { return row(values, fields) }
            return values[0] == .boolean(true) ? row(Array(values.dropFirst()), fields) : .null
        case .rowField:
            guard case .row(let fields) = types[0] else { return nil }
            if values[0] == .null { return .null }
            return items(bytes(values[0]), at: 0, fields.map(\.type.kind))[integer(values[1])]
        case .split:
            if values.contains(.null) { return .null }
            return array(of: parts(values[0], values[1]), .text)
        case .mapFromArrays:
            guard let keys = array(values[0], .text), let others = array(values[1], .int64) else { return .null }
            guard keys.count == others.count else { throw NaiveFailure() }
            return map(keys: keys, values: others)
        default: break
        }
        switch types.first {
        case .map: return ofMaps(function, values)
        case .array(let element): return try ofArrays(function, values, element.kind)
        default: return nil
        }
    }

    private static func ofMaps(_ function: ScalarFunction, _ values: [LiteralValue]) -> LiteralValue? {
        guard [.cardinality, .mapKeys, .mapValues, .mapValue, .mapUnion].contains(function) else { return nil }
        guard let first = entries(values[0]) else { return .null }
        switch function {
        case .cardinality: return .int64(Int64(first.keys.count))
        case .mapKeys: return array(of: first.keys, .text)
        case .mapValues: return array(of: first.values, .int64)
        case .mapValue: return first.keys.firstIndex(of: values[1]).map { first.values[$0] } ?? .null
        default:
            guard let second = entries(values[1]) else { return .null }
            return map(keys: first.keys + second.keys, values: first.values + second.values)
        }
    }

    private static func ofArrays(
        _ function: ScalarFunction, _ values: [LiteralValue], _ kind: PhysicalKind
    ) throws(NaiveFailure) -> LiteralValue? {
        let isOfTwo = [.arrayConcat, .arrayUnion, .arrayIntersect, .arrayExcept].contains(function)
        guard let first = array(values[0], kind) else { return isChange(function) || isOfTwo ? .null : taken(function) }
        let other = values.count > 1 ? values[1] : .null
        let second = isOfTwo ? array(other, kind) : []
        guard let second else { return .null }
        switch function {
        case .arrayConcat: return array(of: first + second, kind)
        case .arrayUnion: return array(of: once(first + second), kind)
        case .arrayIntersect: return array(of: once(first.filter { second.contains($0) }), kind)
        case .arrayExcept: return array(of: once(first.filter { !second.contains($0) }), kind)
        case .arrayDistinct: return array(of: once(first), kind)
        case .arrayReverse: return array(of: first.reversed(), kind)
        case .arrayAppend: return array(of: first + [other], kind)
        case .arrayPrepend: return array(of: [other] + first, kind)
        case .arrayRemove: return array(of: first.filter { $0 != other }, kind)
        case .arraySort: return sorted(first, Array(values.dropFirst())).map { array(of: $0, kind) } ?? .null
        case .arraySlice: return slice(first, Array(values.dropFirst())).map { array(of: $0, kind) } ?? .null
        case .arrayElement:
            let place = integer(other)
            return other != .null && place >= 1 && place <= first.count ? first[place - 1] : .null
        case .arrayContains: return .boolean(first.contains(other))
        case .arrayPosition:
            return other == .null ? .null : .int64(Int64((first.firstIndex(of: other) ?? -1) + 1))
        case .cardinality: return .int64(Int64(first.count))
        case .arrayMaximum: return first.filter { $0 != .null }.max(by: isBefore) ?? .null
        case .arrayMinimum: return first.filter { $0 != .null }.min(by: isBefore) ?? .null
        case .arrayJoin: return joined(first, Array(values.dropFirst()))
        case .element:
            guard first.count < 2 else { throw NaiveFailure() }
            return first.first ?? .null
        default: return nil
        }
    }

    private static func isChange(_ function: ScalarFunction) -> Bool {
        [.arrayDistinct, .arrayReverse, .arrayAppend, .arrayPrepend, .arrayRemove, .arraySort, .arraySlice].contains(
            function)
    }

    /// What is taken out of NULL.
    private static func taken(_ function: ScalarFunction) -> LiteralValue? {
        let all: [ScalarFunction] = [
            .arrayElement, .arrayContains, .arrayPosition, .cardinality, .arrayMaximum, .arrayMinimum, .arrayJoin,
            .element,
        ]
        return all.contains(function) ? .null : nil
    }

    private static func once(_ items: [LiteralValue]) -> [LiteralValue] {
        items.enumerated().filter { index, item in !items[..<index].contains(item) }.map(\.element)
    }

    private static func sorted(_ items: [LiteralValue], _ flags: [LiteralValue]) -> [LiteralValue]? {
        if flags.contains(.null) { return nil }
        let isAscending = flags.first != .boolean(false)
        let nullsFirst = flags.count > 1 ? flags[1] == .boolean(true) : isAscending
        let values = items.filter { $0 != .null }.sorted { isAscending ? isBefore($0, $1) : isBefore($1, $0) }
        let nulls = items.filter { $0 == .null }
        return nullsFirst ? nulls + values : values + nulls
    }

    /// Places from 1, or from the end where negative; a last place of 0 is the first.
    private static func slice(_ items: [LiteralValue], _ bounds: [LiteralValue]) -> [LiteralValue]? {
        if bounds.contains(.null) { return nil }
        func place(_ bound: Int) -> Int { bound < 0 ? items.count + 1 + bound : bound }
        let first = place(integer(bounds[0]))
        var last = bounds.count > 1 ? place(integer(bounds[1])) : items.count
        if last == 0 { last = 1 }
        return items.indices.filter { $0 + 1 >= first && $0 + 1 <= last }.map { items[$0] }
    }

    private static func joined(_ items: [LiteralValue], _ rest: [LiteralValue]) -> LiteralValue {
        if rest.contains(.null) { return .null }
        let shown = items.compactMap { $0 == .null ? (rest.count > 1 ? bytes(rest[1]) : nil) : bytes($0) }
        return .text(Array(shown.joined(separator: bytes(rest[0]))))
    }

    private static func parts(_ text: LiteralValue, _ delimiter: LiteralValue) -> [LiteralValue] {
        let (whole, between) = (bytes(text), bytes(delimiter))
        if whole.isEmpty { return [] }
        if between.isEmpty {
            return String(decoding: whole, as: UTF8.self).unicodeScalars.map { .text(Array(String($0).utf8)) }
        }
        var result: [[UInt8]] = [[]]
        var rest = whole[...]
        while !rest.isEmpty {
            if rest.starts(with: between) {
                rest = rest.dropFirst(between.count)
                result.append([])
            } else {
                result[result.count - 1].append(rest.removeFirst())
            }
        }
        return result.map { .text($0) }
    }

    /// `[1, NULL]`; for arrays of numbers.
    static func shown(_ value: LiteralValue) -> LiteralValue {
        guard let items = array(value, .int64) else { return .null }
        let texts = items.map { item in if case .int64(let number) = item { "\(number)" } else { "NULL" } }
        return .text(Array("[\(texts.joined(separator: ", "))]".utf8))
    }
}
