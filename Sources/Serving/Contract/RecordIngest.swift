/// Where records that come over HTTP go. `Server` brings the real one.
package protocol RecordIngest: Sendable {
    /// Whether the login is refused; asked before the records are read.
    func refusal(user: String?, password: String?, host: String) async -> IngestRefusal?

    /// Appends the records, all or none, and comes back when they are durable.
    func append(_ delivery: IngestDelivery) async -> Result<IngestReceipt, IngestRefusal>
}

/// One request's records.
package struct IngestDelivery: Sendable {
    package var topic: String
    package var values: [[UInt8]]
    /// The partition asked for; any by default.
    package var partition: Int32?
    /// The same key brings the same records once.
    package var key: String?
    package var user: String?
    package var password: String?
    package var host = ""

    package init(topic: String, values: [[UInt8]]) {
        self.topic = topic
        self.values = values
    }
}

/// Where they went.
package struct IngestReceipt: Sendable {
    package var partition: Int32
    /// Of the first record; nil where that is not known any more.
    package var offset: Int64?
    package var records: Int
    /// They had come before.
    package var isRepeat: Bool

    package init(partition: Int32, offset: Int64?, records: Int, isRepeat: Bool) {
        self.partition = partition
        self.offset = offset
        self.records = records
        self.isRepeat = isRepeat
    }
}

/// Why they were not taken.
package enum IngestRefusal: Error, Sendable {
    case wrong(code: String, message: String)
    case tooLarge(String)
    case conflict(code: String, message: String)
    /// The same request may succeed a moment later.
    case busy(String)
    case unauthenticated
    case forbidden(String)
    case failed(String)
}
