/// New numbers for the groups that are kept, when the places of the others are given back.
struct Renumbering {
    /// The old numbers of those that stay, ascending; their new numbers are their places here.
    let kept: [Int32]
    /// By old number the new one, -1 for those that are gone.
    let numbers: [Int32]

    init(keeping kept: [Int32], of count: Int) {
        self.kept = kept
        var numbers = [Int32](repeating: -1, count: count)
        for (place, group) in kept.enumerated() { numbers[Int(group)] = Int32(truncatingIfNeeded: place) }
        self.numbers = numbers
    }

    func isGone(_ group: Int32) -> Bool { numbers[Int(group)] < 0 }

    /// The groups of a list that stay, by their new numbers.
    func callAsFunction(_ groups: [Int32]) -> [Int32] {
        groups.compactMap { isGone($0) ? nil : numbers[Int($0)] }
    }
}
