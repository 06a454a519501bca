import Foundation
import Testing

@testable import Workloads

struct RechargeOracleTests {
    @Test func equalsWhatTheFilesSay() throws {
        let directory = try ScratchDirectory()
        var options = quickOptions(directory, count: 20_000)
        options.oraclePath = directory.path + "/oracle.json"
        let summary = try generate(options)
        #expect(summary.isComplete)
        #expect(summary.lines == 20_000)
        try compare(directory)
        #expect(summary.oracle.rejectedLines == 0 && summary.oracle.futureLines == 0)
    }

    @Test func equalsWhatTheFilesSayWithBadLines() throws {
        let directory = try ScratchDirectory()
        var options = quickOptions(directory, count: 20_000)
        options.oraclePath = directory.path + "/oracle.json"
        options.malformedPerMillion = 30_000
        options.rotateBytes = 200_000
        let oracle = try generate(options).oracle
        try compare(directory)
        for malformation in RechargeMalformation.allCases {
            #expect(oracle.malformed[malformation.rawValue] > 0, "\(malformation.name) never happened")
        }
        #expect(oracle.malformed[RechargeMalformation.oversizedLine.rawValue] <= RechargeMalformation.oversizedLimit)
        #expect(oracle.rechargeNegativeDurations > 0 && oracle.paymentNegativeDurations > 0)
        #expect(oracle.lines == oracle.uniqueLines + oracle.duplicates + oracle.futureLines + oracle.rejectedLines)
    }

    @Test func anEmptyRunHasNoDurations() throws {
        let directory = try ScratchDirectory()
        var options = quickOptions(directory, count: 0)
        options.oraclePath = directory.path + "/oracle.json"
        #expect(try generate(options).lines == 0)
        let text = try String(contentsOfFile: directory.path + "/oracle.json", encoding: .utf8)
        #expect(text.contains(#""recharge_duration_ms":{"count":0,"sum":0,"min":null,"max":null}"#))
        #expect(text.contains(#""minutes":[]"#))
    }

    /// Holds the oracle file against a reading of the log files.
    private func compare(_ directory: ScratchDirectory) throws {
        let reread = try RereadMetrics(root: directory.path)
        let data = try Data(contentsOf: URL(fileURLWithPath: directory.path + "/oracle.json"))
        let oracle = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        func number(_ key: String) -> Int { oracle[key] as? Int ?? -1 }
        #expect(number("lines") == reread.lines)
        #expect(number("bytes") == reread.bytes)
        #expect(number("rejected_lines") == reread.rejected)
        #expect(number("duplicates") == reread.duplicates)
        #expect(number("future_lines") == reread.future)
        let keys = [
            "unique_lines", "created_orders", "recharge_notices", "recharge_successes", "amount_fen",
            "recharge_negative_durations", "payment_negative_durations",
        ]
        for key in keys { #expect(number(key) == reread.numbers[key, default: 0], "\(key)") }
        for kind in ["recharge", "payment"] {
            let durations = try #require(oracle[kind + "_duration_ms"] as? [String: Int])
            let expected = try #require(reread.durations[kind])
            #expect(durations["count"] == expected.count && expected.count > 1_000)
            #expect(durations["sum"] == expected.reduce(0, +))
            #expect(durations["min"] == expected.min())
            #expect(durations["max"] == expected.max())
        }
        let recharges = ["orders", "successes", "amount_fen"]
        #expect(try rows(oracle["minutes"], "minute", recharges) == reread.minutes)
        #expect(try rows(oracle["provinces"], "code", recharges) == reread.provinces)
        #expect(try rows(oracle["interfaces"], "service", ["calls", "failures"]) == reread.interfaces)
        #expect(try rows(oracle["interface_minutes"], "minute", ["calls", "failures"]) == reread.interfaceMinutes)
        try checkNames(oracle["provinces"])
    }

    private func rows(_ list: Any?, _ key: String, _ values: [String]) throws -> [String: [Int]] {
        let list = try #require(list as? [[String: Any]])
        return Dictionary(
            list.map { row in (row[key] as? String ?? "", values.map { row[$0] as? Int ?? -1 }) },
            uniquingKeysWith: { first, _ in first.map { _ in -2 } })
    }

    private func checkNames(_ list: Any?) throws {
        for row in try #require(list as? [[String: Any]]) {
            let code = try #require(row["code"] as? String)
            let name = RechargeProvince.all.first { $0.code == code }?.name ?? ""
            #expect(row["name"] as? String == name)
            #expect(row["failures"] as? Int == (row["orders"] as? Int ?? 0) - (row["successes"] as? Int ?? 0))
        }
    }
}
