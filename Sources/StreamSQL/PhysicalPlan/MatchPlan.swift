package import Columnar

/// MATCH_RECOGNIZE: finds a pattern in the rows of each partition, in the order of their time. Emits the partition
/// columns, then the measures, one row for each match.
package struct MatchPlan: Sendable, Hashable {
    package var partition: [Int]
    /// How rows of equal time are ordered.
    package var order: [SortPlan.Key]
    /// The time attribute; nil matches rows as they come, by the clock of the machine.
    package var timeColumn: Int?
    /// The pattern: its variables in order, each with its quantifier.
    package var pattern: [PatternAutomaton.Element]
    package var variables: [String]
    /// For each variable.
    package var conditions: [MatchCondition]
    package var measures: [MatchExpression]
    package var measureNames: [String]
    package var skip: MatchSkip
    /// A match ends before its first row is this old.
    package var withinMilliseconds: Int64?

    package init(
        partition: [Int], order: [SortPlan.Key], timeColumn: Int?, pattern: [PatternAutomaton.Element],
        variables: [String], conditions: [MatchCondition], measures: [MatchExpression], measureNames: [String],
        skip: MatchSkip, withinMilliseconds: Int64?
    ) {
        self.partition = partition
        self.order = order
        self.timeColumn = timeColumn
        self.pattern = pattern
        self.variables = variables
        self.conditions = conditions
        self.measures = measures
        self.measureNames = measureNames
        self.skip = skip
        self.withinMilliseconds = withinMilliseconds
    }
}

/// Where the search goes on after a match: which matches under way are given up.
package enum MatchSkip: Sendable, Hashable {
    case pastLastRow
    case toNextRow
    /// Of a variable by number.
    case toFirst(Int)
    case toLast(Int)
}

/// When a row may be taken as a variable.
package enum MatchCondition: Sendable, Hashable {
    case always
    /// A BOOLEAN over the columns of the row alone: evaluated for whole batches.
    case row(PlanExpression)
    /// A BOOLEAN that reads other rows of the match: evaluated for each match under way.
    case match(MatchExpression)
}

/// An expression whose columns are positions in `references`.
package struct MatchExpression: Sendable, Hashable {
    package var expression: PlanExpression
    package var references: [MatchReference]

    package init(expression: PlanExpression, references: [MatchReference]) {
        self.expression = expression
        self.references = references
    }
}

/// A value out of a match. A variable of nil stands for all rows of the match. In conditions the row under test counts
/// as a row of its variable.
package struct MatchReference: Sendable, Hashable {
    package enum Source: Sendable, Hashable {
        /// A column of the row under test.
        case current(Int)
        /// A column of the row at an offset from the first or last row of a variable; NULL where there is none.
        case row(variable: Int?, isFirst: Bool, offset: Int, column: Int)
        /// An aggregate over the rows of a variable. The call's columns are positions in `arguments`, which are
        /// expressions over one row.
        case aggregate(variable: Int?, AggregateCall, arguments: [PlanExpression])
        /// The time at which the match was found.
        case time
    }
    package var source: Source
    package var type: DataType

    package init(source: Source, type: DataType) {
        self.source = source
        self.type = type
    }
}

extension MatchPlan {
    /// The columns of the input that the match reads.
    var columns: Set<Int> {
        var result = Set(partition + order.map(\.column))
        if let timeColumn { result.insert(timeColumn) }
        for condition in conditions {
            switch condition {
            case .always: break
            case .row(let expression): result.formUnion(expression.columnSet)
            case .match(let expression): result.formUnion(expression.columns)
            }
        }
        for measure in measures { result.formUnion(measure.columns) }
        return result
    }

    /// The match over another numbering of the input's columns.
    func shifted(_ transform: (Int) -> Int) -> MatchPlan {
        var result = self
        result.partition = partition.map(transform)
        for index in order.indices { result.order[index].column = transform(order[index].column) }
        result.timeColumn = timeColumn.map(transform)
        result.conditions = conditions.map { condition in
            switch condition {
            case .always: .always
            case .row(let expression): .row(expression.shifted(transform))
            case .match(let expression): .match(expression.shifted(transform))
            }
        }
        result.measures = measures.map { $0.shifted(transform) }
        return result
    }

    /// The columns it emits.
    func outputFields(_ input: [Field]) -> [Field] {
        partition.map { input[$0] } + zip(measureNames, measures).map { Field($0, $1.expression.type) }
    }
}

extension MatchExpression {
    var columns: Set<Int> {
        var result: Set<Int> = []
        for reference in references {
            switch reference.source {
            case .current(let column), .row(_, _, _, let column): result.insert(column)
            case .aggregate(_, _, let arguments): for argument in arguments { result.formUnion(argument.columnSet) }
            case .time: break
            }
        }
        return result
    }

    func shifted(_ transform: (Int) -> Int) -> MatchExpression {
        var result = self
        for index in references.indices {
            switch references[index].source {
            case .current(let column): result.references[index].source = .current(transform(column))
            case .row(let variable, let isFirst, let offset, let column):
                result.references[index].source = .row(
                    variable: variable, isFirst: isFirst, offset: offset, column: transform(column))
            case .aggregate(let variable, let call, let arguments):
                result.references[index].source = .aggregate(
                    variable: variable, call, arguments: arguments.map { $0.shifted(transform) })
            case .time: break
            }
        }
        return result
    }
}
