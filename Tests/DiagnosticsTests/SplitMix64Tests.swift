import Diagnostics
import Testing

struct SplitMix64Tests {
    @Test func aSeedGivesTheSameNumbersEverywhere() {
        var random = SplitMix64(seed: 1_234_567)
        #expect(random.next() == 6_457_827_717_110_365_317)
        #expect(random.next() == 3_203_168_211_198_807_973)
    }

    @Test func errorsReadLikeACompiler() {
        let error = MillraceError(
            .user, code: "x", "no such column", hint: "did you mean b?", file: "a.sql", line: 3, column: 7)
        #expect(error.description == "a.sql:3:7: error: no such column\nhint: did you mean b?")
        #expect(MillraceError(.system, code: "x", "disk full").description == "error: disk full")
    }
}
