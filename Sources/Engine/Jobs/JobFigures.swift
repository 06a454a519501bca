package import ConnectorContract
import StreamSQL

/// The last epoch of a job.
package struct EpochReport: Sendable, Equatable {
    package var number: UInt64
    package var atMilliseconds: Int64
    /// From the cut to the durable manifest.
    package var durationMilliseconds: Double
    package var bytesWritten: Int
}

/// What the console shows of a job, at one moment.
package struct JobFigures: Sendable {
    /// Figures of one source table, over all its readers.
    package struct Source: Sendable {
        package var table: String
        package var progress: SourceProgress
    }

    /// Figures of one operator, over all its instances.
    package struct Node: Sendable {
        /// Position in the plan.
        package var id: Int
        package var name: String
        package var rowsIn: UInt64
        package var rowsOut: UInt64
        package var batchesIn: UInt64
        package var batchesOut: UInt64
        package var stateRows = 0
        /// Roughly.
        package var stateBytes = 0
        package var lateRows = 0
        /// Left out of a table whose columns do not allow them.
        package var refusedRows = 0
        /// Some of either, as JSON objects of texts; the newest.
        package var droppedSamples: [String]
        /// Its own work, without that of the operators it hands rows to.
        package var busyNanoseconds: UInt64
        /// How long the pipelines it is in waited for room behind them.
        package var blockedNanoseconds: UInt64 = 0
        /// Instances that have said something yet.
        package var instances = 0
        /// Event time that left it, microseconds, the least of its instances; nil before the first watermark and
        /// after the last.
        package var watermark: Int64?

        init(_ node: PlanNode, _ counters: NodeCounters, _ progress: [JobControl.InstanceProgress]) {
            id = node.id
            name = node.name
            rowsIn = counters.rowsIn
            rowsOut = counters.rowsOut
            batchesIn = counters.batchesIn
            batchesOut = counters.batchesOut
            busyNanoseconds = counters.busyNanoseconds
            droppedSamples = counters.droppedSamples
            var least = Watermark.final
            for instance in progress {
                guard let own = instance.nodes[node.id] else { continue }
                instances += 1
                stateRows += own.stateRows
                stateBytes += own.stateBytes
                lateRows += own.lateRows
                refusedRows += own.refusedRows
                blockedNanoseconds &+= instance.blockedNanoseconds
                least = min(least, own.watermark)
            }
            watermark = least == Watermark.final || least == Watermark.none ? nil : least
        }
    }

    package var state: Job.State
    package var sources: [Source]
    package var nodes: [Node]
    package var rowsIn: UInt64
    package var rowsOut: UInt64
    package var lateRows: Int
    package var refusedRows: Int
    package var lastEpoch: EpochReport?
    package var runningNanoseconds: UInt64
    /// Event time reached, microseconds; nil where there are no watermarks.
    package var watermark: Int64?

    init(
        plan: PhysicalPlan, counters: [NodeCounters], progress: [JobControl.InstanceProgress], state: Job.State,
        lastEpoch: EpochReport?, runningNanoseconds: UInt64
    ) {
        self.state = state
        self.lastEpoch = lastEpoch
        self.runningNanoseconds = runningNanoseconds
        lateRows = progress.reduce(0) { $0 + $1.nodes.values.reduce(0) { $0 + $1.lateRows } }
        refusedRows = progress.reduce(0) { $0 + $1.nodes.values.reduce(0) { $0 + $1.refusedRows } }
        var bySource: [Int: SourceProgress] = [:]
        for case let source? in progress.map(\.source) {
            bySource[source.node] = bySource[source.node].map { $0.adding(source.progress) } ?? source.progress
        }
        sources = []
        nodes = []
        rowsIn = 0
        rowsOut = 0
        for node in plan.nodes {
            switch node.operation {
            case .scan(let scan):
                sources.append(Source(table: scan.table.name, progress: bySource[node.id] ?? SourceProgress()))
                rowsIn += counters[node.id].rowsIn
            case .values: rowsIn += counters[node.id].rowsIn
            case .sink: rowsOut += counters[node.id].rowsIn
            case .exchange: continue
            default: break
            }
            nodes.append(Node(node, counters[node.id], progress))
        }
        let marks = progress.map(\.watermark).filter { $0 != Watermark.none && $0 != Watermark.final }
        // The slowest reader tells how far the whole has come.
        watermark = marks.min()
    }
}

extension SourceProgress {
    /// The figures of two readers of one source together.
    func adding(_ other: SourceProgress) -> SourceProgress {
        var sum = self
        sum.splits += other.splits
        sum.rowsRead += other.rowsRead
        sum.bytesRead += other.bytesRead
        sum.lagBytes += other.lagBytes
        sum.rowsRejected += other.rowsRejected
        sum.problem = problem ?? other.problem
        if let time = other.lastRowAtMilliseconds {
            sum.lastRowAtMilliseconds = max(lastRowAtMilliseconds ?? time, time)
        }
        return sum
    }
}
