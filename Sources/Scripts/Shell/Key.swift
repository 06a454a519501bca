/// What a person pressed.
package enum Key: Sendable, Equatable {
    case character(Character)
    case enter, tab, backspace, delete, escape
    case left, right, up, down, home, end, wordLeft, wordRight
    case killToEnd, killToStart, killWord, killWordForward, yank
    case interrupt, endOfInput, clearScreen, search
    /// A text that came at once, line ends inside.
    case paste(String)
}

/// Turns the bytes of a terminal in raw mode into keys. Total: bytes it does not know give nothing.
package struct KeyDecoder: Sendable {
    private var pending: [UInt8] = []
    /// The bytes of a text between the marks of a paste.
    private var pasted: [UInt8]?

    /// Bytes of one sequence, and of one paste, at most.
    private static let sequenceLimit = 16
    private static let pasteLimit = 1 << 20

    package init() {}

    /// True when an escape has come that may be a key of its own or the begin of a sequence.
    package var isWaiting: Bool { !pending.isEmpty }

    package mutating func feed(_ bytes: some Sequence<UInt8>) -> [Key] {
        var keys: [Key] = []
        for byte in bytes {
            if pasted != nil {
                if let key = takePasted(byte) { keys.append(key) }
                continue
            }
            pending.append(byte)
            if let key = decode() { keys.append(key) }
        }
        return keys
    }

    /// No more bytes come for now: an escape that waits is the key.
    package mutating func flush() -> [Key] {
        defer { pending = [] }
        return pending == [0x1B] ? [.escape] : []
    }

    private mutating func takePasted(_ byte: UInt8) -> Key? {
        pasted?.append(byte)
        let mark = Array("\u{1B}[201~".utf8)
        guard var text = pasted, text.count >= Self.pasteLimit || text.suffix(mark.count) == mark[...] else {
            return nil
        }
        if text.suffix(mark.count) == mark[...] { text.removeLast(mark.count) }
        pasted = nil
        let clean = String(decoding: text, as: UTF8.self).map { character -> Character in
            character == "\r" || character == "\r\n" ? "\n" : character
        }
        return .paste(String(clean.filter { !$0.isControl || $0 == "\n" || $0 == "\t" }))
    }

    /// The key that the pending bytes are; nil while they may go on, and when they are nothing.
    private mutating func decode() -> Key? {
        guard let first = pending.first else { return nil }
        if first == 0x1B { return sequence() }
        if first < 0x20 || first == 0x7F {
            pending = []
            return Self.control[first]
        }
        let length = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 0
        guard length > 0 else {
            pending = []
            return nil
        }
        if pending.count < length { return nil }
        defer { pending = [] }
        guard let text = String(validating: pending, as: UTF8.self), let character = text.first else { return nil }
        return .character(character)
    }

    private static let control: [UInt8: Key] = [
        0x01: .home, 0x02: .left, 0x03: .interrupt, 0x04: .endOfInput, 0x05: .end, 0x06: .right, 0x08: .backspace,
        0x09: .tab, 0x0A: .enter, 0x0B: .killToEnd, 0x0C: .clearScreen, 0x0D: .enter, 0x0E: .down, 0x10: .up,
        0x12: .search, 0x15: .killToStart, 0x17: .killWord, 0x19: .yank, 0x7F: .backspace,
    ]

    private static let sequences: [String: Key] = [
        "[A": .up, "[B": .down, "[C": .right, "[D": .left, "OA": .up, "OB": .down, "OC": .right, "OD": .left,
        "[H": .home, "[F": .end, "OH": .home, "OF": .end, "[1~": .home, "[4~": .end, "[7~": .home, "[8~": .end,
        "[3~": .delete, "[1;5C": .wordRight, "[1;5D": .wordLeft, "[1;3C": .wordRight, "[1;3D": .wordLeft,
        "f": .wordRight, "b": .wordLeft, "d": .killWordForward, "\u{7F}": .killWord,
    ]

    private mutating func sequence() -> Key? {
        guard pending.count > 1 else { return nil }
        if pending.count > Self.sequenceLimit {
            pending = []
            return nil
        }
        let rest = pending.dropFirst()
        if rest.first == UInt8(ascii: "[") || rest.first == UInt8(ascii: "O") {
            // A sequence ends with a letter or ~ behind its opening.
            guard let last = rest.last, rest.count > 1, (0x40...0x7E).contains(last) else { return nil }
        }
        let text = String(decoding: rest, as: UTF8.self)
        pending = []
        if text == "[200~" {
            pasted = []
            return nil
        }
        return Self.sequences[text]
    }
}

extension Character {
    fileprivate var isControl: Bool { unicodeScalars.allSatisfy { $0.value < 0x20 || $0.value == 0x7F } }
}
