import Synchronization

/// Keeps what is printed, from any thread.
package final class Printed: Sendable {
    private let held = Mutex<[UInt8]>([])

    package init() {}

    package func add(_ bytes: [UInt8]) { held.withLock { $0 += bytes } }
    package func add(_ text: String) { add(Array(text.utf8)) }
    package var text: String { held.withLock { String(decoding: $0, as: UTF8.self) } }
    package var lines: [String] { text.split(separator: "\n").map(String.init) }
}
