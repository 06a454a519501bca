import Synchronization

/// Waits for several answers, from any threads, and then goes on once with all of them.
final class Gathering<Value: Sendable>: Sendable {
    private struct State {
        var values: [Value?]
        var missing: Int
    }

    private let state: Mutex<State>
    private let done: @Sendable ([Value?]) -> Void

    /// With nothing to wait for it goes on at once.
    init(count: Int, done: @escaping @Sendable ([Value?]) -> Void) {
        state = Mutex(State(values: Array(repeating: nil, count: count), missing: count))
        self.done = done
        if count == 0 { done([]) }
    }

    func set(_ place: Int, _ value: Value) {
        let all = state.withLock { state -> [Value?]? in
            guard state.values.indices.contains(place), state.values[place] == nil else { return nil }
            state.values[place] = value
            state.missing -= 1
            return state.missing == 0 ? state.values : nil
        }
        if let all { done(all) }
    }
}
