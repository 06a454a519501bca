import Synchronization

/// One open stream: sleeps until there is something new, remembers since when it has been writing.
///
/// It holds no frames: what to send next follows from what was sent last, so a slow client costs nothing.
final class FeedClient: Sendable {
    private struct State {
        var waiter: CheckedContinuation<Void, Never>?
        var isSignalled = false
        var isClosed = false
        /// Monotonic time in nanoseconds at which the write under way began; nil between writes.
        var writingSince: UInt64?
    }

    private let state = Mutex(State())
    private let disconnect: @Sendable () -> Void

    /// `disconnect` cuts the connection, for clients that no longer read.
    init(disconnect: @escaping @Sendable () -> Void) { self.disconnect = disconnect }

    /// Something new is there.
    func wake() {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.isSignalled = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Ends the stream after the frame under way.
    func close() {
        state.withLock { $0.isClosed = true }
        wake()
    }

    /// Waits for news; false when the stream is to end.
    func waitForNews() async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if state.isSignalled || state.isClosed { return true }
                    state.waiter = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            close()
        }
        return state.withLock { state in
            state.isSignalled = false
            return !state.isClosed
        }
    }

    func beginWriting(at now: UInt64) { state.withLock { $0.writingSince = now } }
    func endWriting() { state.withLock { $0.writingSince = nil } }

    /// Cuts the connection when the write under way began before `limit`; true when it did.
    func disconnectIfStuck(since limit: UInt64) -> Bool {
        let isStuck = state.withLock { state in
            guard let since = state.writingSince, since < limit, !state.isClosed else { return false }
            state.isClosed = true
            return true
        }
        if isStuck { disconnect() }
        return isStuck
    }
}
