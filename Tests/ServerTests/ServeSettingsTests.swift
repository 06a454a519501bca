import Diagnostics
import Testing

@testable import Server

struct ServeSettingsTests {
    @Test func addresses() throws {
        let cases: [(String, String, Int)] = [
            ("127.0.0.1:8080", "127.0.0.1", 8080), ("localhost:0", "localhost", 0), ("[::1]:65535", "::1", 65_535),
            ("0.0.0.0:80", "0.0.0.0", 80),
        ]
        for (text, host, port) in cases {
            let found = try ServeSettings.address(text)
            #expect(found.host == host && found.port == port)
        }
    }

    @Test(arguments: ["", "8080", ":8080", "host:", "host:x", "host:-1", "host:65536", "host:99999999999999999999"])
    func whatIsNoAddress(_ text: String) {
        let error = problem { _ = try ServeSettings.address(text) }
        #expect(error?.code == "bad_address" && error?.kind == .user)
    }
}
