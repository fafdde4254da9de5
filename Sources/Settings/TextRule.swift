internal import MKDSCore

/// What a text value must look like, and how to say so.
enum TextRule {
    /// One line, 1 to 500 bytes, no control characters.
    case line
    /// A path from the root: begins with `/`, holds no `..`, at most 1,000 bytes.
    case path
    /// The same, short enough for a Unix socket's address (107 bytes) with the four of its temporary name.
    case socketPath
    /// A name of 1 to 64 of `A–Z a–z 0–9 . _ -`, not beginning with a dot: a file below a directory of ours.
    case fileName
    /// A user's or group's name as Linux allows it.
    case accountName
    /// A network in CIDR notation.
    case network
    /// A PostgreSQL connection URL or `key=value` string, without a password.
    case databaseURL

    /// Nil when `text` is right; else what is wrong with it and what is allowed. Never shows a text that may hold a
    /// password.
    func complaint(_ text: String) -> String? {
        if text.isEmpty { return "must not be empty" }
        if text.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) {
            return "must be one line without control characters"
        }
        if text.utf8.count > (self == .path ? 1_000 : 500) { return "is too long" }
        switch self {
        case .line: return nil
        case .path: return Self.pathComplaint(text)
        case .socketPath:
            if text.utf8.count > 103 { return "must be at most 103 bytes, as a Unix socket's address allows" }
            return Self.pathComplaint(text)
        case .fileName:
            let isRight = text.utf8.count <= 64 && !text.hasPrefix(".") && text.utf8.allSatisfy(Self.isWord)
            return isRight ? nil : "must be a name of at most 64 of A-Z a-z 0-9 . _ -, not \"\(text.shortened)\""
        case .accountName:
            let isRight = text.utf8.count <= 32 && !text.hasPrefix("-") && text.utf8.allSatisfy(Self.isWord)
            return isRight ? nil : "must be the name of a user or group, not \"\(text.shortened)\""
        case .network: return IPNetwork.complaint(about: text)
        case .databaseURL: return Self.databaseComplaint(text)
        }
    }

    private static func pathComplaint(_ text: String) -> String? {
        guard text.hasPrefix("/") else { return "must be a path from the root (/…), not \"\(text.shortened)\"" }
        let parts = text.split(separator: "/")
        return parts.contains("..") ? "must not hold \"..\"" : nil
    }

    private static func databaseComplaint(_ text: String) -> String? {
        let withoutPassword = "must not hold a password: put it into a file and name it in database.password_credential"
        if text.contains("password=") || text.contains("password =") { return withoutPassword }
        guard let scheme = ["postgresql://", "postgres://"].first(where: text.hasPrefix) else {
            return text.contains("=") ? nil : "must be a URL as in postgresql://mkds@host/mkds or a key=value list"
        }
        let authority = text.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" }
        let userInfo = authority.lastIndex(of: "@").map { authority[..<$0] }
        return userInfo?.contains(":") == true ? withoutPassword : nil
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
