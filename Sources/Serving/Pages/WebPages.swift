import HTTPTypes
import Hummingbird
import NIOCore

/// The embedded files by path; nothing else can be asked for.
struct WebPages: Sendable {
    private let assets: [String: WebAsset]

    init(_ assets: [WebAsset]) {
        self.assets = Dictionary(assets.map { ($0.path, $0) }) { first, _ in first }
    }

    /// A file, compressed where the browser takes that, or the news that its copy is still good.
    func answer(_ path: String, _ request: HTTPFields) throws -> Response {
        guard let asset = assets[path] else {
            throw ErrorAnswer(.notFound, "not_found", "there is nothing at \(path.prefix(200))")
        }
        var headers: HTTPFields = [
            .contentType: asset.contentType, .eTag: asset.etag, .cacheControl: "no-cache", .vary: "Accept-Encoding",
        ]
        let known = request[.ifNoneMatch]?.split(separator: ",").map { $0.drop { $0 == " " } } ?? []
        if known.contains(where: { $0 == asset.etag || $0 == "W/" + asset.etag || $0 == "*" }) {
            return Response(status: .notModified, headers: headers)
        }
        var bytes = asset.bytes
        if let gzip = asset.gzip, Self.takesGzip(request[.acceptEncoding]) {
            bytes = gzip
            headers[.contentEncoding] = "gzip"
        }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    private static func takesGzip(_ header: String?) -> Bool {
        guard let header else { return false }
        return header.split(separator: ",").contains { entry in
            let parts = entry.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
            return parts.first == "gzip" && !parts.dropFirst().contains { $0 == "q=0" || $0 == "q=0.0" }
        }
    }
}
