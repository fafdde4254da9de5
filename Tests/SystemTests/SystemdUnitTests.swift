import FoundationEssentials
import TestMedia
import Testing

/// systemd's own judgement of the unit files.
@Suite(.enabled(if: Program.exists("systemd-analyze"), "needs the program systemd-analyze (Debian: systemd)"))
struct SystemdUnitTests {
    private let repository = #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 }

    @Test func unitsAreWellFormed() throws {
        let units = try copies()
        let (service, socket) = (units.path + "/mkdsd.service", units.path + "/mkdsd.socket")
        let output = try Program.run([
            "/bin/sh", "-c", "systemd-analyze verify --man=no \(service) \(socket) 2>&1; echo status $?",
        ])
        #expect(output == "status 0\n")
    }

    @Test func exposureStaysLow() throws {
        let units = try copies()
        // Fails above 1.7 of 10. 0.6 of it is for reading the state of the clock: systemd counts that as setting it, which
        // the empty capability bounding set forbids.
        try Program.run([
            "systemd-analyze", "security", "--offline=yes", "--threshold=17", "--no-pager",
            units.path + "/mkdsd.service",
        ])
    }

    @Test func installerPutsEverythingBelowItsRootAndTakesItAway() throws {
        let root = try TemporaryDirectory()
        let build = try DaemonUnderTest.buildDirectory()
        let install = ["\(repository)/deploy/install", "--root", root.path, "--build-dir", build]
        try Program.run(install)
        try Program.run(["/bin/sh", "-c", "echo '# ours' >> \(root.path)/etc/mkds/mkdsd.yaml"])
        let first = try Program.run(["/bin/sh", "-c", "cd \(root.path) && find . -type f | sort | xargs sha256sum"])
        try Program.run(install)
        let second = try Program.run(["/bin/sh", "-c", "cd \(root.path) && find . -type f | sort | xargs sha256sum"])
        #expect(first == second)
        for file in [
            "/usr/bin/mkdsd", "/usr/bin/mkds-capture", "/usr/bin/mkdsctl", "/usr/lib/systemd/system/mkdsd.service",
        ] {
            #expect(FileManager.default.fileExists(atPath: root.path + file))
        }
        try Program.run(install + ["--uninstall"])
        let left = try Program.run(["find", root.path, "-type", "f", "-printf", "%P\n"])
        #expect(left == "etc/mkds/mkdsd.yaml\n")
    }

    /// The units with a program that exists here.
    private func copies() throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        for unit in ["mkdsd.service", "mkdsd.socket"] {
            try Program.run([
                "/bin/sh", "-c",
                "sed 's,/usr/bin/mkdsd,/bin/true,' \(repository)/systemd/\(unit) > \(directory.path)/\(unit)",
            ])
        }
        return directory
    }
}
