import CommitLog
import Diagnostics
import KafkaProtocol
import Synchronization
import Testing

@testable import Broker

/// Records that go from the log's files to the socket are those that would have been copied.
@Suite(.serialized) struct RunsTests {
    private static let sizes = [10, 30_000, 30_000, 400_000, 5, 60_000, 90_000]

    private func fill(_ topic: String, _ client: WireClient) throws {
        #expect(try client.makeTopic(topic) == ErrorCode.none)
        for (number, size) in Self.sizes.enumerated() {
            let text = String(repeating: "\(number)", count: size)
            #expect(try client.ask(produceRequest(topic, try batch([text])), version: 9).topics.count == 1)
        }
    }

    private func records(_ response: FetchResponse) -> [UInt8] {
        Array(response.topics.first?.partitions.first?.records ?? [])
    }

    /// The answer to a request that takes no runs.
    private func copied(_ request: FetchRequest, _ running: RunningBroker, version: Int16) throws -> FetchResponse {
        let answer = Mutex<[UInt8]?>(nil)
        let isThere = WaitPoint()
        let box = AnswerBox(answer, isThere)
        let frame = try request.frame(version: version, correlationID: 7, clientID: nil)
        running.broker.handle(BrokerRequest(connection: 99, clientHost: "", isPrivate: true, frame: frame)) {
            if case .records(let frame, _) = $0 { box.put(frame) } else { box.put([]) }
        }
        isThere.wait()
        return try FetchRequest.readResponse(box.frame, version: version).response
    }

    private final class AnswerBox: Sendable {
        private let answer: Mutex<[UInt8]?>
        private let isThere: WaitPoint
        init(_ answer: consuming Mutex<[UInt8]?>, _ isThere: WaitPoint) {
            self.answer = answer
            self.isThere = isThere
        }
        var frame: [UInt8] { answer.withLock { $0 } ?? [] }
        func put(_ frame: [UInt8]) {
            answer.withLock { $0 = frame }
            isThere.raise()
        }
    }

    @Test(arguments: [Int16(4), 11, 12]) func runsAreWhatWouldBeCopied(version: Int16) throws {
        let running = try RunningBroker()
        let client = try running.client()
        try fill("t", client)
        for offset in 0...Int64(Self.sizes.count) {
            for maxBytes in [Int32(1), 40_000, 100_000, 1 << 20] {
                var request = fetchRequest("t", from: offset)
                request.topics[0].partitions[0].maxBytes = maxBytes
                let fromFile = try client.ask(request, version: version)
                let fromMemory = try copied(request, running, version: version)
                #expect(records(fromFile) == records(fromMemory))
                #expect(fromFile.topics.first?.partitions.first?.highWatermark == Int64(Self.sizes.count))
                #expect(records(fromFile).isEmpty == (offset == Int64(Self.sizes.count)))
            }
        }
    }

    @Test func twoPartitionsInOneAnswer() throws {
        let running = try RunningBroker()
        let client = try running.client()
        try fill("a", client)
        try fill("b", client)
        var request = fetchRequest("a", from: 0)
        request.topics += fetchRequest("b", from: 1).topics + fetchRequest("none", from: 0).topics
        let answer = try client.ask(request, version: 12)
        let parts = answer.topics.flatMap(\.partitions)
        try #require(parts.count == 3)
        #expect(parts[0].records?.count == records(try copied(fetchRequest("a", from: 0), running, version: 12)).count)
        #expect(parts[1].records?.count == records(try copied(fetchRequest("b", from: 1), running, version: 12)).count)
        #expect(parts[2].error == .unknownTopicOrPartition)
        // The connection goes on behind such an answer.
        #expect(try client.ask(fetchRequest("a", from: 7), version: 12).topics.count == 1)
    }

    @Test(arguments: [false, true]) func damageIsNotSent(isCut: Bool) throws {
        let running = try RunningBroker()
        let client = try running.client()
        try fill("t", client)
        let whole = records(try client.ask(fetchRequest("t", from: 0), version: 11))
        let files = SystemFileSystem()
        let folder = "\(running.directory)/topics/\(try #require(running.log.topic(named: "t")).number)/0"
        let name = try #require(try files.list(folder).first { $0.hasSuffix(".log") })
        // In the middle of the fourth record, the large one.
        let place = 3 * 100 + 10 + 60_000 + 200_000
        let file = try files.open("\(folder)/\(name)", .readWrite)
        if isCut {
            try file.truncate(toBytes: Int64(place))
        } else {
            try [UInt8](repeating: 0xFF, count: 8).withUnsafeBytes { try file.write($0, at: Int64(place)) }
        }
        let before = records(try client.ask(fetchRequest("t", from: 0), version: 11))
        #expect(!before.isEmpty && before.count < place && Array(whole.prefix(before.count)) == before)
        let behind = try client.ask(fetchRequest("t", from: 3), version: 11)
        #expect(behind.topics.first?.partitions.first?.error != ErrorCode.none)
        #expect(records(behind).isEmpty)
    }
}
