import Columnar
import Diagnostics
import Formats
import Glibc
import Testing

/// Prints how fast wide log lines become columns; measures, never fails on speed.
struct JSONSpeedTests {
    static let names = [
        "bussinessRst", "channelCode", "chargefee", "clientIp", "gateway_id", "interFacRst", "logOutTime", "orderId",
        "phoneno", "provinceCode", "requestId", "receiveNotifyTime", "retMsg", "serverIp", "serverPort", "serviceName",
        "shouldfee", "sysId", "srcChannel", "activityId", "cityCode", "discount", "payTime", "prodCnt", "resultCode",
        "sessionId", "traceId", "version",
    ]
    static let wanted = [
        "bussinessRst", "chargefee", "interFacRst", "logOutTime", "orderId", "provinceCode", "requestId",
        "receiveNotifyTime", "serviceName", "retMsg",
    ]

    #if DEBUG
    static let isOptimised = false
    #else
    static let isOptimised = true
    #endif

    @Test func printsNanosecondsPerLine() throws {
        var text = ""
        var random = SplitMix64(seed: 7)
        let lines = Self.isOptimised ? 20_000 : 500
        for _ in 0..<lines {
            let parts = Self.names.map { name in
                "\"\(name)\":\"\(random.next() % (name.utf8.count > 8 ? 100_000_000 : 10_000))\""
            }
            text += "{" + parts.joined(separator: ",") + "}\n"
        }
        let block = InputBlock(copying: text.utf8)
        let fields = Self.wanted.map { Field.of($0, .string) }
        let decoder = try DecoderHarness(fields: fields).make()
        var best = Int.max
        var rows = 0
        for _ in 0..<10 {
            rows = 0
            let start = processorNanoseconds()
            var position = 0
            while position < block.count {
                let end = min(block.count, position + (1 << 20))
                let result = try decoder.decode(
                    block, from: position, to: end == block.count ? end : lineEnd(block, end))
                rows += result.batch?.rowCount ?? 0
                position = result.consumed
            }
            best = min(best, processorNanoseconds() - start)
        }
        #expect(rows == lines)
        var scanned = 0
        var scan = Int.max
        for _ in 0..<10 {
            let start = processorNanoseconds()
            scanned = bareJSONScan(block: block, paths: fields.map { [$0.name] }).lines
            scan = min(scan, processorNanoseconds() - start)
        }
        #expect(scanned == lines)
        print(
            "json: \(block.count / lines) bytes/line, decode \(best / lines) ns/line, bare scan \(scan / lines) ns/line"
        )
    }

    private func lineEnd(_ block: InputBlock, _ from: Int) -> Int {
        var end = from
        while end > 0, block.bytes[end - 1] != 10 { end -= 1 }
        return end
    }

    /// Processor time of this thread: other work on the machine does not count.
    private func processorNanoseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}
