import Testing

@testable import KafkaProtocol

/// Every request in every version, cut off everywhere and with extreme numbers everywhere.
@Suite struct HostileRequestTests {
    /// Bytes that are often lengths of something small.
    private func bytes(_ seed: UInt64, _ count: Int) -> [UInt8] {
        let choices: [UInt8] = [0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 0x61]
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return choices[Int(state >> 33) % choices.count]
        }
    }

    /// Bodies that are whole requests, the longest of some that were tried.
    private func bodies<Message: Request>(_ type: Message.Type, _ version: Int16) throws -> [[UInt8]] {
        var found: [[UInt8]] = [try body(Message(), version)]
        for seed in 1...60 as ClosedRange<UInt64> {
            let stream = bytes(seed &+ UInt64(bitPattern: Int64(version)) &* 977, 90)
            guard let message = try? Message.read(stream, body: 0, version: version) else { continue }
            found.append(try body(message, version))
        }
        return Array(found.sorted { $0.count > $1.count }.prefix(2))
    }

    private func body<Message: Request>(_ message: Message, _ version: Int16) throws -> [UInt8] {
        var coder = MessageCoder(version: version, isFlexible: Message.api.isFlexible(version))
        var message = message
        try coder.structure(&message)
        return coder.output
    }

    private func attack<Message: Request>(_ type: Message.Type, _ version: Int16) throws {
        for whole in try bodies(type, version) {
            // What was read and written again is read the same.
            let again = try body(try Message.read(whole, body: 0, version: version), version)
            #expect(again == whole, "\(Message.api) \(version)")
            for count in 0..<whole.count {
                let cut = try? Message.read(Array(whole[..<count]), body: 0, version: version)
                #expect(cut == nil, "\(Message.api) \(version), \(count) of \(whole.count) bytes")
            }
            let extremes: [[UInt8]] = [
                [0x7F, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0], [0x7F, 0xFF], [0x80, 0],
                [0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            ]
            for place in whole.indices {
                for extreme in extremes {
                    let end = min(whole.count, place + extreme.count)
                    // Only that it comes back matters: a length beyond the bytes may be an error or a number.
                    let hostile = Array(whole[..<place]) + extreme + whole[end...]
                    _ = try? Message.read(hostile, body: 0, version: version)
                }
            }
        }
    }

    @Test(arguments: API.allCases)
    func nothingTrapsAndWhatIsCutIsAnError(api: API) throws {
        for version in api.advertised where api.serves(version) { try attack(api.request, version) }
    }
}
