import Glibc

/// Makes the events of Nexmark one after the other, as lines of JSON.
///
/// Of fifty events one is a person, three are auctions, the others bids. Half of the bids go to a hot auction, three of
/// four come from a hot bidder, three of four auctions have a hot seller; prices are log-uniform.
struct NexmarkEvents {
    static let round = 50
    private static let auctionsInRound = 3
    private static let firstID = 1_000
    private static let hotBatch = 100
    private static let activePeople = 1_000
    private static let openAuctions = 100
    private static let idLead = 10

    private static let states: [StaticString] = ["AZ", "CA", "ID", "OR", "WA", "WY"]
    private static let cities: [StaticString] = [
        "Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland", "Bend", "Redmond", "Seattle", "Kent",
        "Cheyenne",
    ]
    private static let firstNames: [StaticString] = [
        "Peter", "Paul", "Luke", "John", "Saul", "Vicky", "Kate", "Julie", "Sarah", "Deiter", "Walter",
    ]
    private static let lastNames: [StaticString] = [
        "Shultz", "Abrams", "Spencer", "White", "Bartels", "Walton", "Smith", "Jones", "Noris",
    ]
    private static let hotChannels: [StaticString] = ["Google", "Facebook", "Baidu", "Apple"]

    private let base: Int64
    private let delay: Double
    private var random: NexmarkRandom
    private let pools: NexmarkPools
    private let digits = DigitTable()
    private var stamp = NexmarkStamp()
    /// Room for words while a line is made.
    private let words: NexmarkWords

    init(_ options: NexmarkOptions) {
        base = options.baseMilliseconds
        delay = options.delayMicroseconds
        random = NexmarkRandom(seed: options.seed)
        pools = NexmarkPools(&random)
        words = NexmarkWords()
    }

    /// Writes event `number` to memory with room for ``LineCursor/longestLine`` bytes; returns how many it has.
    mutating func write(_ number: Int, to place: UnsafeMutablePointer<UInt8>) -> Int {
        var line = LineCursor(place, digits: digits.characters)
        let offset = number % Self.round
        if offset == 0 {
            person(number, &line)
        } else if offset <= Self.auctionsInRound {
            auction(number, &line)
        } else {
            bid(number, &line)
        }
        return line.position - place
    }

    private func time(_ number: Int) -> Int64 { base &+ Int64(Double(number) * delay) / 1_000 }

    // MARK: Who is there

    private func lastPerson(_ number: Int) -> Int { number / Self.round }

    private func lastAuction(_ number: Int) -> Int {
        let offset = number % Self.round
        if offset < 1 { return (number / Self.round - 1) * Self.auctionsInRound + Self.auctionsInRound - 1 }
        return number / Self.round * Self.auctionsInRound + min(offset - 1, Self.auctionsInRound - 1)
    }

    private mutating func anyPerson(_ number: Int) -> Int {
        let people = lastPerson(number) + 1
        let active = min(people, Self.activePeople)
        return people - active + random.below(active + Self.idLead)
    }

    private mutating func anyAuction(_ number: Int) -> Int {
        let newest = lastAuction(number)
        let oldest = max(0, newest - Self.openAuctions)
        return oldest + random.below(newest - oldest + 1 + Self.idLead)
    }

    private mutating func price() -> Int64 { Int64(floor(pow(10.0, random.unit() * 6.0) * 100.0 + 0.5)) }

    /// Padding that brings an event of `size` bytes near a target.
    private mutating func padding(_ size: Int, target: Int) -> (start: UnsafePointer<UInt8>, count: Int) {
        guard size <= target else { return (pools.padding, 0) }
        let wanted = target - size
        let spread = Int(floor(Double(wanted) * 0.2 + 0.5))
        var count = wanted - spread
        if spread > 0 { count += random.below(2 * spread) }
        return (pools.padding + random.below(NexmarkPools.paddingBytes - count), count)
    }

    // MARK: Lines

    private mutating func person(_ number: Int, _ line: inout LineCursor) {
        // The last name is drawn before the first.
        let last = Self.lastNames[random.below(Self.lastNames.count)]
        let first = Self.firstNames[random.below(Self.firstNames.count)]
        let user = random.word(words.first, below: 7, special: 0x20)
        let host = random.word(words.second, below: 5, special: 0x20)
        var card: (UInt32, UInt32, UInt32, UInt32) = (0, 0, 0, 0)
        card.0 = UInt32(random.below(10_000))
        card.1 = UInt32(random.below(10_000))
        card.2 = UInt32(random.below(10_000))
        card.3 = UInt32(random.below(10_000))
        let city = Self.cities[random.below(Self.cities.count)]
        let state = Self.states[random.below(Self.states.count)]
        let name = first.utf8CodeUnitCount + 1 + last.utf8CodeUnitCount
        let size =
            8 + name + user.count + host.count + 5 + 19 + city.utf8CodeUnitCount + state.utf8CodeUnitCount
        let extra = padding(size, target: 200)
        line.put("{\"event_type\":0,\"person\":{\"id\":")
        line.put(integer: Int64(lastPerson(number) + Self.firstID))
        line.put(",\"name\":\"")
        line.put(first)
        line.put(byte: 0x20)
        line.put(last)
        line.put("\",\"emailAddress\":\"")
        line.put(words.first + user.start, count: user.count)
        line.put(byte: UInt8(ascii: "@"))
        line.put(words.second + host.start, count: host.count)
        line.put(".com\",\"creditCard\":\"")
        for (index, group) in [card.0, card.1, card.2, card.3].enumerated() {
            if index > 0 { line.put(byte: 0x20) }
            line.put2(group / 100)
            line.put2(group % 100)
        }
        line.put("\",\"city\":\"")
        line.put(city)
        line.put("\",\"state\":\"")
        line.put(state)
        line.put("\",\"dateTime\":\"")
        stamp.put(time(number), &line)
        line.put("\",\"extra\":\"")
        line.put(extra.start, count: extra.count)
        line.put("\"},\"auction\":null,\"bid\":null}\n")
    }

    private mutating func auction(_ number: Int, _ line: inout LineCursor) {
        let begin = time(number)
        let seller =
            random.below(4) > 0 ? lastPerson(number) / Self.hotBatch * Self.hotBatch : anyPerson(number)
        let category = 10 + random.below(5)
        let initial = price()
        let horizon = time(number + Self.openAuctions * Self.round / Self.auctionsInRound) - begin
        let expires = begin + 1 + Int64(random.below(UInt64(max(1, horizon * 2))))
        let item = random.word(words.first, below: 20, special: 0x20)
        let description = random.word(words.second, below: 100, special: 0x20)
        let reserve = initial + price()
        let extra = padding(8 + item.count + description.count + 40, target: 500)
        line.put("{\"event_type\":1,\"person\":null,\"auction\":{\"id\":")
        line.put(integer: Int64(lastAuction(number) + Self.firstID))
        line.put(",\"itemName\":\"")
        line.put(words.first + item.start, count: item.count)
        line.put("\",\"description\":\"")
        line.put(words.second + description.start, count: description.count)
        line.put("\",\"initialBid\":")
        line.put(integer: initial)
        line.put(",\"reserve\":")
        line.put(integer: reserve)
        line.put(",\"dateTime\":\"")
        stamp.put(begin, &line)
        line.put("\",\"expires\":\"")
        stamp.put(expires, &line)
        line.put("\",\"seller\":")
        line.put(integer: Int64(seller + Self.firstID))
        line.put(",\"category\":")
        line.put(integer: Int64(category))
        line.put(",\"extra\":\"")
        line.put(extra.start, count: extra.count)
        line.put("\"},\"bid\":null}\n")
    }

    private mutating func bid(_ number: Int, _ line: inout LineCursor) {
        let auction =
            random.below(2) > 0 ? lastAuction(number) / Self.hotBatch * Self.hotBatch : anyAuction(number)
        let bidder =
            random.below(4) > 0 ? lastPerson(number) / Self.hotBatch * Self.hotBatch + 1 : anyPerson(number)
        let price = price()
        let isHot = random.below(2) > 0
        let channel = random.below(isHot ? 4 : NexmarkPools.coldChannels)
        let extra = padding(32, target: 100)
        line.put("{\"event_type\":2,\"person\":null,\"auction\":null,\"bid\":{\"auction\":")
        line.put(integer: Int64(auction + Self.firstID))
        line.put(",\"bidder\":")
        // Bidders carry the first id twice, as in the original.
        line.put(integer: Int64(bidder + 2 * Self.firstID))
        line.put(",\"price\":")
        line.put(integer: price)
        line.put(",\"channel\":\"")
        if isHot {
            line.put(Self.hotChannels[channel])
        } else {
            line.put("channel-")
            line.put(integer: Int64(channel))
        }
        line.put("\",\"url\":\"")
        let url = isHot ? pools.hotURLs[channel] : pools.coldURLs[channel]
        url.withUnsafeBufferPointer { buffer in
            if let start = buffer.baseAddress { line.put(start, count: buffer.count) }
        }
        line.put("\",\"dateTime\":\"")
        stamp.put(time(number), &line)
        line.put("\",\"extra\":\"")
        line.put(extra.start, count: extra.count)
        line.put("\"}}\n")
    }
}

/// Memory for two words.
final class NexmarkWords {
    let first: UnsafeMutablePointer<UInt8>
    let second: UnsafeMutablePointer<UInt8>

    init() {
        first = .allocate(capacity: 128)
        second = .allocate(capacity: 128)
    }

    deinit {
        first.deallocate()
        second.deallocate()
    }
}
