import Columnar
import ConnectorContract

/// Texts of some rows as numbers in a list that grows. Epochs store each text of the list once, with the first block that
/// needs it, where a block of its own texts would have most of them again.
struct NumberedTexts {
    /// Of each row the place of its text in the list.
    let numbers: [UInt16]
    /// The list.
    let views: UnsafePointer<TextView>
    let list: WrittenTexts
}

/// How much of a list of texts stands in the epochs.
final class WrittenTexts {
    /// Tells the list from those of other instances and starts.
    let id: UInt64
    var count = 0

    init(id: UInt64) { self.id = id }
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
