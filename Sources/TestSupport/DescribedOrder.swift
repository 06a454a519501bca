extension Sequence {
    /// In the order of what string interpolation makes of the elements, each of which is described once.
    package func sortedByDescription() -> [Element] {
        map { (text: "\($0)", element: $0) }.sorted { $0.text < $1.text }.map(\.element)
    }
}
