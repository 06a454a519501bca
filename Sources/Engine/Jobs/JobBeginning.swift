import ConnectorContract
import Diagnostics
import StreamSQL

/// Finds the state that a job begins with: its last epoch, else the savepoint it was given, fitted to its plan.
struct JobBeginning {
    let plan: PhysicalPlan
    let wiring: JobWiring

    /// What to restore, nil for a job that begins anew, and what became of state that did not fit as it was.
    func begin() throws -> (RestoredEpoch?, StateReport) {
        let own = try wiring.store?.restore()
        let damage = wiring.store?.warnings ?? []
        guard let found = try own ?? wiring.savepoint?() else {
            var report = StateReport()
            report.damage = damage
            return (nil, report)
        }
        var fitted = try StateEvolution(plan, found).fitted()
        fitted.report.damage = damage
        guard fitted.report.dropped.isEmpty || plan.recovery.ignoresUnclaimedState else {
            throw MillraceError(
                .user, code: "unclaimed_state",
                "the query changed so that stored state would be lost: \(fitted.report.dropped.joined(separator: "; "))",
                hint: "SET 'execution.state-recovery.ignore-unclaimed-state' = 'true' goes on without it; or put the "
                    + "query back, or begin anew in another data directory")
        }
        if own != nil, fitted.isSame { return (found, fitted.report) }
        var states = fitted.states
        for (name, changes) in found.states where name.hasPrefix("job/") { states[name] = changes }
        let schema = StoredSchema(plan).change
        states[schema.name] = [schema]
        var epoch = RestoredEpoch(epoch: found.epoch, states: states)
        if let store = wiring.store {
            // Later epochs add to states in the new layout only: it becomes the whole of what is stored first.
            epoch.epoch += 1
            let changes = states.keys.sorted().flatMap { states[$0] ?? [] }
            _ = try store.replace(epoch: epoch.epoch, changes: changes)
        }
        return (epoch, fitted.report)
    }
}
