/// One record of the live show, derived from its number: a visit of a room, or a gift.
struct LiveShowRecord {
    /// What a viewer is, at every visit.
    struct Viewer {
        let number: Int64
        let regions: (home: Int, away: Int)
        /// Few people are seen in two regions.
        let travels: Bool

        var grade: Int { Int(number % 5) + 1 }
        var address: UInt32 { UInt32(truncatingIfNeeded: number % 255) }
    }

    /// Thousandths of the records that are visits.
    private static let visitsPerMille = 520
    /// Thousandths of the gifts that come from viewers with a nickname.
    private static let knownGiversPerMille = 220
    /// Thousandths of the gifts whose client tells neither room nor address.
    private static let roomlessPerMille = 40
    /// The shares of the grades 1 to 5 in what is going on, in 64ths.
    private static let gradeShares = [21, 17, 13, 8, 5]
    /// The shares of the gift types 1 to 10, in 64ths: cheap ones are given more often.
    private static let typeShares = [14, 11, 9, 8, 6, 5, 4, 3, 2, 2]

    let isVisit: Bool
    let viewer: Viewer
    let room: Int64
    let region: Int
    let giftType: Int
    let amount: Int
    let namesRoom: Bool

    init(number: UInt64, seed: UInt64, users: Int, regions: [Int]) {
        let random = CounterRandom(seed: seed, subject: number)
        let first = random.word(0)
        let second = random.word(1)
        isVisit = first.happens(0, perMille: Self.visitsPerMille)
        let isKnown = !isVisit && first.happens(16, perMille: Self.knownGiversPerMille)
        let wanted = isKnown ? Self.knownGiver(random.word(2)) : Self.anyone(random.word(2), users: users)
        viewer = Self.viewer(wanted, seed: seed, regions: regions)
        // The product of two draws is small more often than not: a few rooms have most of the public.
        let place = (first.draw(32) &* first.draw(48)) &>> 16
        room = LiveShowVocabulary.firstRoom &+ Int64((place &* LiveShowVocabulary.modules.count) &>> 16)
        region = viewer.travels && second.happens(0, perMille: 300) ? viewer.regions.away : viewer.regions.home
        giftType = Self.share(second.draw(16), Self.typeShares) &+ 1
        amount =
            isKnown ? 30 &+ second.pick(32, below: 71) : 1 &+ (second.pick(32, below: 100) &* second.draw(48)) &>> 16
        namesRoom = !random.word(3).happens(0, perMille: Self.roomlessPerMille)
    }

    private static func knownGiver(_ word: UInt64) -> Int64 {
        let place = (word.draw(0) &* word.draw(16)) &>> 16
        return LiveShowVocabulary.giver((place &* LiveShowVocabulary.nicknames.count) &>> 16)
    }

    /// A viewer of a drawn grade: the lower grades have more visits.
    private static func anyone(_ word: UInt64, users: Int) -> Int64 {
        let grade = share(word.draw(0), gradeShares)
        let peers = (users &- grade &+ 4) / 5
        let place = Int(truncatingIfNeeded: (word &>> 16) % UInt64(max(1, peers)))
        return 2_000 &+ Int64(grade) &+ 5 &* Int64(place)
    }

    private static func viewer(_ number: Int64, seed: UInt64, regions: [Int]) -> Viewer {
        let word = CounterRandom(seed: seed &+ 1, subject: UInt64(bitPattern: number)).word(0)
        return Viewer(
            number: number,
            regions: (regions[word.pick(0, below: regions.count)], regions[word.pick(16, below: regions.count)]),
            travels: word.happens(32, perMille: 60))
    }

    /// The place of a sixteen-bit draw among shares in 64ths.
    private static func share(_ draw: Int, _ shares: [Int]) -> Int {
        var left = draw &>> 10
        for (place, share) in shares.enumerated() {
            if left < share { return place }
            left &-= share
        }
        return shares.count - 1
    }
}

extension LiveShowRecord {
    /// The places of the regions, each as often as its weight says: a draw among them is a draw by weight.
    static let weightedRegions: [Int] = LiveShowVocabulary.regions.enumerated().flatMap { place, region in
        Array(repeating: place, count: max(1, region.weight / 7))
    }

    /// Writes the record as one line and returns its length, below `LineCursor.longestLine`.
    ///
    /// Members, their order and the blanks between them are those of the real producers.
    func render(
        time: UnsafeBufferPointer<UInt8>, digits: UnsafePointer<UInt8>, into base: UnsafeMutablePointer<UInt8>
    ) -> Int {
        var cursor = LineCursor(base, digits: digits)
        cursor.put("{\"user_id\": ")
        cursor.put(number: UInt32(truncatingIfNeeded: viewer.number))
        if isVisit {
            putAddress(&cursor)
            putRoom(&cursor)
            put(", \"arrive_time\": \"", time, &cursor)
            put("\", \"create_time\": \"", time, &cursor)
            put("\", \"leave_time\": \"", time, &cursor)
            cursor.put("\", \"region\": 1122, \"grade\": ")
            cursor.put(number: UInt32(truncatingIfNeeded: viewer.grade))
            cursor.put(", \"province\": \"")
            cursor.put(LiveShowVocabulary.regions[region].name)
        } else {
            cursor.put(", \"gift_type\": ")
            cursor.put(number: UInt32(truncatingIfNeeded: giftType))
            cursor.put(", \"gift_total_amount\": ")
            cursor.put(number: UInt32(truncatingIfNeeded: amount))
            if namesRoom {
                putRoom(&cursor)
                putAddress(&cursor)
            }
            put(", \"create_time\": \"", time, &cursor)
            put("\", \"update_time\": \"", time, &cursor)
        }
        cursor.put("\"}\n")
        return cursor.position - base
    }

    private func putAddress(_ cursor: inout LineCursor) {
        cursor.put(", \"ip\": \"123.0.0.")
        cursor.put(number: viewer.address)
        cursor.put(byte: UInt8(ascii: "\""))
    }

    private func putRoom(_ cursor: inout LineCursor) {
        cursor.put(", \"room_id\": ")
        cursor.put8(UInt32(truncatingIfNeeded: room))
    }

    private func put(_ text: StaticString, _ time: UnsafeBufferPointer<UInt8>, _ cursor: inout LineCursor) {
        cursor.put(text)
        for byte in time { cursor.put(byte: byte) }
    }
}
