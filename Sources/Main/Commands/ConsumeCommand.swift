import ArgumentParser
import Scripts
import Server

/// `millrace consume TOPIC`
struct ConsumeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "consume",
        abstract: "Print the records of a topic of the queue.",
        discussion: """
            From the beginning and for ever, unless told otherwise:

              millrace consume clicks -o end                     what comes from now on
              millrace consume clicks -o -10 -e                  the last 10 of each partition
              millrace consume clicks -o s@1700000000000 -c 5    5 records from a time on
              millrace consume clicks -f '%p:%o %k=%s\\n' -e      partition, offset, key and value
              millrace consume clicks -g mine -e                 what the group has not seen yet

            The format knows %s value, %S its bytes, %k key, %K its bytes, %h headers, %t topic, %p partition, %o offset and \
            %T time. With -g the offsets are stored for the group, which must have no members. Records of transactions \
            are printed whether they were committed or not.
            """)

    @Argument(help: "The topic.")
    var topic: String

    @Option(name: .shortAndLong, help: "The partition; all by default.")
    var partition: Int32?

    @Option(
        name: [.customShort("o"), .customLong("offset")], parsing: .unconditional,
        help: "Where to begin: beginning, end, an offset, -N before the end, or s@MILLISECONDS.")
    var offset = "beginning"

    @Option(name: [.customShort("c"), .customLong("count")], help: "End after so many records.")
    var count: Int?

    @Flag(name: [.customShort("e"), .customLong("exit")], help: "End at what is the end now.")
    var exits = false

    @Option(name: .shortAndLong, help: "How a record is printed.")
    var format = "%s\\n"

    @Option(name: .shortAndLong, help: "Begin where this group is, and store how far it came.")
    var group: String?

    @OptionGroup var address: QueueAddress

    mutating func run() throws {
        guard let start = RecordReading.Start(offset) else {
            throw ValidationError("-o takes beginning, end, an offset, -N or s@MILLISECONDS, not '\(offset)'")
        }
        guard count ?? 1 > 0 else { throw ValidationError("-c takes a number from 1 on") }
        var options = RecordReading.Options(topic: topic, format: try RecordFormat(format))
        options.partition = partition
        options.start = start
        options.count = count
        options.endsAtEnd = exits
        options.group = group
        try address.withClient { client in
            var reading = try RecordReading(client, options)
            try reading.run { StandardOutput.write($0) }
        }
    }
}
