import Diagnostics
import KafkaProtocol

/// Lines that become records: split, keyed, gathered into batches, and sent.
package struct RecordLines {
    /// How a line becomes a record.
    package struct Form: Sendable {
        package var delimiter: [UInt8] = [0x0A]
        /// Splits the key from the value at its first place.
        package var keyDelimiter: [UInt8]?
        package var headers: [(name: String, value: String)] = []
        package var codec = "none"
        package var partition: Int32?
        /// Lines without a value delete their key, in topics that are compacted.
        package var emptyIsNull = false

        package init() {}

        package static let codecs = CompressionCodec.allCases.map { "\($0)" }
    }

    /// Bytes of a batch, before it is compressed.
    private static let batchBytes = 512 << 10

    private let client: QueueClient
    private let topic: String
    private let form: Form
    private let codec: CompressionCodec
    private let partitions: [Int32]
    private let headers: [UInt8]
    private var batches: [Int32: (builder: RecordBatchBuilder, bytes: Int)] = [:]
    private var rest: [UInt8] = []
    /// Records in the batches.
    private var pending: [Int32: Int] = [:]
    private var turn = 0
    /// Records that are acknowledged, and their bytes.
    package private(set) var records = 0
    package private(set) var bytes = 0

    /// Makes the topic where the server makes topics by itself.
    package init(_ client: QueueClient, topic: String, form: Form) throws {
        self.client = client
        self.topic = topic
        self.form = form
        guard let codec = CompressionCodec.allCases.first(where: { "\($0)" == form.codec }) else {
            throw MillraceError(
                .user, code: "bad_codec", "there is no codec '\(form.codec)'",
                hint: "there are \(Form.codecs.joined(separator: ", "))")
        }
        self.codec = codec
        let all = try client.partitions(of: topic, creates: true) ?? []
        guard !all.isEmpty else { throw MillraceError(.user, code: "unknown_topic", "there is no topic '\(topic)'") }
        if let partition = form.partition, !all.contains(partition) {
            throw MillraceError(.user, code: "unknown_partition", "topic '\(topic)' has no partition \(partition)")
        }
        partitions = form.partition.map { [$0] } ?? all
        var writer = WireWriter()
        writer.writeVarint(Int32(clamping: form.headers.count))
        for header in form.headers {
            for text in [header.name, header.value] {
                writer.writeVarint(Int32(clamping: text.utf8.count))
                writer.writeRaw(Array(text.utf8))
            }
        }
        headers = writer.bytes
    }

    /// Takes more bytes; sends the batches that are full.
    package mutating func take(_ more: ArraySlice<UInt8>) throws {
        rest += more
        var start = 0
        while let end = Self.find(form.delimiter, in: rest, from: start) {
            try add(rest[start..<end])
            start = end + form.delimiter.count
        }
        rest.removeSubrange(..<start)
    }

    /// The end: what is left is a record too. Sends everything.
    package mutating func finish() throws {
        if !rest.isEmpty { try add(rest[...]) }
        rest = []
        for partition in batches.keys.sorted() { try send(partition) }
    }

    private static func find(_ wanted: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        guard let first = wanted.first else { return nil }
        var place = start
        while place + wanted.count <= bytes.count {
            guard let hit = bytes[place...].firstIndex(of: first), hit + wanted.count <= bytes.count else { return nil }
            if bytes[hit..<(hit + wanted.count)].elementsEqual(wanted) { return hit }
            place = hit + 1
        }
        return nil
    }

    private mutating func add(_ line: ArraySlice<UInt8>) throws {
        guard !line.isEmpty else { return }
        var key: [UInt8]?
        var value: [UInt8]? = Array(line)
        if let delimiter = form.keyDelimiter, let place = Self.find(delimiter, in: Array(line), from: 0) {
            key = Array(line.prefix(place))
            value = Array(line.dropFirst(place + delimiter.count))
        }
        if form.emptyIsNull, value?.isEmpty == true { value = nil }
        let partition = partition(for: key)
        if batches[partition] == nil {
            batches[partition] = (builder: RecordBatchBuilder(attributes: attributes), bytes: 0)
        }
        let now = client.environment.clock.wallMilliseconds()
        (key ?? []).withUnsafeBytes { keyBytes in
            (value ?? []).withUnsafeBytes { valueBytes in
                headers.withUnsafeBytes { headerBytes in
                    // In place: a copy of the batch for each line would cost the square of its size.
                    batches[partition]?.builder.append(
                        key: key == nil ? nil : keyBytes, value: value == nil ? nil : valueBytes, timestamp: now,
                        encodedHeaders: headerBytes)
                }
            }
        }
        batches[partition]?.bytes += line.count + headers.count + 16
        pending[partition, default: 0] += 1
        if batches[partition]?.bytes ?? 0 >= Self.batchBytes { try send(partition) }
    }

    private var attributes: BatchAttributes { BatchAttributes(rawValue: codec.rawValue) }

    /// The same key goes to the same partition as with Kafka's own clients; records without one take turns by batches.
    private func partition(for key: [UInt8]?) -> Int32 {
        guard let key else { return partitions[turn % partitions.count] }
        return partitions[Int(Murmur2.hash(key) & 0x7FFF_FFFF) % partitions.count]
    }

    private mutating func send(_ partition: Int32) throws {
        guard let batch = batches.removeValue(forKey: partition) else { return }
        let built = try batch.builder.build()
        var request = ProduceRequest()
        request.acks = -1
        request.timeoutMilliseconds = 30_000
        var place = ProduceRequest.Topic()
        place.name = topic
        var asked = ProduceRequest.Topic.Partition()
        asked.index = partition
        asked.records = built.bytes[...]
        place.partitions = [asked]
        request.topics = [place]
        let answer = try client.ask(request, version: 8).topics.first?.partitions.first
        try QueueClient.check(answer?.error ?? .unknownServerError, "\(topic)-\(partition)", answer?.errorMessage)
        records += pending.removeValue(forKey: partition) ?? 0
        bytes += batch.bytes
        turn += 1
    }
}
