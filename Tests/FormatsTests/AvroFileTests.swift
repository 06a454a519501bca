import Columnar
import Diagnostics
import Formats
import Testing

/// Container files of Avro, packed and not.
struct AvroFileTests {
    private static let fields = [
        Field("id", DataType(.bigint, isNullable: false)), Field("name", DataType(.string, isNullable: false)),
    ]
    private let mark = Array(UInt8(1)...16)
    private var harness: DecoderHarness { DecoderHarness(format: "avro", fields: Self.fields) }

    /// A file with a block for each range of numbers; with where each block begins.
    private func file(_ codec: String, _ blocks: [Range<Int64>]) throws -> (bytes: [UInt8], starts: [Int]) {
        let encoder = try FormatCatalog.makeEncoder(
            format: "avro", fields: Self.fields, options: ["avro.codec": codec])
        let framing = try #require(encoder.framing)
        var bytes = framing.header(mark)
        var starts: [Int] = []
        for numbers in blocks {
            let columns = Self.fields.map { Column($0.type, capacity: numbers.count) }
            let heap = ByteHeap()
            for (row, number) in numbers.enumerated() {
                columns[0].set(row, NestedItem(number))
                columns[1].set(row, heap.item(Array("the name of number \(number % 100)".utf8)))
            }
            for column in columns { column.owners = [heap] }
            var records: [UInt8] = []
            try encoder.append(Batch(columns: columns, rowCount: numbers.count), rows: 0..<numbers.count, to: &records)
            starts.append(bytes.count)
            bytes += try framing.block(records, numbers.count, mark)
        }
        return (bytes, starts)
    }

    private func rows(_ numbers: some Sequence<Int64>) -> [[String?]] {
        numbers.map { ["\($0)", "the name of number \($0 % 100)"] }
    }

    @Test(arguments: ["null", "deflate", "snappy", "zstandard"])
    func blocksOfManyBatchesComeBack(_ codec: String) throws {
        let last = Int64(Limits.batchRows * 2 + 10)
        let decoded = try harness.decode(file(codec, [0..<5, 5..<last, last..<(last + 1)]).bytes)
        #expect(decoded.rows == rows(0..<(last + 1)))
        #expect(decoded.rejected.isEmpty && decoded.batches == 5)
    }

    /// Each batch has a place of its own in the file, at which a restart knows that it was delivered.
    @Test(arguments: ["null", "deflate", "snappy", "zstandard"])
    func placesGrowWithBatches(_ codec: String) throws {
        let whole = try file(codec, [0..<Int64(Limits.batchRows * 3)])
        let block = InputBlock(copying: whole.bytes)
        let decoder = try harness.make()
        var places = [0]
        while let last = places.last, last < block.count {
            let lines = try decoder.decode(block, from: last, to: block.count, isFinal: true)
            #expect(lines.batch?.rowCount == Limits.batchRows)
            #expect(lines.consumed > last)
            places.append(max(lines.consumed, last + 1))
        }
        #expect(places.count == 4 && places.last == block.count)
    }

    @Test(arguments: ["deflate", "snappy", "zstandard"])
    func aBlockThatCannotBeUnpackedIsLostAlone(_ codec: String) throws {
        var (bytes, starts) = try file(codec, [0..<50, 50..<100, 100..<150])
        // All of the packed bytes: the numbers in front of them take three bytes, the mark behind them sixteen.
        for place in (starts[1] + 3)..<(starts[2] - 16) { bytes[place] = 0xff }
        let decoded = try harness.decode(bytes)
        #expect(decoded.rows == rows(0..<50) + rows(100..<150))
        #expect(decoded.rejected.count == 1)
        #expect(decoded.rejected.first?.detail.hasPrefix("a block cannot be unpacked") == true)
    }

    @Test func theSumOfSnappyIsLookedAt() throws {
        var (bytes, starts) = try file("snappy", [0..<50])
        _ = starts.removeLast()
        bytes[bytes.count - 17] ^= 1
        let decoded = try harness.decode(bytes)
        #expect(decoded.rows.isEmpty)
        #expect(decoded.rejected.first?.detail.contains("the sum of the block is another") == true)
    }

    @Test(arguments: ["null", "deflate", "snappy", "zstandard"])
    func everyCutAndFlippedBitEnds(_ codec: String) throws {
        let whole = try file(codec, [0..<8, 8..<12]).bytes
        for count in 0..<whole.count { _ = try? harness.decode(Array(whole[..<count])) }
        for bit in 0..<(whole.count * 8) {
            var damaged = whole
            damaged[bit / 8] ^= 1 << (bit % 8)
            _ = try? harness.decode(damaged)
        }
    }

    @Test func codecsThatAreNotBuiltInAreNamed() throws {
        var bytes = try file("null", [0..<3]).bytes
        let codec = try #require((0..<(bytes.count - 4)).first { Array(bytes[$0..<($0 + 4)]) == Array("null".utf8) })
        bytes.replaceSubrange((codec - 1)..<(codec + 4), with: [10] + Array("bzip2".utf8))
        let error = #expect(throws: MillraceError.self) { try harness.decode(bytes) }
        #expect(error?.code == "unsupported_codec" && error?.hint?.contains("zstandard") == true)
    }
}
