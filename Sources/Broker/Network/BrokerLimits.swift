/// Bounds of the listener, so that no client can take the memory of all.
package struct BrokerLimits: Sendable {
    /// Bytes of one request.
    package var frameBytes = 100 << 20
    /// Bytes of one request of a client that has yet to show who it is.
    package var strangerFrameBytes = 64 << 10
    /// Requests of one connection that may be under way at once.
    package var requestsInFlight = 32
    /// Bytes of one connection's requests that may be under way at once; a single larger one may still come.
    package var bytesInFlight = 64 << 20
    /// Bytes of all connections' requests that may be under way at once. Above, nobody is read from.
    package var bytesInFlightOfAll = 256 << 20
    package var connections = 4_000
    /// A connection without a request for so long is closed.
    package var idleMilliseconds: Int64 = 600_000
    /// Time for a client to have shown who it is, or to have sent its first request.
    package var firstRequestMilliseconds: Int64 = 30_000

    package init() {}
}
