/// How far a run is: given about once a second to whoever watches.
package struct RechargeProgress: Sendable {
    /// The metrics of exactly the lines that are in the files now.
    package let oracle: RechargeOracle
    /// How far event time is behind the wall clock in a real-time run; zero when unpaced.
    package let behindMilliseconds: Int64

    package var lines: Int { oracle.lines }
    package var bytes: Int { oracle.bytes }
}

/// What a run has written.
package struct RechargeSummary: Sendable {
    package let oracle: RechargeOracle
    /// Seconds the run took.
    package let seconds: Double
    /// Whether the wanted number of lines was reached, as opposed to being told to stop.
    package let isComplete: Bool

    package var lines: Int { oracle.lines }
    package var bytes: Int { oracle.bytes }
}
