import CRegex
import StreamSQL

/// A compiled regular expression. Searching takes time that grows with the text, whatever the pattern.
final class Regex: @unchecked Sendable {
    // Written once; the matcher behind it may be used by any number of threads.
    private let handle: OpaquePointer
    /// Groups in brackets.
    let groupCount: Int

    /// nil when the pattern is not well formed, too large, or needs what the matcher can't do.
    convenience init?(java pattern: [UInt8]) {
        guard let translated = try? JavaPattern(pattern) else { return nil }
        self.init(translated.bytes)
    }

    /// A pattern in the matcher's own dialect.
    init?(_ pattern: [UInt8]) {
        var reason: CChar = 0
        let made = pattern.withUnsafeBufferPointer { buffer in
            let none: UInt8 = 0
            return withUnsafePointer(to: none) { empty in
                millrace_regex_compile(buffer.baseAddress ?? empty, buffer.count, &reason, 1)
            }
        }
        guard let made else { return nil }
        handle = made
        groupCount = Int(millrace_regex_groups(made))
    }

    deinit { millrace_regex_free(handle) }

    /// True when something in the text matches.
    func isFound(in text: TextBytes) -> Bool { millrace_regex_find(handle, text.start, text.count, 0, nil, 0) == 1 }

    /// True when the whole text matches.
    func matches(_ text: TextBytes) -> Bool { millrace_regex_matches(handle, text.start, text.count) == 1 }

    /// The place of the first match from a byte on; with a group, the group's place in it, which may be none.
    func find(in text: TextBytes, from: Int, group: Int = 0) -> (match: Range<Int>, group: Range<Int>?)? {
        withUnsafeTemporaryAllocation(of: Int64.self, capacity: 2 * Self.mostGroups) { places in
            guard let base = places.baseAddress, group >= 0, group < Self.mostGroups,
                millrace_regex_find(handle, text.start, text.count, from, base, Int32(group) + 1) == 1,
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
        in text: TextBytes, group: Int = 0, _ body: (_ match: Range<Int>, _ group: Range<Int>?) -> Bool
    ) {
        var from = 0
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
