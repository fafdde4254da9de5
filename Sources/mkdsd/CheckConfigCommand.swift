internal import ArgumentParser
internal import Glibc
internal import QueryServer
internal import Settings

/// `mkdsd check-config`: names every mistake of a settings file.
struct CheckConfigCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Check a settings file and name each mistake with file, line and key.",
        discussion: """
            A user or group in query.readers or query.administrators that this machine does not know is named too, but \
            is no mistake: it may come later.

            Exit codes: 0 no mistake, 1 mistakes (one line each on standard error), 64 wrong arguments.
            """)

    @Argument(help: "Settings file.", completion: .file(extensions: ["yaml"]))
    var path: String = MKDSD.standardSettingsPath

    func run() async throws {
        let settings: DaemonSettings
        do throws(SettingsError) {
            settings = try DaemonSettings.read(path: path)
        } catch {
            complain(error.description)
            throw ExitCode(1)
        }
        for name in await AccountDirectory().policy(settings.query.accessRules).unknown {
            complain("\(path): warning: query: this machine knows no \(name); it grants nothing")
        }
        print("\(path): no mistake")
    }

    private func complain(_ line: String) {
        let text = Array((line + "\n").utf8)
        _ = write(STDERR_FILENO, text, text.count)
    }
}
