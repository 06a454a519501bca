import Columnar
import Formats
import TestSupport
import Testing

/// Rows traced to the records they came from.
struct RecordDecoderTests {
    private func decode(
        _ records: [String], format: String, _ types: [DataType], options: [String: String] = [:]
    ) throws -> (rows: [[BatchBuilder.Value]], origins: [Int32], rejected: [Int]) {
        let fields = types.enumerated().map { Field("c\($0.offset)", $0.element) }
        let decoder = RecordDecoder(
            try FormatCatalog.makeDecoder(
                format: format, columns: fields.map { ColumnRequest($0) }, schema: fields, options: options,
                timeZone: "UTC"),
            format: format)
        // Too small on purpose: it grows.
        var bytes = RecordBytes(block: InputBlock(capacity: 4), format: format)
        for record in records { Array(record.utf8).withUnsafeBytes { bytes.append($0) } }
        var rows: [[BatchBuilder.Value]] = []
        var origins: [Int32] = []
        var rejected: [Int] = []
        var next = 0
        while next < bytes.count {
            let decoded = try decoder.decode(bytes, from: next, to: bytes.count, tracesRows: true)
            #expect(decoded.next > next)
            next = decoded.next
            if let batch = decoded.batch { rows += BatchBuilder.rows(of: batch) }
            origins += decoded.origins
            rejected += decoded.rejected.map(\.record)
        }
        return (rows, origins, rejected)
    }

    @Test func eachRecordIsARowOrRejected() throws {
        let records = (0..<500).map { $0 % 50 == 7 ? "{" : "{\"c0\": \($0)}" }
        let decoded = try decode(records, format: "json", [DataType(.bigint)])
        let good = (0..<500).filter { $0 % 50 != 7 }
        #expect(decoded.rows == good.map { [.integer(Int64($0))] })
        #expect(decoded.origins == good.map { Int32($0) })
        #expect(decoded.rejected == (0..<500).filter { $0 % 50 == 7 })
    }

    @Test func arraysGiveSeveralRowsOfOneRecord() throws {
        let records = [
            "{\"c0\": 1}", "[{\"c0\": 2}, {\"c0\": 3}]", "[]", " [{\"c0\": 4}]", "{\n\"c0\": 5}", "", "{\"c0\": 6}",
        ]
        let decoded = try decode(records, format: "json", [DataType(.bigint)])
        #expect(decoded.rows == (1...6).map { [.integer($0)] })
        #expect(decoded.origins == [0, 1, 1, 3, 4, 6])
        #expect(decoded.rejected.isEmpty)
    }

    @Test func skippedRecordsDoNotShiftTheOthers() throws {
        let decoded = try decode(
            ["1", "x", "3", "\"4", "5"], format: "csv", [DataType(.bigint, isNullable: false)],
            options: ["csv.ignore-parse-errors": "true"])
        for (row, origin) in zip(decoded.rows, decoded.origins) where row != [.null] {
            #expect(row == [.integer(Int64(origin) + 1)])
        }
        #expect(decoded.rows.contains([.integer(5)]))
    }

    @Test func changesComeFromOneRecord() throws {
        let records = [
            #"{"before": null, "after": {"c0": 1}, "op": "c"}"#,
            #"{"before": {"c0": 1}, "after": {"c0": 2}, "op": "u"}"#,
            #"{"before": {"c0": 2}, "after": null, "op": "d"}"#,
        ]
        let decoded = try decode(records, format: "debezium-json", [DataType(.bigint)])
        #expect(decoded.origins == [0, 1, 1, 2])
    }

    @Test func rawTakesEveryByte() throws {
        let records = ["", "a\nb", "c\r", "火箭"]
        let decoded = try decode(records, format: "raw", [DataType(.string)])
        #expect(decoded.rows == records.map { [.text($0)] })
        #expect(decoded.origins == [0, 1, 2, 3])
    }
}
