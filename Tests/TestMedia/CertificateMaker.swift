/// Certificates made at test time by the openssl program, so that none lies in the repository.
package struct CertificateMaker: Sendable {
    private let directory: TemporaryDirectory

    package init() throws {
        directory = try TemporaryDirectory()
    }

    /// An authority of this name. Returns the path of its certificate, PEM; the key lies beside it.
    package func authority(_ name: String) throws -> String {
        let path = directory.file("\(name).pem")
        try openssl(
            ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "3650"]
                + ["-keyout", directory.file("\(name).key"), "-subj", "/CN=\(name)", "-out", path]
                + ["-addext", "basicConstraints=critical,CA:TRUE"])
        return path
    }

    /// A certificate for 127.0.0.1 and localhost, or others.
    ///
    /// - Parameters:
    ///   - name: Of the files.
    ///   - authority: Name of the authority that signs it; nil: itself.
    ///   - names: As in `IP:127.0.0.1,DNS:localhost`.
    ///   - days: How long it is in force, from now.
    /// - Returns: Paths of the certificate alone and of certificate and key, both PEM.
    /// - Throws: ``ProgramError`` when openssl refuses.
    package func certificate(
        _ name: String, by authority: String? = nil, names: String = "IP:127.0.0.1,DNS:localhost", days: Int = 30
    ) throws -> (certificate: String, withKey: String) {
        let (path, key, both) = (
            directory.file("\(name).pem"), directory.file("\(name).key"), directory.file("\(name)-both.pem")
        )
        var arguments =
            ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "\(days)"]
            + ["-keyout", key, "-subj", "/CN=camera", "-out", path, "-addext", "subjectAltName=\(names)"]
            + ["-addext", "basicConstraints=critical,CA:FALSE"]
        if let authority {
            arguments += ["-CA", directory.file("\(authority).pem"), "-CAkey", directory.file("\(authority).key")]
        }
        try openssl(arguments)
        try Program.run(["/bin/sh", "-c", "cat '\(path)' '\(key)' > '\(both)'"])
        return (path, both)
    }

    /// The certificate of a PEM file as sent (DER).
    package func der(_ path: String) throws -> [UInt8] {
        let output = path + ".der"
        try openssl(["x509", "-in", path, "-outform", "DER", "-out", output])
        return try TemporaryDirectory.read(output)
    }

    /// SHA-256 as openssl prints it.
    package func fingerprint(_ path: String) throws -> String {
        let line = try openssl(["x509", "-in", path, "-noout", "-fingerprint", "-sha256"])
        return String(line.split(separator: "=").last ?? "").filter { !$0.isWhitespace }
    }

    package func text(_ path: String) throws -> String {
        String(decoding: try TemporaryDirectory.read(path), as: UTF8.self)
    }

    @discardableResult
    private func openssl(_ arguments: [String]) throws -> String {
        let quoted = arguments.map { "'\($0)'" }.joined(separator: " ")
        return try Program.run(["/bin/sh", "-c", "openssl \(quoted) 2>/dev/null"])
    }
}
