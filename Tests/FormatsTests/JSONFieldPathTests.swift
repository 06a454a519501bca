import Columnar
import Diagnostics
import Testing

@testable import Formats

/// Fields of ROWs taken straight from the text against those taken out of the whole ROW.
struct JSONFieldPathTests {
    private static let inner = DataType(.row([.of("p", .bigint), .of("q", .array(DataType(.integer)))]))
    private static let row = Field(
        "r", DataType(.row([.of("a", .bigint), .of("s", .string), Field("n", inner), .of("m", map)])))
    private static let map = LogicalType.map(
        key: DataType(.string), value: DataType(.row([.of("x", .double), .of("y", .boolean)])))
    private static let schema = [Field.of("id", .bigint), row, .of("l", .array(DataType(.array(DataType(.string)))))]

    private static let requests = [
        ColumnRequest(path: ["id"], type: DataType(.bigint)),
        ColumnRequest(path: ["r"], type: DataType(.boolean, isNullable: false), isPresence: true),
        ColumnRequest(path: ["r", "a"], type: DataType(.bigint)),
        ColumnRequest(path: ["r", "s"], type: DataType(.string)),
        ColumnRequest(path: ["r", "n"], type: DataType(.boolean, isNullable: false), isPresence: true),
        ColumnRequest(path: ["r", "n", "p"], type: DataType(.bigint)),
        ColumnRequest(path: ["r", "n", "q"], type: DataType(.array(DataType(.integer)))),
        ColumnRequest(path: ["r", "m"], type: DataType(map)),
        ColumnRequest(path: ["l"], type: schema[2].type),
    ]

    /// Without objects in objects, whose absence is noted for many rows at once.
    private static let plain = requests.filter { $0.path.count < 3 && $0.path != ["r", "n"] }
    private static let plainSchema = [
        schema[0], Field("r", DataType(.row([.of("a", .bigint), .of("s", .string), .of("m", map)]))), schema[2],
    ]

    /// A value of a kind that fits, or of any other now and then.
    private static func value(_ depth: Int, _ random: inout SplitMix64) -> String {
        let scalars = [
            "1", "-7", "\"x\"", "\"a text longer than twelve\"", "null", "true", "2.5", "\"\\u00e9\\n\"", "[]", "{}",
        ]
        switch Int.random(in: 0..<(depth > 3 ? 4 : 10), using: &random) {
        case 0..<4: return scalars.randomElement(using: &random)!
        case 4, 5:
            let count = Int.random(in: 0...3, using: &random)
            return "[" + (0..<count).map { _ in value(depth + 1, &random) }.joined(separator: ",") + "]"
        default: return object(["a", "s", "n", "m", "p", "q", "x", "y", "k\\t", "a"], depth + 1, &random)
        }
    }

    private static func object(_ keys: [String], _ depth: Int, _ random: inout SplitMix64) -> String {
        let members = (0..<Int.random(in: 0...5, using: &random)).map { _ in
            "\"\(keys.randomElement(using: &random)!)\" : \(value(depth, &random))"
        }
        return "{ " + members.joined(separator: ",") + "}"
    }

    private static func line(_ random: inout SplitMix64) -> [UInt8] {
        var bytes = Array(object(["id", "r", "l", "r", "r"], 0, &random).utf8)
        if Int.random(in: 0..<4, using: &random) == 0, !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            bytes[place] = Array("{}[]\",:\\ 1n".utf8).randomElement(using: &random)!
        }
        return bytes
    }

    private static func values(_ batch: Batch) -> [[String]] {
        (0..<batch.rowCount).map { row in
            batch.columns.map { column in
                let item = column.item(row)
                if item.isNull { return "NULL" }
                return column.kind == .text ? "\(Array(item.bytes))" : "\(item.low)"
            }
        }
    }

    @Test(arguments: 0..<20)
    func leavesAreThoseOfTheWholeRow(seed: Int) throws {
        try compare(Self.requests, Self.schema, lines: 3, times: 500, seed)
    }

    @Test(arguments: 20..<30)
    func leavesOfObjectsThatAreOftenMissingAreThoseOfTheWholeRow(seed: Int) throws {
        try compare(Self.plain, Self.plainSchema, lines: 150, times: 10, seed)
    }

    private func compare(_ requests: [ColumnRequest], _ schema: [Field], lines: Int, times: Int, _ seed: Int) throws {
        var random = SplitMix64(seed: UInt64(seed))
        for ignores in [true, false] {
            var settings = JSONSettings()
            settings.ignoresErrors = ignores
            let leaves = try JSONDecoder(columns: requests, settings: settings)
            let whole = try FieldPathDecoder(requests, schema: schema) { (columns) throws(MillraceError) in
                try JSONDecoder(columns: columns, settings: settings)
            }
            var rows = 0
            for _ in 0..<times {
                let text = Array((0..<lines).map { _ in Self.line(&random) }.joined(separator: [10]))
                let block = InputBlock(copying: text)
                let one = try leaves.decode(block, from: 0, to: block.count)
                let other = try whole.decode(block, from: 0, to: block.count)
                #expect(
                    one.batch.map(Self.values) == other.batch.map(Self.values),
                    "seed \(seed): \(String(decoding: text, as: UTF8.self))")
                #expect(
                    one.rejected.map(\.reason) == other.rejected.map(\.reason),
                    "seed \(seed): \(String(decoding: text, as: UTF8.self))")
                rows += one.batch?.rowCount ?? 0
            }
            #expect(rows > 20)
        }
    }

    @Test func anObjectMayBeMissingAndComeInOneLine() throws {
        let decoder = try JSONDecoder(
            columns: [Self.requests[0], Self.requests[2], Self.requests[3]], settings: JSONSettings())
        var text = String(repeating: #"{"id":1,"r":null}"# + "\n", count: 70)
        text += #"{"id":2,"r":null,"r":{"a":5}}"# + "\n" + #"{"id":3,"r":{"a":6,"s":"x"},"r":null}"# + "\n"
        text += #"{"id":4}"# + "\n" + #"{"id":5,"r":null,"r":null}"# + "\n" + #"{"id":6,"r":{"a":7}}"#
        let block = InputBlock(copying: Array(text.utf8))
        let batch = try #require(try decoder.decode(block, from: 0, to: block.count).batch)
        let values = Self.values(batch)
        #expect(values.count == 75)
        #expect(values[0..<70].allSatisfy { $0 == ["1", "NULL", "NULL"] })
        #expect(
            Array(values[70...]) == [
                ["2", "5", "NULL"], ["3", "NULL", "NULL"], ["4", "NULL", "NULL"], ["5", "NULL", "NULL"],
                ["6", "7", "NULL"],
            ])
    }

    @Test func whatIsMissingIsNullAndTheLastOfRepeatedKeysCounts() throws {
        let decoder = try JSONDecoder(columns: Array(Self.requests[0..<6]), settings: JSONSettings())
        let block = InputBlock(
            copying: Array(
                """
                {"id":1,"r":{"a":5,"n":{"p":6}},"r":{"s":"x"}}
                {"id":2,"r":null}
                {"id":3,"r":{"a":5,"n":null}}
                {"r":{"n":{}},"id":4}
                """.utf8))
        let batch = try #require(try decoder.decode(block, from: 0, to: block.count).batch)
        let text: [UInt8] = [120]
        #expect(
            Self.values(batch) == [
                ["1", "1", "NULL", "\(text)", "0", "NULL"], ["2", "0", "NULL", "NULL", "0", "NULL"],
                ["3", "1", "5", "NULL", "0", "NULL"], ["4", "1", "NULL", "NULL", "1", "NULL"],
            ])
    }

    @Test func aMissingFieldCanRejectTheLine() throws {
        var settings = JSONSettings()
        settings.failsOnMissing = true
        let decoder = try JSONDecoder(columns: [Self.requests[0], Self.requests[2]], settings: settings)
        let block = InputBlock(copying: Array(#"{"id":1,"r":{"a":2}}"#.utf8) + [10] + Array(#"{"id":1,"r":{}}"#.utf8))
        let lines = try decoder.decode(block, from: 0, to: block.count)
        #expect(lines.batch?.rowCount == 1)
        #expect(lines.rejected.map(\.detail) == ["field 'r.a' is missing"])
    }
}
