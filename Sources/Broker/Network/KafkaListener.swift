import Diagnostics
import KafkaProtocol
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Listens for clients of the Kafka protocol.
package final class KafkaListener: Sendable {
    private let group: MultiThreadedEventLoopGroup
    private let channel: any Channel
    private let connectionCount: SharedCounter
    /// Where it listens; the port is the one that was free when 0 was asked for.
    package let host: String
    package let port: Int

    /// Whether an address is one that other machines cannot reach.
    package static func isLocal(_ host: String) -> Bool { ["127.0.0.1", "::1", "localhost"].contains(host) }

    /// Binds at once. `threads` serve all connections; with a certificate they are encrypted. `asksWhoComes` is what
    /// the broker behind it was told: until a client has said who it is, only small requests of it are read.
    package static func start(
        host: String, port: Int, threads: Int, handler: any RequestHandling, limits: BrokerLimits = BrokerLimits(),
        certificate: ServerCertificate? = nil, asksWhoComes: Bool = false
    ) throws -> KafkaListener {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        let budget = RequestBudget(limit: limits.bytesInFlightOfAll)
        let nextID = SharedCounter()
        let count = SharedCounter()
        let isPrivate = certificate != nil || isLocal(host)
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1_024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 4)
            .childChannelOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 1_024, initial: 4_096, maximum: 1 << 20)
            )
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 1 << 20, high: 8 << 20))
            .childChannelInitializer { channel in
                guard count.value.add(1, ordering: .relaxed).newValue <= limits.connections else {
                    count.value.subtract(1, ordering: .relaxed)
                    return channel.close()
                }
                channel.closeFuture.whenComplete { _ in count.value.subtract(1, ordering: .relaxed) }
                let id = UInt64(nextID.value.add(1, ordering: .relaxed).newValue)
                return channel.eventLoop.makeCompletedFuture {
                    if let certificate {
                        try channel.pipeline.syncOperations.addHandler(
                            NIOSSLServerHandler(context: certificate.context()))
                    }
                    try channel.pipeline.syncOperations.addHandler(
                        ConnectionHandler(
                            id: id, handler: handler, limits: limits, budget: budget, isTrusted: !asksWhoComes,
                            isPrivate: isPrivate, isPlain: certificate == nil))
                }
            }
        do {
            let channel = try bootstrap.bind(host: host, port: port).wait()
            return KafkaListener(
                group: group, channel: channel, count: count, host: host, port: channel.localAddress?.port ?? port)
        } catch {
            try? group.syncShutdownGracefully()
            throw MillraceError(
                .user, code: "cannot_listen", "cannot listen on \(host):\(port): \(error)",
                hint: "is another process listening there?")
        }
    }

    private init(
        group: MultiThreadedEventLoopGroup, channel: any Channel, count: SharedCounter, host: String, port: Int
    ) {
        self.group = group
        self.channel = channel
        connectionCount = count
        self.host = host
        self.port = port
    }

    package var connections: Int { connectionCount.value.load(ordering: .relaxed) }

    /// Closes the listener and all connections; blocks until that is done.
    package func stop() {
        try? channel.close().wait()
        try? group.syncShutdownGracefully()
    }
}

/// A number that several closures count.
private final class SharedCounter: Sendable {
    let value = Atomic<Int>(0)
}
