import Dispatch

/// Holds threads until it is opened.
final class Gate: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func pass() {
        _ = semaphore.wait(timeout: .now() + 20)
        semaphore.signal()
    }

    func open() { semaphore.signal() }
}
