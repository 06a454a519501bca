/// `CREATE [OR ALTER] [TEMPORARY] VIEW name (columns) AS query`.
package struct CreateView: Sendable, Hashable {
    package var name: ObjectName
    package var isTemporary = false
    package var ifNotExists = false
    package var orReplace = false
    package var columns: [Identifier] = []
    package var comment: StringSyntax?
    package var query: Query
}

/// CREATE FUNCTION, and ALTER FUNCTION which looks the same.
package struct CreateFunction: Sendable, Hashable {
    package var name: ObjectName
    package var isTemporary = false
    /// `TEMPORARY SYSTEM FUNCTION`.
    package var isSystem = false
    /// `IF NOT EXISTS`, or `IF EXISTS` of ALTER.
    package var ifCondition = false
    package var className: StringSyntax
    package var language: Identifier?
    package var jars: [StringSyntax] = []
    package var options: [OptionSyntax] = []
}

/// CREATE DATABASE.
package struct CreateDatabase: Sendable, Hashable {
    package var name: ObjectName
    package var ifNotExists = false
    package var comment: StringSyntax?
    package var options: [OptionSyntax] = []
}

/// CREATE CATALOG.
package struct CreateCatalog: Sendable, Hashable {
    package var name: Identifier
    package var ifNotExists = false
    package var comment: StringSyntax?
    package var options: [OptionSyntax] = []
}

/// CREATE MODEL.
package struct CreateModel: Sendable, Hashable {
    package var name: ObjectName
    package var isTemporary = false
    package var ifNotExists = false
    package var input: [ColumnSyntax] = []
    package var output: [ColumnSyntax] = []
    package var comment: StringSyntax?
    package var options: [OptionSyntax] = []
}

/// CREATE MATERIALIZED TABLE.
package struct CreateMaterializedTable: Sendable, Hashable {
    /// How the table is kept fresh.
    package enum RefreshMode: String, Sendable, Hashable, CaseIterable {
        case full = "FULL"
        case continuous = "CONTINUOUS"
    }

    package var name: ObjectName
    package var ifNotExists = false
    /// `CREATE OR ALTER`.
    package var orAlter = false
    package var schema = TableSchemaSyntax()
    package var comment: StringSyntax?
    package var distribution: DistributionSyntax?
    package var partitionedBy: [Identifier] = []
    package var options: [OptionSyntax] = []
    package var freshness: Expression?
    package var refreshMode: RefreshMode?
    package var query: Query
}
