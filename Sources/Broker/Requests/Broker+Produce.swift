import CommitLog
import KafkaProtocol

// Records in.
extension Broker {
    func produce(_ call: Call) {
        call.with(ProduceRequest.self) { request in
            guard (-1...1).contains(request.acks) else {
                let response = refused(request) { _, _ in .invalidRequiredAcks }
                return call.answer(ProduceRequest.self, response)
            }
            if let id = request.transactionalID, let error = call.refusal(.write, .transactionalID, id) {
                return call.answer(ProduceRequest.self, refused(request) { _, _ in error })
            }
            var plan = ProducePlan()
            for (topicPlace, topic) in request.topics.enumerated() {
                let description = log.topic(named: topic.name)
                let forbidden = call.refusal(.write, .topic, topic.name)
                for (place, partition) in topic.partitions.enumerated() {
                    let position = ProducePlan.Place(topic: topicPlace, partition: place)
                    do throws(ProduceRefusal) {
                        if let forbidden { throw ProduceRefusal(code: forbidden, message: nil) }
                        let write = try write(partition, to: description, request, version: call.version)
                        plan.writes.append(write)
                        plan.places.append(position)
                    } catch {
                        plan.refusals[position] = error
                    }
                }
            }
            run(plan, request, call)
        }
    }

    /// The writes of a request and which of its partitions they stand for.
    private struct ProducePlan: Sendable {
        struct Place: Hashable, Sendable {
            var topic: Int
            var partition: Int
        }
        var writes: [AppendWrite] = []
        var places: [Place] = []
        var refusals: [Place: ProduceRefusal] = [:]
    }

    /// Why the records of one partition were not taken.
    private struct ProduceRefusal: Error, Sendable {
        var code: ErrorCode
        var message: String?
    }

    private static func told(_ refusal: ProducedBatch.Refusal, _ topic: TopicDescription) -> String {
        switch refusal {
        case .damaged(let why): "the batch is damaged: \(why)"
        case .invalid(let why): "the batch was refused: \(why)"
        case .tooLarge(let bytes):
            "a batch of \(bytes) bytes, and the topic takes at most \(topic.configuration.maxMessageBytes) "
                + "('max.message.bytes')"
        case .unsupportedFormat(let format): "batches of format \(format) are not taken"
        case .unsupportedCodec: "the codec of the batch is not known"
        }
    }

    private func write(
        _ partition: ProduceRequest.Topic.Partition, to topic: TopicDescription?, _ request: ProduceRequest,
        version: Int16
    ) throws(ProduceRefusal) -> AppendWrite {
        if let topic, topic.name.hasPrefix(Self.internalPrefix) {
            // Clients look an unknown topic up again for minutes, and this one is listed.
            throw ProduceRefusal(code: .topicAuthorizationFailed, message: "'\(topic.name)' is the queue's own")
        }
        guard let topic, partition.index >= 0, partition.index < topic.partitionCount else {
            throw ProduceRefusal(code: .unknownTopicOrPartition, message: nil)
        }
        let batch: ProducedBatch
        do throws(ProducedBatch.Refusal) {
            batch = try ProducedBatch(
                checking: Array(partition.records ?? []),
                limitBytes: Int(truncatingIfNeeded: topic.configuration.maxMessageBytes))
        } catch {
            throw ProduceRefusal(code: error.code, message: Self.told(error, topic))
        }
        if version < 7, batch.header.attributes.codec == .zstd {
            throw ProduceRefusal(code: .unsupportedCompressionType, message: nil)
        }
        if batch.header.attributes.isTransactional {
            let place = TopicPartition(topic.name, partition.index)
            let error = transactions.refusal(
                of: request.transactionalID, producerID: batch.header.producerId, epoch: batch.header.producerEpoch,
                writingTo: place)
            if let error { throw ProduceRefusal(code: error, message: nil) }
        }
        return AppendWrite(batch, to: PartitionKey(topic: topic.number, partition: partition.index))
    }

    private func run(_ plan: ProducePlan, _ request: ProduceRequest, _ call: Call) {
        // Who asks for no answer is not told of failures either, but by the end of the connection.
        if request.acks == 0 {
            if plan.refusals.isEmpty { call.silence() } else { call.close() }
        }
        guard !plan.writes.isEmpty else {
            if request.acks != 0 { call.answer(ProduceRequest.self, response(to: request, plan, outcomes: [])) }
            return
        }
        let gathering = Gathering<Result<AppendOutcome, LogError>>(count: plan.writes.count) { [self] outcomes in
            guard request.acks != 0 else { return }
            let known = outcomes.map { $0 ?? .failure(.stopped("no answer")) }
            call.answer(ProduceRequest.self, response(to: request, plan, outcomes: known))
        }
        // Handed in one by one, so that one partition's refusal is not another's; they share a round all the same.
        for (place, write) in plan.writes.enumerated() {
            do throws(LogError) {
                try log.submit([write], isFollowed: call.afterwards != nil) { outcomes in
                    gathering.set(place, outcomes.first ?? .failure(.stopped("no answer")))
                }
            } catch {
                gathering.set(place, .failure(error))
            }
        }
        // By then all that came to this thread at once is handed in, from other connections too.
        call.afterwards? { [log] in log.commitHere() }
    }

    private func refused(
        _ request: ProduceRequest, _ code: (Int, Int) -> ErrorCode
    ) -> ProduceResponse {
        var response = ProduceResponse()
        response.topics = request.topics.enumerated().map { topicPlace, topic in
            var answer = ProduceResponse.Topic()
            answer.name = topic.name
            answer.partitions = topic.partitions.enumerated().map { place, partition in
                var result = ProduceResponse.Topic.Partition()
                result.index = partition.index
                result.error = code(topicPlace, place)
                return result
            }
            return answer
        }
        return response
    }

    private func response(
        to request: ProduceRequest, _ plan: ProducePlan, outcomes: [Result<AppendOutcome, LogError>]
    ) -> ProduceResponse {
        var response = refused(request) { plan.refusals[.init(topic: $0, partition: $1)]?.code ?? .none }
        for (place, refusal) in plan.refusals {
            response.topics[place.topic].partitions[place.partition].errorMessage = refusal.message
        }
        for (place, outcome) in zip(plan.places, outcomes) {
            var result = response.topics[place.topic].partitions[place.partition]
            switch outcome {
            case .success(let appended):
                result.baseOffset = appended.baseOffset
                result.logAppendTime = appended.appendMilliseconds
                result.logStartOffset = appended.logStart
            case .failure(let error):
                result.error = error.code
                result.errorMessage = error.description
            }
            response.topics[place.topic].partitions[place.partition] = result
        }
        return response
    }
}
