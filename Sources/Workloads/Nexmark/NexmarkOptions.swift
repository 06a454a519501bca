/// What a run of the Nexmark generator writes.
package struct NexmarkOptions: Sendable {
    package var events: Int
    /// Files to write; whole rounds of fifty events go to them in turn.
    package var outputs: [String]
    package var seed: UInt64 = 42
    /// Event time between two events, microseconds.
    package var delayMicroseconds = 100.0
    /// Time of the first event, milliseconds since 1970.
    package var baseMilliseconds: Int64 = 1_436_918_360_000

    package static let mostOutputs = 16
    /// The last moment of the year 9999.
    private static let lastMillisecond = 253_402_300_799_999.0

    package init(events: Int, outputs: [String]) {
        self.events = events
        self.outputs = outputs
    }

    func validate() throws(WorkloadError) {
        guard events >= 0 else { throw WorkloadError(.option, "the number of events must not be negative") }
        guard (1...Self.mostOutputs).contains(outputs.count), outputs.allSatisfy({ !$0.isEmpty }) else {
            throw WorkloadError(.option, "give one to \(Self.mostOutputs) files to write to")
        }
        guard Set(outputs).count == outputs.count else { throw WorkloadError(.option, "a file is named twice") }
        guard delayMicroseconds.isFinite, delayMicroseconds >= 0 else {
            throw WorkloadError(.option, "the delay must be a number of microseconds")
        }
        // Auctions expire some thousand events later.
        let last = Double(baseMilliseconds) + (Double(events) + 10_000) * delayMicroseconds / 1_000
        guard baseMilliseconds >= 0, last < Self.lastMillisecond else {
            throw WorkloadError(.option, "the events must lie between the years 1970 and 9999")
        }
    }
}
