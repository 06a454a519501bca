import Columnar
import StreamSQL
import Testing

// Further functions over texts and times, and other notations of texts.
extension KernelSpeedTests {
    @Test func notations() throws {
        announce("Encodings and addresses")
        let (string, bytes) = (DataType(.string), DataType(.bytes))
        let names = column(.string) { .text(Array(["reChargeNotifyReq", "payNotifyReq", "order Req"][$0 % 3].utf8)) }
        let a = PlanExpression.column(0, string)
        try evaluate("TO_BASE64", .call(.toBase64, [a], string), [names])
        let encoded = column(.string) { .text(Array(["cmVDaGFyZ2VOb3RpZnk=", "cGF5Tm90aWZ5UmVx"][$0 % 2].utf8)) }
        try evaluate("FROM_BASE64", .call(.fromBase64, [a], string), [encoded])
        try evaluate("URL_ENCODE", .call(.urlEncode, [a], string), [names])
        let escaped = column(.string) { .text(Array(["a%20b%2Fc", "pay+Notify%3D1"][$0 % 2].utf8)) }
        try evaluate("URL_DECODE", .call(.urlDecode, [a], string), [escaped])
        let digits = column(.string) { .text(Array(["7061794E6F74696679526571", "6F72646572526571"][$0 % 2].utf8)) }
        try evaluate("UNHEX", .call(.unhex, [a], bytes), [digits])
        try evaluate("ENCODE to UTF-8", .call(.encode, [a, constant("UTF-8")], bytes), [names])
        try evaluate("DECODE from UTF-8", .call(.decode, [.column(0, bytes), constant("UTF-8")], string), [names])
        let addresses = column(.string) { .text(Array("https://shop.example.com/pay?order=\($0)&k=v#x".utf8)) }
        try evaluate("PARSE_URL HOST", .call(.parseURL, [a, constant("HOST")], string), [addresses])
        try evaluate(
            "PARSE_URL QUERY order", .call(.parseURL, [a, constant("QUERY"), constant("order")], string), [addresses])
        announce("Hashes")
        for (name, function) in [
            ("SHA1", ScalarFunction.sha1), ("SHA224", .sha224), ("SHA384", .sha384), ("SHA512", .sha512),
        ] {
            try evaluate(name, .call(function, [a], string), [names])
        }
    }

    @Test func furtherTexts() throws {
        announce("Texts")
        let (string, integer) = (DataType(.string), DataType(.integer))
        let names = column(.string) { .text(Array(["reChargeNotifyReq", "payNotifyReq", "orderReq"][$0 % 3].utf8)) }
        let a = PlanExpression.column(0, string)
        try evaluate("LOWER", .call(.lower, [a], string), [names])
        try evaluate("INITCAP", .call(.initialCapital, [a], string), [names])
        try evaluate("ASCII", .call(.ascii, [a], integer), [names])
        let codes = column(.bigint) { .int64(Int64(65 + $0 % 26)) }
        try evaluate("CHR", .call(.character, [.column(0, DataType(.bigint))], string), [codes])
        try evaluate("CONCAT_WS of two", .call(.concatenateWithSeparator, [constant("-"), a, a], string), [names])
        try evaluate(
            "INSTR, second occurrence", .call(.occurrence, [a, constant("e"), number(1), number(2)], integer), [names])
        try evaluate("IS_ALPHA", .call(.isAlpha, [a], DataType(.boolean)), [names])
        let numbers = column(.string) { .text(Array(String(mixed($0) % 100_000).utf8)) }
        try evaluate("IS_DIGIT of digits", .call(.isDigit, [a], DataType(.boolean)), [numbers])
        try evaluate("IS_DECIMAL", .call(.isDecimal, [a], DataType(.boolean)), [numbers])
        try evaluate("PRINTF", .call(.printFormat, [constant("%s-%s"), a, a], string), [names])
    }

    @Test func furtherTimes() throws {
        announce("Dates and times")
        let (string, bigint) = (DataType(.string), DataType(.bigint))
        let timestamp = DataType(.timestamp(precision: 3))
        let random = column(.timestamp(precision: 3)) { .int64(1_795_162_150_000_000 + mixed($0) * 1_000_000) }
        let a = PlanExpression.column(0, timestamp)
        try evaluate(
            "DATE_FORMAT to seconds, random", .call(.dateFormat, [a, constant("yyyyMMddHHmmss")], string), [random])
        try evaluate(
            "DATE_FORMAT with names, random", .call(.dateFormat, [a, constant("EEE d MMM yyyy")], string), [random])
        try evaluate("CEIL TO HOUR", .call(.ceilingTime, [a, constant("HOUR")], timestamp), [random])
        try evaluate(
            "TIMESTAMPADD(MONTH)", .call(.timestampAdd, [constant("MONTH"), number(3), a], timestamp), [random])
        try evaluate("EXTRACT(WEEK)", .call(.extract, [constant("WEEK"), a], bigint), [random])
        try evaluate("EXTRACT(DOW)", .call(.extract, [constant("DOW"), a], bigint), [random])
        let written = column(.string) { .text(Array("2026-11-\(10 + $0 % 19) 08:09:\(10 + $0 % 50)".utf8)) }
        let text = PlanExpression.column(0, string)
        let pattern = constant("yyyy-MM-dd HH:mm:ss")
        try evaluate("UNIX_TIMESTAMP(text)", .call(.unixTimestamp, [text, pattern], bigint), [written])
        try evaluate("TO_DATE(text, pattern)", .call(.toDate, [text, pattern], DataType(.date)), [written])
        let zones = [constant("UTC"), constant("Asia/Shanghai")]
        try evaluate("CONVERT_TZ", .call(.convertZone, [text] + zones, string), [written])
        let seconds = column(.bigint) { .int64(1_795_162_150 + mixed($0)) }
        let second = PlanExpression.column(0, bigint)
        try evaluate("FROM_UNIXTIME, random", .call(.fromUnixTime, [second], string), [seconds])
        let instant = DataType(.timestampLTZ(precision: 3))
        try evaluate("TO_TIMESTAMP_LTZ(seconds, 0)", .call(.toTimestampLTZ, [second, number(0)], instant), [seconds])
    }
}
