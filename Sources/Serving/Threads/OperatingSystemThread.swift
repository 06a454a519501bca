import Dispatch
import Glibc

/// A thread of the operating system, for work that blocks.
final class OperatingSystemThread: Sendable {
    private let ended = DispatchSemaphore(value: 0)

    /// Starts the thread; `name` shows in debuggers, 15 bytes of it.
    init(_ name: String, _ body: @escaping @Sendable () -> Void) throws(ThreadStartError) {
        let work = Work(name: String(decoding: name.utf8.prefix(15), as: UTF8.self), body: body, ended: ended)
        let handle = Unmanaged.passRetained(work)
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                guard let argument else { return nil }
                let work = Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
                work.nameThread()
                work.body()
                work.ended.signal()
                return nil
            }, handle.toOpaque())
        guard code == 0 else {
            handle.release()
            throw ThreadStartError(code: code)
        }
        pthread_detach(thread)
    }

    /// Waits until the body has returned; by one caller, once.
    func join() { ended.wait() }

    private final class Work: Sendable {
        let name: String
        let body: @Sendable () -> Void
        let ended: DispatchSemaphore

        init(name: String, body: @escaping @Sendable () -> Void, ended: DispatchSemaphore) {
            self.name = name
            self.body = body
            self.ended = ended
        }

        /// Names the calling thread; that it has a name is a comfort, so failures are let pass.
        func nameThread() {
            let file = open("/proc/thread-self/comm", O_WRONLY)
            guard file >= 0 else { return }
            _ = name.utf8CString.withUnsafeBytes { write(file, $0.baseAddress, $0.count - 1) }
            close(file)
        }
    }
}

/// The system would not start another thread.
package struct ThreadStartError: Error, Sendable, CustomStringConvertible {
    var code: Int32

    package var description: String { "no thread could be started (error \(code))" }
}
