import Synchronization

/// Lets a listener be bound before the broker is there, which must know the port; requests that come first are refused.
package final class LateHandler: RequestHandling {
    private let handler = Mutex<(any RequestHandling)?>(nil)

    package init() {}

    package func open(_ handler: any RequestHandling) { self.handler.withLock { $0 = handler } }

    package func handle(_ request: BrokerRequest, reply: @escaping @Sendable (BrokerReply) -> Void) {
        guard let handler = handler.withLock({ $0 }) else { return reply(.close) }
        handler.handle(request, reply: reply)
    }

    package func closed(_ connection: ConnectionID) { handler.withLock { $0 }?.closed(connection) }
}
