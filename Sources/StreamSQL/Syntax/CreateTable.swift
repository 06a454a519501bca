/// CREATE TABLE in all its forms.
package struct CreateTable: Sendable, Hashable {
    package var name: ObjectName
    package var isTemporary = false
    package var ifNotExists = false
    /// `CREATE OR REPLACE TABLE ... AS`.
    package var orReplace = false
    package var schema = TableSchemaSyntax()
    package var comment: StringSyntax?
    package var distribution: DistributionSyntax?
    package var partitionedBy: [Identifier] = []
    /// Options in the order written; keys may repeat, which the binder reports.
    package var options: [OptionSyntax] = []
    package var like: LikeClause?
    package var query: Query?
}

/// What stands in the brackets of CREATE TABLE.
package struct TableSchemaSyntax: Sendable, Hashable {
    package var columns: [ColumnSyntax] = []
    /// Names without types, as `CREATE TABLE t (a, b) AS ...` has.
    package var columnNames: [Identifier] = []
    package var watermarks: [WatermarkSyntax] = []
    package var constraints: [ConstraintSyntax] = []
}

/// One column of a table.
package struct ColumnSyntax: Sendable, Hashable {
    /// The three kinds of columns.
    package enum Kind: Sendable, Hashable {
        case physical(TypeSyntax)
        case computed(Expression)
        /// `type METADATA [FROM 'key'] [VIRTUAL]`.
        case metadata(TypeSyntax, key: StringSyntax?, isVirtual: Bool)
    }

    package var name: Identifier
    package var kind: Kind
    /// `PRIMARY KEY` or `UNIQUE` written at the column.
    package var constraint: ConstraintSyntax?
    package var comment: StringSyntax?
    /// Where ALTER TABLE puts the column.
    package var position: ColumnPosition?
    package var range: SourceRange
}

/// FIRST or AFTER of ALTER TABLE ADD and MODIFY.
package enum ColumnPosition: Sendable, Hashable {
    case first
    case after(Identifier)
}

/// `WATERMARK FOR column AS expression`.
package struct WatermarkSyntax: Sendable, Hashable {
    /// The column, or a field inside it.
    package var column: [Identifier]
    package var expression: Expression
    package var range: SourceRange
}

/// A PRIMARY KEY or UNIQUE constraint.
package struct ConstraintSyntax: Sendable, Hashable {
    package var name: Identifier?
    package var isPrimaryKey: Bool
    /// Empty when written at a column.
    package var columns: [Identifier]
    /// True only for ENFORCED; nil when neither was written.
    package var isEnforced: Bool?
    package var range: SourceRange
}

/// `DISTRIBUTED [BY [HASH|RANGE] (columns)] [INTO n BUCKETS]`.
package struct DistributionSyntax: Sendable, Hashable {
    package var kind: Identifier?
    package var columns: [Identifier]
    package var buckets: Int?
    package var range: SourceRange
}

/// `LIKE source (INCLUDING ALL, ...)`.
package struct LikeClause: Sendable, Hashable {
    /// How a feature is taken over.
    package enum Strategy: String, Sendable, Hashable, CaseIterable {
        case including = "INCLUDING"
        case excluding = "EXCLUDING"
        case overwriting = "OVERWRITING"
    }

    /// What is taken over.
    package enum Feature: String, Sendable, Hashable, CaseIterable {
        case all = "ALL"
        case constraints = "CONSTRAINTS"
        case distribution = "DISTRIBUTION"
        case generated = "GENERATED"
        case metadata = "METADATA"
        case options = "OPTIONS"
        case partitions = "PARTITIONS"
        case watermarks = "WATERMARKS"
    }

    /// One `INCLUDING ALL`.
    package struct Option: Sendable, Hashable {
        package var strategy: Strategy
        package var feature: Feature
        package var range: SourceRange
    }

    package var source: ObjectName
    package var options: [Option]
}
