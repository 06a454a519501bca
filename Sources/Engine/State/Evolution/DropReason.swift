import ConnectorContract

/// Words for state that cannot be taken over.
enum DropReason {
    /// Why no operator of a changed query claims what an operator of this kind stored. `isAlike`: one of the same label
    /// is there; `isThere`: any of its kind.
    static func of(_ kind: String, isAlike: Bool, isThere: Bool) -> String {
        guard isThere else { return "it is not in the query any more" }
        switch kind {
        case "intersect", "except": return "it compares rows by all their columns, and these or what feeds it changed"
        case "match": return "its pattern, its conditions, its keys or what feeds it changed"
        case "over": return "its frame, its keys, its order or what feeds it changed"
        case "window-aggregate", "session-window", "window-rank":
            return "its windows, its keys or what feeds it changed"
        case "stream-join", "version-join", "join":
            return "its keys, its conditions, its time to live or what feeds it changed"
        case "rank", "limit": return "its keys, its order, its limit, its time to live or what feeds it changed"
        default:
            return isAlike
                ? "what feeds it, or its conditions, changed" : "its keys, its order or what feeds it changed"
        }
    }

    /// Such as `12 entries, 3480 bytes`. Entries that changed since they were folded count again, blocks of many rows
    /// as one byte string.
    static func size(of changes: [StateChange]) -> String {
        var entries = 0
        var isKeyed = false
        for change in changes where change.fold == .keyed {
            isKeyed = true
            try? change.bytes.withUnsafeBytes { bytes in
                try KeyedEntries.forEach(in: bytes) { _, value in entries += value == nil ? -1 : 1 }
            }
        }
        let bytes = changes.reduce(0) { $0 + $1.bytes.count }
        return (isKeyed ? "\(max(0, entries)) entries, " : "") + "\(bytes) bytes of state"
    }
}
