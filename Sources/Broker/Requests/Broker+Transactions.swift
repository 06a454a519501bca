import CommitLog
import KafkaProtocol

// Idempotent producers and transactions.
extension Broker {
    func initProducerID(_ call: Call) {
        call.with(InitProducerIDRequest.self) { request in
            if let error = refusal(of: request, call) {
                var response = InitProducerIDResponse()
                response.error = error
                return call.answer(InitProducerIDRequest.self, response)
            }
            transactions.begin(request) { identity in
                var response = InitProducerIDResponse()
                response.error = identity.error
                response.producerID = identity.producerID
                response.producerEpoch = identity.epoch
                call.answer(InitProducerIDRequest.self, response)
            }
        }
    }

    private func refusal(of request: InitProducerIDRequest, _ call: Call) -> ErrorCode? {
        if let id = request.transactionalID { return call.refusal(.write, .transactionalID, id) }
        // Whoever may write to any topic may do so without duplicates.
        let may = call.access.may(.idempotentWrite) || call.access.mayAny(.write, .topic)
        return may ? nil : .clusterAuthorizationFailed
    }

    func addPartitionsToTransaction(_ call: Call) {
        call.with(AddPartitionsToTransactionRequest.self) { request in
            let places = request.topics.flatMap { topic in topic.partitions.map { TopicPartition(topic.name, $0) } }
            let forbidden = Set(request.topics.map(\.name).filter { !call.access.may(.write, .topic, $0) })
            let unknown = Set(places.filter { !forbidden.contains($0.topic) && !exists($0) })
            let answer: @Sendable (ErrorCode) -> Void = { error in
                var response = AddPartitionsToTransactionResponse()
                response.topics = request.topics.map { topic in
                    var answer = AddPartitionsToTransactionResponse.Topic()
                    answer.name = topic.name
                    answer.partitions = topic.partitions.map { index in
                        var result = AddPartitionsToTransactionResponse.Topic.Partition()
                        result.index = index
                        // One partition that is not there fails them all.
                        let own = unknown.contains(TopicPartition(topic.name, index))
                        result.error = own ? .unknownTopicOrPartition : error
                        if forbidden.contains(topic.name) { result.error = .topicAuthorizationFailed }
                        return result
                    }
                    return answer
                }
                call.answer(AddPartitionsToTransactionRequest.self, response)
            }
            if let error = call.refusal(.write, .transactionalID, request.transactionalID) { return answer(error) }
            guard unknown.isEmpty, forbidden.isEmpty else { return answer(.operationNotAttempted) }
            transactions.add(
                to: request.transactionalID, partitions: places, groups: [], producerID: request.producerID,
                epoch: request.producerEpoch, reply: answer)
        }
    }

    func exists(_ place: TopicPartition) -> Bool {
        log.topic(named: place.topic).map { place.partition >= 0 && place.partition < $0.partitionCount } ?? false
    }

    func addOffsetsToTransaction(_ call: Call) {
        call.with(AddOffsetsToTransactionRequest.self) { request in
            let forbidden =
                call.refusal(.write, .transactionalID, request.transactionalID)
                ?? call.refusal(.read, .group, request.groupID)
            if let forbidden {
                var response = AddOffsetsToTransactionResponse()
                response.error = forbidden
                return call.answer(AddOffsetsToTransactionRequest.self, response)
            }
            transactions.add(
                to: request.transactionalID, partitions: [], groups: [request.groupID],
                producerID: request.producerID, epoch: request.producerEpoch
            ) { error in
                var response = AddOffsetsToTransactionResponse()
                response.error = error
                call.answer(AddOffsetsToTransactionRequest.self, response)
            }
        }
    }

    func endTransaction(_ call: Call) {
        call.with(EndTransactionRequest.self) { request in
            if let error = call.refusal(.write, .transactionalID, request.transactionalID) {
                var response = EndTransactionResponse()
                response.error = error
                return call.answer(EndTransactionRequest.self, response)
            }
            transactions.end(request) { error in
                var response = EndTransactionResponse()
                response.error = error
                call.answer(EndTransactionRequest.self, response)
            }
        }
    }

    func transactionalOffsetCommit(_ call: Call) {
        call.with(TransactionalOffsetCommitRequest.self) { request in
            let answer: @Sendable (ErrorCode) -> Void = { error in
                var response = TransactionalOffsetCommitResponse()
                response.topics = request.topics.map { topic in
                    var answer = TransactionalOffsetCommitResponse.Topic()
                    answer.name = topic.name
                    answer.partitions = topic.partitions.map { partition in
                        var result = TransactionalOffsetCommitResponse.Topic.Partition()
                        result.index = partition.index
                        result.error = error
                        return result
                    }
                    return answer
                }
                call.answer(TransactionalOffsetCommitRequest.self, response)
            }
            let forbidden =
                call.refusal(.write, .transactionalID, request.transactionalID)
                ?? call.refusal(.read, .group, request.groupID)
                ?? request.topics.lazy.compactMap { call.refusal(.read, .topic, $0.name) }.first
            if let forbidden { return answer(forbidden) }
            let value = transactions.describe(request.transactionalID)
            guard let value else { return answer(.invalidProducerIdMapping) }
            if let error = value.refusal(request.producerID, request.producerEpoch) { return answer(error) }
            guard value.state == .ongoing, value.groups.contains(request.groupID) else {
                return answer(.invalidTransactionState)
            }
            groups.commitPending(request, reply: answer)
        }
    }

    // MARK: administration

    func listTransactions(_ call: Call) {
        call.with(ListTransactionsRequest.self) { request in
            var response = ListTransactionsResponse()
            let known = Set(["Empty", "Ongoing", "PrepareCommit", "PrepareAbort", "CompleteCommit", "CompleteAbort"])
            response.unknownStates = request.states.filter { !known.contains($0) }
            response.transactions = transactions.list().filter { value in
                call.access.may(.describe, .transactionalID, value.id)
                    && (request.states.isEmpty || request.states.contains(value.state.name))
                    && (request.producerIDs.isEmpty || request.producerIDs.contains(value.producerID))
            }.map { value in
                var entry = ListTransactionsResponse.Transaction()
                entry.transactionalID = value.id
                entry.producerID = value.producerID
                entry.state = value.state.name
                return entry
            }
            call.answer(ListTransactionsRequest.self, response)
        }
    }

    func describeTransactions(_ call: Call) {
        call.with(DescribeTransactionsRequest.self) { request in
            var response = DescribeTransactionsResponse()
            response.transactions = request.transactionalIDs.map { id in
                var entry = DescribeTransactionsResponse.Transaction()
                entry.transactionalID = id
                if let error = call.refusal(.describe, .transactionalID, id) {
                    entry.error = error
                    return entry
                }
                guard let value = transactions.describe(id) else {
                    entry.error = .transactionalIdNotFound
                    return entry
                }
                entry.state = value.state.name
                entry.timeoutMilliseconds = Int32(clamping: value.timeoutMilliseconds)
                entry.startTime = value.startTime
                entry.producerID = value.producerID
                entry.producerEpoch = value.epoch
                entry.topics = GroupService.grouped(Array(value.partitions)).map { name, partitions in
                    var topic = DescribeTransactionsResponse.Transaction.Topic()
                    topic.name = name
                    topic.partitions = partitions
                    return topic
                }
                return entry
            }
            call.answer(DescribeTransactionsRequest.self, response)
        }
    }

    /// Only those in a transaction are known here; the log keeps the others to itself.
    func describeProducers(_ call: Call) {
        call.with(DescribeProducersRequest.self) { request in
            let open = transactions.list().filter { $0.state == .ongoing }
            var response = DescribeProducersResponse()
            response.topics = request.topics.map { topic in
                var answer = DescribeProducersResponse.Topic()
                answer.name = topic.name
                answer.partitions = topic.partitions.map { index in
                    let place = TopicPartition(topic.name, index)
                    var result = DescribeProducersResponse.Topic.Partition()
                    result.index = index
                    if let error = call.refusal(.read, .topic, topic.name) {
                        result.error = error
                        return result
                    }
                    guard exists(place) else {
                        result.error = .unknownTopicOrPartition
                        return result
                    }
                    result.producers = open.filter { $0.partitions.contains(place) }.map { value in
                        var producer = DescribeProducersResponse.Topic.Partition.Producer()
                        producer.producerID = value.producerID
                        producer.producerEpoch = Int32(value.epoch)
                        producer.lastTimestamp = value.lastUseTime
                        return producer
                    }
                    return result
                }
                return answer
            }
            call.answer(DescribeProducersRequest.self, response)
        }
    }
}
