import Foundation
import Testing

@testable import Workloads

struct RechargeModelTests {
    @Test func theDayCurveAveragesToOne() {
        let midnight = (ordinaryMorning - 10 * 3_600_000) / 1_000
        let minutes = (0..<1_440).map { RechargeLoadCurve.factor(second: midnight + Int64($0) * 60, load: .dayCurve) }
        #expect((995...1_005).contains(minutes.reduce(0, +) / 1_440))
        #expect(minutes[4 * 60] == minutes.min())
        #expect(minutes[20 * 60] == minutes.max())
        #expect((10 * 60...12 * 60).contains((0..<15 * 60).max { minutes[$0] < minutes[$1] } ?? 0))
    }

    @Test func theTurnOfTheMonthIsBusier() {
        func factor(_ day: Int64) -> UInt64 {
            RechargeLoadCurve.factor(second: ordinaryMorning / 1_000 + (day - 12) * 86_400, load: .dayCurve)
        }
        // November has thirty days.
        for day in Int64(3)...28 { #expect(factor(day) == factor(12)) }
        for day in [1, 2, 29, 30, 31, 32] as [Int64] { #expect(factor(day) == factor(12) * 3 / 2) }
    }

    @Test func quantilesAscendAndStayInRange() {
        let tables: [QuantileTable] = [
            .processing, .noticeLogging, .think, .payment, .handover, .recharge, .gap,
        ]
        for table in tables {
            let values = (0...65_535).map { table.value($0) }
            #expect(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 })
            #expect(values.first == table.smallest)
            #expect((values.last ?? 0) <= table.largest)
        }
        #expect(QuantileTable.payment.largest + 90_000 < CalendarQueue.horizon)
        #expect(QuantileTable.noticeLogging.largest < QuantileTable.recharge.smallest)
        let gaps = (0...65_535).reduce(Int64(0)) { $0 + QuantileTable.gap.value($1) } / 65_536
        #expect((65_400...65_600).contains(gaps))
    }

    @Test func stagesOfAnOrderFollowEachOther() {
        for number in UInt64(0)..<20_000 {
            let order = RechargeOrder(number: number, created: ordinaryMorning, seed: 9)
            var last = ordinaryMorning
            for kind in RechargeServiceKind.allCases {
                let times = order.times(kind)
                #expect(times.logged > last && times.start < times.logged)
                #expect(
                    kind.isNotice ? times.received > times.start && times.received < times.logged : times.received == 0)
                #expect(times.logged - last < CalendarQueue.horizon - 1)
                last = times.logged
            }
        }
    }

    @Test func provincesAreThoseOfTheDimensionTable() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = root.deletingLastPathComponent().appendingPathComponent("Apps/recharge-monitor/provinces.csv")
        let rows = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map(String.init)
        #expect(rows == RechargeProvince.all.map { "\($0.code),\($0.name),\($0.nameEnglish),\($0.name)" })
        #expect(rows.count == 31 && Set(rows.map { $0.prefix(3) }).count == 31)
        let rendered = RechargeVocabulary.provinceCodes.map { "\($0)" }
        #expect(rendered == RechargeProvince.all.map(\.code) + [RechargeProvince.unknownCode])
    }

    @Test func provincesFailDifferently() throws {
        let directory = try ScratchDirectory()
        var options = quickOptions(directory, count: 60_000, rate: 2_000)
        options.nodes = 1
        let provinces = try generate(options).oracle.provinces
        #expect(provinces.last == RechargeOracle.Recharges())
        let rates = provinces.dropLast().filter { $0.orders > 200 }.map { Double($0.failures) / Double($0.orders) }
        #expect(rates.count > 8)
        #expect((rates.max() ?? 0) > 1.4 * (rates.min() ?? 1))
        let guangdong = provinces[1].orders
        #expect(provinces.allSatisfy { $0.orders <= guangdong })
    }

    @Test func wordsOfARandomSubjectAreIndependent() {
        var ones = [Int](repeating: 0, count: 64)
        for subject in UInt64(0)..<20_000 {
            let word = CounterRandom(seed: 1, subject: subject).word(subject & 7)
            for bit in 0..<64 where word >> UInt64(bit) & 1 == 1 { ones[bit] += 1 }
        }
        for count in ones { #expect((9_600...10_400).contains(count)) }
        #expect(CounterRandom(seed: 1, subject: 2).word(3) != CounterRandom(seed: 2, subject: 1).word(3))
    }
}
