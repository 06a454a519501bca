import Columnar
import Testing

/// Rows as lines of CSV and JSON.
struct RowWriterTests {
    private let fields = [
        Field("id", DataType(.integer)), Field("na\"me", DataType(.string)), Field("ok", DataType(.boolean)),
        Field("x", DataType(.double)),
        Field("p", DataType(.decimal(precision: 10, scale: 2))), Field("at", DataType(.timestampLTZ(precision: 3))),
        Field("b", DataType(.bytes)),
    ]

    private func batch(_ texts: [String?]) -> Batch {
        let heap = ByteHeap()
        let columns = fields.map { Column($0.type, capacity: texts.count) }
        for (row, text) in texts.enumerated() {
            guard let text else {
                for column in columns { column.setNull(row) }
                continue
            }
            columns[0].int64[row] = Int64(row) - 1
            columns[1].text[row] = heap.add(text)
            columns[2].setBit(row, row % 2 == 0)
            columns[3].float64[row] = row == 0 ? .nan : 1e7
            columns[4].int128[row] = -150
            columns[5].int64[row] = 1_795_162_150_123_000
            columns[6].text[row] = heap.add("\u{A}\u{7F}")
        }
        for column in columns { column.owners = [heap] }
        return Batch(columns: columns, rowCount: texts.count)
    }

    private func lines(_ form: RowWriter.Form, _ texts: [String?]) throws -> [String] {
        let writer = RowWriter(fields: fields, form: form, zone: try TimeZoneRules.named("Asia/Shanghai"))
        let batch = batch(texts)
        var bytes: [UInt8] = []
        for row in texts.indices { writer.append(batch, row, to: &bytes) }
        #expect(bytes.last == 0x0A)
        return String(decoding: bytes.dropLast(), as: UTF8.self).split(
            separator: "\n", omittingEmptySubsequences: false
        ).map(String.init)
    }

    @Test func csv() throws {
        let rest = "-1.50,2026-11-20 16:09:10.123,x'0a7f'"
        #expect(
            try lines(.csv, ["plain", "", "a,\"b\"", nil]) == [
                "-1,plain,true,NaN,\(rest)", "0,\"\",false,1.0E7,\(rest)", "1,\"a,\"\"b\"\"\",true,1.0E7,\(rest)",
                ",,,,,,",
            ])
    }

    @Test func json() throws {
        let rest = #""p":-1.50,"at":"2026-11-20 16:09:10.123","b":"x'0a7f'"}"#
        #expect(
            try lines(.ndjson, ["数\"\\\n\u{1}", "", nil]) == [
                #"{"id":-1,"na\"me":"数\"\\\n\u0001","ok":true,"x":"NaN","# + rest,
                #"{"id":0,"na\"me":"","ok":false,"x":1.0E7,"# + rest,
                #"{"id":null,"na\"me":null,"ok":null,"x":null,"p":null,"at":null,"b":null}"#,
            ])
    }
}
