import Testing

@testable import Scripts

struct FiguresTests {
    @Test func digitsAreGrouped() {
        let cases: [(UInt64, String)] = [
            (0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567"), (.max, "18,446,744,073,709,551,615"),
        ]
        for (number, text) in cases { #expect(Figures.grouped(number) == text) }
    }

    @Test func decimalsAreRounded() {
        #expect(Figures.decimal(1.005, 1) == "1.0")
        #expect(Figures.decimal(2.05, 2) == "2.05")
        #expect(Figures.decimal(0.96, 1) == "1.0")
        #expect(Figures.decimal(-0.25, 2) == "-0.25")
        #expect(Figures.decimal(-3.5, 2) == "-3.50")
        #expect(Figures.decimal(12.5, 0) == "13")
        #expect(Figures.decimal(.infinity, 2) == "inf")
        #expect(Figures.decimal(1e300, 2) == "1e+300")
    }
}
