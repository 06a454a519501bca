import KafkaProtocol

/// Which epochs of a sink have arrived: those up to a part of one.
struct DeliveredPlace: Comparable, Sendable {
    var epoch: UInt64
    /// An epoch's rows are written in parts of bounded size, counted from 1.
    var part: UInt64

    static func < (a: Self, b: Self) -> Bool { (a.epoch, a.part) < (b.epoch, b.part) }
}

/// How a sink's records reach their topic: the own log, or a broker elsewhere. All calls come from one thread at a time.
protocol TopicDelivery: AnyObject {
    /// Tells a topic from one made anew under its name; zero where the broker names none.
    var topicID: TopicID { get }
    var partitionCount: Int32 { get }

    /// Writes batches without waiting for them; waits where too much is under way.
    func submit(_ batches: [BatchAssembly.Finished]) throws
    /// Waits until everything is durable.
    func drain() throws

    /// Where to look for what tells of epochs still to come; stored with an epoch.
    func fenceStart() throws -> Int64
    /// How far the sink of this name has come, as told from `start` on; fences off whoever wrote under that name before.
    func delivered(by sink: String, from start: Int64) throws -> DeliveredPlace?
    /// All that the job began with was delivered: from here on a broker is waited for as while the job runs.
    func hasBegun()
    /// Writes all of the batches and what tells of them, or nothing, and waits until they are durable.
    func deliver(_ batches: [BatchAssembly.Finished], upTo place: DeliveredPlace, by sink: String) throws
}

extension TopicDelivery {
    func hasBegun() {}
}
