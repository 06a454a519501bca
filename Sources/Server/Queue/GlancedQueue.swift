import CommitLog
import Connectors
import Diagnostics

/// The log of a folder, only looked at: whoever has it open is not disturbed, and nothing on the disk changes.
struct GlancedQueue: LocalQueue {
    private let held: CommitLog

    /// How often a log is opened that changes meanwhile.
    private static let attempts = 5

    init(_ directory: String, _ environment: Environment) throws(MillraceError) {
        held = try Self.opened(directory, environment, attempts: Self.attempts)
    }

    private static func opened(
        _ directory: String, _ environment: Environment, attempts: Int
    ) throws(MillraceError) -> CommitLog {
        var overlaid = environment
        overlaid.files = OverlayFileSystem(environment.files)
        do throws(LogError) {
            return try CommitLog(directory: directory, environment: overlaid, driver: .manual)
        } catch {
            guard attempts > 1 else {
                throw MillraceError(
                    .user, code: "queue_unusable", "the queue in '\(directory)' cannot be looked at: \(error)",
                    hint: "a server that writes much may change it meanwhile: try again, or stop it first")
            }
            return try opened(directory, environment, attempts: attempts - 1)
        }
    }

    func log() -> CommitLog { held }
    func isOwn(_ address: String) -> Bool { false }
    func committedOffsets(group: String, topic: String, partitions: [Int32]) -> [Int32: Int64] { [:] }
    func commit(group: String, _ offsets: [GroupOffset]) {}
}
