import ArgumentParser
import Glibc
import Scripts
import Server

/// `millrace users …`
struct UsersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users",
        abstract: "Make, list and remove the users of the queue while its server is stopped.",
        discussion: """
            Users log in when the server runs with --kafka-auth. Passwords are stored salted and derived, never as they \
            are. The first one is usually a super user:

              millrace users set admin --data data        (asks for the password, or reads a line of standard input)
              millrace up --kafka 127.0.0.1:9092 --data data --kafka-auth --kafka-super-user admin

            Later users and the rules of what they may do come over the Kafka protocol: from kafka-configs, kafka-acls, or \
            a client's administration calls.
            """,
        subcommands: [Set.self, List.self, Remove.self])

    struct Place: ParsableArguments {
        @Option(help: "The data directory of the server.")
        var data = "millrace-data"
    }

    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a user, or change the password.")

        @Argument(help: "The user's name.")
        var name: String

        @Option(help: "How slow the password is made to guess.")
        var iterations = 8_192

        @OptionGroup var place: Place

        mutating func run() throws {
            let password = try Password.read(prompt: "password for \(name): ")
            let users = try QueueUsers(directory: place.data)
            try users.set(name, password: password, iterations: iterations)
            try users.close()
            StandardError.write("\(name) may log in from the next start on\n")
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Print the users, never their passwords.")

        @OptionGroup var place: Place

        mutating func run() throws {
            let users = try QueueUsers(directory: place.data)
            StandardOutput.write(Array(users.lines.map { $0 + "\n" }.joined().utf8))
            try users.close()
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove a user.")

        @Argument(help: "The user's name.")
        var name: String

        @OptionGroup var place: Place

        mutating func run() throws {
            let users = try QueueUsers(directory: place.data)
            try users.remove(name)
            try users.close()
        }
    }
}

/// Passwords come from a terminal that does not show them, or from a line of standard input; never from the command
/// line, which every user of the machine can read.
enum Password {
    static func read(file path: String) throws -> String {
        guard let file = fopen(path, "r") else { throw ValidationError("\(path) cannot be read") }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 4_096)
        guard fgets(&line, 4_096, file) != nil else { throw ValidationError("\(path) is empty") }
        let bytes = line.prefix { $0 != 0 && $0 != 0x0A && $0 != 0x0D }.map { UInt8(bitPattern: $0) }
        guard !bytes.isEmpty else { throw ValidationError("the first line of \(path) is empty") }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func read(prompt: String) throws -> String {
        let isTerminal = isatty(STDIN_FILENO) == 1
        var before = termios()
        if isTerminal {
            StandardError.write(prompt)
            tcgetattr(STDIN_FILENO, &before)
            var silent = before
            silent.c_lflag &= ~tcflag_t(ECHO)
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        }
        let line = readLine(strippingNewline: true)
        if isTerminal {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
            StandardError.write("\n")
        }
        guard let line, !line.isEmpty else { throw ValidationError("a password is needed on standard input") }
        return line
    }
}
