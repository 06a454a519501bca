/// Everything the server answers, in one place; what is not here is refused.
package enum RouteTable {
    /// What a route does.
    package enum Operation: Sendable, Equatable {
        case health, metrics, jobs, job, stopJob, savepoint, query, ingest, tables, table, dashboards, dashboard, live,
            openAPI
        case homePage, dashboardPage, jobsPage, asset
    }

    /// One route: `{}` stands for exactly one part of the path, `**` for the rest.
    package struct Route: Sendable {
        package var method: String
        package var path: String
        package var operation: Operation
    }

    package static let routes: [Route] = [
        Route(method: "GET", path: "/healthz", operation: .health),
        Route(method: "GET", path: "/metrics", operation: .metrics),
        Route(method: "GET", path: "/api/v1/jobs", operation: .jobs),
        Route(method: "GET", path: "/api/v1/jobs/{}", operation: .job),
        Route(method: "POST", path: "/api/v1/jobs/{}/stop", operation: .stopJob),
        Route(method: "POST", path: "/api/v1/jobs/{}/savepoint", operation: .savepoint),
        Route(method: "POST", path: "/api/v1/query", operation: .query),
        Route(method: "POST", path: "/api/v1/ingest/{}", operation: .ingest),
        Route(method: "GET", path: "/api/v1/tables", operation: .tables),
        Route(method: "GET", path: "/api/v1/tables/{}", operation: .table),
        Route(method: "GET", path: "/api/v1/dashboards", operation: .dashboards),
        Route(method: "GET", path: "/api/v1/dashboards/{}", operation: .dashboard),
        Route(method: "GET", path: "/api/v1/dashboards/{}/live", operation: .live),
        Route(method: "GET", path: "/api/v1/openapi.json", operation: .openAPI),
        Route(method: "GET", path: "/", operation: .homePage),
        Route(method: "GET", path: "/d/{}", operation: .dashboardPage),
        Route(method: "GET", path: "/jobs", operation: .jobsPage),
        Route(method: "GET", path: "/app/**", operation: .asset),
    ]

    /// Outcome of looking a request up.
    package enum Match: Sendable, Equatable {
        /// `parameter` is the part of the path that `{}` stands for, decoded.
        case found(Operation, parameter: String)
        case wrongMethod(allowed: [String])
        case unknown
    }

    /// Looks up a method and a path without its query.
    package static func match(method: String, path: Substring) -> Match {
        var allowed: [String] = []
        for route in routes {
            guard let parameter = parameter(of: path, in: route.path) else { continue }
            if route.method == method || (route.method == "GET" && method == "HEAD") {
                return .found(route.operation, parameter: parameter)
            }
            allowed.append(route.method)
        }
        return allowed.isEmpty ? .unknown : .wrongMethod(allowed: allowed)
    }

    /// The parameter of a path that fits a pattern; nil when it does not fit.
    private static func parameter(of path: Substring, in pattern: String) -> String? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let wanted = pattern.split(separator: "/", omittingEmptySubsequences: false)
        var parameter = ""
        for (index, part) in wanted.enumerated() {
            if part == "**" { return parts.count > index ? String(path) : nil }
            guard index < parts.count else { return nil }
            if part == "{}" {
                guard let decoded = decode(parts[index]), !decoded.isEmpty else { return nil }
                parameter = decoded
            } else if part != parts[index] {
                return nil
            }
        }
        return parts.count == wanted.count ? parameter : nil
    }

    /// Percent-decoding of one part of a path; nil for what is not valid or hides a slash or a zero.
    static func decode(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        if bytes.contains(where: { $0 < 0x20 || $0 == UInt8(ascii: "/") }) { return nil }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) }
    }
}
