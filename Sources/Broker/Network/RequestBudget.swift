import Synchronization

/// Bytes of requests, or of answers, under way on all connections.
final class RequestBudget: Sendable {
    private let used = Atomic<Int>(0)
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    var isExhausted: Bool { used.load(ordering: .relaxed) >= limit }
    func take(_ bytes: Int) { used.add(bytes, ordering: .relaxed) }
    func give(_ bytes: Int) { used.subtract(bytes, ordering: .relaxed) }
}
