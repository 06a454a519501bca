import ArgumentParser
import Scripts
import Server

/// `millrace topics …`
struct TopicsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topics",
        abstract: "List, describe, create, change and delete topics of the queue; show groups and their lag.",
        discussion: """
            Works over the Kafka protocol with a running server (-b HOST:PORT), or directly on the data directory of a \
            stopped one (--data DIR):

              millrace topics list
              millrace topics create clicks --partitions 4 --config retention.ms=86400000
              millrace topics alter clicks --config cleanup.policy=compact --reset retention.ms
              millrace topics groups dashboards        how far each partition of a group is behind
              millrace topics list --data millrace-data
            """,
        subcommands: [List.self, Describe.self, Create.self, Alter.self, Delete.self, Groups.self],
        defaultSubcommand: List.self)

    static func show(_ lines: [String]) { StandardOutput.write(Array(lines.map { $0 + "\n" }.joined().utf8)) }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "All topics with their partitions, records and bytes.")

        @Flag(help: "Also the queue's own topics.")
        var all = false

        @OptionGroup var address: QueueAddress

        mutating func run() throws {
            try address.withClient { TopicsCommand.show(try $0.topicLines(showsInternal: all)) }
        }
    }

    struct Describe: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Partitions and settings of a topic.")

        @Argument(help: "The topic.")
        var topic: String

        @OptionGroup var address: QueueAddress

        mutating func run() throws {
            try address.withClient { TopicsCommand.show(try $0.topicDescription(topic)) }
        }
    }

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a topic.")

        @Argument(help: "The topic.")
        var topic: String

        @Option(name: .shortAndLong, help: "Partitions.")
        var partitions = 1

        @Option(help: "A setting, such as retention.ms=86400000; may be repeated.")
        var config: [NamedValue] = []

        @OptionGroup var address: QueueAddress

        mutating func run() throws {
            try address.withClient { client in
                try client.createTopic(topic, partitions: partitions, configs: config.map { ($0.name, $0.value) })
            }
        }
    }

    struct Alter: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Change settings, or make partitions more.")

        @Argument(help: "The topic.")
        var topic: String

        @Option(name: .shortAndLong, help: "Partitions; they can become more, never fewer.")
        var partitions: Int?

        @Option(help: "A setting, such as retention.ms=86400000; may be repeated.")
        var config: [NamedValue] = []

        @Option(help: "The name of a setting that goes back to its default; may be repeated.")
        var reset: [String] = []

        @OptionGroup var address: QueueAddress

        mutating func run() throws {
            guard partitions != nil || !config.isEmpty || !reset.isEmpty else {
                throw ValidationError("say what is to change: --partitions, --config or --reset")
            }
            let configs = config.map { ($0.name, Optional($0.value)) } + reset.map { ($0, nil) }
            try address.withClient { try $0.alterTopic(topic, partitions: partitions, configs: configs) }
        }
    }

    struct Delete: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Delete a topic with all its records.")

        @Argument(help: "The topic.")
        var topic: String

        @OptionGroup var address: QueueAddress

        mutating func run() throws { try address.withClient { try $0.deleteTopic(topic) } }
    }

    struct Groups: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Consumer groups; of one group the offsets and the lag of each partition.")

        @Argument(help: "The group; all by default.")
        var group: String?

        @OptionGroup var address: QueueAddress

        mutating func run() throws { try address.withClient { TopicsCommand.show(try $0.groupLines(group)) } }
    }
}
