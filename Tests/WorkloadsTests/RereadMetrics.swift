import Foundation

/// The oracle's metrics worked out again from the files alone, with Foundation's JSON parser and dictionaries.
struct RereadMetrics {
    var lines = 0
    var bytes = 0
    var rejected = 0
    var duplicates = 0
    var future = 0
    var numbers: [String: Int] = [:]
    var durations: [String: [Int]] = ["recharge": [], "payment": []]
    var minutes: [String: [Int]] = [:]
    var provinces: [String: [Int]] = [:]
    var interfaces: [String: [Int]] = [:]
    var interfaceMinutes: [String: [Int]] = [:]

    private static let timeFormat: DateFormatter = {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "Asia/Shanghai")
        format.dateFormat = "yyyyMMddHHmmssSSS"
        return format
    }()

    init(root: String) throws {
        var seen: Set<ArraySlice<UInt8>> = []
        for path in try logFiles(root) {
            bytes += try WorkloadsTests.bytes(path).count
            for line in try WorkloadsTests.lines(path) {
                lines += 1
                guard let fields = RereadMetrics.fields(line) else {
                    rejected += 1
                    continue
                }
                if !seen.insert(line).inserted {
                    duplicates += 1
                    continue
                }
                if fields["logOutTime", default: ""].hasPrefix("2099") {
                    future += 1
                    continue
                }
                add(fields)
            }
        }
    }

    /// The members of a good line: an object of texts with a known service name and a bearable length.
    private static func fields(_ line: ArraySlice<UInt8>) -> [String: String]? {
        guard line.count < 1 << 20, String(validating: line, as: UTF8.self) != nil else { return nil }
        guard let fields = try? JSONSerialization.jsonObject(with: Data(line)) as? [String: String] else { return nil }
        return fields["serviceName"] == nil ? nil : fields
    }

    private mutating func add(_ fields: [String: String]) {
        func value(_ key: String) -> String { fields[key] ?? "" }
        func count(_ key: String, _ step: Int = 1) { numbers[key, default: 0] += step }
        count("unique_lines")
        let service = value("serviceName")
        let interfaceFailed = value("interFacRst") == "0000" ? 0 : 1
        RereadMetrics.add([1, interfaceFailed], to: &interfaces[service])
        RereadMetrics.add([1, interfaceFailed], to: &interfaceMinutes[RereadMetrics.minute(value("logOutTime"))])
        if service == "orderCreateReq" { count("created_orders") }
        guard service.hasSuffix("NotifyReq") else { return }
        let kind = service == "payNotifyReq" ? "payment" : "recharge"
        let duration = RereadMetrics.milliseconds(
            value("receiveNotifyTime"), since: String(value("requestId").prefix(17)))
        if duration < 0 { count(kind + "_negative_durations") } else { durations[kind, default: []].append(duration) }
        guard kind == "recharge" else { return }
        let succeeded = value("bussinessRst") == "0000"
        let amount = succeeded ? Int(value("chargefee")) ?? 0 : 0
        count("recharge_notices")
        count("recharge_successes", succeeded ? 1 : 0)
        count("amount_fen", amount)
        RereadMetrics.add(
            [1, succeeded ? 1 : 0, amount], to: &minutes[RereadMetrics.minute(value("receiveNotifyTime"))])
        RereadMetrics.add([1, succeeded ? 1 : 0, amount], to: &provinces[value("provinceCode")])
    }

    private static func add(_ steps: [Int], to row: inout [Int]?) {
        row = zip(row ?? steps.map { _ in 0 }, steps).map { $0 + $1 }
    }

    /// `yyyy-MM-dd HH:mm` of a `yyyyMMddHHmmssSSS`.
    private static func minute(_ time: String) -> String {
        let digits = Array(time)
        guard digits.count == 17 else { return "bad time " + time }
        func part(_ range: Range<Int>) -> String { String(digits[range]) }
        return part(0..<4) + "-" + part(4..<6) + "-" + part(6..<8) + " " + part(8..<10) + ":" + part(10..<12)
    }

    private static func milliseconds(_ end: String, since start: String) -> Int {
        guard let end = timeFormat.date(from: end), let start = timeFormat.date(from: start) else { return Int.min }
        return Int((end.timeIntervalSince(start) * 1_000).rounded())
    }
}
