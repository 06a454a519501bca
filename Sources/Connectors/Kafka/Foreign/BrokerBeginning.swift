import Diagnostics

/// A job that begins and asks a broker elsewhere: how long it waits, and what it waits for.
struct BrokerBeginning: Sendable {
    let patience: BrokerPatience
    let clock: any TimeSource
    let settings: ForeignSettings
    /// What the job wants of the broker.
    let topics: [String]

    /// The broker did not answer, or not as it should: it is to be asked again before the job begins anew.
    func missed() {
        // Not with this patience, which keeps what is here.
        patience.miss { [clock, settings, topics] patience in
            let again = BrokerBeginning(patience: patience, clock: clock, settings: settings, topics: topics)
            let client = try settings.consumer()
            try client.reach(again)
            for topic in topics { _ = try client.partitionCount(of: topic) }
        }
    }
}
