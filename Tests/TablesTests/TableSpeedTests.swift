import Columnar
import ConnectorContract
import Tables
import Testing

struct TableSpeedTests {
    /// Upserts a million rows over a hundred thousand keys; prints the figures, and fails only where something is badly off.
    @Test func upsertsAreCheap() throws {
        let table = try ResultTable(description())
        let sink = table.makeSink()
        let batches = (0..<25).map { group in
            batch((0..<4_000).map { (.updateAfter, order(Int64(group * 4_000 + $0), "some name \($0 % 7)")) })
        }
        let clock = ContinuousClock()
        let writing = try clock.measure {
            for _ in 0..<10 { for batch in batches { try sink.write(batch) } }
        }
        let reading = clock.measure { _ = table.batches() }
        let epoch = try clock.measure { _ = try sink.snapshot(epoch: 1) }
        #expect(table.rowCount == 100_000)
        print(
            "1,000,000 upserts \(writing), reading 100,000 rows \(reading), first epoch \(epoch), \(table.byteCount) bytes"
        )
        #expect(writing < .seconds(20))
    }
}
