import Hummingbird
import NIOCore

/// What a handler gets with a request: its connection.
struct ServingContext: InitializableFromSource {
    let channel: any Channel

    init(source: ApplicationRequestContextSource) { channel = source.channel }
}
