import Dispatch

/// Runs `read` on a thread of its own while `write` runs on this one; returns when both are done.
func withReader(_ read: @escaping @Sendable () -> Void, while write: () throws -> Void) throws {
    let group = DispatchGroup()
    DispatchQueue(label: "test.reader").async(group: group, execute: read)
    defer { group.wait() }
    try write()
}
