import Testing

@testable import Digests

/// Hashes, keyed hashes and Base64, by the texts that their standards give.
@Suite struct DigestTests {
    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private typealias Whole = (UnsafeBufferPointer<UInt8>, UnsafeMutableRawBufferPointer) -> Void

    private func digest(_ bytes: [UInt8], _ length: Int, _ write: Whole) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: length)
        result.withUnsafeMutableBytes { target in bytes.withUnsafeBufferPointer { write($0, target) } }
        return result
    }

    /// The hash of the hashes of texts of every length from 0 to 299, which reaches every way a block can end.
    private func chain(_ hash: ([UInt8]) -> [UInt8]) -> String {
        var all: [UInt8] = []
        for length in 0..<300 { all += hash((0..<length).map { UInt8(truncatingIfNeeded: $0 * 7) }) }
        return hex(hash(all))
    }

    @Test func hashesAreThoseOfTheStandard() {
        #expect(
            hex(SHA256.digest(of: Array("abc".utf8)))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            hex(SHA512.digest(of: Array("abc".utf8)))
                == "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                + "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f")
        #expect(chain(SHA256.digest) == "f65f14b090e805017546322e618401d41f0710c213e013a5131eb38bbe8f367f")
        #expect(
            chain(SHA512.digest)
                == "8dbfff7fba0e8bdbab57c3b7ce89219cf36e43c426ac64166db2ed89c603f2e1"
                + "89f415de2614e940d4abc94ffb5f3db0da34196e9b42d6150fab1546a662ec58")
    }

    @Test func hashesOfWholeMessagesAreTheSame() {
        #expect(chain { digest($0, 16) { MD5.write($0, to: $1) } } == "b9d5b0ec0d207bb96cccb77036c15f87")
        #expect(chain { digest($0, 20) { SHA1.write($0, to: $1) } } == "d86f432ef2b3a77b72697e5684cf65ebf943b865")
        #expect(
            chain { digest($0, 28) { SHA256.write($0, isShort: true, to: $1) } }
                == "d62fdab79503c3793d945f468f497851a5ad4a43c2630b59e22d7b50")
        #expect(
            chain { digest($0, 32) { SHA256.write($0, to: $1) } }
                == "f65f14b090e805017546322e618401d41f0710c213e013a5131eb38bbe8f367f")
        #expect(
            chain { digest($0, 48) { SHA512.write($0, isShort: true, to: $1) } }
                == "cb5c261a5471690f763a4168dfa3c2ee6011f568ecd03e25a3014563f430c32b"
                + "8e7d3f10d1c89ed40ee89827b60e354e")
        #expect(
            chain { digest($0, 64) { SHA512.write($0, to: $1) } }
                == "8dbfff7fba0e8bdbab57c3b7ce89219cf36e43c426ac64166db2ed89c603f2e1"
                + "89f415de2614e940d4abc94ffb5f3db0da34196e9b42d6150fab1546a662ec58")
    }

    @Test func partsOfAMessageAreOneMessage() {
        let message = (0..<500).map { UInt8(truncatingIfNeeded: $0 * 31) }
        for cut in [0, 1, 63, 64, 65, 127, 128, 129, 500] {
            var hash = SHA256()
            hash.update(message[..<cut])
            hash.update(message[cut...])
            #expect(hash.finish() == SHA256.digest(of: message))
        }
    }

    @Test func codesWithKeysAreThoseOfTheStandard() {
        // RFC 4231, cases 2 and 6: a short key, and one longer than a block.
        let short = Array("what do ya want for nothing?".utf8)
        #expect(
            hex(HMAC<SHA256>(key: Array("Jefe".utf8)).authenticate(short))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(
            hex(HMAC<SHA512>(key: Array("Jefe".utf8)).authenticate(short))
                == "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
                + "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737")
        let long = HMAC<SHA256>(key: Array(repeating: 0xAA, count: 131))
            .authenticate(Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8))
        #expect(hex(long) == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    }

    @Test func passwordsAreDerivedAsTheStandardSays() {
        // RFC 7914, the first block of its first example, and others by another implementation.
        let first = HMAC<SHA256>(key: Array("passwd".utf8)).derive(salt: Array("salt".utf8), iterations: 1)
        #expect(hex(first) == "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc")
        let more = HMAC<SHA256>(key: Array("Password".utf8)).derive(salt: Array("NaCl".utf8), iterations: 80)
        #expect(hex(more) == "5cd8c5198ca4ce355157529d232cfb4ef412a62851caf68baa9d3b6275a08f30")
        let long = HMAC<SHA512>(key: Array("Password".utf8)).derive(salt: Array("NaCl".utf8), iterations: 80)
        #expect(
            hex(long)
                == "86623e7c72bf730bd8a02bdcc96d814c940e10614325422ce2c75785e317eaa9"
                + "cc3757f336a133d1a2578f6d8c940716471c6eb2e552970be6b4a31651cad9d5")
    }

    @Test func base64GoesBothWays() {
        // RFC 4648, section 10.
        let known = [
            "": "", "f": "Zg==", "fo": "Zm8=", "foo": "Zm9v", "foob": "Zm9vYg==", "fooba": "Zm9vYmE=",
            "foobar": "Zm9vYmFy",
        ]
        for (bytes, text) in known {
            #expect(Base64.encode(Array(bytes.utf8)) == text)
            #expect(Base64.decode(text) == Array(bytes.utf8))
            #expect(Base64.decode(text.filter { $0 != "=" }, isPaddingOptional: true) == Array(bytes.utf8))
        }
        for length in 0..<20 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 * 91 + 200) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
        for wrong in ["a", "ab", "ab=c", "====", "a===", "ab==cdef", "äbcd", "ab c"] {
            #expect(Base64.decode(wrong) == nil)
        }
        for wrong in ["a", "ab=", "abcde", "a=bc"] { #expect(Base64.decode(wrong, isPaddingOptional: true) == nil) }
    }
}
