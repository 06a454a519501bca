/// Writes what the nodes of the recharge system would write, the same bytes for the same options each time.
package struct RechargeGenerator: Sendable {
    private let options: RechargeOptions
    private let clock: GeneratorClock

    /// How often progress is told and, in real time, the oracle written.
    private static let progressInterval: Int64 = 1_000_000_000
    /// How long a real-time run sleeps between two looks at the clock; lines reach their file within twice this.
    private static let tick: Int64 = 5_000_000
    /// Event time is produced in steps of this many milliseconds, with a look at `shouldStop` between them.
    private static let step: Int64 = 250

    /// A generator for valid options; throws what is wrong with them.
    package init(_ options: RechargeOptions, clock: GeneratorClock = .system) throws(WorkloadError) {
        try options.validate()
        self.options = options
        self.clock = clock
    }

    /// Writes lines until the wanted number is reached or `shouldStop` says so.
    ///
    /// Blocks its thread. `progress` is called about once a second, with everything counted so far flushed to the files.
    package mutating func run(
        shouldStop: () -> Bool, progress: (RechargeProgress) -> Void = { _ in }
    ) throws(WorkloadError) -> RechargeSummary {
        let began = clock.now()
        var run = try RechargeRun(options)
        var nextReport = began &+ RechargeGenerator.progressInterval
        try run.warmUp()
        while !run.isComplete && !shouldStop() {
            let now = clock.now()
            let due = options.pace == .unpaced ? Int64.max : options.start &+ (now &- began) / 1_000_000
            let target = min(due, run.nextMoment &+ RechargeGenerator.step &- 1)
            if target >= run.nextMoment { try run.advance(through: target) }
            if options.pace == .realTime { try run.flush() }
            if now >= nextReport {
                nextReport = now &+ RechargeGenerator.progressInterval
                try run.flush()
                if options.pace == .realTime { try writeOracle(run.oracle) }
                let behind = options.pace == .unpaced ? 0 : max(0, due &- target)
                progress(RechargeProgress(oracle: run.oracle, behindMilliseconds: behind))
            }
            if target == due && !run.isComplete { clock.sleep(RechargeGenerator.tick) }
        }
        try run.flush()
        try writeOracle(run.oracle)
        let seconds = Double(clock.now() &- began) / 1e9
        return RechargeSummary(oracle: run.oracle, seconds: seconds, isComplete: run.isComplete)
    }

    private func writeOracle(_ oracle: RechargeOracle) throws(WorkloadError) {
        guard let path = options.oraclePath else { return }
        try FileCalls.replace(path, with: oracle.json())
    }
}
