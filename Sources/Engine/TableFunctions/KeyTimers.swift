import ConnectorContract

/// The timers of the keys of a process table function: each key has at most one of each name.
final class KeyTimers {
    private struct Timer {
        var name: TimerName
        var time: Int64
    }

    /// By key number. A key has a few.
    private var timers: [[Timer]] = []
    /// Entries of timers that were moved or cleared stay behind; they match no timer when they come up.
    private var heap = TimerHeap()
    private var count = 0

    /// Timers a key may have.
    static let mostOfKey = 1_024

    var byteSize: Int { timers.count * 8 + count * 16 + heap.count * 16 }

    func reserve(_ keys: Int) {
        while timers.count < keys { timers.append([]) }
    }

    func hasAny(_ key: Int) -> Bool { !timers[key].isEmpty }

    /// False when the key has too many.
    func set(_ name: TimerName, at time: Int64, of key: Int) -> Bool {
        if let place = timers[key].firstIndex(where: { $0.name == name }) {
            guard timers[key][place].time != time else { return true }
            timers[key][place].time = time
        } else {
            guard timers[key].count < Self.mostOfKey else { return false }
            timers[key].append(Timer(name: name, time: time))
            count += 1
        }
        heap.push(time, Int32(truncatingIfNeeded: key))
        dropOutdated()
        return true
    }

    func clear(_ name: TimerName, of key: Int) {
        guard let place = timers[key].firstIndex(where: { $0.name == name }) else { return }
        timers[key].remove(at: place)
        count -= 1
    }

    /// Takes out the earliest timer that is due; of one key and time the one with the least name.
    func takeDue(upTo watermark: Int64) -> (key: Int32, name: TimerName, time: Int64)? {
        while let (time, key) = heap.pop(upTo: watermark) {
            var least: Int?
            for (place, timer) in timers[Int(key)].enumerated() where timer.time == time {
                if let known = least, timers[Int(key)][known].name.number <= timer.name.number { continue }
                least = place
            }
            guard let least else { continue }
            count -= 1
            return (key, timers[Int(key)].remove(at: least).name, time)
        }
        return nil
    }

    /// Builds the heap anew when most of its entries are outdated: a timer that is moved by each row leaves one each.
    private func dropOutdated() {
        guard heap.count > 1_024, heap.count > count * 4 else { return }
        heap.removeAll()
        for (key, own) in timers.enumerated() {
            for timer in own { heap.push(timer.time, Int32(truncatingIfNeeded: key)) }
        }
    }

    /// Gives the keys new numbers; those whose number is negative have no timers and go.
    func renumber(_ renumbered: Renumbering) {
        timers = renumbered.kept.map { timers[Int($0)] }
        heap.renumber { renumbered.numbers[Int($0)] }
    }

    func write(_ key: Int, to writer: inout ByteWriter) {
        writer.write(UInt32(truncatingIfNeeded: timers[key].count))
        for timer in timers[key] {
            writer.write(timer.name.number)
            writer.write(timer.time)
        }
    }

    func read(_ key: Int, from reader: inout ByteReader) throws {
        for _ in 0..<(try reader.read(UInt32.self)) {
            let name = TimerName(try reader.read(Int32.self))
            guard set(name, at: try reader.read(Int64.self), of: key) else {
                throw DamagedBytesError(what: "timers of a key", offset: reader.offset)
            }
        }
    }
}
