package import Diagnostics

/// A pattern over names, such as `shop_[0-9]+|orders`: matched in full, in time linear in the name.
///
/// Characters, `.`, classes `[a-z]` and `[^…]`, `\d` `\w` `\s` and their opposites, groups, `|`, and `*` `+` `?` behind
/// each; what else regular expressions have is refused.
package struct NamePattern: Sendable {
    private enum Step: Sendable {
        case one(Set)
        case split(Int, Int)
        case match
    }

    /// A set of characters.
    private struct Set: Sendable {
        var ranges: [ClosedRange<UInt32>]
        var isNegated = false

        func contains(_ scalar: UInt32) -> Bool { ranges.contains { $0.contains(scalar) } != isNegated }
    }

    private var steps: [Step] = []

    /// Characters of a pattern, and groups inside groups, at most.
    private static let maximumLength = 1_000
    private static let maximumDepth = 50

    package init(_ text: String) throws(MillraceError) {
        var scalars = text.unicodeScalars.map(\.value)
        // Names are matched in full, so marks of begin and end say nothing new.
        if scalars.first == 0x5E { scalars.removeFirst() }
        if scalars.last == 0x24, scalars.dropLast().last != 0x5C { scalars.removeLast() }
        guard scalars.count <= Self.maximumLength else { throw Self.refused(text, "it is too long") }
        var parser = Parser(scalars: scalars, text: text)
        steps = try parser.alternatives(depth: 0)
        guard parser.at == scalars.count else { throw Self.refused(text, "a bracket closes nothing") }
        steps.append(.match)
    }

    fileprivate static func refused(_ text: String, _ why: String) -> MillraceError {
        MillraceError(
            .user, code: "bad_option", "the pattern '\(text)' cannot be used: \(why)",
            hint: "characters, . [a-z] \\d \\w ( ) | * + ? are understood")
    }

    /// True when the whole name is one that the pattern describes.
    package func matches(_ name: String) -> Bool {
        var current = closure([0])
        for scalar in name.unicodeScalars {
            var next: [Int] = []
            for state in current {
                if case .one(let set) = steps[state], set.contains(scalar.value) { next.append(state + 1) }
            }
            if next.isEmpty { return false }
            current = closure(next)
        }
        return current.contains { if case .match = steps[$0] { true } else { false } }
    }

    /// The states reached without taking a character.
    private func closure(_ start: [Int]) -> [Int] {
        var seen = [Bool](repeating: false, count: steps.count)
        var open = start
        var result: [Int] = []
        while let state = open.popLast() {
            guard !seen[state] else { continue }
            seen[state] = true
            if case .split(let first, let second) = steps[state] {
                open.append(state + first)
                open.append(state + second)
            } else {
                result.append(state)
            }
        }
        return result
    }

    /// Reads a pattern into steps whose jumps are relative.
    private struct Parser {
        let scalars: [UInt32]
        let text: String
        var at = 0

        private var next: UnicodeScalar? { at < scalars.count ? UnicodeScalar(scalars[at]) : nil }

        mutating func alternatives(depth: Int) throws(MillraceError) -> [Step] {
            var result = try sequence(depth: depth)
            while next == "|" {
                at += 1
                let other = try sequence(depth: depth)
                // Either the first and then over the second, or the second.
                result =
                    [.split(1, result.count + 2)] + result + [.split(other.count + 1, other.count + 1)] + other
            }
            return result
        }

        private mutating func sequence(depth: Int) throws(MillraceError) -> [Step] {
            var result: [Step] = []
            while let scalar = next, scalar != "|", scalar != ")" {
                var part = try atom(scalar, depth: depth)
                while let mark = next, "*+?".unicodeScalars.contains(mark) {
                    at += 1
                    switch mark {
                    case "*": part = [.split(1, part.count + 2)] + part + [.split(-part.count - 1, -part.count - 1)]
                    case "+": part += [.split(-part.count, 1)]
                    default: part = [.split(1, part.count + 1)] + part
                    }
                }
                guard result.count + part.count <= 4 * NamePattern.maximumLength else {
                    throw NamePattern.refused(text, "it is too long")
                }
                result += part
            }
            return result
        }

        private mutating func atom(_ scalar: UnicodeScalar, depth: Int) throws(MillraceError) -> [Step] {
            at += 1
            switch scalar {
            case "(":
                guard depth < NamePattern.maximumDepth else { throw NamePattern.refused(text, "it nests too deep") }
                if next == "?" {
                    guard at + 1 < scalars.count, scalars[at + 1] == 0x3A else {
                        throw NamePattern.refused(text, "groups with ? are not understood")
                    }
                    at += 2
                }
                let inner = try alternatives(depth: depth + 1)
                guard next == ")" else { throw NamePattern.refused(text, "a bracket is not closed") }
                at += 1
                return inner
            case "[": return [.one(try characterClass())]
            case ".": return [.one(Set(ranges: [], isNegated: true))]
            case "\\": return [.one(try escape())]
            case "*", "+", "?", "{", "^", "$": throw NamePattern.refused(text, "'\(scalar)' stands where it cannot")
            default: return [.one(Set(ranges: [scalar.value...scalar.value]))]
            }
        }

        private mutating func escape() throws(MillraceError) -> Set {
            guard let scalar = next else { throw NamePattern.refused(text, "it ends in a backslash") }
            at += 1
            let digits: [ClosedRange<UInt32>] = [0x30...0x39]
            let word = digits + [0x41...0x5A, 0x61...0x7A, 0x5F...0x5F]
            let blanks: [ClosedRange<UInt32>] = [0x09...0x0D, 0x20...0x20]
            switch scalar {
            case "d": return Set(ranges: digits)
            case "D": return Set(ranges: digits, isNegated: true)
            case "w": return Set(ranges: word)
            case "W": return Set(ranges: word, isNegated: true)
            case "s": return Set(ranges: blanks)
            case "S": return Set(ranges: blanks, isNegated: true)
            case "a"..."z", "A"..."Z", "0"..."9": throw NamePattern.refused(text, "'\\\(scalar)' is not understood")
            default: return Set(ranges: [scalar.value...scalar.value])
            }
        }

        private mutating func characterClass() throws(MillraceError) -> Set {
            var set = Set(ranges: [])
            if next == "^" {
                set.isNegated = true
                at += 1
            }
            var isFirst = true
            while let scalar = next, scalar != "]" || isFirst {
                isFirst = false
                at += 1
                if scalar == "\\" {
                    let inner = try escape()
                    guard !inner.isNegated else { throw NamePattern.refused(text, "a class in a class") }
                    set.ranges += inner.ranges
                } else if next == "-", at + 1 < scalars.count, scalars[at + 1] != 0x5D {
                    let last = scalars[at + 1]
                    guard scalar.value <= last else { throw NamePattern.refused(text, "a range runs backwards") }
                    set.ranges.append(scalar.value...last)
                    at += 2
                } else {
                    set.ranges.append(scalar.value...scalar.value)
                }
            }
            guard next == "]" else { throw NamePattern.refused(text, "a class is not closed") }
            at += 1
            return set
        }
    }
}
