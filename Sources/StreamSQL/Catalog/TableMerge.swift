/// What CREATE TABLE … LIKE takes over from another table.
///
/// Columns that hold data are always taken over. Of the rest, INCLUDING takes what the new table does not have itself and
/// refuses what both have, OVERWRITING lets the new table win, EXCLUDING takes nothing; without a word everything is taken
/// over, and options of the new table win.
struct TableMerge {
    let catalog: Catalog

    /// The schema with what LIKE takes over, and the options taken over; the other parts go into `create`.
    func merged(
        _ create: inout CreateTable
    ) throws(SQLError) -> (schema: TableSchemaSyntax, options: [String: String]) {
        guard let like = create.like else { return (create.schema, [:]) }
        guard case .table(let source) = try catalog.object(like.source) else {
            throw SQLError(.semantics, "LIKE takes a table, and '\(like.source.text)' is a view", at: like.source.range)
        }
        var chosen: [LikeClause.Feature: LikeClause.Option] = [:]
        for option in like.options {
            if chosen.updateValue(option, forKey: option.feature) != nil {
                throw SQLError(
                    .semantics, "LIKE says twice what to do with \(option.feature.rawValue)", at: option.range)
            }
        }
        if let all = chosen[.all], all.strategy == .overwriting {
            throw SQLError(
                .semantics, "OVERWRITING ALL does not exist", at: all.range,
                hint: "OVERWRITING takes GENERATED, METADATA, OPTIONS, PARTITIONS or WATERMARKS")
        }
        for option in like.options where option.strategy == .overwriting {
            if [.constraints, .distribution].contains(option.feature) {
                throw SQLError(
                    .semantics, "OVERWRITING \(option.feature.rawValue) does not exist", at: option.range,
                    hint: "write EXCLUDING \(option.feature.rawValue)")
            }
        }
        let choice = Choice(chosen: chosen)
        let schema = try self.schema(create, source.schema, choice, like)
        try mergeParts(&create, source, choice, like)
        return (schema, try options(create, source, choice, like))
    }

    /// The strategy for each feature.
    private struct Choice {
        let chosen: [LikeClause.Feature: LikeClause.Option]

        func strategy(_ feature: LikeClause.Feature) -> LikeClause.Strategy {
            if let option = chosen[feature] ?? chosen[.all] { return option.strategy }
            return feature == .options ? .overwriting : .including
        }

        func range(_ feature: LikeClause.Feature, _ like: LikeClause) -> SourceRange {
            (chosen[feature] ?? chosen[.all])?.range ?? like.source.range
        }
    }

    private func schema(
        _ create: CreateTable, _ source: TableSchemaSyntax, _ choice: Choice, _ like: LikeClause
    ) throws(SQLError) -> TableSchemaSyntax {
        var result = source
        let own = Set(create.schema.columns.map(\.name.text))
        var columns: [ColumnSyntax] = []
        for column in source.columns {
            let feature: LikeClause.Feature?
            switch column.kind {
            case .computed: feature = .generated
            case .metadata: feature = .metadata
            case .physical: feature = nil
            }
            if let feature, choice.strategy(feature) == .excluding { continue }
            guard own.contains(column.name.text) else {
                columns.append(column)
                continue
            }
            // A column of the same name takes the old one's place at the end, where that is allowed.
            guard let feature, choice.strategy(feature) == .overwriting else {
                throw SQLError(
                    .name, "the column '\(column.name.text)' exists in '\(like.source.text)' already",
                    at: create.schema.columns.first { $0.name.text == column.name.text }?.name.range
                        ?? like.source.range,
                    hint: feature.map { "write LIKE \(like.source.text) (OVERWRITING \($0.rawValue))" })
            }
        }
        result.columns = columns + create.schema.columns
        if choice.strategy(.watermarks) == .excluding { result.watermarks = [] }
        if let own = create.schema.watermarks.first {
            if !result.watermarks.isEmpty, choice.strategy(.watermarks) == .including {
                throw SQLError(
                    .semantics, "'\(like.source.text)' has a WATERMARK already", at: own.range,
                    hint: "write LIKE \(like.source.text) (OVERWRITING WATERMARKS)")
            }
            result.watermarks = create.schema.watermarks
        }
        try mergeConstraints(&result, create, choice, like)
        return result
    }

    private func mergeConstraints(
        _ schema: inout TableSchemaSyntax, _ create: CreateTable, _ choice: Choice, _ like: LikeClause
    ) throws(SQLError) {
        let ownKeys = create.schema.constraints + create.schema.columns.compactMap(\.constraint)
        if choice.strategy(.constraints) == .excluding {
            let own = Set(create.schema.columns.map(\.name.text))
            schema.constraints = []
            for index in schema.columns.indices where !own.contains(schema.columns[index].name.text) {
                schema.columns[index].constraint = nil
            }
        } else if let key = ownKeys.first,
            !schema.constraints.isEmpty || schema.columns.filter({ $0.constraint != nil }).count > ownKeys.count
        {
            throw SQLError(
                .semantics, "'\(like.source.text)' has a PRIMARY KEY already", at: key.range,
                hint: "write LIKE \(like.source.text) (EXCLUDING CONSTRAINTS)")
        }
        schema.constraints += create.schema.constraints
    }

    private func mergeParts(
        _ create: inout CreateTable, _ source: TableDefinition, _ choice: Choice, _ like: LikeClause
    ) throws(SQLError) {
        if !source.partitionedBy.isEmpty, choice.strategy(.partitions) != .excluding {
            if create.partitionedBy.isEmpty {
                create.partitionedBy = source.partitionedBy
            } else if choice.strategy(.partitions) == .including {
                throw SQLError(
                    .semantics, "'\(like.source.text)' has PARTITIONED BY already", at: create.partitionedBy[0].range,
                    hint: "write LIKE \(like.source.text) (EXCLUDING PARTITIONS)")
            }
        }
        if let distribution = source.distribution, choice.strategy(.distribution) != .excluding {
            if let own = create.distribution {
                throw SQLError(
                    .semantics, "'\(like.source.text)' has DISTRIBUTED already", at: own.range,
                    hint: "write LIKE \(like.source.text) (EXCLUDING DISTRIBUTION)")
            }
            create.distribution = distribution
        }
    }

    private func options(
        _ create: CreateTable, _ source: TableDefinition, _ choice: Choice, _ like: LikeClause
    ) throws(SQLError) -> [String: String] {
        switch choice.strategy(.options) {
        case .excluding: return [:]
        case .overwriting: return source.table.options
        case .including:
            if let both = create.options.first(where: { source.table.options[$0.key.text] != nil }) {
                throw SQLError(
                    .option, "'\(like.source.text)' has the option '\(both.key.text)' already", at: both.key.range,
                    hint: "write LIKE \(like.source.text) (OVERWRITING OPTIONS)")
            }
            return source.table.options
        }
    }
}
