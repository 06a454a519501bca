import Columnar
import Engine
import StreamSQL
import Testing

/// Unsigned numbers as decimal digits, most significant first; slow and plain.
private struct Digits: Equatable {
    var digits: [Int]

    init(_ digits: [Int]) { self.digits = Array(digits.drop { $0 == 0 }) }
    init(_ value: UInt128) { self.init(String(value).utf8.map { Int($0) - 48 }) }

    func shifted(_ zeros: Int) -> Digits { Digits(digits + Array(repeating: 0, count: zeros)) }

    static func < (left: Digits, right: Digits) -> Bool {
        if left.digits.count != right.digits.count { return left.digits.count < right.digits.count }
        return left.digits.lexicographicallyPrecedes(right.digits)
    }

    static func - (left: Digits, right: Digits) -> Digits {
        var result = left.digits
        var borrow = 0
        let offset = result.count - right.digits.count
        for index in result.indices.reversed() {
            var digit = result[index] - borrow - (index >= offset ? right.digits[index - offset] : 0)
            borrow = digit < 0 ? 1 : 0
            digit += borrow * 10
            result[index] = digit
        }
        return Digits(result)
    }

    static func * (left: Digits, right: Digits) -> Digits {
        var result = [Int](repeating: 0, count: left.digits.count + right.digits.count)
        for (i, x) in left.digits.reversed().enumerated() {
            for (j, y) in right.digits.reversed().enumerated() { result[i + j] += x * y }
        }
        for index in result.indices.dropLast() {
            result[index + 1] += result[index] / 10
            result[index] %= 10
        }
        return Digits(result.reversed())
    }

    /// Quotient and remainder by repeated subtraction, digit after digit.
    func divided(by divisor: Digits) -> (Digits, Digits) {
        var rest = Digits([])
        var quotient: [Int] = []
        for digit in digits {
            rest = Digits(rest.digits + [digit])
            var count = 0
            while !(rest < divisor) {
                rest = rest - divisor
                count += 1
            }
            quotient.append(count)
        }
        return (Digits(quotient), rest)
    }

    /// The quotient rounded half up.
    func rounded(by divisor: Digits) -> Digits {
        let (quotient, rest) = divided(by: divisor)
        if Digits((rest * Digits([2])).digits) < divisor { return quotient }
        var digits = [0] + quotient.digits
        var index = digits.count - 1
        while digits[index] == 9 {
            digits[index] = 0
            index -= 1
        }
        digits[index] += 1
        return Digits(digits)
    }
}

/// Decimal products, quotients and remainders against arithmetic on digits.
struct DecimalPropertyTests {
    private func random(_ state: inout UInt64, digits: Int) -> Int128 {
        var value: Int128 = 0
        for _ in 0..<digits {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            value = value * 10 + Int128((state >> 33) % 10)
        }
        return state >> 62 == 0 ? -value : value
    }

    private func expected(_ magnitude: Digits, isNegative: Bool, precision: Int) -> LiteralValue {
        guard magnitude.digits.count <= precision else { return .null }
        var value: Int128 = 0
        for digit in magnitude.digits { value = value * 10 + Int128(digit) }
        return .int128(isNegative ? -value : value)
    }

    @Test func agreesWithDigits() throws {
        var state: UInt64 = 2_026
        func below(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        for round in 0..<600 {
            let (p1, p2) = (1 + below(38), 1 + below(38))
            let (s1, s2) = (below(p1 + 1), below(p2 + 1))
            let (x, y) = (random(&state, digits: p1), random(&state, digits: p2))
            let (a, b) = (Digits(x.magnitude), Digits(y.magnitude))
            let isNegative = (x < 0) != (y < 0)
            let scale = below(39)
            let types = [DataType(.decimal(precision: p1, scale: s1)), DataType(.decimal(precision: p2, scale: s2))]
            let columns = [
                ExpressionHarness.column(types[0], [.int128(x)]), ExpressionHarness.column(types[1], [.int128(y)]),
            ]
            func run(_ function: ScalarFunction, _ scale: Int) throws -> LiteralValue {
                let type = DataType(.decimal(precision: 38, scale: scale))
                let call = PlanExpression.call(function, [.column(0, types[0]), .column(1, types[1])], type)
                return try ExpressionHarness.evaluate(call, columns, rowCount: 1)[0]
            }
            let name = "round \(round): \(x) at \(s1), \(y) at \(s2), scale \(scale)"
            if s1 + s2 >= scale, s1 + s2 - scale <= 38 {
                let exact = (a * b).rounded(by: Digits([1]).shifted(s1 + s2 - scale))
                #expect(try run(.multiply, scale) == expected(exact, isNegative: isNegative, precision: 38), "\(name)")
            }
            guard y != 0 else { continue }
            let exponent = scale + s2 - s1
            if exponent >= 0 {
                let exact = a.shifted(exponent).rounded(by: b)
                #expect(try run(.divide, scale) == expected(exact, isNegative: isNegative, precision: 38), "\(name)")
            }
            let common = max(s1, s2)
            let rest = a.shifted(common - s1).divided(by: b.shifted(common - s2)).1
            #expect(try run(.modulo, common) == expected(rest, isNegative: x < 0, precision: 38), "\(name)")
        }
    }
}
