import Columnar
import StreamSQL

/// Functions over arrays.
struct ArrayKernels {
    /// The kind of the elements.
    let kind: PhysicalKind

    /// A function that makes an array of arrays; NULL when one of its first `arrays` arguments is NULL.
    private func make(
        arrays: Int, _ body: @escaping @Sendable (_ lists: [[NestedItem]], _ rest: [NestedItem]) -> [NestedItem]?
    ) -> Kernel {
        { [kind] call in
            let operands = call.arguments.map { ItemOperand($0) }
            return makeNested(call) { row, bytes in
                var lists: [[NestedItem]] = []
                for operand in operands.prefix(arrays) {
                    let item = operand[row]
                    guard !item.isNull else { return false }
                    lists.append(NestedReader(item).array(kind).items)
                }
                guard let result = body(lists, operands.dropFirst(arrays).map { $0[row] }) else { return false }
                NestedWriter.appendArray(result, kind, to: &bytes)
                return true
            }
        }
    }

    /// A function of one array and others that gives an item or a number.
    private func take(
        _ body: @escaping @Sendable (_ array: NestedArray, _ rest: [NestedItem]) -> NestedItem
    ) -> Kernel {
        { [kind] call in
            let operands = call.arguments.map { ItemOperand($0) }
            return takeItems(call) { row in
                let item = operands[0][row]
                guard !item.isNull else { return .null }
                return body(NestedReader(item).array(kind), operands.dropFirst().map { $0[row] })
            }
        }
    }

    func kernel(_ function: ScalarFunction, arguments: Int) -> Kernel? {
        switch function {
        case .cardinality: take { array, _ in NestedItem(Int64(array.count)) }
        case .element: element
        case .arrayAppend: make(arrays: 1) { $0[0] + [$1[0]] }
        case .arrayPrepend: make(arrays: 1) { [$1[0]] + $0[0] }
        case .arrayConcat: make(arrays: arguments) { lists, _ in lists.flatMap { $0 } }
        case .arrayContains:
            take { [kind] array, rest in
                NestedItem((0..<array.count).contains { NestedItem.equal(array[$0], rest[0], kind) })
            }
        case .arrayPosition:
            take { [kind] array, rest in
                if rest[0].isNull { return .null }
                let found = (0..<array.count).first { NestedItem.equal(array[$0], rest[0], kind) }
                return NestedItem(found.map { Int64($0) + 1 } ?? 0)
            }
        case .arrayRemove:
            make(arrays: 1) { [kind] lists, rest in lists[0].filter { !NestedItem.equal($0, rest[0], kind) } }
        case .arrayReverse: make(arrays: 1) { lists, _ in lists[0].reversed() }
        case .arrayMaximum: take { [kind] array, _ in Self.extreme(array, kind) { $0 > 0 } }
        case .arrayMinimum: take { [kind] array, _ in Self.extreme(array, kind) { $0 < 0 } }
        case .arraySlice: make(arrays: 1) { lists, rest in Self.slice(lists[0], rest) }
        case .arraySort: make(arrays: 1) { [kind] lists, rest in Self.sorted(lists[0], rest, kind) }
        case .arrayDistinct: make(arrays: 1) { [kind] lists, _ in Self.distinct(lists[0], kind) { _ in true } }
        case .arrayUnion:
            make(arrays: 2) { [kind] lists, _ in Self.distinct(lists[0] + lists[1], kind) { _ in true } }
        case .arrayIntersect:
            make(arrays: 2) { [kind] lists, _ in
                let others = Set(lists[1].map { ItemKey(item: $0, kind: kind) })
                return Self.distinct(lists[0], kind) { others.contains($0) }
            }
        case .arrayExcept:
            make(arrays: 2) { [kind] lists, _ in
                let others = Set(lists[1].map { ItemKey(item: $0, kind: kind) })
                return Self.distinct(lists[0], kind) { !others.contains($0) }
            }
        default: nil
        }
    }

    /// Each wanted item the first time it comes.
    private static func distinct(
        _ items: [NestedItem], _ kind: PhysicalKind, _ isWanted: (ItemKey) -> Bool
    ) -> [NestedItem] {
        var seen: Set<ItemKey> = []
        return items.filter { item in
            let key = ItemKey(item: item, kind: kind)
            return isWanted(key) && seen.insert(key).inserted
        }
    }

    /// The item that all others compare to so; NULLs do not count.
    private static func extreme(_ array: NestedArray, _ kind: PhysicalKind, _ isBetter: (Int) -> Bool) -> NestedItem {
        var best = NestedItem.null
        for index in 0..<array.count where !array[index].isNull {
            if best.isNull || isBetter(NestedItem.compare(array[index], best, kind)) { best = array[index] }
        }
        return best
    }

    /// From a place to another, counted from 1, or from the end where negative.
    private static func slice(_ items: [NestedItem], _ bounds: [NestedItem]) -> [NestedItem]? {
        guard bounds.allSatisfy({ !$0.isNull }) else { return nil }
        let count = Int64(items.count)
        let first = bounds[0].int64
        let last = bounds.count > 1 ? bounds[1].int64 : count
        let start = max(1, first < 0 ? first &+ count &+ 1 : first)
        let wanted = last < 0 ? last &+ count &+ 1 : last
        let end = min(wanted == 0 ? 1 : wanted, count)
        guard start <= end, start <= count else { return [] }
        return Array(items[Int(start - 1)..<Int(end)])
    }

    /// Ascending unless told otherwise; NULLs first where ascending, last where not, unless told otherwise.
    private static func sorted(_ items: [NestedItem], _ rest: [NestedItem], _ kind: PhysicalKind) -> [NestedItem]? {
        guard rest.allSatisfy({ !$0.isNull }) else { return nil }
        let isAscending = rest.first?.bool ?? true
        let nullsFirst = rest.count > 1 ? rest[1].bool : isAscending
        let nulls = items.filter(\.isNull)
        let values = items.filter { !$0.isNull }.sorted { first, second in
            let order = NestedItem.compare(first, second, kind)
            return isAscending ? order < 0 : order > 0
        }
        return nullsFirst ? nulls + values : values + nulls
    }

    /// ELEMENT: the only element; more than one is an error.
    private var element: Kernel {
        { [kind] call throws(EvaluationError) in
            let arrays = ItemOperand(call[0])
            var bad = -1
            let result = takeItems(call) { row in
                let item = arrays[row]
                guard !item.isNull else { return .null }
                let array = NestedReader(item).array(kind)
                if array.count > 1, bad < 0 { bad = row }
                return array[0]
            }
            if bad >= 0 {
                let isOfSubquery = call.arguments.count > 1
                throw EvaluationError(
                    row: bad,
                    isOfSubquery
                        ? "a subquery as a value gave more than one row"
                        : "ELEMENT takes an array of one element at most",
                    hint: isOfSubquery
                        ? "an aggregate such as MAX, or LIMIT 1, makes it one"
                        : "a WHERE or CASE can keep such rows away")
            }
            return result
        }
    }

    /// ARRAY_JOIN: (texts, delimiter[, what stands for NULL]).
    static let join: Kernel = { call in
        let operands = call.arguments.map { ItemOperand($0) }
        return makeNested(call) { row, bytes in
            let items = operands.map { $0[row] }
            guard items.allSatisfy({ !$0.isNull }) else { return false }
            let array = NestedReader(items[0]).array(.text)
            var isFirst = true
            for index in 0..<array.count {
                let element = array[index]
                if element.isNull, items.count < 3 { continue }
                if !isFirst { bytes.append(contentsOf: items[1].bytes) }
                isFirst = false
                bytes.append(contentsOf: (element.isNull ? items[2] : element).bytes)
                if bytes.count > longestMadeText { return false }
            }
            return true
        }
    }

    /// SPLIT: (text, delimiter); without a delimiter into characters.
    static let split: Kernel = { call in
        let texts = ItemOperand(call[0])
        let delimiters = ItemOperand(call[1])
        return makeNested(call) { row, bytes in
            let text = texts[row]
            let delimiter = delimiters[row]
            guard !text.isNull, !delimiter.isNull else { return false }
            NestedWriter.appendArray(parts(of: text, at: delimiter), .text, to: &bytes)
            return true
        }
    }

    private static func parts(of item: NestedItem, at delimiter: NestedItem) -> [NestedItem] {
        guard let start = item.bytes.baseAddress, !item.bytes.isEmpty else { return [] }
        let text = TextBytes(start: start, count: item.bytes.count)
        var parts: [NestedItem] = []
        func add(_ from: Int, _ to: Int) { parts.append(NestedItem(start + from, count: to - from)) }
        guard let needle = delimiter.bytes.baseAddress, !delimiter.bytes.isEmpty else {
            var from = 0
            while from < text.count {
                let next = text.offset(ofCharacter: 1, from: from)
                add(from, next)
                from = next
            }
            return parts
        }
        let wanted = TextBytes(start: needle, count: delimiter.bytes.count)
        var from = 0
        while true {
            let found = text.offset(of: wanted, from: from)
            guard found >= 0 else { break }
            add(from, found)
            from = found + wanted.count
        }
        add(from, text.count)
        return parts
    }
}
