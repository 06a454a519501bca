import Columnar

// FOR SYSTEM_TIME AS OF: tables as they were at a time of the other side.
extension QueryBinder {
    /// How a table of FROM is looked at: as it was at a time.
    struct Version {
        /// The time attribute of the left side.
        var leftTime: Int
        /// Of the versioned table: what its versions are of, and since when each holds.
        var keys: [Int]
        var time: Int
    }

    /// What FOR SYSTEM_TIME AS OF asks for. Nil with processing time, which reads the table as it is.
    func version(
        _ time: Expression, of table: NamedTable, _ relation: inout Relation, left: Scope?
    ) throws(SQLError) -> Version? {
        var leftTime: Int?
        if let left,
            case .column(let position, _) = try ExpressionBinder(scope: left, clause: "FOR SYSTEM_TIME").bind(time),
            left.columns[position].time != .none
        {
            leftTime = position
        }
        guard let left, let leftTime else {
            throw SQLError(.semantics, "FOR SYSTEM_TIME AS OF takes a time attribute of the left side", at: time.range)
        }
        if left.columns[leftTime].time == .processingTime { return nil }
        guard let rowTime = relation.columns.firstIndex(where: { $0.time == .rowTime }) else {
            throw SQLError(
                .semantics, "a join FOR SYSTEM_TIME AS OF event time needs a time attribute in '\(table.name.text)'",
                at: table.name.range, hint: "declare WATERMARK FOR … in CREATE TABLE")
        }
        let keys = try versionKeys(of: table, &relation)
        guard !keys.isEmpty else {
            throw SQLError(
                .semantics, "a join FOR SYSTEM_TIME AS OF needs a PRIMARY KEY on '\(table.name.text)'",
                at: table.name.range,
                hint: "or a view that keeps the last row of each key: ROW_NUMBER() … ORDER BY its time DESC, rn = 1")
        }
        return Version(leftTime: leftTime, keys: keys, time: rowTime)
    }

    /// The primary key of a table, or the key of a view that keeps the last row by time: then the rows below it, each
    /// of which is a version, take the place of the relation's.
    private func versionKeys(of table: NamedTable, _ relation: inout Relation) throws(SQLError) -> [Int] {
        if case .table(let definition)? = try catalog.find(table.name) {
            return definition.table.primaryKey.compactMap { physical in
                definition.columns.firstIndex { column in
                    if case .physical(physical) = column.kind { return true }
                    return false
                }
            }
        }
        guard let log = versionLog(relation.node), log.isLastOnly else { return [] }
        let keys = log.keys.map { key in
            log.columns.firstIndex { column in
                if case .column(key, _) = column { return true }
                return false
            }
        }
        guard keys.allSatisfy({ $0 != nil }), log.columns.allSatisfy({ !$0.columnSet.contains(log.numberColumn) })
        else { return [] }
        relation.node = graph.calculate(
            log.input, projections: log.columns, names: relation.columns.map(\.name))
        return keys.compactMap { $0 }
    }

    /// Rows of which a query keeps the last of each key.
    private struct VersionLog {
        var input: Int
        /// Over the input, the row number standing behind its columns.
        var columns: [PlanExpression]
        var keys: [Int]
        var numberColumn: Int
        var isLastOnly = false
    }

    private func versionLog(_ id: Int) -> VersionLog? {
        let node = graph.nodes[id]
        switch node.operation {
        case .calculate(let condition, let projections):
            guard var log = versionLog(node.inputs[0]) else { return nil }
            for test in condition?.conjuncts ?? [] {
                guard case .call(.equal, let operands, _) = test.inlined(log.columns),
                    operands.contains(where: { operand in
                        if case .column(log.numberColumn, _) = operand { return true }
                        return false
                    }),
                    operands.contains(where: { operand in
                        if case .literal(.int64(1), _) = operand { return true }
                        return false
                    })
                else { return nil }
                log.isLastOnly = true
            }
            log.columns = projections.map { $0.inlined(log.columns) }
            return log
        case .rowNumber(let numbered):
            guard numbered.time == .rowTime, numbered.order.count == 1, numbered.order[0].isDescending else {
                return nil
            }
            let columns = graph.columns(of: id)
            return VersionLog(
                input: node.inputs[0], columns: columns, keys: numbered.partition, numberColumn: columns.count - 1)
        default: return nil
        }
    }

    /// A join with the version of the right side that held at the time of each row of the left.
    func versionJoin(
        _ kind: Join.Kind, _ left: Scope, _ right: Scope, _ version: Version, _ conditions: [PlanExpression],
        at range: SourceRange
    ) throws(SQLError) -> Int {
        guard kind == .inner || kind == .left else {
            throw SQLError(.semantics, "FOR SYSTEM_TIME AS OF takes an INNER or LEFT JOIN", at: range)
        }
        var builder = joinBuilder
        builder.asOf = VersionTimes(left: version.leftTime, right: version.time)
        builder.versionKeys = version.keys
        let node = builder.build(kind == .inner ? .inner : .left, left.node, right.node, conditions, at: range)
        guard builder.coversVersionKeys(conditions, leftCount: left.columns.count) else {
            throw SQLError(
                .semantics, "the condition of a join FOR SYSTEM_TIME AS OF must hold the primary key of the table",
                at: range, hint: "equate " + version.keys.map { right.columns[$0].name }.joined(separator: ", "))
        }
        return node
    }
}
