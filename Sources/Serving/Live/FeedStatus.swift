/// How fresh the data of a dashboard is; part of every frame.
package struct FeedStatus: Sendable, Equatable {
    /// What a source of the dashboard's jobs is doing.
    package struct Source: Sendable, Equatable {
        package var name: String
        /// `live`, `idle`, `waiting` or `failed`.
        package var state: String
        package var lastRecordAt: Int64?
        package var lagBytes: UInt64
        /// What it waits for; nil unless it waits.
        package var problem: String?

        package init(name: String, state: String, lastRecordAt: Int64?, lagBytes: UInt64, problem: String? = nil) {
            self.name = name
            self.state = state
            self.lastRecordAt = lastRecordAt
            self.lagBytes = lagBytes
            self.problem = problem
        }
    }

    package var serverTime: Int64
    /// Event time of the newest data.
    package var asOf: Int64?
    package var isStale: Bool
    package var sources: [Source]

    /// The status of a dashboard that reads `tables`, drawn from the jobs that write them.
    ///
    /// Data is stale when a job failed, when it or one of its sources waits for something outside, or when it runs and none of
    /// its sources delivered for `staleAfter` milliseconds.
    package init(jobs: [JobReport], tables: Set<String>, now: Int64, staleAfter: Int64) {
        // A job that writes no result table may be what the dashboard waits for; where others write what it shows, it is not.
        let writers = jobs.filter { !tables.isDisjoint(with: $0.tables) }
        let relevant = writers.isEmpty ? jobs.filter(\.tables.isEmpty) : writers
        serverTime = now
        asOf = relevant.compactMap(\.asOf).max()
        sources = Self.merged(
            relevant.flatMap { job in
                job.sources.filter { !$0.isStatic }.map { source in
                    let isLive = source.lastRecordAt.map { now - $0 <= staleAfter } ?? false
                    let isWaiting = job.state == .restarting || source.problem != nil
                    return Source(
                        name: source.name,
                        state: job.state == .failed ? "failed" : isWaiting ? "waiting" : isLive ? "live" : "idle",
                        lastRecordAt: source.lastRecordAt, lagBytes: source.lagBytes, problem: source.problem)
                }
            })
        let running = relevant.filter { $0.state == .running || $0.state == .restarting }
        let newest = running.flatMap { job in job.sources.map { $0.lastRecordAt ?? job.startedAt } }.max()
        let isSilent = newest.map { now - $0 > staleAfter } ?? false
        isStale =
            isSilent || relevant.contains { $0.state == .failed || $0.state == .restarting }
            || sources.contains { $0.state == "waiting" }
    }

    /// A table that several jobs read stands there once, with the worst that is to be said of it.
    private static func merged(_ sources: [Source]) -> [Source] {
        let order = ["failed", "waiting", "idle", "live"]
        var merged: [Source] = []
        for source in sources {
            guard let place = merged.firstIndex(where: { $0.name == source.name }) else {
                merged.append(source)
                continue
            }
            let states = [merged[place].state, source.state]
            merged[place].state = order.first(where: states.contains) ?? source.state
            merged[place].lastRecordAt = [merged[place].lastRecordAt, source.lastRecordAt].compactMap { $0 }.max()
            merged[place].lagBytes = max(merged[place].lagBytes, source.lagBytes)
            merged[place].problem = merged[place].problem ?? source.problem
        }
        return merged
    }

    /// True when a page should hear of the difference at once.
    package func differs(from other: FeedStatus) -> Bool {
        isStale != other.isStale || sources.map(\.state) != other.sources.map(\.state)
            || sources.map(\.problem) != other.sources.map(\.problem)
    }

    func write(to json: inout JSONWriter) {
        json.key("serverTime")
        json.integer(serverTime)
        json.key("asOf")
        json.optional(asOf)
        json.key("stale")
        json.bool(isStale)
        json.key("sources")
        json.beginArray()
        for source in sources {
            json.beginObject()
            json.key("name")
            json.string(source.name)
            json.key("state")
            json.string(source.state)
            json.key("lastRecordAt")
            json.optional(source.lastRecordAt)
            json.key("lagBytes")
            json.integer(source.lagBytes)
            if let problem = source.problem {
                json.key("problem")
                json.string(problem)
            }
            json.endObject()
        }
        json.endArray()
    }
}
