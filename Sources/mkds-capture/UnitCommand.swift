internal import ArgumentParser
internal import Box
internal import CLinux
internal import Glibc
internal import Linux

/// `mkds-capture unit`: the same as `run`, with arguments and standard streams that come over a connection.
struct UnitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unit",
        abstract: "Take a group of cameras from mkdsd over a connection; started by systemd.",
        discussion: """
            systemd starts mkds-capture@.service for each connection mkdsd makes to mkds-capture.socket and hands it over \
            as descriptor 3. Over it come the arguments of `run` and the pipes it works with; all else is as in `run`.

            Exit codes: those of `run`; 76 nobody gave it work.
            """,
        shouldDisplay: false)

    /// Descriptor of the first socket handed over (sd_listen_fds(3)).
    private static let connection: Int32 = 3
    /// More than the longest list of directories and networks takes.
    private static let byteLimit = 128 << 10

    func run() throws {
        Box.hideMemory()
        guard getenv("LISTEN_PID").map({ String(cString: $0) }) == String(getpid()) else {
            throw ValidationError("is started by systemd (mkds-capture.socket), not by hand")
        }
        var bytes = [UInt8](repeating: 0, count: Self.byteLimit)
        let count = mkds_unit_take_streams(Self.connection, &bytes, bytes.count)
        guard count > 0 else {
            let error = "\(SystemError("take over from mkdsd"))\n"
            _ = write(STDERR_FILENO, error, error.utf8.count)
            throw ExitCode(EX_PROTOCOL)
        }
        close(Self.connection)
        let arguments = bytes[..<count].split(separator: 0, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
        guard arguments.first == "run" else { throw ExitCode(EX_PROTOCOL) }
        try RunCommand.parse(Array(arguments.dropFirst())).run()
    }
}
