internal import ArgumentParser
internal import Box
internal import FoundationEssentials
internal import Glibc
internal import Linux
internal import Logging
internal import MKDSCore
internal import Media

/// Options of the short-lived commands that mkdsd starts.
struct ErrandOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Directory of file cameras; may be given again.", valueName: "dir"), completion: .directory)
    var files: [String] = []

    @Option(
        help: ArgumentHelp(
            "Networks cameras may be in, separated by commas; no other address is reached.", valueName: "cidr,…"))
    var networks: String = CameraNetworks.standard.description

    func validate() throws {
        guard CameraNetworks(networks) != nil else {
            throw ValidationError("--networks must be networks as in 10.20.0.0/16,fd00:20::/48")
        }
    }
}

/// What the short-lived commands that mkdsd starts share: the box, one order in, lines out, an end when mkdsd is gone.
struct Errand: Sendable {
    private static let orderByteLimit = 64 << 10
    private static let orderPatience: Duration = .seconds(10)

    /// Raised when mkdsd no longer wants to know.
    let stop = StopFlag()
    private let logger: Logger

    /// Closes the box; call before anything else.
    init(_ options: ErrandOptions) throws {
        Box.hideMemory()
        CrashNote.watch()
        logger = Logger(label: "mkds-capture") { _ in JSONLogHandler() }
        do throws(SystemError) {
            _ = try Box.close(folder: nil, files: options.files)
        } catch {
            logger.error("the box cannot be closed", metadata: ["error": "\(error)"])
            throw ExitCode(EX_OSERR)
        }
        HostAddresses.confine(to: CameraNetworks(options.networks) ?? CameraNetworks([]))
        TerminationSignals.raise(stop)
    }

    /// Reads the order, and from then on takes the end of standard input for the order to stop.
    func order<Order: Decodable>(_ type: Order.Type) throws -> Order {
        var lines = LineReader(byteLimit: Self.orderByteLimit)
        let deadline = ContinuousClock.now + Self.orderPatience
        while stop.waitReadable(STDIN_FILENO, for: ContinuousClock.now.duration(to: deadline)) {
            var chunk = [UInt8](repeating: 0, count: 4096)
            let count = read(STDIN_FILENO, &chunk, chunk.count)
            guard count > 0 else { break }
            guard let line = lines.take(chunk[..<count]).first else { continue }
            // The text of the error could quote a password.
            guard let line, let order = try? JSONDecoder().decode(type, from: Data(line)) else { break }
            try watchInput()
            return order
        }
        logger.error("the order cannot be read")
        throw ExitCode(EX_DATAERR)
    }

    /// One line to mkdsd.
    func tell(_ notice: some Encodable) {
        guard let data = try? JSONEncoder().encode(notice) else { return }
        LineOutput.write(Array(data), to: STDOUT_FILENO)
    }

    private func watchInput() throws {
        let stop = stop
        try NamedThread(name: "input") {
            var byte: UInt8 = 0
            while read(STDIN_FILENO, &byte, 1) > 0 {}
            stop.raise()
        }
    }
}
