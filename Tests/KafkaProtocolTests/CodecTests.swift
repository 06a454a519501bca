import KafkaProtocol
import Testing

struct CodecTests {
    private let text = Array(repeating: Array("a rose is a rose is a rose, ".utf8), count: 400).flatMap { $0 }

    private func decompress(_ codec: CompressionCodec, _ bytes: [UInt8], limit: Int = 1 << 20) throws -> [UInt8] {
        try bytes.withUnsafeBytes { try codec.decompress($0, limitBytes: limit) }
    }

    @Test(arguments: CompressionCodec.allCases)
    func bytesComeBack(_ codec: CompressionCodec) throws {
        let noise = (0..<5_000).map { UInt8(truncatingIfNeeded: ($0 &* $0 &* 31) >> 3) }
        for plain in [[], [7], text, noise, [UInt8](repeating: 0, count: 100_000)] {
            #expect(try decompress(codec, codec.compress(plain)) == plain)
        }
    }

    @Test(arguments: CompressionCodec.allCases)
    func aBombIsRefusedAtTheLimit(_ codec: CompressionCodec) throws {
        let bomb = try codec.compress([UInt8](repeating: 0, count: 4 << 20))
        #expect(throws: WireError.self) { try decompress(codec, bomb, limit: 1 << 20) }
        #expect(try decompress(codec, bomb, limit: 4 << 20).count == 4 << 20)
    }

    @Test(arguments: CompressionCodec.allCases.filter { $0 != .none })
    func damageIsAnErrorOrOtherBytes(_ codec: CompressionCodec) throws {
        let whole = try codec.compress(Array(text.prefix(600)))
        for count in 0..<whole.count { _ = try? decompress(codec, Array(whole[..<count]), limit: 4096) }
        for bit in 0..<(whole.count * 8) {
            var damaged = whole
            damaged[bit / 8] ^= 1 << (bit % 8)
            if let plain = try? decompress(codec, damaged, limit: 4096) { #expect(plain.count <= 4096) }
        }
        #expect(throws: WireError.self) { try decompress(codec, Array(whole[..<(whole.count / 2)])) }
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
