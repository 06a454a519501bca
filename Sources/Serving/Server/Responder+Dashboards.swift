import Diagnostics
import HTTPTypes
import Hummingbird
import NIOCore

/// Dashboards and their live streams.
extension Responder {
    func dashboardList() -> Response {
        var json = JSONWriter()
        json.beginObject()
        json.key("dashboards")
        json.beginArray()
        for feed in feeds.feeds { json.summary(feed.dashboard) }
        json.endArray()
        json.endObject()
        return .json(json)
    }

    func dashboard(_ id: String) throws -> Response {
        guard let feed = feeds.feed(id) else { throw ErrorAnswer.unknown("dashboard", id) }
        var json = JSONWriter()
        json.dashboard(feed.dashboard, fields: feed.fields)
        return .json(json)
    }

    /// Opens a stream of server-sent events: a snapshot or what was missed, then deltas, and a status each second.
    func live(_ id: String, _ request: Request, _ context: ServingContext) throws -> Response {
        guard let feed = feeds.feed(id) else { throw ErrorAnswer.unknown("dashboard", id) }
        guard !feeds.isClosed else { throw ErrorAnswer(.serviceUnavailable, "stopping", "the server is stopping") }
        guard feeds.clientCount < configuration.live.clients else {
            throw ErrorAnswer(
                .serviceUnavailable, "too_many_clients", "\(configuration.live.clients) live streams are open already",
                hint: "close a page, or try again later")
        }
        var headers: HTTPFields = [.contentType: "text/event-stream; charset=utf-8", .cacheControl: "no-store"]
        if let name = HTTPField.Name("X-Accel-Buffering") { headers[name] = "no" }
        if request.method == .head { return Response(status: .ok, headers: headers) }

        let lastEventID = HTTPField.Name("Last-Event-ID").flatMap { request.headers[$0] }
        let channel = context.channel
        let clock = feeds.context.clock
        let feeds = feeds
        let body = ResponseBody { writer in
            let client = FeedClient { channel.close(mode: .all, promise: nil) }
            var cursor = feed.add(client, lastEventID: lastEventID)
            defer { feed.remove(client) }
            if feeds.isClosed { client.close() }
            try await request.body.consumeWithInboundCloseHandler { _ in
                try await writer.write(ByteBuffer(string: "retry: 2000\n\n"))
                while await client.waitForNews() {
                    while let frame = feed.nextFrame(after: &cursor) {
                        client.beginWriting(at: clock.monotonicNanoseconds())
                        try await writer.write(frame)
                        client.endWriting()
                    }
                }
            } onInboundClosed: {
                client.close()
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }
}
