import CommitLog
import Diagnostics
import Dispatch
import KafkaProtocol
import Synchronization
import Testing

@testable import Broker

/// A whole broker over a real socket and a real disk.
@Suite(.serialized) struct BrokerTests {
    private func values(_ response: FetchResponse) throws -> [String] {
        let bytes = Array(response.topics.first?.partitions.first?.records ?? [])
        return try bytes.withUnsafeBytes { buffer in
            var values: [String] = []
            var position = 0
            while position < buffer.count,
                let batch = RecordBatchView(UnsafeRawBufferPointer(rebasing: buffer[position...]))
            {
                try batch.forEachRecord { (record) throws(WireError) in
                    values.append(
                        String(decoding: record.value ?? UnsafeRawBufferPointer(start: nil, count: 0), as: UTF8.self))
                }
                position += batch.header.byteCount
            }
            return values
        }
    }

    @Test func whatIsAcknowledgedSurvivesARestart() throws {
        let running = try RunningBroker()
        let client = try running.client()
        #expect(try client.makeTopic("t") == ErrorCode.none)
        for (number, text) in ["a", "b", "c"].enumerated() {
            let answer = try client.ask(produceRequest("t", try batch([text])), version: 9)
            #expect(answer.topics.first?.partitions.first?.baseOffset == Int64(number))
        }
        var commit = OffsetCommitRequest()
        commit.groupID = "g"
        var topic = OffsetCommitRequest.Topic()
        topic.name = "t"
        var partition = OffsetCommitRequest.Topic.Partition()
        partition.offset = 2
        partition.metadata = "mine"
        topic.partitions = [partition]
        commit.topics = [topic]
        #expect(try client.ask(commit, version: 8).topics.first?.partitions.first?.error == ErrorCode.none)
        try running.restart()
        let again = try running.client()
        #expect(try values(try again.ask(fetchRequest("t", from: 0), version: 11)) == ["a", "b", "c"])
        var fetch = OffsetFetchRequest()
        fetch.groupID = "g"
        let offsets = try again.ask(fetch, version: 7)
        #expect(offsets.topics.first?.partitions.first?.offset == 2)
        #expect(offsets.topics.first?.partitions.first?.metadata == "mine")
    }

    /// Damaged records are told of, once for each place, and counted.
    @Test func damageIsToldOf() throws {
        let told = Mutex<[String]>([])
        let notes = DamageNotes { text in told.withLock { $0.append(text) } }
        for _ in 0..<3 {
            notes.note(.damaged(file: "/log/topics/1/0/0.log", position: 7, offset: 12), topic: "t", partition: 0)
            notes.note(.diskFull, topic: "t", partition: 0)
        }
        #expect(notes.reads == 3)
        let texts = told.withLock { $0 }
        #expect(texts.count == 1 && texts.first?.contains("t-0: /log/topics/1/0/0.log is damaged at byte 7") == true)
        #expect(LogError.damaged(file: "", position: 0, offset: 0).code == .corruptMessage)
    }

    /// Bytes that are really damaged, read over the protocol.
    @Test func whoReadsDamageIsToldAndCounted() throws {
        let note = ToldDamage()
        let running = try RunningBroker { $0.reportDamage = { note.add($0) } }
        let client = try running.client()
        #expect(try client.makeTopic("t") == ErrorCode.none)
        let text = String(repeating: "whole ", count: 1_000)
        #expect(try client.ask(produceRequest("t", try batch([text])), version: 9).topics.count == 1)
        let number = try #require(running.log.topic(named: "t")).number
        let folder = running.directory + "/topics/\(number)/0"
        let files = Environment().files
        let name = try #require(try files.list(folder).first { $0.hasSuffix(".log") })
        let segment = try files.open(folder + "/" + name, .readWrite)
        let damaged = try segment.status().sizeBytes / 2
        try [UInt8](repeating: 0xEE, count: 16).withUnsafeBytes { try segment.write($0, at: damaged) }
        for _ in 0..<2 {
            let answer = try client.ask(fetchRequest("t", from: 0), version: 11)
            #expect(answer.topics.first?.partitions.first?.error == .corruptMessage)
        }
        #expect(running.broker.damagedReads >= 2)
        #expect(note.lines.count == 1 && note.lines.first?.contains("t-0: ") == true)
    }

    /// Lines that somebody was told, from any thread.
    private final class ToldDamage: Sendable {
        private let held = Mutex<[String]>([])
        var lines: [String] { held.withLock { $0 } }
        func add(_ line: String) { held.withLock { $0.append(line) } }
    }

    @Test func fetchesWaitForRecords() throws {
        let running = try RunningBroker()
        let reader = try running.client()
        let writer = try running.client()
        #expect(try writer.makeTopic("t") == ErrorCode.none)
        reader.sendFrame(
            try fetchRequest("t", from: 0, waitMilliseconds: 20_000).frame(version: 11, correlationID: 1, clientID: nil)
        )
        #expect(try writer.ask(produceRequest("t", try batch(["late"])), version: 9).topics.count == 1)
        let began = DispatchTime.now().uptimeNanoseconds
        let frame = try #require(reader.receive())
        #expect(try values(try FetchRequest.readResponse(frame, version: 11).response) == ["late"])
        #expect(DispatchTime.now().uptimeNanoseconds - began < 10_000_000_000)
        // And they end when their time is over.
        #expect(try values(try reader.ask(fetchRequest("t", from: 1, waitMilliseconds: 50), version: 11)).isEmpty)
    }

    @Test func answersKeepTheOrderOfTheRequests() throws {
        let running = try RunningBroker()
        let client = try running.client()
        #expect(try client.makeTopic("t") == ErrorCode.none)
        // A produce that waits for the disk, and behind it a question that does not.
        for number in 0..<20 {
            let isProduce = number % 2 == 0
            let frame =
                isProduce
                ? try produceRequest("t", try batch(["\(number)"])).frame(
                    version: 9, correlationID: Int32(100 + number), clientID: nil)
                : try ApiVersionsRequest().frame(version: 0, correlationID: Int32(100 + number), clientID: nil)
            client.sendFrame(frame)
        }
        for number in 0..<20 {
            let frame = try #require(client.receive())
            #expect(frame.prefix(4).reduce(0) { $0 << 8 | Int($1) } == 100 + number)
        }
    }

    @Test func whoWantsNoAnswerGetsNone() throws {
        let running = try RunningBroker()
        let client = try running.client()
        #expect(try client.makeTopic("t") == ErrorCode.none)
        client.sendFrame(
            try produceRequest("t", try batch(["silent"]), acks: 0).frame(version: 9, correlationID: 5, clientID: nil))
        // The next answer is that of the next request.
        let answer = try client.ask(fetchRequest("t", from: 0, waitMilliseconds: 5_000), version: 11)
        #expect(try values(answer) == ["silent"])
    }

    @Test func mistakesAreNamed() throws {
        let running = try RunningBroker()
        let client = try running.client()
        #expect(try client.makeTopic("t") == ErrorCode.none)
        func code(_ request: ProduceRequest) throws -> ErrorCode? {
            try client.ask(request, version: 9).topics.first?.partitions.first?.error
        }
        #expect(try code(produceRequest("nowhere", try batch(["x"]))) == .unknownTopicOrPartition)
        #expect(try code(produceRequest("t", try batch(["x"]), acks: 7)) == .invalidRequiredAcks)
        #expect(try code(produceRequest("t", [1, 2, 3])) == .corruptMessage)
        var damaged = try batch(["damaged"])
        damaged[damaged.endIndex - 1] ^= 1
        #expect(try code(produceRequest("t", damaged)) == .corruptMessage)
        #expect(try code(produceRequest("__millrace_state", try batch(["x"]))) == .topicAuthorizationFailed)
        let beyond = try client.ask(fetchRequest("t", from: 99), version: 11)
        #expect(beyond.topics.first?.partitions.first?.error == .offsetOutOfRange)
    }

    /// Every request cut at every byte, and with bytes that are not its own: its connection may end, no other does.
    @Test func hostileFramesHarmNobodyElse() throws {
        let running = try RunningBroker()
        let witness = try running.client()
        #expect(try witness.makeTopic("t") == ErrorCode.none)
        var seed: UInt64 = 99
        for api in API.allCases {
            for version in [api.advertised.lowerBound, api.advertised.upperBound] where api.serves(version) {
                let header = try RequestHeader.encoded(api, version)
                for length in stride(from: 0, through: 40, by: 5) {
                    let body = (0..<length).map { _ -> UInt8 in
                        seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                        return UInt8(truncatingIfNeeded: seed >> 60)
                    }
                    let client = try running.client()
                    client.sendFrame(header + body)
                    // An answer, or the end of the connection; fetches and groups may also wait.
                    if api != .fetch, api != .joinGroup, api != .syncGroup { _ = client.receive() }
                }
            }
        }
        for frame: [UInt8] in [[], [0], [0, 18, 0, 0], Array(repeating: 0xff, count: 64)] {
            let client = try running.client()
            client.sendFrame(frame)
            #expect(client.receive() == nil)
        }
        let huge = try running.client()
        huge.send([0x7f, 0xff, 0xff, 0xff])
        #expect(huge.receive() == nil)
        #expect(
            try witness.ask(produceRequest("t", try batch(["alive"])), version: 9).topics.first?.partitions.first?.error
                == ErrorCode.none)
    }

    @Test func connectionsAreBounded() throws {
        var limits = BrokerLimits()
        limits.connections = 3
        let running = try RunningBroker(limits: limits)
        var clients = try (0..<3).map { _ in try running.client() }
        for client in clients { #expect(try client.ask(ApiVersionsRequest(), version: 0).apis.isEmpty == false) }
        let fourth = try running.client()
        #expect(fourth.receive() == nil)
        clients.removeLast()
        // A place is free again once the closed connection is noticed.
        var isIn = false
        for _ in 0..<200 where !isIn {
            let next = try running.client()
            isIn = (try? next.ask(ApiVersionsRequest(), version: 0)) != nil
        }
        #expect(isIn)
    }
}

extension RequestHeader {
    /// The bytes of a header alone.
    fileprivate static func encoded(_ api: API, _ version: Int16) throws -> [UInt8] {
        var coder = MessageCoder(version: 0, isFlexible: false)
        var (key, number, correlation) = (api.rawValue, version, Int32(1))
        var client: String? = "x"
        try coder.number(&key)
        try coder.number(&number)
        try coder.number(&correlation)
        try coder.text(&client)
        return coder.output + (api.isFlexible(version) ? [0] : [])
    }
}
