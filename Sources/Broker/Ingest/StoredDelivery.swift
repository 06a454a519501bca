import KafkaProtocol

/// What is stored of a request with an idempotency key.
struct StoredDelivery: MessageStructure {
    /// Of the records, to tell a repeat from another request with the same key.
    var digest: ArraySlice<UInt8> = []
    var partition: Int32 = 0
    var records: Int32 = 0
    var time: Int64 = 0

    init() {}

    mutating func code(_ coder: inout MessageCoder) throws(WireError) {
        try coder.bytes(&digest)
        try coder.number(&partition)
        try coder.number(&records)
        try coder.number(&time)
    }
}
