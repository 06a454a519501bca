import Serving
import Testing

struct RequestGuardTests {
    private let loopback = RequestGuard(listening: "127.0.0.1", allowed: ["screen.example"])

    @Test(arguments: [
        "localhost", "localhost:8080", "LOCALHOST:1", "127.0.0.1:8080", "[::1]:8080", "[::1]", "screen.example:443",
    ]) func ownNamesAreAnswered(_ host: String) {
        #expect(loopback.refusal(.init(host: host)) == nil)
    }

    @Test(
        arguments: [
            nil, "", ":8080", "evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example",
            "10.0.0.1",
            "localhost:99999", "localhost:", "[::1", "[::1]x", "localhost:80:80", "127.0.0.1@evil.example",
        ] as [String?]) func otherNamesAreNot(_ host: String?)
    {
        #expect(loopback.refusal(.init(host: host)) == .unknownHost)
    }

    @Test func listeningEverywhereTakesAddressesButNoNames() {
        let open = RequestGuard(listening: "0.0.0.0", allowed: [])
        #expect(open.refusal(.init(host: "10.1.2.3:8080")) == nil)
        #expect(open.refusal(.init(host: "[fe80::1]:8080")) == nil)
        #expect(open.refusal(.init(host: "10.1.2.3.evil.example")) == .unknownHost)
        #expect(open.refusal(.init(host: "evil.example")) == .unknownHost)
    }

    @Test func foreignPagesAreRefused() {
        let host = "localhost:8080"
        #expect(loopback.refusal(.init(host: host, origin: "http://localhost:8080")) == nil)
        #expect(loopback.refusal(.init(host: host, origin: "http://localhost:9090")) == .foreignOrigin)
        #expect(loopback.refusal(.init(host: host, origin: "http://127.0.0.1:8080")) == .foreignOrigin)
        #expect(loopback.refusal(.init(host: host, origin: "null")) == .foreignOrigin)
        #expect(loopback.refusal(.init(host: host, fetchSite: "cross-site")) == .foreignOrigin)
        #expect(loopback.refusal(.init(host: host, fetchSite: "cross-site", isPage: true)) == nil)
        #expect(loopback.refusal(.init(host: host, fetchSite: "same-origin")) == nil)
    }

    @Test func writesMustBeJSON() {
        func refusal(_ type: String?) -> RequestGuard.Refusal? {
            loopback.refusal(.init(host: "localhost", contentType: type, isWrite: true))
        }
        #expect(refusal("application/json") == nil)
        #expect(refusal("Application/JSON; charset=utf-8") == nil)
        #expect(refusal("text/plain") == .wrongContentType)
        #expect(refusal("application/x-www-form-urlencoded") == .wrongContentType)
        #expect(refusal(nil) == .wrongContentType)
    }

    @Test func loopbackIsRecognised() {
        #expect(["127.0.0.1", "127.8.9.1", "::1", "localhost"].allSatisfy(RequestGuard.isLoopback))
        #expect(
            !["0.0.0.0", "127.evil.example", "10.0.0.1", "::", "127.0.0.1.evil.example"].contains(
                where: RequestGuard.isLoopback))
        var configuration = ServingConfiguration()
        configuration.host = "0.0.0.0"
        #expect(throws: (any Error).self) { try configuration.check() }
        configuration.allowsInsecureListen = true
        #expect(throws: Never.self) { try configuration.check() }
    }
}

struct RouteTableTests {
    private func match(_ method: String, _ path: String) -> RouteTable.Match {
        RouteTable.match(method: method, path: Substring(path))
    }

    @Test func findsRoutes() {
        #expect(match("GET", "/") == .found(.homePage, parameter: ""))
        #expect(match("HEAD", "/healthz") == .found(.health, parameter: ""))
        #expect(match("GET", "/api/v1/dashboards/recharge/live") == .found(.live, parameter: "recharge"))
        #expect(match("GET", "/api/v1/tables/%E7%9C%81") == .found(.table, parameter: "省"))
        #expect(match("GET", "/app/js/home.js") == .found(.asset, parameter: "/app/js/home.js"))
        #expect(match("POST", "/api/v1/query") == .found(.query, parameter: ""))
    }

    @Test func refusesEverythingElse() {
        #expect(match("POST", "/api/v1/jobs") == .wrongMethod(allowed: ["GET"]))
        #expect(match("GET", "/api/v1/query") == .wrongMethod(allowed: ["POST"]))
        for path in [
            "", "x", "//", "/d/", "/d", "/d/a/b", "/api/v1/jobs/", "/api/v1/tables/a%2Fb", "/api/v1/tables/%00",
            "/api/v1/tables/%zz", "/api/v1/tables/%4", "/api/v1/tables/%FF", "/healthz/", "/../etc/passwd",
            "/API/v1/jobs",
        ] {
            #expect(match("GET", path) == .unknown, "\(path)")
        }
    }
}
