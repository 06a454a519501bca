/// Stands for the bytes of an answer from when it is made until it is written, or its connection is gone.
package final class AnswerToken: Sendable {
    private let budget: RequestBudget
    private let bytes: Int

    init(_ bytes: Int, of budget: RequestBudget) {
        self.budget = budget
        self.bytes = bytes
        budget.take(bytes)
    }

    deinit { budget.give(bytes) }
}
