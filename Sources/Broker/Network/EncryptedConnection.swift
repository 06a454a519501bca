import Diagnostics
import KafkaProtocol
import NIOCore
import NIOPosix
import NIOSSL

/// A client's connection to an encrypted listener, for commands: one request at a time, each waited for.
package final class EncryptedConnection {
    /// What a client knows of certificates: PEM files.
    package struct Trust: Sendable {
        /// Whom to trust; nil for those the system trusts.
        package var authority: String?
        /// What to show a server that asks.
        package var certificate: (path: String, keyPath: String)?

        package init(authority: String?, certificate: (path: String, keyPath: String)?) {
            self.authority = authority
            self.certificate = certificate
        }
    }

    private static let waitSeconds: Int64 = 60
    private static let frameLimit = 256 << 20

    private let group: MultiThreadedEventLoopGroup
    private let channel: any Channel
    private let place: String

    package init(host: String, port: Int, trust: Trust) throws {
        place = "\(host):\(port)"
        let context = try Self.context(trust)
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let isAddress = (try? SocketAddress(ipAddress: host, port: port)) != nil
        do {
            channel = try ClientBootstrap(group: group)
                .connectTimeout(.seconds(10))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandlers([
                            // Without a name the address itself must stand in the certificate.
                            NIOSSLClientHandler(context: context, serverHostname: isAddress ? nil : host),
                            AnswerReader(limit: Self.frameLimit),
                        ])
                    }
                }
                .connect(host: host, port: port).wait()
        } catch {
            try? group.syncShutdownGracefully()
            throw MillraceError(.user, code: "no_server", "nothing listens at \(place): \(error)")
        }
    }

    private static func context(_ trust: Trust) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        do {
            if let authority = trust.authority {
                configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authority))
            }
            if let (path, keyPath) = trust.certificate {
                configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(path).map { .certificate($0) }
                configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: keyPath, format: .pem))
            }
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw MillraceError(
                .user, code: "bad_certificate", "the certificates cannot be used: \(error)", hint: "they are PEM files")
        }
    }

    /// Sends the frame of a request and waits for that of its response.
    package func exchange(_ frame: [UInt8]) throws -> [UInt8] {
        let answer = channel.eventLoop.makePromise(of: [UInt8].self)
        let limit = channel.eventLoop.scheduleTask(in: .seconds(Self.waitSeconds)) {
            answer.fail(ChannelError.connectTimeout(.seconds(Self.waitSeconds)))
        }
        var buffer = channel.allocator.buffer(capacity: 4 + frame.count)
        buffer.writeInteger(Int32(truncatingIfNeeded: frame.count))
        buffer.writeBytes(frame)
        // A channel that is closed already tells it here and nowhere else.
        let written = channel.eventLoop.makePromise(of: Void.self)
        written.futureResult.whenFailure { answer.fail($0) }
        channel.writeAndFlush(AnswerReader.Question(bytes: buffer, answer: answer), promise: written)
        defer { limit.cancel() }
        do { return try answer.futureResult.wait() } catch {
            throw MillraceError(
                .user, code: "connection_lost", "\(place) closed the connection, or does not answer: \(error)",
                hint: "does --tls-ca hold the certificate that signed the server's, and is the server encrypted? "
                    + "A server that asks for a certificate needs --tls-cert and --tls-key")
        }
    }

    package func close() throws {
        try? channel.close().wait()
        try group.syncShutdownGracefully()
    }
}

/// Writes questions, and gives each the frame that comes next.
private final class AnswerReader: ChannelDuplexHandler {
    struct Question: Sendable {
        var bytes: ByteBuffer
        var answer: EventLoopPromise<[UInt8]>
    }

    typealias InboundIn = ByteBuffer
    typealias OutboundIn = Question
    typealias OutboundOut = ByteBuffer

    private var frames: FrameReader
    private var waiting: [EventLoopPromise<[UInt8]>] = []
    private var failure: (any Error)?

    init(limit: Int) { frames = FrameReader(limit: limit) }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let question = unwrapOutboundIn(data)
        if let failure {
            question.answer.fail(failure)
            promise?.fail(failure)
            return
        }
        waiting.append(question.answer)
        context.write(wrapOutboundOut(question.bytes), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        frames.append(&buffer)
        do throws(WireError) {
            while !waiting.isEmpty, let frame = try frames.next() { waiting.removeFirst().succeed(frame) }
        } catch {
            end(error, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { end(error, context) }

    func channelInactive(context: ChannelHandlerContext) {
        end(ChannelError.eof, context)
        context.fireChannelInactive()
    }

    private func end(_ error: any Error, _ context: ChannelHandlerContext) {
        failure = failure ?? error
        for answer in waiting { answer.fail(failure ?? error) }
        waiting = []
        context.close(promise: nil)
    }
}
