/// The MATCH_RECOGNIZE clause over a table.
package struct MatchRecognize: Sendable, Hashable {
    /// One `expression AS name` of MEASURES.
    package struct Measure: Sendable, Hashable {
        /// FINAL or RUNNING before the expression.
        package enum Semantics: String, Sendable, Hashable {
            case final = "FINAL"
            case running = "RUNNING"
        }

        package var semantics: Semantics?
        package var expression: Expression
        package var name: Identifier
    }

    /// How many rows a match gives.
    package enum RowsPerMatch: String, Sendable, Hashable {
        case one = "ONE ROW PER MATCH"
        case all = "ALL ROWS PER MATCH"
    }

    /// Where the search goes on after a match.
    package enum AfterMatch: Sendable, Hashable {
        case pastLastRow
        case toNextRow
        case toFirst(Identifier)
        case toLast(Identifier)
    }

    /// `name = (a, b)` of SUBSET.
    package struct Subset: Sendable, Hashable {
        package var name: Identifier
        package var members: [Identifier]
    }

    /// `name AS condition` of DEFINE.
    package struct Definition: Sendable, Hashable {
        package var name: Identifier
        package var condition: Expression
    }

    package var partitionBy: [Expression] = []
    package var orderBy: [OrderItem] = []
    package var measures: [Measure] = []
    package var rowsPerMatch: RowsPerMatch?
    package var afterMatch: AfterMatch?
    package var pattern: RowPattern
    /// `PATTERN (^ ... $)`.
    package var startsAtFirstRow = false
    package var endsAtLastRow = false
    /// The span of `WITHIN INTERVAL`.
    package var within: Expression?
    package var subsets: [Subset] = []
    package var definitions: [Definition] = []
    package var range: SourceRange
}

/// A row pattern: a regular expression over pattern variables.
package struct RowPattern: Sendable, Hashable {
    /// The forms.
    package indirect enum Kind: Sendable, Hashable {
        case variable(Identifier)
        /// `A B C`, two or more.
        case sequence([RowPattern])
        /// `A | B`, two or more.
        case alternation([RowPattern])
        case repeated(RowPattern, minimum: Int, maximum: Int?, isReluctant: Bool)
        /// `PERMUTE(A, B)`.
        case permutation([RowPattern])
        /// `{- A -}`.
        case exclusion(RowPattern)
        /// `()`.
        case empty
    }

    package var kind: Kind
    package var range: SourceRange
}
