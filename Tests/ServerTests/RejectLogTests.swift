import ConnectorContract
import Diagnostics
import Serving
import TestSupport
import Testing

@testable import Server

struct RejectLogTests {
    private func record(_ number: Int, bytes: [UInt8] = Array("<b>".utf8)) -> RejectedRecord {
        RejectedRecord(
            reason: "malformed_json", detail: "no \(number)", origin: "a.log", offset: Int64(number), bytes: bytes)
    }

    @Test func countsAllAndKeepsTheNewest() throws {
        let log = RejectLog(directory: nil, files: FaultyFileSystem())
        for number in 0..<100 { log.reject(record(number), table: number % 10 == 0 ? "b" : "a") }
        #expect(log.count(of: "a") == 90 && log.count(of: "b") == 10 && log.count(of: "c") == 0)
        #expect(log.samples(of: "a").count == Limits.rejectedSamples)
        #expect(log.samples(of: "a").last?.offset == 99)
        #expect(log.samples(of: "b").map(\.offset) == (0..<10).map { Int64($0) * 10 })
        #expect(log.samples(of: "a").last?.reason == "malformed_json: no 99")
    }

    @Test func samplesAreBounded() {
        let log = RejectLog(directory: nil, files: FaultyFileSystem())
        log.reject(record(1, bytes: Array(repeating: 0xFF, count: 5_000_000)), table: "a")
        #expect((log.samples(of: "a").first?.text.unicodeScalars.count ?? 0) == Limits.rejectedSampleBytes)
    }

    @Test func recordsAreWrittenForReplay() throws {
        let disk = try place(["d/x": ""])
        RejectLog(directory: "d", files: disk).reject(record(1, bytes: Array("\"\n".utf8)), table: "a")
        // A restart adds to what is there.
        RejectLog(directory: "d", files: disk).reject(record(2), table: "a")
        let lines = String(decoding: disk.contents(of: "d/rejected.ndjson") ?? [], as: UTF8.self).split(separator: "\n")
        #expect(
            lines == [
                #"{"table":"a","file":"a.log","offset":1,"reason":"malformed_json","detail":"no 1","text":"\"\n"}"#,
                #"{"table":"a","file":"a.log","offset":2,"reason":"malformed_json","detail":"no 2","text":"<b>"}"#,
            ])
    }

    /// At 64 MiB the file takes the place of the older one, so two are the most there ever is.
    @Test func theFileIsARingOfTwo() throws {
        let disk = try place(["d/x": ""])
        let log = RejectLog(directory: "d", files: disk)
        let long = [UInt8](repeating: UInt8(ascii: "x"), count: 8 << 20)
        for number in 0..<18 { log.reject(record(number, bytes: long), table: "a") }
        let newest = disk.contents(of: "d/rejected.ndjson")?.count ?? 0
        let older = disk.contents(of: "d/rejected.ndjson.1")?.count ?? 0
        #expect(newest > long.count && newest <= 64 << 20)
        #expect(older > 48 << 20 && older <= 64 << 20)
        #expect(log.unwritten == 0)
    }

    @Test func aDiskThatRefusesCostsOnlyTheCopy() throws {
        let disk = try place(["d/x": ""])
        let log = RejectLog(directory: "d", files: disk)
        disk.failFromOperation(1, code: 28)
        log.reject(record(1), table: "a")
        #expect(log.count(of: "a") == 1 && log.samples(of: "a").count == 1 && log.unwritten == 1)
        disk.clearFaults()
        log.reject(record(2), table: "a")
        #expect(log.unwritten == 1)
        #expect(disk.contents(of: "d/rejected.ndjson")?.isEmpty == false)
    }
}
