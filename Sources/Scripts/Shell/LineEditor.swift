/// Editing of one text of several lines, as a state machine: keys go in, the text and the cursor change, and what the shell is to
/// do comes out. It knows no terminal.
package struct LineEditor: Sendable {
    /// What a key asks of the shell.
    package enum Action: Sendable, Equatable {
        /// The screen is drawn anew.
        case redraw
        /// The text is whole and wanted.
        case submit(String)
        case interrupt
        case endOfInput
        case clearScreen
        /// Candidates to be shown; nothing is chosen.
        case list([String])
        /// Nothing to be done.
        case bell
    }

    /// The text and the place in it before which the next character goes.
    package private(set) var buffer: [Character] = []
    package private(set) var cursor = 0
    /// The text looked for in the history; nil when none is.
    package private(set) var searched: String?

    private var history: [String]
    /// The entry that is shown; the count of entries when it is none.
    private var place: Int
    /// What was being written before the history was gone through.
    private var draft: [Character] = []
    private var killed: [Character] = []
    /// Whether the last key was a Tab that left several candidates.
    private var hasAsked = false

    /// Characters of one text, at most.
    private static let limit = 1 << 20

    package init(history: [String] = []) {
        self.history = history
        place = history.count
    }

    package var text: String { String(buffer) }

    /// Empties the text, and takes it into the history where it is not the last one again.
    package mutating func finish(keeping text: String?) {
        if let text, history.last != text { history.append(text) }
        buffer = []
        cursor = 0
        draft = []
        place = history.count
        searched = nil
        hasAsked = false
    }

    // MARK: Keys

    /// Takes a key. `complete` gives what could stand in place of the word before the cursor.
    package mutating func handle(_ key: Key, complete: (String) -> Completion = { _ in .none }) -> Action {
        if searched != nil, let action = handleSearch(key) { return action }
        let asked = hasAsked
        hasAsked = false
        switch key {
        case .character(let character): return insert([character])
        case .paste(let text): return insert(Array(text))
        case .enter: return enter()
        case .tab: return tab(complete, hasAsked: asked)
        case .interrupt: return .interrupt
        case .endOfInput: return buffer.isEmpty ? .endOfInput : remove(cursor..<min(cursor + 1, buffer.count))
        case .clearScreen: return .clearScreen
        case .search:
            searched = ""
            return .redraw
        case .escape: return .redraw
        case .backspace: return cursor > 0 ? remove(cursor - 1..<cursor) : .bell
        case .delete: return cursor < buffer.count ? remove(cursor..<cursor + 1) : .bell
        case .killToEnd: return kill(cursor..<max(lineEnd, min(cursor + (lineEnd == cursor ? 1 : 0), buffer.count)))
        case .killToStart: return kill(lineStart..<cursor)
        case .killWord: return kill(wordStart..<cursor)
        case .killWordForward: return kill(cursor..<wordEnd)
        case .yank: return insert(killed)
        default: return move(key)
        }
    }

    private mutating func insert(_ characters: [Character]) -> Action {
        guard buffer.count + characters.count <= Self.limit else { return .bell }
        buffer.insert(contentsOf: characters, at: cursor)
        cursor += characters.count
        return .redraw
    }

    private mutating func remove(_ range: Range<Int>) -> Action {
        guard !range.isEmpty else { return .bell }
        buffer.removeSubrange(range)
        cursor = range.lowerBound
        return .redraw
    }

    private mutating func kill(_ range: Range<Int>) -> Action {
        guard !range.isEmpty else { return .bell }
        killed = Array(buffer[range])
        return remove(range)
    }

    private mutating func enter() -> Action {
        let text = text
        if text.allSatisfy(\.isWhitespace) || StatementEnd.isComplete(text) { return .submit(text) }
        return insert(["\n"])
    }

    // MARK: Moving

    private var lineStart: Int { buffer[..<cursor].lastIndex(of: "\n").map { $0 + 1 } ?? 0 }
    private var lineEnd: Int { buffer[cursor...].firstIndex(of: "\n") ?? buffer.count }

    private var wordStart: Int {
        var place = cursor
        while place > 0, !Self.isWord(buffer[place - 1]) { place -= 1 }
        while place > 0, Self.isWord(buffer[place - 1]) { place -= 1 }
        return place
    }

    private var wordEnd: Int {
        var place = cursor
        while place < buffer.count, !Self.isWord(buffer[place]) { place += 1 }
        while place < buffer.count, Self.isWord(buffer[place]) { place += 1 }
        return place
    }

    private static func isWord(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }

    private mutating func move(_ key: Key) -> Action {
        let before = cursor
        switch key {
        case .left: cursor = max(0, cursor - 1)
        case .right: cursor = min(buffer.count, cursor + 1)
        case .home: cursor = lineStart
        case .end: cursor = lineEnd
        case .wordLeft: cursor = wordStart
        case .wordRight: cursor = wordEnd
        case .up: return moveUp()
        case .down: return moveDown()
        default: return .bell
        }
        return cursor == before ? .bell : .redraw
    }

    private mutating func moveUp() -> Action {
        let start = lineStart
        guard start > 0 else { return show(entry: place - 1) }
        let column = cursor - start
        cursor = start - 1
        cursor = min(lineStart + column, cursor)
        return .redraw
    }

    private mutating func moveDown() -> Action {
        let column = cursor - lineStart
        let end = lineEnd
        guard end < buffer.count else { return show(entry: place + 1) }
        cursor = end + 1
        cursor = min(cursor + column, lineEnd)
        return .redraw
    }

    /// Shows an entry of the history, or behind the last what was being written.
    private mutating func show(entry: Int) -> Action {
        guard (0...history.count).contains(entry) else { return .bell }
        if place == history.count { draft = buffer }
        place = entry
        buffer = entry == history.count ? draft : Array(history[entry])
        cursor = buffer.count
        return .redraw
    }

    // MARK: Searching

    /// The newest entry that holds the searched text.
    private var found: Int? {
        guard let searched, !searched.isEmpty else { return nil }
        return history.indices.last { history[$0].contains(searched) }
    }

    /// What the search shows.
    package var foundText: String { found.map { history[$0] } ?? "" }

    /// A key while searching; nil when it ends the search and means what it always means.
    private mutating func handleSearch(_ key: Key) -> Action? {
        switch key {
        case .character(let character):
            searched?.append(character)
            return .redraw
        case .backspace:
            if searched?.isEmpty == false { searched?.removeLast() }
            return .redraw
        case .search: return .bell
        case .interrupt, .escape:
            searched = nil
            return .redraw
        default:
            if let found { _ = show(entry: found) }
            searched = nil
            return key == .enter || key == .tab ? .redraw : nil
        }
    }

    // MARK: Completing

    private mutating func tab(_ complete: (String) -> Completion, hasAsked: Bool) -> Action {
        let completion = complete(String(buffer[..<cursor]))
        guard let shortest = completion.candidates.first else {
            // Where nothing fits, a Tab at the begin of a line moves what follows.
            return buffer[lineStart..<cursor].allSatisfy(\.isWhitespace) ? insert([" ", " "]) : .bell
        }
        let start = max(0, cursor - completion.prefixLength)
        if completion.candidates.count == 1 {
            buffer.replaceSubrange(start..<cursor, with: Array(shortest))
            cursor = start + shortest.count
            return .redraw
        }
        let shared = Array(completion.sharedPrefix)
        if shared.count > completion.prefixLength {
            buffer.replaceSubrange(start..<cursor, with: shared)
            cursor = start + shared.count
            return .redraw
        }
        self.hasAsked = true
        return hasAsked ? .list(completion.candidates) : .bell
    }
}
