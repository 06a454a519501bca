import Columnar
import StreamSQL

/// Functions over texts in the plainest way, written from what they mean and not from how the kernels do it.
enum NaiveTexts {
    private typealias Characters = [UnicodeScalar]

    private static func characters(_ value: LiteralValue) -> Characters {
        guard case .text(let bytes) = value else { return [] }
        return Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
    }

    private static func text(_ characters: some Sequence<UnicodeScalar>) -> LiteralValue {
        .text(characters.flatMap { Array(String(Character($0)).utf8) })
    }

    private static func number(_ value: LiteralValue) -> Int {
        if case .int64(let number) = value { return Int(number) }
        return 0
    }

    /// The value of a call without NULLs; nil for a function that is not here.
    static func value(_ function: ScalarFunction, _ values: [LiteralValue]) -> LiteralValue? {
        let first = characters(values[0])
        let second = values.count > 1 ? characters(values[1]) : []
        switch function {
        case .upper: return text(first.flatMap { $0.properties.uppercaseMapping.unicodeScalars })
        case .endsWith: return .boolean(first.count >= second.count && Array(first.suffix(second.count)) == second)
        case .right: return text(first.suffix(max(0, number(values[1]))))
        case .repeatText: return text((0..<max(0, number(values[1]))).flatMap { _ in first })
        case .replace: return text(replaced(first, second, characters(values[2])))
        case .leftPad, .rightPad: return padded(first, number(values[1]), characters(values[2]), function == .leftPad)
        case .trimBoth, .trimLeading, .trimTrailing: return text(trimmed(first, second, function))
        case .splitIndex: return part(first, second, number(values[2]))
        case .like: return .boolean(isLike(first[...], second[...]))
        case .translate: return text(translated(first, second, characters(values[2])))
        case .overlay: return overlaid(first, second, number(values[2]), number(values[3]))
        case .positionFrom: return .int64(Int64(place(of: first, in: second, from: number(values[2]))))
        case .hexOfText: return hexadecimal(values[0])
        case .isDigit: return .boolean(!first.isEmpty && first.allSatisfy { ("0"..."9").contains($0) })
        default:
            let known = NaiveEncodings.value(function, values) ?? NaivePatterns.value(function, values)
            if let known { return known }
            guard case .text(let bytes) = values[0] else { return nil }
            return NaiveDigests.value(function, bytes)
        }
    }

    private static func replaced(_ text: Characters, _ old: Characters, _ new: Characters) -> Characters {
        guard !old.isEmpty else { return new + text.flatMap { [$0] + new } }
        var result: Characters = []
        var rest = text[...]
        while !rest.isEmpty {
            if rest.starts(with: old) {
                result += new
                rest = rest.dropFirst(old.count)
            } else {
                result.append(rest.removeFirst())
            }
        }
        return result
    }

    private static func padded(_ text: Characters, _ length: Int, _ filler: Characters, _ isLeft: Bool) -> LiteralValue
    {
        guard length >= 0, !filler.isEmpty else { return .null }
        guard text.count < length else { return Self.text(text.prefix(length)) }
        var padding: Characters = []
        while padding.count < length - text.count { padding.append(filler[padding.count % filler.count]) }
        return Self.text(isLeft ? padding + text : text + padding)
    }

    private static func trimmed(_ text: Characters, _ set: Characters, _ function: ScalarFunction) -> Characters {
        var rest = text
        while function != .trimTrailing, let character = rest.first, set.contains(character) { rest.removeFirst() }
        while function != .trimLeading, let character = rest.last, set.contains(character) { rest.removeLast() }
        return rest
    }

    private static func part(_ text: Characters, _ separator: Characters, _ index: Int) -> LiteralValue {
        guard index >= 0, !text.isEmpty else { return .null }
        var parts: [Characters] = [[]]
        var rest = text[...]
        while let next = rest.first {
            // Without a separator the text is cut at blanks.
            if separator.isEmpty ? next == " " : rest.starts(with: separator) {
                parts.append([])
                rest = rest.dropFirst(max(1, separator.count))
            } else {
                parts[parts.count - 1].append(rest.removeFirst())
            }
        }
        return index < parts.count ? Self.text(parts[index]) : .null
    }

    private static func isLike(_ text: ArraySlice<UnicodeScalar>, _ pattern: ArraySlice<UnicodeScalar>) -> Bool {
        guard let sign = pattern.first else { return text.isEmpty }
        let rest = pattern.dropFirst()
        switch sign {
        case "%": return (text.startIndex...text.endIndex).contains { isLike(text[$0...], rest) }
        case "_": return !text.isEmpty && isLike(text.dropFirst(), rest)
        default: return text.first == sign && isLike(text.dropFirst(), rest)
        }
    }

    private static func translated(_ text: Characters, _ from: Characters, _ to: Characters) -> Characters {
        text.flatMap { character -> Characters in
            guard let index = from.firstIndex(of: character) else { return [character] }
            return index < to.count ? [to[index]] : []
        }
    }

    private static func overlaid(_ text: Characters, _ new: Characters, _ start: Int, _ length: Int) -> LiteralValue {
        guard start >= 1, start <= text.count else { return Self.text(text) }
        let before = text.prefix(start - 1)
        // The dialect forgets what stands behind when nothing is taken out.
        let behind = length > 0 ? text.dropFirst(start - 1 + min(length, text.count)) : []
        return Self.text(before + new + behind)
    }

    private static func place(of needle: Characters, in text: Characters, from: Int) -> Int {
        if needle.isEmpty { return 1 }
        var place = max(1, from)
        while place + needle.count - 1 <= text.count {
            if Array(text[(place - 1)...].prefix(needle.count)) == needle { return place }
            place += 1
        }
        return 0
    }

    private static func hexadecimal(_ value: LiteralValue) -> LiteralValue {
        guard case .text(let bytes) = value else { return .null }
        let digits = bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true) }
        return .text(Array(digits.joined().utf8))
    }
}

extension RandomExpressions {
    /// A call of one of the functions above that gives a text.
    mutating func textCall(_ depth: Int) -> PlanExpression {
        let string = DataType(.string)
        func call(_ function: ScalarFunction, _ arguments: [PlanExpression]) -> PlanExpression {
            .call(function, arguments, string)
        }
        let text = expression(.string, depth: depth - 1)
        let other = expression(.string, depth: depth - 1)
        let small = PlanExpression.literal(.int64(Int64(number(9)) - 2), DataType(.integer))
        switch number(9) {
        case 0: return call(.right, [text, small])
        case 1: return call(.replace, [text, other, expression(.string, depth: depth - 1)])
        case 2: return call(number(2) == 0 ? .leftPad : .rightPad, [text, small, other])
        case 3:
            let sides: [ScalarFunction] = [.trimBoth, .trimLeading, .trimTrailing]
            return call(sides[number(3)], [text, other])
        case 4: return call(.splitIndex, [text, other, small])
        case 5: return call(.translate, [text, other, expression(.string, depth: depth - 1)])
        case 6:
            let length = PlanExpression.literal(.int64(Int64(number(6)) - 1), DataType(.integer))
            return call(.overlay, [text, other, small, length])
        case 7: return call(.repeatText, [text, .literal(.int64(Int64(number(4)) - 1), DataType(.integer))])
        default: return call(.hexOfText, [text])
        }
    }

    /// A call of one of the functions above that gives a truth value.
    mutating func textTest(_ depth: Int) -> PlanExpression {
        let text = expression(.string, depth: depth - 1)
        switch number(4) {
        case 0: return .call(.endsWith, [text, expression(.string, depth: depth - 1)], DataType(.boolean))
        case 1: return .call(.isDigit, [text], DataType(.boolean, isNullable: false))
        case 2: return .call(.like, [text, expression(.string, depth: depth - 1)], DataType(.boolean))
        default:
            let patterns = ["%", "a%", "%2%", "_", "%b", "a%b%", "__%", "", "数%"]
            let pattern = PlanExpression.literal(
                .text(Array(patterns[number(patterns.count)].utf8)), DataType(.string, isNullable: false))
            return .call(.like, [text, pattern], DataType(.boolean))
        }
    }
}
