import StreamSQL

/// Tests values of a document against the condition of a filter, by the rules of the dialect's library for paths.
struct JSONFilterSearch {
    let search: JSONPathSearch
    let root: Range<Int>

    /// A side of a comparison with its value.
    private enum Value {
        /// A path that leads nowhere.
        case missing
        case text([UInt8])
        case number([UInt8])
        case boolean(Bool)
        case null
        /// An object or array: equal when written alike.
        case container([UInt8])
    }

    func accepts(_ filter: JSONFilter, _ place: Range<Int>) -> Bool {
        switch filter {
        case .exists(let fromRoot, let steps): target(fromRoot, steps, place) != nil
        case .compare(let comparison, let left, let right):
            Self.compare(comparison, value(left, place), value(right, place))
        case .isIn(let operand, let list):
            list.contains { Self.areEqual(value(operand, place), value($0, place)) }
        case .not(let inner): !accepts(inner, place)
        case .all(let conditions): conditions.allSatisfy { accepts($0, place) }
        case .any(let conditions): conditions.contains { accepts($0, place) }
        }
    }

    private func target(_ fromRoot: Bool, _ steps: [JSONPath.Step], _ place: Range<Int>) -> Range<Int>? {
        var target = fromRoot ? root : place
        for step in steps {
            guard let next = search.only(step, at: target) else { return nil }
            target = next
        }
        return target
    }

    private func value(_ operand: JSONFilter.Operand, _ place: Range<Int>) -> Value {
        switch operand {
        case .text(let bytes): return .text(bytes)
        case .number(let digits): return .number(digits)
        case .boolean(let value): return .boolean(value)
        case .null: return .null
        case .path(let fromRoot, let steps):
            guard let target = target(fromRoot, steps, place) else { return .missing }
            let text = search.text
            let start = target.lowerBound
            if text.isText(start) { return .text(text.text(target)) }
            let bytes = target.map { text.bytes[$0] }
            if text.isContainer(start) { return .container(bytes) }
            switch text.bytes[start] {
            case 0x6E: return .null
            case 0x74: return .boolean(true)
            case 0x66: return .boolean(false)
            default: return .number(bytes)
            }
        }
    }

    private static func compare(_ comparison: JSONFilter.Comparison, _ left: Value, _ right: Value) -> Bool {
        switch comparison {
        case .equal: return areEqual(left, right)
        case .notEqual: return !areEqual(left, right)
        case .less: return order(left, right).map { $0 < 0 } ?? false
        case .lessOrEqual: return order(left, right).map { $0 <= 0 } ?? false
        case .greater: return order(left, right).map { $0 > 0 } ?? false
        case .greaterOrEqual: return order(left, right).map { $0 >= 0 } ?? false
        }
    }

    private static func areEqual(_ left: Value, _ right: Value) -> Bool {
        switch (left, right) {
        case (.number(let a), .number(let b)): return numberOrder(a, b) == 0
        case (.text(let a), .text(let b)), (.container(let a), .container(let b)): return a == b
        // A number and a text are equal when the text is that number.
        case (.number(let a), .text(let b)), (.text(let b), .number(let a)): return numberOrder(a, b) == 0
        case (.boolean(let a), .boolean(let b)): return a == b
        case (.null, .null): return true
        default: return false
        }
    }

    /// Only numbers with numbers and texts with texts have an order.
    private static func order(_ left: Value, _ right: Value) -> Int? {
        switch (left, right) {
        case (.number(let a), .number(let b)): return numberOrder(a, b)
        case (.text(let a), .text(let b)): return a == b ? 0 : a.lexicographicallyPrecedes(b) ? -1 : 1
        default: return nil
        }
    }

    /// Whole numbers are compared exactly, others as doubles; nil when a side is no number.
    private static func numberOrder(_ left: [UInt8], _ right: [UInt8]) -> Int? {
        let (first, second) = (String(decoding: left, as: UTF8.self), String(decoding: right, as: UTF8.self))
        if let a = Int64(first), let b = Int64(second) { return a == b ? 0 : a < b ? -1 : 1 }
        guard let a = Double(first), let b = Double(second), !a.isNaN, !b.isNaN else { return nil }
        return a == b ? 0 : a < b ? -1 : 1
    }
}
