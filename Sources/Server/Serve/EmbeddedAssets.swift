import CWebAssets
import Serving

/// The web pages inside the binary.
enum EmbeddedAssets {
    static var all: [WebAsset] {
        var count = 0
        let assets = millrace_web_assets(&count)
        return (0..<count).map { index in
            let asset = assets[index]
            return WebAsset(
                path: String(cString: asset.path), contentType: String(cString: asset.content_type),
                bytes: UnsafeRawBufferPointer(start: asset.bytes, count: asset.length),
                gzip: asset.gzip_bytes.map { UnsafeRawBufferPointer(start: $0, count: asset.gzip_length) },
                etag: String(cString: asset.etag))
        }
    }
}
