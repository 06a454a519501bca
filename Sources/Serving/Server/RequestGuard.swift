/// Decides whether a request may be answered at all, from its headers.
///
/// A page of another site can make the operator's browser send requests to a server on loopback: so the Host must be one
/// of ours (DNS rebinding), an Origin must be ours (cross-site requests), and writes must be JSON, which no form can send.
package struct RequestGuard: Sendable {
    /// Why a request is refused.
    package enum Refusal: Sendable, Equatable {
        case unknownHost, foreignOrigin, wrongContentType
    }

    /// What it looks at.
    package struct Headers: Sendable {
        package var host: String?
        package var origin: String?
        package var fetchSite: String?
        package var contentType: String?
        package var isWrite: Bool
        /// Pages may be navigated to from elsewhere; nothing else may.
        package var isPage: Bool
        /// Writes need not be JSON: anything but what a form of another site can send.
        package var takesAnyData: Bool

        package init(
            host: String?, origin: String? = nil, fetchSite: String? = nil, contentType: String? = nil,
            isWrite: Bool = false, isPage: Bool = false, takesAnyData: Bool = false
        ) {
            self.host = host
            self.origin = origin
            self.fetchSite = fetchSite
            self.contentType = contentType
            self.isWrite = isWrite
            self.isPage = isPage
            self.takesAnyData = takesAnyData
        }
    }

    private let names: Set<String>
    /// Listening on all addresses: any of them may be the Host, but no name (names are what rebinding needs).
    private let allowsAddresses: Bool

    package init(listening host: String, allowed: [String]) {
        let listed = ["localhost", "127.0.0.1", "[::1]", host.contains(":") ? "[\(host)]" : host] + allowed
        names = Set(listed.map { $0.lowercased() })
        allowsAddresses = host == "0.0.0.0" || host == "::"
    }

    package func refusal(_ headers: Headers) -> Refusal? {
        guard let host = headers.host, isOurs(host) else { return .unknownHost }
        if let origin = headers.origin {
            let schemes = ["http://", "https://"]
            guard schemes.contains(where: { origin.lowercased() == $0 + host.lowercased() }) else {
                return .foreignOrigin
            }
        }
        if !headers.isPage, let site = headers.fetchSite, site != "same-origin", site != "none" {
            return .foreignOrigin
        }
        if headers.isWrite {
            let type = headers.contentType?.split(separator: ";").first?.lowercased().filter { $0 != " " }
            guard let type else { return .wrongContentType }
            let isRight =
                headers.takesAnyData
                ? type.contains("/") && !Self.formTypes.contains(type) : type == "application/json"
            guard isRight else { return .wrongContentType }
        }
        return nil
    }

    /// What a form, or a script without leave, can send to another site.
    private static let formTypes: Set<String> = [
        "application/x-www-form-urlencoded", "multipart/form-data", "text/plain",
    ]

    /// True for addresses that only this machine can reach.
    package static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" || host == "::1" { return true }
        return host.hasPrefix("127.") && isAddress(host)
    }

    private func isOurs(_ host: String) -> Bool {
        guard let name = Self.name(of: host) else { return false }
        return names.contains(name) || (allowsAddresses && Self.isAddress(name))
    }

    /// The name in `name`, `name:port` or `[address]:port`, in lower case.
    private static func name(of host: String) -> String? {
        let text = host.lowercased()
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]"), isPort(text[text.index(after: end)...]) else { return nil }
            return String(text[...end])
        }
        guard let colon = text.firstIndex(of: ":") else { return text.isEmpty ? nil : text }
        guard isPort(text[colon...]), colon != text.startIndex else { return nil }
        return String(text[..<colon])
    }

    private static func isPort(_ text: Substring) -> Bool {
        if text.isEmpty { return true }
        return text.first == ":" && UInt16(text.dropFirst()) != nil
    }

    /// True for IPv4 addresses in their usual form, and for anything in brackets.
    private static func isAddress(_ name: String) -> Bool {
        if name.hasPrefix("[") { return true }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
    }
}
