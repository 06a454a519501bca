import Columnar
import ConnectorContract

/// Texts of some rows as numbers in a list that grows. Epochs store each text once, with the first block that needs it,
/// where a block of its own texts would have most of them again.
struct NumberedTexts {
    /// Of each row the number of its text in `views`.
    let numbers: [UInt16]
    let views: UnsafePointer<TextView>
    let list: WrittenTexts
}

/// The texts that the epochs of one instance and start hold, in the order in which blocks needed them. Those that only
/// rows from before the start have are not among them: they would be written again at each start.
final class WrittenTexts {
    /// Tells the list from those of other instances and starts.
    let id: UInt64
    /// By place, the numbers of the texts.
    private var numbers: [UInt16] = []
    /// By number, the place + 1; 0 for a text that is not written.
    private var places: [UInt32] = []

    init(id: UInt64) { self.id = id }

    var count: Int { numbers.count }

    /// The place of a text; a new one is the last.
    @inline(__always)
    func place(of number: UInt16) -> Int {
        if Int(number) >= places.count {
            places += repeatElement(0, count: max(1_024, Int(number) + 1 - places.count))
        }
        if places[Int(number)] == 0 {
            numbers.append(number)
            places[Int(number)] = UInt32(truncatingIfNeeded: numbers.count)
        }
        return Int(places[Int(number)]) - 1
    }

    /// The numbers of the texts behind the first ones.
    func numbers(from first: Int) -> ArraySlice<UInt16> { numbers[first...] }

    /// Forgets all but the first texts.
    func cut(to count: Int) {
        for number in numbers[count...] { places[Int(number)] = 0 }
        numbers.removeSubrange(count...)
    }
}

/// The lists that blocks of a column have brought so far, while they are read from the oldest on.
final class StoredTexts {
    private final class List {
        let heap = ByteHeap()
        var views: [TextView] = []
    }

    private var lists: [UInt64: List] = [:]

    /// A list with the texts of one block behind those from `first` on: all of it, and what holds the bytes. A list that
    /// begins anew takes the place of one that was begun before.
    func extend(
        _ id: UInt64, from first: Int, _ read: (ByteHeap) throws(DamagedBytesError) -> [TextView]
    ) throws(DamagedBytesError) -> (views: [TextView], heap: ByteHeap) {
        guard let list = first == 0 ? List() : lists[id], list.views.count == first else {
            throw DamagedBytesError(what: "texts from number \(first) on", offset: 0)
        }
        list.views += try read(list.heap)
        lists[id] = list
        return (list.views, list.heap)
    }
}
