import Glibc
import Synchronization

/// The wish to stop, from SIGINT or SIGTERM: the first asks for an orderly end, the second ends at once.
package enum StopRequest {
    private static let count = Atomic<Int>(0)

    package static var isRaised: Bool { count.load(ordering: .acquiring) > 0 }

    /// Begins to listen; calling it again changes nothing.
    package static func listen() {
        let handler: @Sendable @convention(c) (Int32) -> Void = { _ in StopRequest.raise() }
        signal(SIGINT, handler)
        signal(SIGTERM, handler)
    }

    /// Asks for an orderly end, as a signal would.
    package static func raise() {
        if count.wrappingAdd(1, ordering: .acquiringAndReleasing).oldValue >= 1 { _exit(130) }
    }
}
