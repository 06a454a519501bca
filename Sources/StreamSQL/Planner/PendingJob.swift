import Columnar

/// INSERTs that were bound and wait to become one job.
struct PendingJob {
    let graph = LogicalGraph()
    var roots: [LogicalPlan.Root] = []
    var timeZone: String
    var isBatchMode: Bool
    var materialization: SinkMaterialization
    var enforcement: SinkEnforcement
    /// Names of the tables written to, for the job's description.
    var targets: [String] = []
    /// Names of the result tables that rows are looked up in.
    var lookedUp: Set<String> = []
    /// Names of the result tables that are read as they are written.
    var readTables: Set<String> = []
    var jobName: String?
    var recovery: StateRecovery
    var epochMilliseconds: Int?

    init(_ options: SessionOptions) {
        timeZone = options.timeZone
        isBatchMode = options.isBatchMode
        materialization = options.sinkMaterialization
        enforcement = options.sinkEnforcement
        jobName = options.jobName
        recovery = options.stateRecovery
        epochMilliseconds = options.epochMilliseconds
    }

    /// Whether a further INSERT can run in the same job.
    func accepts(_ options: SessionOptions) -> Bool {
        options.sharesScans && timeZone == options.timeZone && isBatchMode == options.isBatchMode
            && materialization == options.sinkMaterialization && enforcement == options.sinkEnforcement
            && recovery == options.stateRecovery
            && epochMilliseconds == options.epochMilliseconds
    }

    /// Whether this job must be done before the INSERT: it ends, and writes rows that the INSERT may replace, or looks at
    /// what the INSERT writes.
    func precedes(_ insert: Insert) -> Bool {
        if lookedUp.contains(insert.table.last) || readTables.contains(insert.table.last) { return isBounded }
        let replaces = zip(roots, targets).contains { root, name in
            guard name == insert.table.last, case .table(let table) = root.target else { return false }
            return insert.isOverwrite || table.replacesRows || !table.primaryKey.isEmpty
        }
        return replaces && isBounded
    }

    /// Whether the job ends by itself. Result tables are only looked at, and end nothing.
    var isBounded: Bool {
        graph.nodes.allSatisfy { node in
            if case .scan(let scan) = node.operation { return scan.table.isBounded || scan.table.connector == nil }
            return true
        }
    }

    func plan() throws(SQLError) -> PhysicalPlan {
        let logical = LogicalPlan(graph: graph, roots: roots).rewritten()
        var planner = PhysicalPlanner(logical, timeZone: timeZone, isBatchMode: isBatchMode)
        planner.materialization = materialization
        planner.enforcement = enforcement
        var plan = try planner.run()
        plan.recovery = recovery
        plan.jobName = jobName
        plan.epochMilliseconds = epochMilliseconds
        return plan
    }

    var description: String {
        if let jobName { return jobName }
        let shown = targets.prefix(4).joined(separator: ", ")
        return "insert into " + shown + (targets.count > 4 ? " and \(targets.count - 4) more" : "")
    }
}
