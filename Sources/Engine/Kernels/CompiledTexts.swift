/// What texts of a column were compiled to: patterns, paths, names of zones. Bounded; one thread's.
///
/// The text of the row before is usually the text of this row, so that one is compared first.
final class CompiledTexts<Value> {
    private var lastKey: [UInt8] = []
    private var last: Value?
    private var known: [[UInt8]: Value] = [:]
    private let limit = 256

    /// The value for a text, made when it is not known.
    func value(_ text: TextBytes, _ make: ([UInt8]) -> Value) -> Value {
        if let last, isLast(text) { return last }
        let key = Array(UnsafeBufferPointer(start: text.start, count: text.count))
        let value = known[key] ?? make(key)
        if known.count >= limit { known.removeAll(keepingCapacity: true) }
        known[key] = value
        lastKey = key
        last = value
        return value
    }

    private func isLast(_ text: TextBytes) -> Bool {
        guard text.count == lastKey.count else { return false }
        for index in 0..<text.count where text[index] != lastKey[index] { return false }
        return true
    }
}

/// A value that may be missing, as one object that can be remembered.
struct Compiled<Value> {
    var value: Value?
}
