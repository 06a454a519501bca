/// One file of the web pages, embedded in the binary.
///
/// The bytes belong to the binary and live as long as the process; that is why handing the pointers around is safe.
package struct WebAsset: @unchecked Sendable {
    /// Path on the server, such as `/app/dashboard.html`.
    package var path: String
    /// Value of the Content-Type header.
    package var contentType: String
    package var bytes: UnsafeRawBufferPointer
    /// The gzip form; nil where compression does not pay.
    package var gzip: UnsafeRawBufferPointer?
    /// Value of the ETag header, with its quotes.
    package var etag: String

    package init(
        path: String, contentType: String, bytes: UnsafeRawBufferPointer, gzip: UnsafeRawBufferPointer?, etag: String
    ) {
        self.path = path
        self.contentType = contentType
        self.bytes = bytes
        self.gzip = gzip
        self.etag = etag
    }
}
