import Settings
import Testing

@testable import mkdsd

struct ReloadTests {
    @Test func nothingChangedIsNothingToSay() throws {
        #expect(Reload.changes(from: try settings(), to: try settings()) == Reload.Changes())
    }

    @Test(arguments: [
        ("log: {level: debug}", "log.level"), ("capture: {group_size: 8}", "capture.group_size"),
        ("query: {readers: {uids: [7]}}", "query.readers"),
        ("capture: {credentials_directory: /x}", "capture.credentials_directory"),
    ])
    func appliedAtOnce(text: String, key: String) throws {
        let changes = Reload.changes(from: try settings(), to: try settings(text))
        #expect(changes == Reload.Changes(applied: [key]))
    }

    @Test(arguments: [
        ("spool: {reserve_mib: 64}", "spool"), ("database: {url: \"postgresql://db/mkds\"}", "database"),
        ("capture: {file_directories: [/srv/a]}", "capture.file_directories"),
        ("query: {socket: /run/q}", "query.socket"), ("query: {import_mib: 5}", "query.import_mib"),
    ])
    func needsARestart(text: String, key: String) throws {
        let changes = Reload.changes(from: try settings(), to: try settings(text))
        #expect(changes == Reload.Changes(needRestart: [key]))
    }

    private func settings(_ more: String = "") throws -> DaemonSettings {
        let text = "town: {code: 554791, name: Plzeň}\n" + more
        return try DaemonSettings.read(bytes: Array(text.utf8), file: "mkdsd.yaml")
    }
}
