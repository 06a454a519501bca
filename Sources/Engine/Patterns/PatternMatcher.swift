import Columnar
import Diagnostics
import StreamSQL

/// Drives the matches of partitions through the automaton, row by row.
///
/// All matches under way are followed at once. One that is complete is given out when no match that began earlier is
/// under way any more; then those that the skip rule rules out are given up.
final class PatternMatcher {
    private let plan: MatchPlan
    private let automaton: PatternAutomaton
    private let within: Int64
    private let rows: RowStore
    let buffer = MatchBuffer()
    /// For each variable whose condition reads other rows.
    private let conditions: [MatchEvaluation?]
    /// Position of the column that holds the bits of the conditions that read one row.
    private let maskColumn: Int
    private var taken: [PatternAutomaton.Taken] = []
    private var chain = MatchChain()
    private var before: [PartialMatch] = []
    /// For each variable, what its condition gave for the match and row at hand: 0 not asked, 1 false, 2 true.
    private var answers: [UInt8]
    /// A match began; it may be given up by its age.
    var began: (_ partition: Int32, _ time: Int64) -> Void = { _, _ in }
    /// A match is found; the chain is its rows.
    var found: (_ partition: Int32, _ chain: MatchChain, _ time: Int64) throws -> Void = { _, _, _ in }

    init(_ plan: MatchPlan, rows: RowStore, timeZone: String, context: EvaluationContext, seed: UInt64) throws {
        self.plan = plan
        self.rows = rows
        automaton = PatternAutomaton(plan.pattern)
        within = (plan.withinMilliseconds ?? 0) &* 1_000
        maskColumn = rows.types.count - 1
        answers = [UInt8](repeating: 0, count: plan.variables.count)
        conditions = try plan.conditions.map { condition in
            guard case .match(let expression) = condition else { return nil }
            return try MatchEvaluation(expression, timeZone: timeZone, context: context, seed: seed)
        }
    }

    func isState(_ state: Int) -> Bool { automaton.states.indices.contains(state) }

    // MARK: conditions

    private func holds(_ variable: Int, _ slot: Int32, _ node: Int32, _ time: Int64) throws -> Bool {
        guard let condition = conditions[variable] else {
            return rows.columns[maskColumn].column.int64[Int(slot)] >> Int64(variable) & 1 == 1
        }
        if answers[variable] == 0 {
            buffer.chain(node, into: &chain)
            chain.append(slot, variable)
            condition.add(chain, time: time)
            let result = try condition.evaluate(rows)
            answers[variable] = result.isValid(0) && result.bit(0) ? 2 : 1
        }
        return answers[variable] == 2
    }

    private func forgetAnswers() {
        for variable in answers.indices { answers[variable] = 0 }
    }

    // MARK: rows

    /// Matches one row of a partition at a time that is not before that of the row before.
    func match(_ slot: Int32, time: Int64, _ number: Int32, _ partition: inout MatchPartition) throws {
        partition.isUnsaved = true
        partition.ordinal += 1
        partition.lastTime = time
        try expire(at: time, number, &partition)
        let ordinal = partition.ordinal
        // The list that is read and the one that is written change places.
        before.removeAll(keepingCapacity: true)
        swap(&before, &partition.open)
        for match in before {
            forgetAnswers()
            try automaton.taken(from: Int(match.state), into: &taken) { try holds($0, slot, match.node, time) }
            take(slot, after: match.node, ordinal, match.startOrdinal, match.startTime, &partition)
            buffer.release(match.node)
        }
        forgetAnswers()
        try automaton.taken(from: automaton.start, into: &taken) { try holds($0, slot, -1, time) }
        if !taken.isEmpty {
            let open = partition.open.count
            take(slot, after: -1, ordinal, ordinal, time, &partition)
            if within > 0, partition.open.count > open { began(number, time) }
        }
        try giveOut(at: time, number, &partition)
    }

    private func take(
        _ slot: Int32, after parent: Int32, _ ordinal: Int64, _ startOrdinal: Int64, _ startTime: Int64,
        _ partition: inout MatchPartition
    ) {
        for step in taken {
            let node = buffer.add(slot: slot, variable: step.variable, parent: parent, ordinal: ordinal)
            let match = PartialMatch(
                state: Int32(truncatingIfNeeded: step.state ?? automaton.final), node: node,
                startOrdinal: startOrdinal, startTime: startTime)
            if step.state != nil {
                buffer.retain(node)
                partition.open.append(match)
            }
            if step.isComplete {
                buffer.retain(node)
                partition.complete.append(match)
            }
        }
    }

    /// Gives up what is older than WITHIN allows, and gives out what that held back.
    func expire(at time: Int64, _ number: Int32, _ partition: inout MatchPartition) throws {
        guard within > 0, let first = partition.open.first, time &- first.startTime >= within else { return }
        partition.isUnsaved = true
        for match in partition.open where time &- match.startTime >= within { buffer.release(match.node) }
        partition.open.removeAll { time &- $0.startTime >= within }
        try giveOut(at: time, number, &partition)
    }

    // MARK: matches

    private func giveOut(at time: Int64, _ number: Int32, _ partition: inout MatchPartition) throws {
        while !partition.complete.isEmpty {
            var earliest = 0
            for index in partition.complete.indices
            where partition.complete[index].startOrdinal < partition.complete[earliest].startOrdinal {
                earliest = index
            }
            let match = partition.complete[earliest]
            if let open = partition.open.first, open.startOrdinal < match.startOrdinal { return }
            partition.complete.remove(at: earliest)
            buffer.chain(match.node, into: &chain)
            try found(number, chain, time)
            let (limit, includesLimit) = try skipLimit(match)
            let isGivenUp = { (other: PartialMatch) in
                includesLimit ? other.startOrdinal <= limit : other.startOrdinal < limit
            }
            for other in partition.open where isGivenUp(other) { buffer.release(other.node) }
            partition.open.removeAll(where: isGivenUp)
            for other in partition.complete where isGivenUp(other) { buffer.release(other.node) }
            partition.complete.removeAll(where: isGivenUp)
            buffer.release(match.node)
        }
    }

    /// Matches that began before this row, or with it where that is said, are given up.
    private func skipLimit(_ match: PartialMatch) throws -> (Int64, Bool) {
        switch plan.skip {
        case .pastLastRow: return (buffer.ordinal(match.node), true)
        case .toNextRow: return (match.startOrdinal, true)
        case .toFirst(let variable): return (try target(match, variable, isFirst: true), false)
        case .toLast(let variable): return (try target(match, variable, isFirst: false), false)
        }
    }

    private func target(_ match: PartialMatch, _ variable: Int, isFirst: Bool) throws -> Int64 {
        var found: Int64?
        var node = match.node
        while node >= 0 {
            if buffer.variable(node) == variable, isFirst || found == nil { found = buffer.ordinal(node) }
            node = buffer.parent(node)
        }
        let name = plan.variables[variable]
        guard let found else {
            throw MillraceError(
                .user, code: "match_skip", "AFTER MATCH SKIP TO \(name): the match has no row of \(name)",
                hint: "skip to a variable that is never left out, or SKIP PAST LAST ROW")
        }
        guard found > match.startOrdinal else {
            throw MillraceError(
                .user, code: "match_skip", "AFTER MATCH SKIP TO \(name) would find the same match without end",
                hint: "SKIP TO NEXT ROW goes on behind the first row of a match")
        }
        return found
    }
}
