internal import Glibc

/// Where secrets come from: systemd's credentials first (`$CREDENTIALS_DIRECTORY/NAME`), then files of a directory.
///
/// A file that everyone may read is refused: it is no secret any more. Nothing here keeps or shows what it read.
package struct CredentialStore: Hashable, Sendable {
    /// Directories in the order they are asked.
    package var directories: [String]

    /// `systemDirectory` is the value of `$CREDENTIALS_DIRECTORY`, nil outside systemd.
    package init(systemDirectory: String?, directory: String) {
        directories = [systemDirectory, directory].compactMap { $0 }.filter { $0.hasPrefix("/") }
    }

    /// True when some directory has the name, readable or not. Blocking, but touches no content.
    package func exists(_ name: String) -> Bool {
        guard TextRule.fileName.complaint(name) == nil else { return false }
        return directories.contains { access("\($0)/\(name)", F_OK) == 0 }
    }

    /// A file `user:password`; the password may hold colons. Blocking.
    package func login(_ name: String) throws(CredentialError) -> Login {
        let text = try content(name)
        guard let colon = text.firstIndex(of: ":"), colon > text.startIndex else {
            throw CredentialError(
                name: name, reason: "must hold user:password on one line",
                reasonCS: "musí obsahovat jeden řádek uživatel:heslo")
        }
        return Login(user: String(text[..<colon]), password: Secret(String(text[text.index(after: colon)...])))
    }

    /// A file that holds the secret alone. Blocking.
    package func secret(_ name: String) throws(CredentialError) -> Secret {
        Secret(try content(name))
    }

    // MARK: - Private parts

    private static let byteLimit = 4096

    private func content(_ name: String) throws(CredentialError) -> String {
        if let complaint = TextRule.fileName.complaint(name) {
            throw CredentialError(
                name: name, reason: complaint,
                reasonCS: "musí to být jméno z nejvýše 64 znaků A-Z a-z 0-9 . _ - a nesmí začínat tečkou")
        }
        for directory in directories {
            let descriptor = open("\(directory)/\(name)", O_RDONLY | O_CLOEXEC | O_NONBLOCK)
            if descriptor >= 0 {
                defer { close(descriptor) }
                return try Self.content(descriptor, name: name, directory: directory)
            }
            if errno != ENOENT && errno != ENOTDIR {
                throw CredentialError(system: errno, name: name, directory: directory)
            }
        }
        let searched = directories.joined(separator: ", ")
        throw CredentialError(name: name, reason: "is in none of \(searched)", reasonCS: "není v žádném z: \(searched)")
    }

    private static func content(
        _ descriptor: Int32, name: String, directory: String
    ) throws(CredentialError) -> String {
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw CredentialError(
                name: name, reason: "\(directory): is not a regular file",
                reasonCS: "\(directory): není to běžný soubor")
        }
        guard status.st_mode & S_IROTH == 0 else {
            throw CredentialError(
                name: name, reason: "\(directory): everyone may read it; use chmod o= and change it",
                reasonCS: "\(directory): smí ho číst kdokoli; použijte chmod o= a změňte heslo")
        }
        var bytes = [UInt8](repeating: 0, count: byteLimit + 1)
        var count = 0
        while count < bytes.count {
            let got = bytes.withUnsafeMutableBytes {
                read(descriptor, $0.baseAddress?.advanced(by: count), $0.count - count)
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw CredentialError(system: errno, name: name, directory: directory) }
            if got == 0 { break }
            count += got
        }
        guard count <= byteLimit else {
            throw CredentialError(name: name, reason: "is larger than 4 KiB", reasonCS: "je větší než 4 KiB")
        }
        var line = bytes[..<count]
        while let last = line.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { line.removeLast() }
        guard let text = String(validating: line, as: UTF8.self), !text.isEmpty,
            !text.unicodeScalars.contains(where: { $0.value < 32 })
        else {
            throw CredentialError(
                name: name, reason: "must be one line of UTF-8 text", reasonCS: "musí to být jeden řádek textu v UTF-8")
        }
        return text
    }
}

/// Why a secret cannot be had; it never holds any of it.
package struct CredentialError: Error, Hashable, Sendable, CustomStringConvertible {
    package var name: String
    package var reason: String
    package var reasonCS: String

    package var description: String { "credential \(name): \(reason)" }
}

extension CredentialError {
    /// The kernel's own words, which are English, are marked as such for a Czech reader.
    fileprivate init(system code: Int32, name: String, directory: String) {
        let words = String(cString: strerror(code))
        self.init(
            name: name, reason: "\(directory): \(words)",
            reasonCS: "\(directory): nelze přečíst. Hlášení systému: „\(words)“")
    }
}
