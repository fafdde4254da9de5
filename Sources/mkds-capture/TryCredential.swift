internal import Glibc
internal import MKDSCore
internal import Media
internal import Settings

/// The camera's user name and password, from a file `user:password` that not everyone may read.
enum TryCredential {
    /// Blocking.
    ///
    /// - Throws: ``MediaError`` whose sentence names the file, never what it holds.
    static func read(path: String) throws(MediaError) -> (user: String, password: String) {
        guard let resolved = realpath(path, nil) else {
            throw MediaError(.credentialsRefused, "credential \(path): \(String(cString: strerror(errno)))")
        }
        defer { free(resolved) }
        let absolute = String(cString: resolved)
        let slash = absolute.lastIndex(of: "/") ?? absolute.startIndex
        let directory = slash == absolute.startIndex ? "/" : String(absolute[..<slash])
        let store = CredentialStore(systemDirectory: nil, directory: directory)
        do {
            let login = try store.login(String(absolute[absolute.index(after: slash)...]))
            return (login.user, login.password.revealed)
        } catch {
            throw MediaError(.credentialsRefused, error.description)
        }
    }
}
