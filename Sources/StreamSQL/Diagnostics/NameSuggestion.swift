/// The candidate that `name` is most likely a misspelling of, or nil when none is near.
///
/// A difference in letter case alone always counts as near; otherwise a third of the letters may differ, three at most,
/// where a swap of two neighbours is one difference and so is any other order of the same letters, or another one of them
/// doubled. Of equally near candidates the first wins.
package func nearestName(to name: String, in candidates: some Sequence<String>) -> String? {
    let wanted = Array(Lexer.uppercased(name.utf8.prefix(65)).utf8)
    guard !wanted.isEmpty, wanted.count <= 64 else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in candidates.prefix(10_000) where candidate != name {
        let other = Array(Lexer.uppercased(candidate.utf8.prefix(65)).utf8)
        guard !other.isEmpty, other.count <= 64 else { continue }
        let allowed = min(3, max(1, max(wanted.count, other.count) / 3))
        guard abs(wanted.count - other.count) <= allowed, min(wanted.count, other.count) > 1 || wanted == other else {
            continue
        }
        let isReordered =
            wanted != other && abs(wanted.count - other.count) <= 1
            && (wanted.count > 2 && wanted.sorted() == other.sorted() || wanted.count > 4 && Set(wanted) == Set(other))
        let distance = isReordered ? 1 : editDistance(wanted, other)
        if distance <= allowed, distance < best?.distance ?? Int.max { best = (candidate, distance) }
    }
    return best?.name
}

/// The candidate that has all the words of `name` and more, or some of them and no others; nil when none has.
///
/// Words are the parts between underscores: `gift_sink` is near `gift_total_sink` though five letters are missing.
/// Of several the one with most words in common wins.
package func nameOfSameWords(as name: String, in candidates: some Sequence<String>) -> String? {
    func words(_ name: String) -> Set<Substring> {
        Set(Lexer.uppercased(name.utf8.prefix(64))[...].split(separator: "_"))
    }
    let wanted = words(name)
    var best: (name: String, shared: Int)?
    for candidate in candidates.prefix(10_000) where candidate != name {
        let other = words(candidate)
        let shared = wanted.intersection(other).count
        guard shared >= 2, shared == min(wanted.count, other.count) else { continue }
        if shared > best?.shared ?? 0 { best = (candidate, shared) }
    }
    return best?.name
}

/// The number of insertions, deletions, replacements and swaps of neighbours between two short texts.
private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var beforePrevious = [Int](repeating: 0, count: right.count + 1)
    var previous = Array(0...right.count)
    var current = previous
    for row in 1...left.count {
        current[0] = row
        for column in 1...right.count {
            let cost = left[row - 1] == right[column - 1] ? 0 : 1
            var value = min(previous[column] + 1, current[column - 1] + 1, previous[column - 1] + cost)
            if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
                value = min(value, beforePrevious[column - 2] + 1)
            }
            current[column] = value
        }
        (beforePrevious, previous, current) = (previous, current, beforePrevious)
    }
    return previous[right.count]
}
