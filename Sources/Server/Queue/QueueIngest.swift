import Broker
import Serving

/// Records of HTTP requests on their way into the queue.
struct QueueIngest: RecordIngest {
    let service: IngestService

    func refusal(user: String?, password: String?, host: String) async -> IngestRefusal? {
        let refusal = await withCheckedContinuation {
            (done: CheckedContinuation<IngestService.Refusal?, Never>) in
            service.look(user: user, password: password, host: host) { done.resume(returning: $0) }
        }
        return refusal.map(Self.refusal)
    }

    func append(_ delivery: IngestDelivery) async -> Result<IngestReceipt, IngestRefusal> {
        var own = IngestService.Delivery(topic: delivery.topic, values: delivery.values, host: delivery.host)
        own.partition = delivery.partition
        own.key = delivery.key
        own.user = delivery.user
        own.password = delivery.password
        let result = await withCheckedContinuation {
            (done: CheckedContinuation<Result<IngestService.Receipt, IngestService.Refusal>, Never>) in
            service.append(own) { done.resume(returning: $0) }
        }
        return result.map { receipt in
            IngestReceipt(
                partition: receipt.partition, offset: receipt.offset, records: receipt.records,
                isRepeat: receipt.isRepeat)
        }.mapError(Self.refusal)
    }

    private static func refusal(_ refusal: IngestService.Refusal) -> IngestRefusal {
        switch refusal {
        case .invalidTopic(let why): .wrong(code: "bad_topic", message: why)
        case .unknownPartition(let why): .wrong(code: "bad_partition", message: why)
        case .recordTooLarge(let bytes, let limit):
            .tooLarge("a record of \(bytes) bytes, at most \(limit) go into this topic")
        case .keyTooLong:
            .wrong(code: "bad_key", message: "an Idempotency-Key has 1 to \(IngestService.keyBytes) bytes")
        case .keyReused:
            .conflict(code: "key_reused", message: "this Idempotency-Key was used for other records")
        case .keyInUse:
            .conflict(code: "key_in_use", message: "a request with this Idempotency-Key is being written")
        case .busy(let why): .busy(why)
        case .unauthenticated: .unauthenticated
        case .forbidden: .forbidden("no rule lets this user write to the topic")
        case .failed(let why): .failed(why)
        }
    }
}
