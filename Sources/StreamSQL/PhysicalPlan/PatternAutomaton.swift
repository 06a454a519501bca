/// A row pattern as a machine: states, and steps between them that take a row as a variable or none.
///
/// Its shape and the order of its steps are those of Flink's, for they decide which of several possible matches of the
/// same rows is found. A greedy quantifier does not try again with less: what follows it takes only rows that it does
/// not take itself.
package struct PatternAutomaton: Sendable, Hashable {
    /// A step that is open while none of `excluded` holds for the row.
    package struct Step: Sendable, Hashable {
        /// The variable the row is taken as, whose condition must hold; nil takes no row and looks at the target's
        /// steps.
        package var variable: Int?
        package var target: Int
        package var excluded: [Int] = []
    }

    /// The steps of each state, in the order they are looked at.
    package private(set) var states: [[Step]] = []
    package private(set) var start = 0
    /// The state in which a match is complete.
    package private(set) var final = 0
    package private(set) var variableCount = 0

    /// A row that was taken.
    package struct Taken: Sendable, Hashable {
        package var variable: Int
        /// Where the match goes on; nil where it can only be complete.
        package var state: Int?
        /// Whether the match is complete with this row.
        package var isComplete: Bool
    }

    /// One way to take a row in a state: the steps without rows before it are gone already.
    private struct Way: Hashable {
        var variable: Int
        var target: Int
        var excluded: [Int]
        /// The match is complete when none of the variables of one of these holds; none at all for `final` itself.
        var completions: [[Int]]
    }
    private var ways: [[Way]] = []

    /// What a row does to a match in a state: each way to take it, in order. Nothing means that the match is given up.
    package func taken(
        from state: Int, into result: inout [Taken], holds: (_ variable: Int) throws -> Bool
    ) rethrows {
        result.removeAll(keepingCapacity: true)
        for way in ways[state] {
            guard try !anyHolds(way.excluded, holds), try holds(way.variable) else { continue }
            let isFinal = way.target == final
            var isComplete = isFinal
            for completion in way.completions where !isComplete { isComplete = try !anyHolds(completion, holds) }
            result.append(Taken(variable: way.variable, state: isFinal ? nil : way.target, isComplete: isComplete))
        }
    }

    private func anyHolds(_ variables: [Int], _ holds: (Int) throws -> Bool) rethrows -> Bool {
        for variable in variables where try holds(variable) { return true }
        return false
    }

    /// Follows the steps without rows once and for all.
    private mutating func findWays() {
        ways = states.indices.map { state in
            var found: [Way] = []
            var open: [(state: Int, excluded: [Int])] = [(state, [])]
            while let (current, excluded) = open.popLast() {
                for step in states[current] {
                    guard let variable = step.variable else {
                        open.append((step.target, excluded + step.excluded))
                        continue
                    }
                    found.append(
                        Way(
                            variable: variable, target: step.target, excluded: excluded + step.excluded,
                            completions: completions(of: step.target)))
                }
            }
            return found
        }
    }

    /// For each way to be complete behind a state, the variables that must not hold.
    private func completions(of state: Int) -> [[Int]] {
        var found: [[Int]] = []
        var open: [(state: Int, excluded: [Int])] = [(state, [])]
        while let (current, excluded) = open.popLast() {
            for step in states[current] where step.variable == nil {
                if step.target == final { found.append(excluded + step.excluded) }
                open.append((step.target, excluded + step.excluded))
            }
        }
        return found
    }
}

extension PatternAutomaton {
    /// One variable of a pattern with its quantifier.
    package struct Element: Sendable, Hashable {
        package var minimum: Int
        /// nil is without end.
        package var maximum: Int?
        package var isGreedy: Bool

        package init(minimum: Int = 1, maximum: Int? = 1, isGreedy: Bool = true) {
            self.minimum = minimum
            self.maximum = maximum
            self.isGreedy = isGreedy
        }

        package var isOptional: Bool { minimum == 0 }
        package var isSingle: Bool { maximum == 1 }
        /// As a quantifier is written.
        package var text: String {
            let mark = isGreedy ? "" : "?"
            switch (minimum, maximum) {
            case (1, 1): return ""
            case (0, 1): return "?" + mark
            case (0, nil): return "*" + mark
            case (1, nil): return "+" + mark
            case (let low, nil): return "{\(low),}" + mark
            case (let low, let high?): return (low == high ? "{\(low)}" : "{\(low),\(high)}") + mark
            }
        }
        /// A count that leaves no choice, and a single optional row, are not greedy: both ways are followed.
        package var excludesLater: Bool { isGreedy && !isSingle && minimum != maximum }
    }

    /// The machine of variables one after the other; the number of a variable is its place.
    package init(_ elements: [Element]) {
        variableCount = elements.count
        final = add([])
        var sink = final
        // From the end: each element knows where its rows lead to.
        for (variable, element) in elements.enumerated().reversed() { sink = build(element, variable, sink) }
        start = sink
        findWays()
    }

    private mutating func add(_ steps: [Step]) -> Int {
        states.append(steps)
        return states.count - 1
    }

    /// A state that takes one row and, when it may be left out, goes on without.
    private mutating func single(_ variable: Int, to sink: Int, orWithout other: Int?) -> Int {
        var steps = [Step(variable: variable, target: sink)]
        if let other { steps.append(Step(variable: nil, target: other)) }
        return add(steps)
    }

    private mutating func exclude(_ variable: Int, from state: Int) {
        for index in states[state].indices { states[state][index].excluded.append(variable) }
    }

    private mutating func build(_ element: Element, _ variable: Int, _ sink: Int) -> Int {
        if element.excludesLater { exclude(variable, from: sink) }
        // No row at all is an own way; a first row leads to the counts from one on.
        let without = element.isOptional ? sink : nil
        let least = max(1, element.minimum)
        var last = sink
        if let maximum = element.maximum {
            for _ in least..<max(least, maximum) { last = single(variable, to: last, orWithout: sink) }
        } else {
            let loop = add([])
            states[loop] = [Step(variable: nil, target: sink), Step(variable: variable, target: loop)]
            last = loop
        }
        for _ in 1..<least { last = single(variable, to: last, orWithout: nil) }
        return single(variable, to: last, orWithout: without)
    }
}
