import StreamSQL

/// Which pieces of a stored state go where in the state that a changed query wants.
struct PieceMapping: Equatable {
    let stored: [NodeState.Piece]
    let wanted: [NodeState.Piece]
    /// For each wanted piece its place in the stored ones; nil where it is new.
    let places: [Int?]

    init(stored: [NodeState.Piece], wanted: [NodeState.Piece]) {
        self.stored = stored
        self.wanted = wanted
        places = wanted.map { piece in
            stored.firstIndex { $0.origin == piece.origin && $0.kind == piece.kind }
        }
    }

    /// Everything stays where it was, also where one piece is held twice.
    var isSame: Bool {
        stored == wanted || stored.count == wanted.count && places.enumerated().allSatisfy { $0.offset == $0.element }
    }
    var added: [NodeState.Piece] { zip(wanted, places).filter { $0.1 == nil }.map(\.0) }

    var removed: [NodeState.Piece] {
        let used = Set(places.compactMap { $0 })
        return stored.indices.filter { !used.contains($0) }.map { stored[$0] }
    }

    var keptCount: Int { places.reduce(0) { $0 + ($1 == nil ? 0 : 1) } }
}
