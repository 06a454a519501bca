import KafkaProtocol
import Testing

struct CodecTests {
    private let text = Array(repeating: Array("a rose is a rose is a rose, ".utf8), count: 40).flatMap { $0 }

    private func decompress(_ codec: CompressionCodec, _ bytes: [UInt8], limit: Int = 1 << 20) throws -> [UInt8] {
        try bytes.withUnsafeBytes { try codec.decompress($0, limitBytes: limit) }
    }

    /// Each number means the codec of its name, as clients read it by the first bytes of its packed form.
    @Test(arguments: [
        (1, [0x1f, 0x8b]), (2, [0xe0, 0x08]), (3, [0x04, 0x22, 0x4d, 0x18]), (4, [0x28, 0xb5, 0x2f, 0xfd]),
    ])
    func numbersMeanTheirCodecs(number: Int, begins: [Int]) throws {
        let codec = try #require(CompressionCodec(rawValue: Int16(number)))
        let packed = try codec.compress(text)
        #expect(packed.prefix(begins.count).map { Int($0) } == begins)
        #expect(try decompress(codec, packed) == text)
        #expect(throws: WireError.self) { try decompress(codec, packed, limit: 100) }
        #expect(throws: WireError.self) { try decompress(codec, Array(packed.dropLast(8))) }
    }

    @Test func noCodecLeavesBytesAsTheyAre() throws {
        #expect(try CompressionCodec.none.compress(text) == text)
        #expect(try decompress(.none, text) == text)
        #expect(throws: WireError.self) { try decompress(.none, text, limit: 100) }
    }

    private func numbers(in bytes: [UInt8]) throws -> (first: Int32, rest: [Int64]) {
        try bytes.withUnsafeBytes { buffer in
            var reader = WireReader(buffer)
            let first = try reader.readVarint()
            var rest: [Int64] = []
            while reader.remaining > 0 { rest.append(try reader.readVarlong()) }
            return (first, rest)
        }
    }

    @Test func varintsOfEveryLength() throws {
        for value in [0, 1, -1, 63, -64, 64, 8191, -8192, Int32.max, Int32.min] {
            var writer = WireWriter()
            writer.writeVarint(value)
            writer.writeVarlong(Int64(value) << 31)
            writer.writeVarlong(value < 0 ? .min : .max)
            let read = try numbers(in: writer.bytes)
            #expect(read.first == value && read.rest == [Int64(value) << 31, value < 0 ? .min : .max])
        }
        let tooLong = [UInt8](repeating: 0xff, count: 11)
        #expect(throws: WireError.self) { try numbers(in: tooLong) }
        #expect(throws: WireError.self) { try numbers(in: [0] + tooLong) }
    }
}
