import Testing

@testable import KafkaProtocol

/// Every message in every version that is advertised: what is written is read back, and no damage traps.
struct MessageCoderTests {
    /// A small generator, so that a failure repeats.
    struct Randomness: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    /// Bytes of a message with filled arrays and texts. All zeros are a message, or all ones where lengths are compact and
    /// zero is null; of the changes to them those stay that leave a message.
    private func sample<Message: MessageStructure>(
        _ type: Message.Type, version: Int16, isFlexible: Bool, _ randomness: inout Randomness
    ) -> [UInt8] {
        var bytes = [UInt8](repeating: isFlexible ? 1 : 0, count: 220)
        var best = encoded(bytes, type, version, isFlexible) ?? []
        for _ in 0..<600 {
            var changed = bytes
            changed[Int.random(in: 0..<changed.count, using: &randomness)] = UInt8.random(in: 0...4, using: &randomness)
            guard let written = encoded(changed, type, version, isFlexible), written.count >= best.count else {
                continue
            }
            bytes = changed
            best = written
        }
        return best
    }

    /// Reads a message and writes it again; nil when the bytes are none.
    private func encoded<Message: MessageStructure>(
        _ bytes: [UInt8], _ type: Message.Type, _ version: Int16, _ isFlexible: Bool
    ) -> [UInt8]? {
        var message = Message()
        var reader = MessageCoder(reading: bytes, version: version, isFlexible: isFlexible)
        var writer = MessageCoder(version: version, isFlexible: isFlexible)
        do throws(WireError) {
            try reader.structure(&message)
            try writer.structure(&message)
            return writer.output
        } catch {
            return nil
        }
    }

    private func check<Message: MessageStructure>(_ type: Message.Type, _ version: Int16, _ isFlexible: Bool) {
        var randomness = Randomness(state: UInt64(version) &+ 77)
        let bytes = sample(type, version: version, isFlexible: isFlexible, &randomness)
        #expect(encoded(bytes, type, version, isFlexible) == bytes, "\(type) v\(version)")
        for end in bytes.indices {
            #expect(
                encoded(Array(bytes[..<end]), type, version, isFlexible) == nil, "\(type) v\(version) cut at \(end)")
        }
        // Lengths at their extremes.
        for position in bytes.indices {
            for pattern: [UInt8] in [[0x7f, 0xff, 0xff, 0xff], [0xff, 0xff, 0xff, 0xff], [0x80, 0, 0, 0], [0xff]] {
                var damaged = bytes
                for (offset, byte) in pattern.enumerated() where position + offset < damaged.count {
                    damaged[position + offset] = byte
                }
                _ = encoded(damaged, type, version, isFlexible)
            }
        }
    }

    private func check<Message: Request>(_ type: Message.Type) {
        for version in Message.api.advertised where Message.api.serves(version) {
            check(Message.self, version, Message.api.isFlexible(version))
            check(Message.Response.self, version, Message.api.isFlexible(version))
        }
    }

    @Test(arguments: API.allCases)
    func everyMessageInEveryVersion(_ api: API) {
        check(any: api.request)
    }

    private func check(any type: any Request.Type) { check(type) }

    @Test func frames() throws {
        var request = ApiVersionsRequest()
        request.clientName = "librdkafka"
        request.clientVersion = "2.0.2"
        let frame = try request.frame(version: 3, correlationID: 1, clientID: "rdkafka")
        let expected: [UInt8] =
            [0, 18, 0, 3, 0, 0, 0, 1, 0, 7] + Array("rdkafka".utf8) + [0, 11] + Array("librdkafka".utf8) + [6]
            + Array("2.0.2".utf8) + [0]
        #expect(frame == expected)
        let (header, body) = try RequestHeader.read(frame)
        #expect(header == RequestHeader(api: .apiVersions, version: 3, correlationID: 1, clientID: "rdkafka"))
        #expect(try ApiVersionsRequest.read(frame, body: body, version: 3).clientName == "librdkafka")
        var response = ApiVersionsResponse()
        var entry = ApiVersionsResponse.Entry()
        entry.key = 18
        entry.maxVersion = 4
        response.apis = [entry]
        // The header of this one response has no tagged fields, whatever the version.
        #expect(
            try ApiVersionsRequest.frame(response, version: 3, correlationID: 1)
                == [0, 0, 0, 1, 0, 0, 2, 0, 18, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0])
    }

    @Test func unknownVersionsKeepTheirHeader() throws {
        // ApiVersions of a version yet to come: the header is read, the body left alone.
        let frame: [UInt8] = [0, 18, 0, 99, 0, 0, 0, 7, 0xff, 0xff, 1, 2, 3]
        let (header, _) = try RequestHeader.read(frame)
        #expect(header.version == 99 && header.correlationID == 7 && header.clientID == nil)
        #expect(header.api?.serves(99) == false)
    }

    @Test func produceIsListedFromZeroAndServedFromThree() {
        #expect(API.produce.advertised.lowerBound == 0 && API.joinGroup.advertised.lowerBound == 0)
        #expect(!API.produce.serves(2) && API.produce.serves(3))
    }

    @Test func tooManyElementsAreRefused() {
        // One byte for each element would be 2 million structures.
        var bytes: [UInt8] = withUnsafeBytes(of: Int32(2_000_000).bigEndian) { Array($0) }
        bytes += [UInt8](repeating: 0, count: 2_100_000)
        var coder = MessageCoder(reading: bytes, version: 1, isFlexible: false)
        var numbers: [Int8] = []
        #expect(throws: WireError.self) { try coder.numbers(&numbers) }
    }

    @Test func longTextsAreCutAtACharacter() throws {
        var coder = MessageCoder(version: 0, isFlexible: false)
        var text: String? = String(repeating: "错", count: 20_000)
        try coder.text(&text)
        var reader = MessageCoder(reading: coder.output, version: 0, isFlexible: false)
        var back: String?
        try reader.text(&back)
        #expect(back?.count == 32_767 / 3)
    }
}
