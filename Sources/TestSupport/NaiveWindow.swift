/// Windows over event time, as SQL and the plain way; lengths in seconds, times in microseconds.
package enum NaiveWindow: Sendable {
    case tumble(Int64)
    case hop(slide: Int64, size: Int64)
    case cumulate(step: Int64, size: Int64)
    /// Of the rows of each key.
    case session(gap: Int64)

    package static let second: Int64 = 1_000_000

    package static func random(using random: inout some RandomNumberGenerator, withSessions: Bool) -> NaiveWindow {
        let part = Int64.random(in: 2...9, using: &random)
        let parts = Int64.random(in: 1...4, using: &random)
        switch Int.random(in: 0..<(withSessions ? 4 : 3), using: &random) {
        case 0: return .tumble(part * 2)
        case 1: return .hop(slide: part, size: part * parts)
        case 2: return .cumulate(step: part, size: part * parts)
        default: return .session(gap: part)
        }
    }

    /// The table function over a table; sessions are of `keys`.
    func sql(_ table: String, keys: [Int]) -> String {
        let time = "DESCRIPTOR(ts)"
        switch self {
        case .tumble(let size): return "TABLE(TUMBLE(TABLE \(table), \(time), INTERVAL '\(size)' SECOND))"
        case .hop(let slide, let size):
            return "TABLE(HOP(TABLE \(table), \(time), INTERVAL '\(slide)' SECOND, INTERVAL '\(size)' SECOND))"
        case .cumulate(let step, let size):
            return "TABLE(CUMULATE(TABLE \(table), \(time), INTERVAL '\(step)' SECOND, INTERVAL '\(size)' SECOND))"
        case .session(let gap):
            // Without parentheses a second key would be a further argument of the function.
            let columns = keys.map { "c\($0)" }.joined(separator: ", ")
            let partition = keys.isEmpty ? "" : " PARTITION BY (\(columns))"
            return "TABLE(SESSION(TABLE \(table)\(partition), \(time), INTERVAL '\(gap)' SECOND))"
        }
    }

    /// The rows with each of their windows; `rows` are of one key, with their times.
    func assigned<Row>(_ rows: [(time: Int64, row: Row)]) -> [(start: Int64, end: Int64, row: Row)] {
        guard case .session(let gap) = self else {
            return rows.flatMap { time, row in windows(of: time).map { ($0.start, $0.end, row) } }
        }
        var result: [(Int64, Int64, Row)] = []
        var open: (start: Int64, end: Int64, rows: [Row])?
        for (time, row) in rows.sorted(by: { $0.time < $1.time }) {
            if let known = open, time <= known.end {
                open = (known.start, time + gap * Self.second, known.rows + [row])
            } else {
                if let known = open { result += known.rows.map { (known.start, known.end, $0) } }
                open = (time, time + gap * Self.second, [row])
            }
        }
        if let known = open { result += known.rows.map { (known.start, known.end, $0) } }
        return result
    }

    /// Times are positive.
    private func windows(of time: Int64) -> [(start: Int64, end: Int64)] {
        switch self {
        case .tumble(let size):
            let start = time - time % (size * Self.second)
            return [(start, start + size * Self.second)]
        case .hop(let slide, let size):
            let newest = time - time % (slide * Self.second)
            return (0..<(size / slide)).map { newest - $0 * slide * Self.second }.map {
                ($0, $0 + size * Self.second)
            }
        case .cumulate(let step, let size):
            let start = time - time % (size * Self.second)
            return (1...(size / step)).map { (start, start + $0 * step * Self.second) }.filter { $0.1 > time }
        case .session: return []
        }
    }
}
