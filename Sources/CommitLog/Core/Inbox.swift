import Diagnostics
import Synchronization

/// What waits for the next round, bounded by bytes.
final class Inbox: Sendable {
    private struct State {
        var requests: [AppendRequest] = []
        var bytes = 0
        var isClosed = false
    }

    private let limitBytes: Int
    private let state = Mutex(State())
    private let signal = WaitPoint()

    init(limitBytes: Int) { self.limitBytes = limitBytes }

    /// Why a request was not taken.
    enum Refusal: Error { case full, closed }

    /// Takes a request in and wakes the thread of the rounds; not so while what waits has at most `quietBytes`.
    func put(_ request: AppendRequest, quietBytes: Int = -1) throws(Refusal) {
        let bytes = request.byteCount
        let waiting = state.withLock { state -> Result<Int, Refusal> in
            guard !state.isClosed else { return .failure(.closed) }
            // One request of any size gets through an empty inbox.
            guard state.bytes == 0 || state.bytes + bytes <= limitBytes else { return .failure(.full) }
            state.requests.append(request)
            state.bytes += bytes
            return .success(state.bytes)
        }
        if try waiting.get() > quietBytes { signal.raise() }
    }

    /// Bytes that wait; nil when no request does.
    var waitingBytes: Int? { state.withLock { $0.requests.isEmpty ? nil : $0.bytes } }

    /// Wakes the thread of the rounds for what was put in quietly.
    func wake() { signal.raise() }

    /// Takes requests for one round, in the order they came: at least one, if there is one, and up to `limitBytes`.
    func take(limitBytes: Int) -> [AppendRequest] {
        state.withLock { state in
            var count = 0
            var bytes = 0
            while count < state.requests.count {
                let next = state.requests[count].byteCount
                if count > 0 && bytes + next > limitBytes { break }
                bytes += next
                count += 1
            }
            let taken = Array(state.requests.prefix(count))
            state.requests.removeFirst(count)
            state.bytes -= bytes
            return taken
        }
    }

    /// Blocks until there may be something to take; false once closed and empty.
    func wait() -> Bool {
        while true {
            let (isEmpty, isClosed) = state.withLock { ($0.requests.isEmpty, $0.isClosed) }
            if !isEmpty { return true }
            if isClosed { return false }
            signal.wait()
        }
    }

    func close() {
        state.withLock { $0.isClosed = true }
        signal.raise()
    }
}
