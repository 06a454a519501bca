import Diagnostics

/// Where the server listens, whom it answers, and its bounds.
package struct ServingConfiguration: Sendable {
    /// An address or name to listen on.
    package var host = "127.0.0.1"
    /// 0 takes a free port.
    package var port = 8_080
    /// Listening beyond this machine without encryption and users has to be asked for.
    package var allowsInsecureListen = false
    /// Names beside the loopback ones and the listen address that requests may address the server by.
    package var allowedHosts: [String] = []
    package var live = LiveLimits()
    package var limits = ServingLimits()

    package init() {}

    /// Throws when the configuration would open the server to others by accident.
    package func check() throws {
        guard RequestGuard.isLoopback(host) || allowsInsecureListen else {
            throw MillraceError(
                .user, code: "insecure_listen",
                "\(host) can be reached from other machines, and there is no encryption yet",
                hint: "listen on 127.0.0.1 behind a proxy that encrypts, or allow it with --insecure-listen")
        }
    }
}

/// The bounds of requests and answers.
package struct ServingLimits: Sendable {
    package var connections = 1_024
    package var headerBytes = 32 * 1_024
    package var headerFieldBytes = 8 * 1_024
    package var headerFields = 100
    package var bodyBytes = 1 << 20
    /// Bytes of the records of one request.
    package var ingestBytes = 8 << 20
    /// Bytes of records of all requests that may be under way at once.
    package var ingestBytesOfAll = 64 << 20
    /// How long the records of a request may take to come: so many seconds, and one more for each so many bytes.
    package var ingestSeconds: Int64 = 15
    package var ingestBytesPerSecond = 64 << 10
    /// Seconds without a byte after which a connection that is not being answered is closed.
    package var idleSeconds: Int64 = 60
    package var sqlBytes = 256 * 1_024
    package var jsonDepth = 64
    /// Rows of an answer.
    package var answerRows = 10_000
    /// Rows of a table when the request does not say.
    package var tableRows = 1_000
    /// Bytes of rows of an answer.
    package var answerBytes = 16 << 20
    package var querySeconds = 30
    package var queryThreads = 2
    /// Queries waiting for a thread.
    package var queriesWaiting = 8

    package init() {}
}
