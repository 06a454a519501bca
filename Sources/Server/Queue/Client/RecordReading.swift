import Diagnostics
import KafkaProtocol

/// Records of a topic, printed as they come.
package struct RecordReading {
    /// Where reading begins.
    package enum Start: Sendable, Equatable {
        case beginning, end
        /// The record of this offset.
        case offset(Int64)
        /// So many records before the end.
        case back(Int64)
        /// The first record as late as this, in milliseconds.
        case time(Int64)

        /// `beginning`, `end`, `N`, `-N` or `s@MILLISECONDS`.
        package init?(_ text: String) {
            switch text {
            case "beginning", "earliest": self = .beginning
            case "end", "latest": self = .end
            default:
                if text.hasPrefix("s@"), let time = Int64(text.dropFirst(2)), time >= 0 {
                    self = .time(time)
                } else if let number = Int64(text) {
                    self = number < 0 ? .back(number == Int64.min ? Int64.max : -number) : .offset(number)
                } else {
                    return nil
                }
            }
        }
    }

    package struct Options: Sendable {
        package var topic: String
        package var partition: Int32?
        package var start = Start.beginning
        /// Ends after so many records.
        package var count: Int?
        /// Ends at what was the end when it began.
        package var endsAtEnd = false
        /// Begins at the group's offsets, and stores how far it came.
        package var group: String?
        package var format: RecordFormat

        package init(topic: String, format: RecordFormat) {
            self.topic = topic
            self.format = format
        }
    }

    private let client: QueueClient
    private let options: Options
    private var positions: [Int32: Int64] = [:]
    private var ends: [Int32: Int64] = [:]
    private var left: Int
    private var out: [UInt8] = []
    package private(set) var records = 0

    package init(_ client: QueueClient, _ options: Options) throws {
        self.client = client
        self.options = options
        left = options.count ?? Int.max
        let all = try client.requiredPartitions(of: options.topic)
        if let partition = options.partition, !all.contains(partition) {
            throw MillraceError(
                .user, code: "unknown_partition", "topic '\(options.topic)' has no partition \(partition)")
        }
        let committed = try committedOffsets()
        for partition in options.partition.map({ [$0] }) ?? all {
            let start = try client.offset(options.topic, partition, at: -2) ?? 0
            let end = try client.offset(options.topic, partition, at: -1) ?? 0
            ends[partition] = end
            if let offset = committed[partition] {
                positions[partition] = max(start, offset)
                continue
            }
            switch options.start {
            case .beginning: positions[partition] = start
            case .end: positions[partition] = end
            case .offset(let offset): positions[partition] = max(start, offset)
            case .back(let count): positions[partition] = count > end - start ? start : end - count
            case .time(let time):
                positions[partition] = try client.offset(options.topic, partition, at: time) ?? end
            }
        }
    }

    private func committedOffsets() throws -> [Int32: Int64] {
        guard let group = options.group else { return [:] }
        var request = OffsetFetchRequest()
        request.groupID = group
        let response = try client.ask(request, version: 7)
        try QueueClient.check(response.error, "group '\(group)'")
        var committed: [Int32: Int64] = [:]
        for topic in response.topics where topic.name == options.topic {
            for partition in topic.partitions where partition.offset >= 0 {
                committed[partition.index] = partition.offset
            }
        }
        return committed
    }

    /// Reads until there is nothing left that was asked for; without such an end, for ever.
    package mutating func run(print: ([UInt8]) -> Void) throws {
        while left > 0, !isAtEnd {
            try step()
            if !out.isEmpty {
                print(out)
                out.removeAll(keepingCapacity: true)
                try commit()
            }
        }
    }

    private var isAtEnd: Bool {
        options.endsAtEnd && positions.allSatisfy { partition, offset in offset >= (ends[partition] ?? 0) }
    }

    private mutating func step() throws {
        var request = FetchRequest()
        request.maxWaitMilliseconds = 500
        request.minBytes = 1
        request.maxBytes = 16 << 20
        var place = FetchRequest.Topic()
        place.name = options.topic
        place.partitions = positions.filter { !options.endsAtEnd || $0.value < (ends[$0.key] ?? 0) }.map {
            var asked = FetchRequest.Topic.Partition()
            asked.index = $0.key
            asked.fetchOffset = $0.value
            asked.maxBytes = 4 << 20
            return asked
        }
        request.topics = [place]
        for partition in try client.ask(request, version: 11).topics.first?.partitions ?? [] {
            try QueueClient.check(partition.error, "\(options.topic)-\(partition.index)")
            try take(partition.records ?? [], partition.index)
        }
    }

    private mutating func take(_ records: ArraySlice<UInt8>, _ partition: Int32) throws {
        let bytes = Array(records)
        try bytes.withUnsafeBytes { buffer in
            var place = 0
            while place < buffer.count, left > 0,
                let batch = RecordBatchView(UnsafeRawBufferPointer(rebasing: buffer[place...]))
            {
                try take(batch, partition)
                place += batch.header.byteCount
            }
        }
    }

    private mutating func take(_ batch: RecordBatchView, _ partition: Int32) throws {
        let begin = positions[partition] ?? 0
        // The end that was asked for may lie in the middle of a batch.
        let end = options.endsAtEnd ? ends[partition] ?? 0 : Int64.max
        var last = batch.header.lastOffset
        if !batch.header.attributes.isControl {
            try batch.forEachRecord { (record) throws(WireError) in
                let offset = batch.header.baseOffset &+ Int64(record.offsetDelta)
                guard offset >= begin, offset < end else { return }
                guard left > 0 else {
                    last = min(last, offset - 1)
                    return
                }
                left -= 1
                self.records += 1
                options.format.print(
                    record, time: batch.timestamp(of: record), offset: offset, topic: options.topic,
                    partition: partition, to: &out)
            }
        }
        positions[partition] = max(begin, last + 1)
    }

    private func commit() throws {
        guard let group = options.group else { return }
        var request = OffsetCommitRequest()
        request.groupID = group
        var place = OffsetCommitRequest.Topic()
        place.name = options.topic
        place.partitions = positions.map { partition, offset in
            var result = OffsetCommitRequest.Topic.Partition()
            result.index = partition
            result.offset = offset
            return result
        }
        request.topics = [place]
        let answer = try client.ask(request, version: 7)
        for partition in answer.topics.flatMap(\.partitions) {
            try QueueClient.check(partition.error, "group '\(group)'")
        }
    }
}
