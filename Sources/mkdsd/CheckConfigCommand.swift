internal import ArgumentParser
internal import Glibc
internal import Settings

/// `mkdsd check-config`: names every mistake of a settings file.
struct CheckConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check-config",
        abstract: "Check a settings file and name each mistake with file, line and key.",
        discussion: "Exit codes: 0 no mistake, 1 mistakes (one line each on standard error), 64 wrong arguments.")

    @Argument(help: "Settings file.", completion: .file(extensions: ["yaml"]))
    var path: String = MKDSD.standardSettingsPath

    func run() throws {
        do throws(SettingsError) {
            _ = try DaemonSettings.read(path: path)
        } catch {
            let text = Array((error.description + "\n").utf8)
            _ = write(STDERR_FILENO, text, text.count)
            throw ExitCode(1)
        }
        print("\(path): no mistake")
    }
}
