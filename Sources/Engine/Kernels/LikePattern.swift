import Columnar

/// A LIKE pattern, compiled. Matching takes time proportional to text times pattern at worst.
struct LikePattern: Sendable {
    private enum Shape: Sendable {
        case everything
        case exact, prefix, suffix, contains
        /// Starts with the first and ends with the second part.
        case ends
        case general
    }

    /// A step of the general form.
    private enum Step: Sendable {
        case byte(UInt8)
        case anyCharacter
        case anyText
    }

    private let shape: Shape
    /// The parts of simple shapes.
    private let first: [UInt8]
    private let second: [UInt8]
    private let steps: [Step]

    /// Compiles a pattern; the escape character makes the one behind it plain.
    init(_ pattern: [UInt8], escape: [UInt8] = [0x5C]) {
        var steps: [Step] = []
        var index = 0
        while index < pattern.count {
            let isEscape = !escape.isEmpty && pattern[index...].starts(with: escape)
            if isEscape, index + escape.count < pattern.count, Self.canEscape(pattern, index + escape.count, escape) {
                index += escape.count
                steps.append(.byte(pattern[index]))
            } else if pattern[index] == 0x25 {
                if case .anyText? = steps.last {} else { steps.append(.anyText) }
            } else if pattern[index] == 0x5F {
                steps.append(.anyCharacter)
            } else {
                steps.append(.byte(pattern[index]))
            }
            index += 1
        }
        self.steps = steps
        (shape, first, second) = Self.simplify(steps)
    }

    private static func canEscape(_ pattern: [UInt8], _ index: Int, _ escape: [UInt8]) -> Bool {
        pattern[index] == 0x25 || pattern[index] == 0x5F || pattern[index...].starts(with: escape)
    }

    private static func simplify(_ steps: [Step]) -> (Shape, [UInt8], [UInt8]) {
        var parts: [[UInt8]] = [[]]
        for step in steps {
            switch step {
            case .byte(let byte): parts[parts.count - 1].append(byte)
            case .anyText: parts.append([])
            case .anyCharacter: return (.general, [], [])
            }
        }
        switch parts.count {
        case 1: return (.exact, parts[0], [])
        case 2:
            if parts[0].isEmpty && parts[1].isEmpty { return (.everything, [], []) }
            if parts[1].isEmpty { return (.prefix, parts[0], []) }
            return parts[0].isEmpty ? (.suffix, parts[1], []) : (.ends, parts[0], parts[1])
        case 3 where parts[0].isEmpty && parts[2].isEmpty: return (.contains, parts[1], [])
        default: return (.general, [], [])
        }
    }

    /// Set for patterns of any text and a short end.
    var shortEnd: ShortEnd? {
        if case .suffix = shape { return ShortEnd(first) }
        return nil
    }

    func matches(_ text: TextBytes) -> Bool {
        if case .general = shape { return matchesGeneral(text) }
        return first.withUnsafeBufferPointer { first in
            second.withUnsafeBufferPointer { second in
                let head = TextBytes(start: first.baseAddress ?? text.start, count: first.count)
                let tail = TextBytes(start: second.baseAddress ?? text.start, count: second.count)
                switch shape {
                case .everything, .general: return true
                case .exact: return text.count == head.count && text.starts(at: 0, with: head)
                case .prefix: return text.starts(at: 0, with: head)
                case .suffix: return text.starts(at: text.count &- head.count, with: head)
                case .contains: return text.offset(of: head) >= 0
                case .ends:
                    return text.count >= head.count &+ tail.count && text.starts(at: 0, with: head)
                        && text.starts(at: text.count &- tail.count, with: tail)
                }
            }
        }
    }

    /// Two pointers: at a mismatch the last `%` takes one byte more.
    private func matchesGeneral(_ text: TextBytes) -> Bool {
        steps.withUnsafeBufferPointer { steps in
            var index = 0
            var step = 0
            var retryStep = -1
            var retryIndex = 0
            while true {
                if step < steps.count {
                    switch steps[step] {
                    case .anyText:
                        step &+= 1
                        retryStep = step
                        retryIndex = index
                        continue
                    case .byte(let byte):
                        if index < text.count && text[index] == byte {
                            index &+= 1
                            step &+= 1
                            continue
                        }
                    case .anyCharacter:
                        if index < text.count && text[index] & 0xC0 != 0x80 {
                            index = text.offset(ofCharacter: 1, from: index)
                            step &+= 1
                            continue
                        }
                    }
                } else if index == text.count {
                    return true
                }
                guard retryStep >= 0, retryIndex < text.count else { return false }
                retryIndex &+= 1
                index = retryIndex
                step = retryStep
            }
        }
    }
}

enum LikeKernels {
    /// LIKE with a pattern of each row.
    static func kernel(escape: [UInt8]) -> Kernel {
        { call in
            let result = call.makeResult()
            let texts = TextOperand(call[0])
            let patterns = TextOperand(call[1])
            let memory = call.remembered { CompiledTexts<LikePattern>() }
            let bits = result.bits
            forEachValid(call, into: result) { row in
                let pattern = memory.value(patterns[row]) { LikePattern($0, escape: escape) }
                bits[row >> 6] |= UInt64(unsafeBitCast(pattern.matches(texts[row]), to: UInt8.self)) << UInt64(row & 63)
                return true
            }
            return result
        }
    }

    /// LIKE with pattern and escape character of each row; NULL where the escape is not one character.
    static let escapedKernel: Kernel = { call in
        let result = call.makeResult()
        let texts = TextOperand(call[0])
        let patterns = TextOperand(call[1])
        let escapes = TextOperand(call[2])
        let bits = result.bits
        var escape: [UInt8] = []
        var memory = CompiledTexts<LikePattern>()
        forEachValid(call, into: result) { row in
            let written = escapes[row]
            guard written.characterCount == 1 else { return false }
            let bytes = Array(UnsafeBufferPointer(start: written.start, count: written.count))
            if bytes != escape { (escape, memory) = (bytes, CompiledTexts()) }
            let pattern = memory.value(patterns[row]) { LikePattern($0, escape: escape) }
            bits[row >> 6] |= UInt64(unsafeBitCast(pattern.matches(texts[row]), to: UInt8.self)) << UInt64(row & 63)
            return true
        }
        return result
    }

    /// LIKE with a constant pattern.
    static func kernel(_ pattern: LikePattern) -> Kernel {
        if let end = pattern.shortEnd { return kernel(end) }
        return { call in
            let result = call.makeResult()
            let texts = TextOperand(call[0])
            let bits = result.bits
            forEachValid(call, into: result) { row in
                bits[row >> 6] |= UInt64(unsafeBitCast(pattern.matches(texts[row]), to: UInt8.self)) << UInt64(row & 63)
                return true
            }
            return result
        }
    }

    /// LIKE '%end'.
    private static func kernel(_ end: ShortEnd) -> Kernel {
        { call in
            let result = call.makeResult()
            let texts = TextOperand(call[0])
            propagateNulls(call, into: result)
            guard result.mayHaveNulls else {
                fillBits(result.bits, rowCount: call.rowCount) { end.stands(in: texts[$0]) }
                return result
            }
            // What stands under a NULL is no text.
            fillBits(result.bits, rowCount: call.rowCount) { result.isValid($0) && end.stands(in: texts[$0]) }
            return result
        }
    }
}

/// The end that a text must have, of 1 to 8 bytes: compared as one word.
struct ShortEnd {
    private let word: UInt64
    private let unused: UInt64
    private let count: Int

    init?(_ bytes: [UInt8]) {
        guard (1...8).contains(bytes.count) else { return nil }
        count = bytes.count
        unused = UInt64(8 &- bytes.count) &* 8
        word = bytes.reversed().reduce(0) { $0 &<< 8 | UInt64($1) }
    }

    @inline(__always)
    func stands(in text: TextBytes) -> Bool {
        if text.count >= 8 {
            let last = UnsafeRawPointer(text.start + (text.count &- 8)).loadUnaligned(as: UInt64.self)
            return UInt64(littleEndian: last) &>> unused == word
        }
        guard text.count >= count else { return false }
        var last: UInt64 = 0
        for index in 1...count { last = last &<< 8 | UInt64(text[text.count &- index]) }
        return last == word
    }
}
