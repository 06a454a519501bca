package import Columnar
package import ConnectorContract
package import Diagnostics
package import StreamSQL

/// What a job is given from outside: how sources and sinks are made, where epochs go, who takes rejected records.
package struct JobWiring: Sendable {
    package var makeSource: @Sendable (ScanPlan, _ parallelism: Int) throws -> any Source
    package var makeSink: @Sendable (SinkPlan, _ fields: [Field]) throws -> any Sink
    package var rejects: any RejectRecorder
    /// nil: the job keeps nothing across a restart.
    package var store: (any CheckpointStore)?
    /// Reads the savepoint that a job without epochs begins with; nil where there is none.
    package var savepoint: (@Sendable () throws -> RestoredEpoch)?
    /// Told what became of the state that the job begins with, before anything else of the job is made.
    package var noteState: @Sendable (StateReport) -> Void = { _ in }
    package var environment: Environment

    package init(
        makeSource: @escaping @Sendable (ScanPlan, Int) throws -> any Source,
        makeSink: @escaping @Sendable (SinkPlan, [Field]) throws -> any Sink, rejects: any RejectRecorder,
        store: (any CheckpointStore)? = nil, savepoint: (@Sendable () throws -> RestoredEpoch)? = nil,
        environment: Environment = Environment()
    ) {
        self.savepoint = savepoint
        self.makeSource = makeSource
        self.makeSink = makeSink
        self.rejects = rejects
        self.store = store
        self.environment = environment
    }
}

/// How a job is run.
package struct JobSettings: Sendable {
    /// Instances of sharded operators, and threads.
    package var parallelism: Int
    package var epochMilliseconds: Int
    /// Updates are held back this long to leave together while input keeps coming.
    package var flushMilliseconds: Int
    /// Memory that the state of the job may take, in bytes.
    package var stateBytesMax: Int
    /// Stored changes of an operator's instance up to this size are no reason to write its state anew, in bytes.
    package var stateRewriteBytes: Int
    /// Bytes of one state that go to the store before their epoch is cut; fewer wait for it.
    package var stagedStateBytes: Int

    package init(
        parallelism: Int, epochMilliseconds: Int = 1_000, flushMilliseconds: Int = 20,
        stateBytesMax: Int = Limits.stateBytes, stateRewriteBytes: Int = 16 << 20,
        stagedStateBytes: Int = 2 << 20
    ) {
        self.stagedStateBytes = max(0, stagedStateBytes)
        self.stateRewriteBytes = max(0, stateRewriteBytes)
        self.parallelism = max(1, min(parallelism, Limits.parallelism))
        self.epochMilliseconds = max(1, epochMilliseconds)
        self.flushMilliseconds = max(0, flushMilliseconds)
        self.stateBytesMax = stateBytesMax
    }
}
