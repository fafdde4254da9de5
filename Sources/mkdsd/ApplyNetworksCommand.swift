internal import ArgumentParser
internal import FoundationEssentials
internal import Glibc
internal import MKDSCore
internal import Settings

/// `mkdsd apply-networks`: hands capture.networks to the service manager, whose filter holds also a capture process that
/// was taken over.
struct ApplyNetworksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply-networks",
        abstract: "Let the kernel keep capture units to capture.networks (run by mkdsd.service before it starts).",
        discussion: """
            Sets IPAddressAllow= of mkds-capture.slice, until the next boot, to the networks of the settings and the name \
            servers of /etc/resolv.conf. It needs root. Running capture units follow at once.

            Exit codes: 0 done, 64 wrong arguments, 78 mistakes in the settings, else those of systemctl.
            """)

    @Option(help: ArgumentHelp("Settings file.", valueName: "path"), completion: .file(extensions: ["yaml"]))
    var config: String = MKDSD.standardSettingsPath

    func run() throws {
        let settings: DaemonSettings
        do throws(SettingsError) {
            settings = try DaemonSettings.read(path: config)
        } catch {
            complain(error.description)
            throw ExitCode(78)
        }
        let resolver = (try? String(contentsOf: URL(filePath: "/etc/resolv.conf"), encoding: .utf8)) ?? ""
        let arguments = Self.arguments(networks: settings.capture.networks, resolver: resolver)
        var pointers = arguments.map { strdup($0) } + [nil]
        execvp("systemctl", &pointers)
        complain("systemctl: \(String(cString: strerror(errno)))")
        throw ExitCode.failure
    }

    /// Of systemctl. The empty assignment clears what an earlier start had set.
    static func arguments(networks: CameraNetworks, resolver: String) -> [String] {
        let servers = resolver.split(whereSeparator: \.isNewline).compactMap { line -> String? in
            let words = line.split { $0 == " " || $0 == "\t" }
            guard words.count >= 2, words[0] == "nameserver" else { return nil }
            return IPAddress(words[1])?.description
        }
        let allowed = (networks.networks.map(\.description) + servers).joined(separator: " ")
        return ["systemctl", "set-property", "--runtime", "mkds-capture.slice", "IPAddressAllow="]
            + (allowed.isEmpty ? [] : ["IPAddressAllow=\(allowed)"])
    }

    private func complain(_ text: String) {
        let line = Array("mkdsd apply-networks: \(text)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
    }
}
