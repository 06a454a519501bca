import StreamSQL
import Testing

/// The machine alone, over rows that say which conditions hold for them.
struct PatternAutomatonTests {
    typealias Element = PatternAutomaton.Element

    /// The first match that starts at the first row and is complete first: the variable of each of its rows.
    ///
    /// A row is written as the variables that hold for it: "AB" or "-".
    private static func match(_ elements: [Element], _ rows: [String]) -> String? {
        let automaton = PatternAutomaton(elements)
        let letters = Array("ABCDEFGH")
        var open: [(state: Int, path: String)] = [(automaton.start, "")]
        for row in rows {
            var next: [(state: Int, path: String)] = []
            var complete: String?
            for match in open {
                var taken: [PatternAutomaton.Taken] = []
                automaton.taken(from: match.state, into: &taken) { row.contains(letters[$0]) }
                for step in taken {
                    let path = match.path + String(letters[step.variable])
                    if let state = step.state { next.append((state, path)) }
                    if step.isComplete, complete == nil { complete = path }
                }
            }
            if let complete { return complete }
            open = next
        }
        return nil
    }

    private static let one = Element()
    private static let star = Element(minimum: 0, maximum: nil)
    private static let plus = Element(minimum: 1, maximum: nil)
    private static let lazyStar = Element(minimum: 0, maximum: nil, isGreedy: false)
    private static let lazyPlus = Element(minimum: 1, maximum: nil, isGreedy: false)
    private static let maybe = Element(minimum: 0, maximum: 1)

    @Test(
        arguments: [
            ([one, one], ["A", "B"], "AB"),
            ([one, one], ["A", "A", "B"], nil),
            ([one, star, one], ["A", "C"], "AC"),
            ([one, star, one], ["A", "B", "B", "C"], "ABBC"),
            // Greedy: a row that B takes is not C, even where that means no match at all.
            ([one, star, one], ["A", "BC", "BC", "C"], "ABBC"),
            ([one, star, one], ["A", "BC", "BC", "-"], nil),
            ([one, lazyStar, one], ["A", "BC", "BC", "C"], "AC"),
            ([one, lazyStar, one], ["A", "B", "BC", "C"], "ABC"),
            ([plus, one], ["A", "A", "AB", "B"], "AAAB"),
            ([lazyPlus, one], ["A", "A", "AB", "B"], "AAB"),
            ([plus, one], ["B"], nil),
            ([one, lazyPlus], ["A", "B", "B"], "AB"),
            ([one, lazyStar], ["A", "B"], "A"),
        ] as [([Element], [String], String?)])
    func quantifiers(elements: [Element], rows: [String], expected: String?) {
        #expect(Self.match(elements, rows) == expected)
    }

    @Test(
        arguments: [
            ([Element(minimum: 2, maximum: 2), one], ["A", "A", "B"], "AAB"),
            ([Element(minimum: 2, maximum: 2), one], ["A", "A", "A"], nil),
            ([Element(minimum: 2, maximum: 3), one], ["A", "A", "B"], "AAB"),
            ([Element(minimum: 2, maximum: 3), one], ["A", "A", "A", "B"], "AAAB"),
            ([Element(minimum: 2, maximum: 3), one], ["A", "A", "A", "A", "B"], nil),
            ([Element(minimum: 2, maximum: 3), one], ["A", "B"], nil),
            ([Element(minimum: 2, maximum: 3, isGreedy: false), one], ["A", "A", "AB", "B"], "AAB"),
            ([Element(minimum: 2, maximum: nil), one], ["A", "A", "A", "A", "B"], "AAAAB"),
            ([Element(minimum: 0, maximum: 2), one], ["B"], "B"),
            ([Element(minimum: 0, maximum: 2), one], ["A", "A", "B"], "AAB"),
            // A single optional row leaves both ways open; the one that is complete first counts.
            ([one, maybe, one], ["A", "BC", "C"], "AC"),
            ([one, maybe, one], ["A", "B", "C"], "ABC"),
            ([maybe, star, one], ["C"], "C"),
            ([star, star, one], ["A", "AB", "B", "BC", "C"], "AABBC"),
        ] as [([Element], [String], String?)])
    func counts(elements: [Element], rows: [String], expected: String?) {
        #expect(Self.match(elements, rows) == expected)
    }

    @Test func quantifiersAreWrittenAsTheyAreRead() {
        let elements = [
            Self.one, Self.star, Self.lazyPlus, Self.maybe, Element(minimum: 3, maximum: 3),
            Element(minimum: 2, maximum: nil), Element(minimum: 0, maximum: 4, isGreedy: false),
        ]
        #expect(elements.map(\.text) == ["", "*", "+?", "?", "{3}", "{2,}", "{0,4}?"])
    }
}
