import FoundationEssentials
import Testing

@testable import Settings

struct CredentialStoreTests {
    @Test func readsUserAndPassword() throws {
        let directory = try TemporaryDirectory()
        _ = try directory.write("cam", "operator:ab:cd\n", mode: 0o600)
        let login = try store(directory).login("cam")
        #expect(login.user == "operator")
        #expect(login.password.revealed == "ab:cd")
    }

    @Test func systemCredentialsComeFirst() throws {
        let (system, files) = (try TemporaryDirectory(), try TemporaryDirectory())
        _ = try system.write("cam", "a:1", mode: 0o400)
        _ = try files.write("cam", "b:2", mode: 0o600)
        _ = try files.write("other", "c:3", mode: 0o600)
        let store = CredentialStore(systemDirectory: system.path, directory: files.path)
        #expect(try store.login("cam").user == "a")
        #expect(try store.login("other").user == "c")
    }

    @Test func refusesAFileThatEveryoneMayRead() throws {
        let directory = try TemporaryDirectory()
        _ = try directory.write("cam", "a:tajne", mode: 0o644)
        let error = #expect(throws: CredentialError.self) { try store(directory).login("cam") }
        #expect(error?.description.contains("everyone may read it") == true)
        #expect(error?.description.contains("tajne") == false)
    }

    @Test(arguments: ["", "nocolon", ":password", "a:b\nc:d", "a:\u{7}\u{1}"])
    func refusesContentThatIsNoLogin(content: String) throws {
        let directory = try TemporaryDirectory()
        _ = try directory.write("cam", content, mode: 0o600)
        #expect(throws: CredentialError.self) { try store(directory).login("cam") }
    }

    @Test(arguments: ["../cam", "a/b", "", ".cam", "a b"])
    func refusesNamesThatAreNoFileNames(name: String) throws {
        let directory = try TemporaryDirectory()
        #expect(throws: CredentialError.self) { try store(directory).login(name) }
        #expect(!store(directory).exists(name))
    }

    @Test func saysWhereItLooked() throws {
        let directory = try TemporaryDirectory()
        let error = #expect(throws: CredentialError.self) { try store(directory).login("cam") }
        #expect(error?.description == "credential cam: is in none of \(directory.path)")
        #expect(error?.reasonCS == "není v žádném z: \(directory.path)")
    }

    @Test func secretsDoNotShow() {
        let login = Login(user: "a", password: Secret("tajne"))
        var dumped = ""
        dump(login, to: &dumped)
        for text in ["\(login)", String(reflecting: login), "\(login.password)", dumped] {
            #expect(!text.contains("tajne"))
        }
    }

    private func store(_ directory: TemporaryDirectory) -> CredentialStore {
        CredentialStore(systemDirectory: nil, directory: directory.path)
    }
}
