import Diagnostics
import Testing

@testable import Columnar

/// The one form of nested values.
@Suite struct NestedValueTests {
    private let heap = ByteHeap()

    private func text(_ value: String) -> NestedItem { heap.item(Array(value.utf8)) }

    private func array(_ items: [NestedItem], _ kind: PhysicalKind) -> [UInt8] {
        var bytes: [UInt8] = []
        NestedWriter.appendArray(items, kind, to: &bytes)
        return bytes
    }

    private func map(_ entries: [(NestedItem, NestedItem)], _ key: PhysicalKind, _ value: PhysicalKind) -> [UInt8] {
        var bytes: [UInt8] = []
        NestedWriter.appendMap(keys: entries.map(\.0), values: entries.map(\.1), key, value, to: &bytes)
        return bytes
    }

    private func json(_ bytes: [UInt8], _ type: LogicalType, _ style: NestedText.Style = .json) -> String {
        var out: [UInt8] = []
        NestedText(type).append(heap.item(bytes), style, ValueText(), to: &out)
        return String(decoding: out, as: UTF8.self)
    }

    @Test func theOrderOfEntriesDoesNotMatterAndTheLastOneCounts() {
        let one = map([(text("b"), .init(Int64(1))), (text("a"), .null), (text("b"), .init(Int64(2)))], .text, .int64)
        let other = map([(text("a"), .null), (text("b"), .init(Int64(2)))], .text, .int64)
        #expect(one == other)
        let reader = NestedReader(heap.item(one)).map(.text, .int64)
        #expect(reader.count == 2)
        #expect(reader.value(of: text("b"))?.int64 == 2)
        #expect(reader.value(of: text("a"))?.isNull == true)
        #expect(reader.value(of: text("c")) == nil)
    }

    @Test func allKindsComeBack() {
        let fields = [
            Field("b", DataType(.boolean)), Field("i", DataType(.bigint)), Field("d", DataType(.double)),
            Field("m", DataType(.decimal(precision: 38, scale: 2))), Field("s", DataType(.string)),
            Field("n", DataType(.integer)), Field("a", DataType(.array(DataType(.string)))),
            Field("t", DataType(.timestamp(precision: 3))), Field("e", DataType(.string)),
        ]
        let layout = NestedRowLayout(fields)
        let decimal: Int128 = -12_345_678_901_234_567_890_123
        let items = [
            NestedItem(true), NestedItem(Int64.min), NestedItem(-0.5), NestedItem(decimal), text("数\"据"), .null,
            heap.item(array([text(""), .null], .text)), NestedItem(Int64(1_500_000)), text(""),
        ]
        var bytes: [UInt8] = []
        NestedWriter.appendRow(items, layout, to: &bytes)
        let reader = NestedReader(heap.item(bytes))
        for (index, item) in items.enumerated() {
            #expect(NestedItem.equal(reader.field(index, layout), item, layout.kinds[index]), "field \(index)")
        }
        #expect(reader.field(9, layout).isNull)
        #expect(
            json(bytes, .row(fields)) == """
                {"b":true,"i":-9223372036854775808,"d":-0.5,"m":-123456789012345678901.23,"s":"数\\"据","n":null,\
                "a":["",null],"t":"1970-01-01 00:00:01.500","e":""}
                """)
        #expect(
            json(bytes, .row(fields), .cast) == """
                (TRUE, -9223372036854775808, -0.5, -123456789012345678901.23, 数"据, NULL, [, NULL], \
                1970-01-01 00:00:01.500, )
                """)
    }

    @Test func multisetsCountTheirElements() {
        var one: [UInt8] = []
        NestedWriter.appendMultiset([text("x"), .null, text("x")], .text, to: &one)
        #expect(json(one, .multiset(DataType(.string))) == #"{"null":1,"x":2}"#)
    }

    @Test func notANumberIsOneValueAndZerosAreTwo() {
        #expect(array([.init(Double.nan)], .float64) == array([.init(-Double.nan)], .float64))
        #expect(array([.init(0.0)], .float64) != array([.init(-0.0)], .float64))
        #expect(json(array([.init(Double.infinity)], .float64), .array(DataType(.double))) == "[Infinity]")
        #expect(
            json(array([.init(Double.infinity)], .float64), .array(DataType(.double)), .strictJSON) == "[\"Infinity\"]")
    }

    /// Whatever the bytes are, reading them ends and stays inside.
    @Test(arguments: [UInt64(1), 2, 3])
    func damagedBytesAreHarmless(seed: UInt64) {
        let inner = Field("r", DataType(.row([Field("x", DataType(.string)), Field("y", DataType(.bigint))])))
        let type = LogicalType.map(
            key: DataType(.string), value: DataType(.array(DataType(.row([inner, Field("b", DataType(.boolean))])))))
        let row = NestedRowLayout([Field("x", DataType(.string)), Field("y", DataType(.bigint))])
        var deep: [UInt8] = []
        NestedWriter.appendRow([text("long enough to lie apart"), .init(Int64(7))], row, to: &deep)
        var outer: [UInt8] = []
        NestedWriter.appendRow([heap.item(deep), .init(true)], NestedRowLayout(kinds: [.text, .bits]), to: &outer)
        let good = map([(text("k"), heap.item(array([heap.item(outer), .null], .text)))], .text, .text)
        #expect(json(good, type) == #"{"k":[{"r":{"x":"long enough to lie apart","y":7},"b":true},null]}"#)
        var random = SplitMix64(seed: seed)
        for _ in 0..<2_000 {
            var bytes = good
            for _ in 0..<Int(random.next() % 4 + 1) {
                bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
            }
            bytes.removeLast(Int(random.next() % UInt64(bytes.count)))
            #expect(json(bytes, type).utf8.count < 4_000_000)
        }
    }
}
