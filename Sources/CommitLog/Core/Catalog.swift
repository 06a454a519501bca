import Synchronization

/// Topics and partitions, as everybody may see them at any time.
final class Catalog: Sendable {
    struct State: Sendable {
        var topics: [UInt32: TopicDescription] = [:]
        var numbers: [String: UInt32] = [:]
        var readers: [PartitionKey: PartitionReader] = [:]
    }

    private let state = Mutex(State())

    func update(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }

    func topic(named name: String) -> TopicDescription? {
        state.withLock { state in state.numbers[name].flatMap { state.topics[$0] } }
    }

    func topic(_ number: UInt32) -> TopicDescription? { state.withLock { $0.topics[number] } }

    func reader(_ key: PartitionKey) -> PartitionReader? { state.withLock { $0.readers[key] } }

    /// Sorted by name.
    var topics: [TopicDescription] { state.withLock { $0.topics.values.sorted { $0.name < $1.name } } }

    var readers: [PartitionReader] { state.withLock { Array($0.readers.values) } }
}
