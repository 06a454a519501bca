import Glibc
import Scripts

/// One line of JSON about one run, in the order in which its fields were added.
struct BenchmarkReport {
    private var fields: [String] = []

    mutating func add(_ name: String, _ text: String) { fields.append("\"\(name)\":\"\(text)\"") }
    mutating func add(_ name: String, _ number: Int) { fields.append("\"\(name)\":\(number)") }
    mutating func add(_ name: String, _ number: Double, places: Int) {
        fields.append("\"\(name)\":\(Figures.decimal(number, places))")
    }

    var line: String { "{" + fields.joined(separator: ",") + "}" }
}

/// What this process has used up to now.
struct ProcessUsage {
    /// User and system time.
    var cpuSeconds: Double
    /// The most memory it had at once, in bytes.
    var peakBytes: Int

    static var now: ProcessUsage {
        var usage = rusage()
        getrusage(__rusage_who_t(0), &usage)
        let seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec
        let micros = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec
        return ProcessUsage(
            cpuSeconds: Double(seconds) + Double(micros) / 1e6, peakBytes: Int(usage.ru_maxrss) * 1_024)
    }
}
