/// ALTER TABLE.
package struct AlterTable: Sendable, Hashable {
    /// What is changed.
    package enum Action: Sendable, Hashable {
        case rename(ObjectName)
        case renameColumn([Identifier], to: Identifier)
        case set([OptionSyntax])
        case reset([StringSyntax])
        case add(TableSchemaSyntax)
        case modify(TableSchemaSyntax)
        case addPartitions([[Insert.Partition]], ifNotExists: Bool)
        case dropColumns([Identifier])
        case dropPrimaryKey
        case dropConstraint(Identifier)
        case dropWatermark
        case dropDistribution
        case dropPartitions([[Insert.Partition]], ifExists: Bool)
        case distribution(DistributionSyntax, isModify: Bool)
    }

    package var name: ObjectName
    package var ifExists: Bool
    package var action: Action
}

/// ALTER VIEW.
package struct AlterView: Sendable, Hashable {
    /// What is changed.
    package enum Action: Sendable, Hashable {
        case rename(ObjectName)
        case query(Query)
    }

    package var name: ObjectName
    package var ifExists: Bool
    package var action: Action
}

/// ALTER DATABASE, CATALOG or MODEL, which change options alone.
package struct AlterOptions: Sendable, Hashable {
    /// What is changed.
    package enum Action: Sendable, Hashable {
        case set([OptionSyntax])
        case reset([StringSyntax])
        case comment(StringSyntax)
        case rename(ObjectName)
    }

    package var subject: ObjectKind
    package var name: ObjectName
    package var ifExists: Bool
    package var action: Action
}

/// ALTER MATERIALIZED TABLE.
package struct AlterMaterializedTable: Sendable, Hashable {
    /// What is changed.
    package enum Action: Sendable, Hashable {
        case suspend
        case resume([OptionSyntax])
        case refresh([Insert.Partition])
        case query(Query)
        case freshness(Expression)
        case refreshMode(CreateMaterializedTable.RefreshMode)
        case set([OptionSyntax])
        case reset([StringSyntax])
    }

    package var name: ObjectName
    package var action: Action
}

/// The kinds of objects that statements make and drop.
package enum ObjectKind: String, Sendable, Hashable, CaseIterable {
    case catalog = "CATALOG"
    case database = "DATABASE"
    case table = "TABLE"
    case materializedTable = "MATERIALIZED TABLE"
    case view = "VIEW"
    case function = "FUNCTION"
    case model = "MODEL"
}

/// `DROP [TEMPORARY] kind [IF EXISTS] name`.
package struct DropStatement: Sendable, Hashable {
    package var object: ObjectKind
    package var isTemporary = false
    /// `TEMPORARY SYSTEM FUNCTION`.
    package var isSystem = false
    package var ifExists = false
    package var name: ObjectName
    /// CASCADE of DROP DATABASE.
    package var isCascade = false
}
