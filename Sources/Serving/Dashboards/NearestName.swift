/// Finds the known name that a misspelt one was meant to be.
enum NearestName {
    /// The closest of `known`, or nil when none is close.
    static func of(_ name: String, among known: [String]) -> String? {
        let wanted = Array(name.lowercased().utf8.prefix(64))
        let ranked = known.map { (name: $0, distance: distance(wanted, Array($0.lowercased().utf8.prefix(64)))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, wanted.count / 3) ? best.name : nil
    }

    /// Insertions, deletions and substitutions between the two.
    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var previous = Array(0...b.count)
        for (i, left) in a.enumerated() {
            var current = [i + 1]
            current.reserveCapacity(b.count + 1)
            for (j, right) in b.enumerated() {
                current.append(min(previous[j + 1] + 1, current[j] + 1, previous[j] + (left == right ? 0 : 1)))
            }
            previous = current
        }
        return previous[b.count]
    }
}
