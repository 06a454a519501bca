import Columnar
import StreamSQL

/// The functions over regular expressions. A pattern that can't be compiled makes the result FALSE for REGEXP and
/// NULL for the others.
enum RegexKernels {
    /// Where the pattern of a row comes from.
    enum Pattern: Sendable {
        /// Compiled with the program; nil when it can't be.
        case constant(Regex?)
        /// The operand at this index.
        case column(Int)

        /// Something that gives the expression of each row.
        fileprivate func lookup(_ call: KernelCall, _ make: @escaping ([UInt8]) -> Regex?) -> (Int) -> Regex? {
            switch self {
            case .constant(let regex): return { _ in regex }
            case .column(let index):
                let memory = call.remembered { CompiledTexts<Compiled<Regex>>() }
                let texts = TextOperand(call[index])
                return { row in memory.value(texts[row]) { Compiled(value: make($0)) }.value }
            }
        }
    }

    private static func bit(_ isTrue: Bool, _ row: Int, _ result: Column) {
        result.bits[row >> 6] |= UInt64(unsafeBitCast(isTrue, to: UInt8.self)) << UInt64(row & 63)
    }

    /// REGEXP(text, pattern): an empty pattern is never found.
    static func found(_ pattern: Pattern) -> Kernel {
        { call in
            let result = call.makeResult()
            let texts = TextOperand(call[0])
            let regexes = pattern.lookup(call) { $0.isEmpty ? nil : Regex(java: $0) }
            forEachValid(call, into: result) { row in
                bit(regexes(row)?.isFound(in: texts[row]) ?? false, row, result)
                return true
            }
            return result
        }
    }

    /// SIMILAR TO with a constant pattern.
    static func similar(_ regex: Regex) -> Kernel {
        { call in
            let result = call.makeResult()
            let texts = TextOperand(call[0])
            forEachValid(call, into: result) { row in
                bit(regex.matches(texts[row]), row, result)
                return true
            }
            return result
        }
    }

    /// SIMILAR TO with a pattern of each row; one that is not well formed matches nothing.
    static func similar(escape: [UInt8]) -> Kernel {
        { call in
            let result = call.makeResult()
            let texts = TextOperand(call[0])
            let regexes = Pattern.column(1).lookup(call) { pattern in
                SimilarPattern.translate(pattern, escape: escape).flatMap { Regex($0) }
            }
            forEachValid(call, into: result) { row in
                bit(regexes(row)?.matches(texts[row]) ?? false, row, result)
                return true
            }
            return result
        }
    }

    /// REGEXP_EXTRACT(text, pattern, group).
    static func extract(_ pattern: Pattern) -> Kernel {
        { call in
            let texts = TextOperand(call[0])
            let groups = NumberOperand(call[2])
            let regexes = pattern.lookup(call) { Regex(java: $0) }
            return makeTexts(call) { row, _ in
                let group = Int(clamping: groups[row])
                guard let regex = regexes(row), group >= 0, group <= regex.groupCount,
                    let place = regex.find(in: texts[row], from: 0, group: group)?.group
                else { return nil }
                return texts[row].part(place.lowerBound, place.count).view
            }
        }
    }

    /// REGEXP_SUBSTR(text, pattern).
    static func part(_ pattern: Pattern) -> Kernel {
        { call in
            let texts = TextOperand(call[0])
            let regexes = pattern.lookup(call) { Regex(java: $0) }
            return makeTexts(call) { row, _ in
                guard let match = regexes(row)?.find(in: texts[row], from: 0)?.match else { return nil }
                return texts[row].part(match.lowerBound, match.count).view
            }
        }
    }

    /// REGEXP_EXTRACT_ALL(text, pattern, group): the group of every match, NULL where it took no part.
    static func parts(_ pattern: Pattern) -> Kernel {
        { call in
            let texts = TextOperand(call[0])
            let groups = NumberOperand(call[2])
            let regexes = pattern.lookup(call) { Regex(java: $0) }
            return makeNested(call) { row, bytes in
                for argument in call.arguments where !argument.column.isValid(row & argument.rowMask) { return false }
                let group = Int(clamping: groups[row])
                guard let regex = regexes(row), group >= 0, group <= regex.groupCount else { return false }
                let text = texts[row]
                var items: [NestedItem] = []
                regex.forEachMatch(in: text, group: group) { _, place in
                    items.append(place.map { NestedItem(text.start + $0.lowerBound, count: $0.count) } ?? .null)
                    return true
                }
                NestedWriter.appendArray(items, .text, to: &bytes)
                return true
            }
        }
    }

    /// REGEXP_COUNT(text, pattern).
    static func count(_ pattern: Pattern) -> Kernel {
        { call in
            let result = call.makeResult()
            let texts = TextOperand(call[0])
            let regexes = pattern.lookup(call) { Regex(java: $0) }
            forEachValid(call, into: result) { row in
                guard let regex = regexes(row) else { return false }
                var count: Int64 = 0
                regex.forEachMatch(in: texts[row]) { _, _ in
                    count &+= 1
                    return true
                }
                result.int64[row] = count
                return true
            }
            return result
        }
    }

    /// REGEXP_INSTR(text, pattern): the place in units of UTF-16, as in Java, from 1; 0 when there is none.
    static func place(_ pattern: Pattern) -> Kernel {
        { call in
            let result = call.makeResult()
            let texts = TextOperand(call[0])
            let regexes = pattern.lookup(call) { Regex(java: $0) }
            forEachValid(call, into: result) { row in
                guard let regex = regexes(row) else { return false }
                let text = texts[row]
                guard let match = regex.find(in: text, from: 0)?.match else {
                    result.int64[row] = 0
                    return true
                }
                let before = text.part(0, match.lowerBound)
                var pairs = 0
                for index in 0..<before.count where before[index] >= 0xF0 { pairs &+= 1 }
                result.int64[row] = Int64(before.characterCount &+ pairs &+ 1)
                return true
            }
            return result
        }
    }

    /// REGEXP_REPLACE(text, pattern, replacement): every match, the replacement as it stands.
    static func replace(_ pattern: Pattern) -> Kernel {
        { call in
            let texts = TextOperand(call[0])
            let replacements = TextOperand(call[2])
            let regexes = pattern.lookup(call) { Regex(java: $0) }
            var bytes: [UInt8] = []
            return makeTexts(call) { row, heap in
                guard let regex = regexes(row) else { return nil }
                let text = texts[row]
                let replacement = replacements[row]
                bytes.removeAll(keepingCapacity: true)
                var end = 0
                var isFound = false
                regex.forEachMatch(in: text) { match, _ in
                    isFound = true
                    bytes.append(text.part(end, match.lowerBound &- end))
                    bytes.append(replacement)
                    end = match.upperBound
                    return bytes.count <= longestMadeText
                }
                if !isFound { return text.view }
                guard bytes.count <= longestMadeText else { return nil }
                bytes.append(text.part(end, text.count &- end))
                return heap.add(bytes)
            }
        }
    }
}
