import RegularExpressions

/// A compiled regular expression over the texts of columns.
struct Regex: Sendable {
    private let compiled: RegularExpression
    /// Groups in brackets.
    var groupCount: Int { compiled.groupCount }

    /// nil when the pattern is not well formed, too large, or needs what the matcher can't do.
    init?(java pattern: [UInt8]) {
        guard let compiled = RegularExpression(java: pattern) else { return nil }
        self.compiled = compiled
    }

    /// A pattern in the matcher's own dialect.
    init?(_ pattern: [UInt8]) {
        guard let compiled = RegularExpression(pattern) else { return nil }
        self.compiled = compiled
    }

    /// True when something in the text matches.
    func isFound(in text: TextBytes) -> Bool { compiled.isFound(in: text.start, count: text.count) }

    /// True when the whole text matches.
    func matches(_ text: TextBytes) -> Bool { compiled.matches(text.start, count: text.count) }

    /// The place of the first match from a byte on; with a group, the group's place in it, which may be none.
    func find(in text: TextBytes, from: Int, group: Int = 0) -> (match: Range<Int>, group: Range<Int>?)? {
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: 2 * Self.mostGroups) { places in
            guard let base = places.baseAddress, group >= 0, group < Self.mostGroups,
                compiled.find(in: text.start, count: text.count, from: from, places: base, groups: group + 1),
                places[0] >= 0, places[1] >= places[0]
            else { return nil }
            let match = Int(places[0])..<Int(places[1])
            let (start, end) = (places[2 * group], places[2 * group + 1])
            return (match, start >= 0 && end >= start ? Int(start)..<Int(end) : nil)
        }
    }

    /// Groups beyond are not reported.
    private static let mostGroups = 64

    /// Each match in turn, as Java finds them: behind an empty one the search goes on a character further.
    @inline(__always)
    func forEachMatch(
        in text: TextBytes, from start: Int = 0, group: Int = 0,
        _ body: (_ match: Range<Int>, _ group: Range<Int>?) -> Bool
    ) {
        var from = start
        while from <= text.count, let found = find(in: text, from: from, group: group) {
            guard body(found.match, found.group) else { return }
            from = found.match.upperBound
            if found.match.isEmpty {
                if from >= text.count { return }
                from = text.offset(ofCharacter: 1, from: from)
            }
        }
    }
}
