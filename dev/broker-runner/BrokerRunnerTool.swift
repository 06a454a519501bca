import Broker
import CommitLog
import Diagnostics
import Glibc

/// The queue alone: a log directory behind the Kafka protocol, for those who work on it.
///
///     MILLRACE_TARGETS=Broker swift build
///     .build/debug/millrace-broker DIRECTORY [PORT]
///
/// Prints `port N` when clients may come; ends in order at SIGTERM or SIGINT.
@main
enum BrokerRunnerTool {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 2 else {
            say("usage: millrace-broker DIRECTORY [PORT]")
            exit(1)
        }
        signal(SIGPIPE, SIG_IGN)
        var stopping = sigset_t()
        sigemptyset(&stopping)
        sigaddset(&stopping, SIGTERM)
        sigaddset(&stopping, SIGINT)
        pthread_sigmask(SIG_BLOCK, &stopping, nil)
        let log = try CommitLog(directory: arguments[1])
        let wanted = arguments.count > 2 ? Int(arguments[2]) ?? 0 : 0
        let door = LateHandler()
        let listener = try KafkaListener.start(host: "127.0.0.1", port: wanted, threads: 2, handler: door)
        var settings = BrokerSettings()
        settings.advertisedPort = listener.port
        settings.defaultPartitions = 3
        let broker = try Broker(log: log, settings: settings)
        door.open(broker)
        say("port \(listener.port)")
        var received: Int32 = 0
        sigwait(&stopping, &received)
        listener.stop()
        broker.stop()
        try log.close()
    }

    private static func say(_ text: String) {
        let line = Array((text + "\n").utf8)
        _ = line.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
    }
}
