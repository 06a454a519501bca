import Diagnostics
import KafkaProtocol

/// What `millrace topics` does.
extension QueueClient {
    /// A line for each topic: name, partitions, records, bytes.
    package func topicLines(showsInternal: Bool) throws -> [String] {
        let topics = try ask(MetadataRequest(), version: 9).topics
        let sizes = try sizes()
        var rows = [["TOPIC", "PARTITIONS", "RECORDS", "BYTES"]]
        for topic in topics.sorted(by: { ($0.name ?? "") < ($1.name ?? "") }) where showsInternal || !topic.isInternal {
            let name = topic.name ?? ""
            var records: Int64 = 0
            for partition in topic.partitions {
                let start = try offset(name, partition.index, at: -2) ?? 0
                records += (try offset(name, partition.index, at: -1) ?? start) - start
            }
            let bytes = topic.partitions.reduce(Int64(0)) { $0 + (sizes["\(name)/\($1.index)"] ?? 0) }
            rows.append([name, "\(topic.partitions.count)", "\(records)", "\(bytes)"])
        }
        return Self.aligned(rows)
    }

    private func sizes() throws -> [String: Int64] {
        let response = try ask(DescribeLogDirectoriesRequest(), version: 3)
        var sizes: [String: Int64] = [:]
        for topic in response.directories.flatMap(\.topics) {
            for partition in topic.partitions { sizes["\(topic.name)/\(partition.index)"] = partition.sizeBytes }
        }
        return sizes
    }

    /// Partitions and settings of one topic.
    package func topicDescription(_ topic: String) throws -> [String] {
        let sizes = try sizes()
        var rows = [["PARTITION", "START", "END", "BYTES"]]
        for partition in try requiredPartitions(of: topic) {
            let start = try offset(topic, partition, at: -2) ?? 0
            let end = try offset(topic, partition, at: -1) ?? start
            rows.append(["\(partition)", "\(start)", "\(end)", "\(sizes["\(topic)/\(partition)"] ?? 0)"])
        }
        var request = DescribeConfigsRequest()
        var resource = DescribeConfigsRequest.Resource()
        resource.type = 2
        resource.name = topic
        request.resources = [resource]
        let found = try ask(request, version: 2).results.first
        // What is not the default is marked, for it is what someone meant.
        let configs = (found?.configs ?? []).map { "\($0.name)=\($0.value ?? "")\($0.source == 1 ? "  (set)" : "")" }
        return Self.aligned(rows) + [""] + configs.sorted()
    }

    package func createTopic(_ topic: String, partitions: Int, configs: [(String, String)]) throws {
        var asked = CreateTopicsRequest.Topic()
        asked.name = topic
        asked.partitionCount = Int32(clamping: partitions)
        asked.configs = configs.map { name, value in
            var config = CreateTopicsRequest.Topic.Config()
            config.name = name
            config.value = value
            return config
        }
        var request = CreateTopicsRequest()
        request.topics = [asked]
        let answer = try ask(request, version: 5).topics.first
        try Self.check(answer?.error ?? .unknownServerError, "topic '\(topic)'", answer?.errorMessage)
    }

    package func deleteTopic(_ topic: String) throws {
        var request = DeleteTopicsRequest()
        request.names = [topic]
        let answer = try ask(request, version: 5).topics.first
        try Self.check(answer?.error ?? .unknownServerError, "topic '\(topic)'", answer?.errorMessage)
    }

    /// Sets options, or back to their defaults where the value is nil; and makes partitions more.
    package func alterTopic(_ topic: String, partitions: Int?, configs: [(String, String?)]) throws {
        if !configs.isEmpty {
            var resource = IncrementalAlterConfigsRequest.Resource()
            resource.type = 2
            resource.name = topic
            resource.configs = configs.map { name, value in
                var config = IncrementalAlterConfigsRequest.Resource.Config()
                config.name = name
                config.operation = value == nil ? 1 : 0
                config.value = value
                return config
            }
            var request = IncrementalAlterConfigsRequest()
            request.resources = [resource]
            let answer = try ask(request, version: 1).results.first
            try Self.check(answer?.error ?? .unknownServerError, "topic '\(topic)'", answer?.errorMessage)
        }
        if let partitions {
            var asked = CreatePartitionsRequest.Topic()
            asked.name = topic
            asked.count = Int32(clamping: partitions)
            var request = CreatePartitionsRequest()
            request.topics = [asked]
            let answer = try ask(request, version: 1).topics.first
            try Self.check(answer?.error ?? .unknownServerError, "topic '\(topic)'", answer?.errorMessage)
        }
    }

    /// Groups with their state; of one group its partitions, offsets and how far each is behind.
    package func groupLines(_ group: String?) throws -> [String] {
        guard let group else {
            let groups = try ask(ListGroupsRequest(), version: 4).groups.sorted { $0.groupID < $1.groupID }
            return Self.aligned([["GROUP", "STATE", "MEMBERS", "LAG"]] + (try groups.map(row)))
        }
        let found = try offsets(of: group)
        if found.isEmpty, try description(of: group)?.state ?? "Dead" == "Dead" {
            throw MillraceError(
                .user, code: "unknown_group", "there is no group '\(group)'", hint: "millrace topics groups shows all")
        }
        let rows = found.map { place in
            [
                place.topic, "\(place.partition)", "\(place.offset)", "\(place.end)",
                "\(max(0, place.end - place.offset))",
            ]
        }
        return Self.aligned([["TOPIC", "PARTITION", "OFFSET", "END", "LAG"]] + rows)
    }

    private func row(_ entry: ListGroupsResponse.Group) throws -> [String] {
        let members = try description(of: entry.groupID)?.members.count ?? 0
        let lag = try offsets(of: entry.groupID).reduce(Int64(0)) { $0 + max(0, $1.end - $1.offset) }
        return [entry.groupID, entry.state, "\(members)", "\(lag)"]
    }

    private func description(of group: String) throws -> DescribeGroupsResponse.Group? {
        var request = DescribeGroupsRequest()
        request.groups = [group]
        return try ask(request, version: 3).groups.first
    }

    private struct GroupOffset {
        var topic: String
        var partition: Int32
        var offset: Int64
        var end: Int64
    }

    private func offsets(of group: String) throws -> [GroupOffset] {
        var request = OffsetFetchRequest()
        request.groupID = group
        let response = try ask(request, version: 7)
        try Self.check(response.error, "group '\(group)'")
        return try response.topics.flatMap { topic in
            try topic.partitions.filter { $0.offset >= 0 }.map { partition in
                GroupOffset(
                    topic: topic.name, partition: partition.index, offset: partition.offset,
                    end: try offset(topic.name, partition.index, at: -1) ?? partition.offset)
            }
        }
    }

    /// Columns under each other; numbers to the right.
    private static func aligned(_ rows: [[String]]) -> [String] {
        guard let head = rows.first else { return [] }
        let widths = head.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            let cells = row.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                let isNumber = rows.dropFirst().allSatisfy { Int64($0[column]) != nil }
                return isNumber ? space + row[column] : column == row.count - 1 ? row[column] : row[column] + space
            }
            return cells.joined(separator: "  ")
        }
    }
}
