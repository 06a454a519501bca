import KafkaProtocol
import NIOCore

/// One client: its requests are handed on in their order, and answered in that order however the answers come.
///
/// Reading stops while too much is under way or the client takes its answers too slowly; the bytes then wait in the
/// client.
final class ConnectionHandler: ChannelInboundHandler, ChannelOutboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = IOData

    /// A request that has not been answered.
    private struct Slot {
        var bytes: Int
        var reply: BrokerReply?
    }

    private let id: ConnectionID
    private let handler: any RequestHandling
    private let limits: BrokerLimits
    private let budget: RequestBudget
    private var frames: FrameReader
    private var slots: [Slot] = []
    /// The number of the first slot.
    private var firstSlot = 0
    private var bytesInFlight = 0
    private var wantsRead = false
    private var isClosing = false
    private var clientHost = ""
    private var idleSince = NIODeadline.now()
    private var hasAsked = false
    private var watch: RepeatedTask?
    /// The client need not show who it is, or has.
    private var isTrusted: Bool
    private let isPrivate: Bool
    /// What is sent goes to the socket as it is, so that it may be a part of a file.
    private let isPlain: Bool

    init(
        id: ConnectionID, handler: any RequestHandling, limits: BrokerLimits, budget: RequestBudget,
        isTrusted: Bool, isPrivate: Bool, isPlain: Bool
    ) {
        self.isPlain = isPlain
        self.isTrusted = isTrusted
        self.isPrivate = isPrivate
        self.id = id
        self.handler = handler
        self.limits = limits
        self.budget = budget
        frames = FrameReader(limit: isTrusted ? limits.frameBytes : limits.strangerFrameBytes)
    }

    func channelActive(context: ChannelHandlerContext) {
        clientHost = context.remoteAddress?.ipAddress ?? ""
        let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        watch = context.eventLoop.scheduleRepeatedTask(initialDelay: .milliseconds(200), delay: .milliseconds(200)) {
            _ in
            let (handler, context) = loopBound.value
            handler.look(context)
        }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        isClosing = true
        watch?.cancel()
        budget.give(bytesInFlight)
        bytesInFlight = 0
        slots = []
        handler.closed(id)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    // MARK: reading

    func read(context: ChannelHandlerContext) {
        guard mayRead(context) else {
            wantsRead = true
            return
        }
        context.read()
    }

    private func mayRead(_ context: ChannelHandlerContext) -> Bool {
        !isClosing && slots.count < limits.requestsInFlight && bytesInFlight < limits.bytesInFlight
            && !budget.isExhausted && context.channel.isWritable
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        frames.append(&buffer)
        take(context)
    }

    /// Hands on the frames that are whole.
    private func take(_ context: ChannelHandlerContext) {
        // Whoever does not take its answers gets no more of them.
        while slots.count < limits.requestsInFlight, !isClosing, context.channel.isWritable {
            let frame: [UInt8]?
            do throws(WireError) { frame = try frames.next() } catch {
                isClosing = true
                context.close(promise: nil)
                return
            }
            guard let frame else { return }
            hasAsked = true
            // Who has yet to say who it is does not win time by asking.
            if isTrusted { idleSince = .now() }
            start(frame, context)
        }
    }

    private func start(_ frame: [UInt8], _ context: ChannelHandlerContext) {
        let number = firstSlot + slots.count
        slots.append(Slot(bytes: frame.count))
        bytesInFlight += frame.count
        budget.take(frame.count)
        let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let loop = context.eventLoop
        let request = BrokerRequest(
            connection: id, clientHost: clientHost, isPrivate: isPrivate, takesRuns: isPlain,
            afterwards: { loop.execute($0) }, frame: frame)
        handler.handle(request) { reply in
            // Also when the answer is there at once: it must not be written in the middle of handing on.
            loop.execute {
                let (handler, context) = loopBound.value
                handler.answered(number, reply, context)
            }
        }
    }

    // MARK: answering

    private func answered(_ number: Int, _ reply: BrokerReply, _ context: ChannelHandlerContext) {
        guard number >= firstSlot, number - firstSlot < slots.count else { return }
        slots[number - firstSlot].reply = reply
        var hasWritten = false
        while let slot = slots.first, let reply = slot.reply {
            slots.removeFirst()
            firstSlot += 1
            bytesInFlight -= slot.bytes
            budget.give(slot.bytes)
            switch reply {
            case .silence: break
            case .close:
                isClosing = true
                if hasWritten { context.flush() }
                context.close(promise: nil)
                return
            case .frame(let frame), .admitted(let frame):
                if case .admitted = reply {
                    isTrusted = true
                    frames.limit = limits.frameBytes
                }
                write(frame, nil, context)
                hasWritten = true
            case .records(let frame, let token):
                write(frame, token, context)
                hasWritten = true
            case .runs(let answer, let token):
                write(answer, token, context)
                hasWritten = true
            }
        }
        if hasWritten {
            if isTrusted { idleSince = .now() }
            context.flush()
        }
        goOn(context)
    }

    private func write(_ frame: [UInt8], _ token: AnswerToken?, _ context: ChannelHandlerContext) {
        var buffer = context.channel.allocator.buffer(capacity: 4 + frame.count)
        buffer.writeInteger(Int32(truncatingIfNeeded: frame.count))
        buffer.writeBytes(frame)
        write(.byteBuffer(buffer), keeping: token, context)
    }

    private func write(_ answer: AnswerWithRuns, _ token: AnswerToken, _ context: ChannelHandlerContext) {
        answer.forEachPart(context.channel.allocator) { part, open in
            write(part, keeping: open.map { (open: $0, token: token) }, context)
        }
    }

    /// Writes, and lets go of `kept` once it is written or will never be.
    private func write<Kept>(_ data: IOData, keeping kept: Kept?, _ context: ChannelHandlerContext) {
        guard let kept else { return context.write(wrapOutboundOut(data), promise: nil) }
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenComplete { _ in withExtendedLifetime(kept) {} }
        context.write(wrapOutboundOut(data), promise: written)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        goOn(context)
        context.fireChannelWritabilityChanged()
    }

    private func goOn(_ context: ChannelHandlerContext) {
        take(context)
        if wantsRead, mayRead(context) {
            wantsRead = false
            context.read()
        }
    }

    // MARK: time

    /// Closes a connection that does nothing, and goes on with one that waited for the budget of all.
    private func look(_ context: ChannelHandlerContext) {
        guard !isClosing else { return }
        let limit = hasAsked && isTrusted ? limits.idleMilliseconds : limits.firstRequestMilliseconds
        if slots.isEmpty, NIODeadline.now() - idleSince > .milliseconds(limit) {
            isClosing = true
            context.close(promise: nil)
            return
        }
        goOn(context)
    }
}
