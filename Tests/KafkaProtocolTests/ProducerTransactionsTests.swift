import Testing

@testable import KafkaProtocol

/// The states of a transactional id.
struct ProducerTransactionsTests {
    private let place = TopicPartition("t", 0)

    private func begun() -> ProducerTransactions {
        ProducerTransactions(id: "x", producerID: 7, timeoutMilliseconds: 60_000, now: 0)
    }

    @Test func commitsAndRepeatsItsAnswer() {
        var value = begun()
        #expect(value.add(partitions: [place], groups: ["g"], producerID: 7, epoch: 0, now: 1) == .none)
        #expect(value.end(commits: true, producerID: 7, epoch: 0, now: 2) == .writeMarkers(commits: true))
        #expect(value.pendingOutcome == true && value.partitions == [place])
        #expect(value.end(commits: true, producerID: 7, epoch: 0, now: 2) == .refused(.concurrentTransactions))
        value.completed(now: 3)
        #expect(value.state == .completeCommit && value.partitions.isEmpty && value.pendingOutcome == nil)
        #expect(value.end(commits: true, producerID: 7, epoch: 0, now: 4) == .done)
        #expect(value.end(commits: false, producerID: 7, epoch: 0, now: 4) == .refused(.invalidTransactionState))
        // The next transaction of the same epoch.
        #expect(value.add(partitions: [place], groups: [], producerID: 7, epoch: 0, now: 5) == .none)
        #expect(value.groups.isEmpty)
    }

    @Test func aSecondProducerAbortsWhatTheFirstLeft() {
        var value = begun()
        _ = value.add(partitions: [place], groups: [], producerID: 7, epoch: 0, now: 1)
        let decision = value.begin(asked: (-1, -1), timeoutMilliseconds: 1_000, freshProducerID: 9, now: 2)
        #expect(decision == .writeMarkers(commits: false) && value.epoch == 1)
        value.completed(now: 3)
        #expect(value.add(partitions: [place], groups: [], producerID: 7, epoch: 0, now: 4) == .producerFenced)
        #expect(value.end(commits: true, producerID: 7, epoch: 0, now: 4) == .refused(.producerFenced))
        #expect(
            value.add(partitions: [place], groups: [], producerID: 8, epoch: 1, now: 4) == .invalidProducerIdMapping)
        #expect(value.add(partitions: [place], groups: [], producerID: 7, epoch: 1, now: 4) == .none)
    }

    @Test func aLostAnswerToTheRaiseIsGivenAgain() {
        var value = begun()
        #expect(value.begin(asked: (7, 0), timeoutMilliseconds: 1_000, freshProducerID: 9, now: 1) == .done)
        #expect(value.epoch == 1)
        #expect(value.begin(asked: (7, 0), timeoutMilliseconds: 1_000, freshProducerID: 9, now: 1) == .done)
        #expect(value.epoch == 1)
        _ = value.begin(asked: (-1, -1), timeoutMilliseconds: 1_000, freshProducerID: 9, now: 1)
        #expect(
            value.begin(asked: (7, 0), timeoutMilliseconds: 1_000, freshProducerID: 9, now: 1)
                == .refused(.producerFenced))
    }

    @Test func usedUpEpochsGiveANewProducerID() {
        var value = begun()
        value.epoch = Int16.max - 1
        #expect(value.begin(asked: (-1, -1), timeoutMilliseconds: 1, freshProducerID: 9, now: 1) == .done)
        #expect(value.producerID == 9 && value.epoch == 0)
    }

    @Test func openForTooLongIsAborted() {
        var value = begun()
        _ = value.add(partitions: [place], groups: [], producerID: 7, epoch: 0, now: 1_000)
        #expect(value.expire(now: 60_999) == .done)
        #expect(value.expire(now: 61_000) == .writeMarkers(commits: false))
        value.completed(now: 61_001)
        #expect(value.end(commits: true, producerID: 7, epoch: 0, now: 61_002) == .refused(.producerFenced))
    }

    @Test func nothingToEndIsSaid() {
        var value = begun()
        #expect(value.end(commits: true, producerID: 7, epoch: 0, now: 1) == .refused(.invalidTransactionState))
    }
}
