import Engine
import StreamSQL

/// EXPLAIN ANALYZE: a plan with what each operator did.
enum PlanFigures {
    static func text(_ plan: PhysicalPlan, _ figures: JobFigures) -> String {
        var byNode: [Int: JobFigures.Node] = [:]
        for node in figures.nodes { byNode[node.id] = node }
        let seconds = Double(figures.runningNanoseconds) / 1e9
        let tree = PlanText.text(plan) { node in byNode[node.id].map { line($0, figures) } }
        return "\(tree)\n\ntook \(Figures.decimal(seconds, 3)) s, \(rows(figures.rowsIn)) in, "
            + "\(rows(figures.rowsOut)) out, \(Figures.grouped(UInt64(max(0, figures.lateRows)))) late"
            + (figures.refusedRows > 0 ? ", \(Figures.grouped(UInt64(figures.refusedRows))) refused" : "")
    }

    private static func line(_ node: JobFigures.Node, _ figures: JobFigures) -> String {
        let busy = Double(node.busyNanoseconds) / 1e6
        let capacity = Double(figures.runningNanoseconds) * Double(max(1, node.instances))
        var parts = [
            "\(rows(node.rowsIn)) in \(batches(node.batchesIn)) in, \(rows(node.rowsOut)) in \(batches(node.batchesOut)) out",
            "busy \(Figures.decimal(busy, 1)) ms"
                + (capacity > 0 ? " (\(Figures.decimal(busy * 1e8 / capacity, 1)) %)" : ""),
        ]
        if node.blockedNanoseconds >= 1_000_000 {
            parts.append("waited for room \(Figures.decimal(Double(node.blockedNanoseconds) / 1e6, 1)) ms")
        }
        if node.stateRows > 0 {
            parts.append(
                "state \(rows(UInt64(node.stateRows))), \(Figures.grouped(UInt64(max(0, node.stateBytes)))) bytes")
        }
        if node.lateRows > 0 {
            parts.append("\(rows(UInt64(node.lateRows))) late" + samples(node))
        }
        if node.refusedRows > 0 {
            parts.append("\(rows(UInt64(node.refusedRows))) refused" + samples(node))
        }
        if node.instances > 1 { parts.append("\(node.instances) instances") }
        return parts.joined(separator: "; ")
    }

    private static func samples(_ node: JobFigures.Node) -> String {
        let samples = node.droppedSamples.suffix(3).joined(separator: " ")
        return samples.isEmpty ? "" : ", such as \(samples)"
    }

    private static func rows(_ count: UInt64) -> String { count == 1 ? "1 row" : "\(Figures.grouped(count)) rows" }

    private static func batches(_ count: UInt64) -> String {
        count == 1 ? "1 batch" : "\(Figures.grouped(count)) batches"
    }
}
