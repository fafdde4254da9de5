internal import CLinux
internal import Glibc
internal import Linux

/// A program that systemd starts for us in a unit of its own: one for each connection to a socket of systemd's
/// (`Accept=yes`), so that we need no right to start units.
///
/// Over the connection it gets its arguments and the three pipe ends, and answers with one byte, by which the kernel tells
/// us its number; from then on a descriptor of the process tells of its end. It runs as our user, or it is none of ours.
final class UnitProcess: RunningProgram {
    let streams: StandardStreams
    private(set) var identifier: pid_t = 0
    private let connection: Int32
    private var process: Int32 = -1

    /// Asks for a unit at the socket `path`; returns at once.
    ///
    /// - Parameters:
    ///   - path: The socket.
    ///   - arguments: Of the program, without its name.
    /// - Throws: ``SystemError`` when nobody listens there or pipes cannot be made.
    init(socket path: String, arguments: [String]) throws(SystemError) {
        let connection = mkds_unit_connect(path)
        guard connection >= 0 else { throw SystemError("connect to \(path)") }
        let message = Array(arguments.joined(separator: "\0").utf8)
        do throws(SystemError) {
            streams = try StandardStreams { streams throws(SystemError) in
                guard mkds_unit_send_streams(connection, message, message.count, streams) == 0 else {
                    throw SystemError("ask for a unit at \(path)")
                }
            }
        } catch {
            close(connection)
            throw error
        }
        self.connection = connection
    }

    deinit {
        close(connection)
        if process >= 0 { close(process) }
    }

    var news: Int32 { process >= 0 ? process : connection }

    /// One that has not answered yet is left alone: it ends by itself when it finds its pipes closed.
    func send(signal: Int32) {
        if process >= 0 {
            _ = mkds_pidfd_signal(process, signal)
        } else {
            shutdown(connection, Int32(SHUT_RDWR))
        }
    }

    func reap() -> ProgramEnding? {
        if process < 0 {
            let sender = mkds_unit_sender(connection)
            if sender == 0 { return nil }
            // The connection ended without an answer, or what answered is gone already.
            guard sender > 0 else { return .unit }
            process = mkds_pidfd_open(sender)
            guard process >= 0 else { return .unit }
            identifier = sender
        }
        var request = pollfd(fd: process, events: Int16(POLLIN), revents: 0)
        return poll(&request, 1, 0) == 1 ? .unit : nil
    }
}
