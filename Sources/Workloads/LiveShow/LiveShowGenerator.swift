/// Writes what the producers of the live show would send to their two topics, the same bytes for the same options each time.
package struct LiveShowGenerator: Sendable {
    /// What a run has written so far.
    package struct Progress: Sendable {
        package var visits = 0
        package var gifts = 0
        package var bytes = 0
        /// Seconds since the run began.
        package var seconds = 0.0

        package var records: Int { visits + gifts }
    }

    private let options: LiveShowOptions
    private let clock: GeneratorClock

    private static let progressInterval: Int64 = 1_000_000_000
    /// How long a paced run sleeps between two looks at the clock.
    private static let tick: Int64 = 20_000_000
    /// Event time is produced in steps of this many milliseconds, with a look at `shouldStop` between them.
    private static let step: Int64 = 1_000

    /// A generator for valid options; throws what is wrong with them.
    package init(_ options: LiveShowOptions, clock: GeneratorClock = .system) throws(WorkloadError) {
        try options.validate()
        self.options = options
        self.clock = clock
    }

    /// Writes records until the wanted number is reached or `shouldStop` says so.
    ///
    /// Blocks its thread. `progress` is called about once a second.
    package func run(
        shouldStop: () -> Bool, progress: (Progress) -> Void = { _ in }
    ) throws(WorkloadError) -> Progress {
        let began = clock.now()
        try FileCalls.makeDirectories(options.outputDirectory)
        try FileCalls.replace(options.outputDirectory + "/rooms.csv", with: LiveShowVocabulary.roomTable)
        try FileCalls.replace(options.outputDirectory + "/profiles.csv", with: LiveShowVocabulary.profileTable)
        var run = try LiveShowRun.open(options)
        var nextReport = began &+ Self.progressInterval
        while !run.isComplete && !shouldStop() {
            let now = clock.now()
            let due = options.isPaced ? options.start &+ (now &- began) / 1_000_000 : Int64.max
            let target = min(due, run.nextMoment &+ Self.step &- 1)
            if target >= run.nextMoment { try run.advance(through: target) }
            if options.isPaced { try run.flush() }
            if now >= nextReport {
                nextReport = now &+ Self.progressInterval
                run.progress.seconds = Double(now &- began) / 1e9
                progress(run.progress)
            }
            if target == due && !run.isComplete { clock.sleep(Self.tick) }
        }
        try run.flush()
        run.progress.seconds = Double(clock.now() &- began) / 1e9
        return run.progress
    }
}
