import Diagnostics
import Dispatch
import Synchronization

/// A few threads that run what blocks on behalf of request handlers, with a bound on what waits and for how long.
final class BlockingWorkers: Sendable {
    private let queue: WorkQueue
    private let threadCount: Int

    init(threads: Int, waiting limit: Int) throws(ThreadStartError) {
        let queue = WorkQueue(limit: limit)
        self.queue = queue
        threadCount = threads
        for number in 0..<threads { _ = try OperatingSystemThread("query-\(number)") { queue.work() } }
    }

    deinit { stop() }

    /// Runs `body` on one of the threads; throws when all are busy, or when it takes longer than `seconds`
    /// (then it goes on, and its result is dropped).
    func run<Value: Sendable>(seconds: Int, _ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        let answer = OneAnswer<Value>()
        let timer = Task {
            try await Task.sleep(for: .seconds(seconds))
            answer.give(
                .failure(
                    MillraceError(
                        .user, code: "query_timeout", "the query took longer than \(seconds) s",
                        hint: "let a job keep the result in a table and query that")))
        }
        defer { timer.cancel() }
        return try await withCheckedThrowingContinuation { continuation in
            answer.expect(continuation)
            let isTaken = queue.add { answer.give(Result { try body() }) }
            if isTaken { return }
            answer.give(
                .failure(
                    MillraceError(
                        .system, code: "busy", "too many queries are running", hint: "try again in a moment")))
        }
    }

    /// Ends the threads once they have finished what they are at; what waits is dropped and times out.
    func stop() { queue.stop(threads: threadCount) }
}

/// What the threads of ``BlockingWorkers`` have to do.
private final class WorkQueue: Sendable {
    private struct State {
        var waiting: [@Sendable () -> Void] = []
        var isStopped = false
    }

    private let state = Mutex(State())
    private let available = DispatchSemaphore(value: 0)
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    func add(_ body: @escaping @Sendable () -> Void) -> Bool {
        let isTaken = state.withLock { state in
            if state.isStopped || state.waiting.count >= limit { return false }
            state.waiting.append(body)
            return true
        }
        if isTaken { available.signal() }
        return isTaken
    }

    /// What each thread does until ``stop(threads:)``.
    func work() {
        while true {
            available.wait()
            let (next, isStopped) = state.withLock { state in
                (state.waiting.isEmpty ? nil : state.waiting.removeFirst(), state.isStopped)
            }
            if isStopped { return }
            next?()
        }
    }

    func stop(threads: Int) {
        state.withLock { state in
            state.isStopped = true
            state.waiting.removeAll()
        }
        for _ in 0..<threads { available.signal() }
    }
}

/// A continuation that the first answer resumes; later ones are dropped.
private final class OneAnswer<Value: Sendable>: Sendable {
    private enum State {
        case open
        case expected(CheckedContinuation<Value, any Error>)
        case answered(Result<Value, any Error>)
        case done
    }

    private let state = Mutex(State.open)

    func expect(_ continuation: CheckedContinuation<Value, any Error>) {
        let early = state.withLock { state -> Result<Value, any Error>? in
            if case .answered(let result) = state {
                state = .done
                return result
            }
            state = .expected(continuation)
            return nil
        }
        if let early { continuation.resume(with: early) }
    }

    func give(_ result: Result<Value, any Error>) {
        let waiting = state.withLock { state -> CheckedContinuation<Value, any Error>? in
            switch state {
            case .open:
                state = .answered(result)
                return nil
            case .expected(let continuation):
                state = .done
                return continuation
            case .answered, .done: return nil
            }
        }
        waiting?.resume(with: result)
    }
}
