internal import MKDSCore

/// What the address of a camera must be: a way of reading that there is, and no secret in it.
package enum CameraAddress {
    /// What is wrong with an address; nil: nothing. It never repeats the address.
    package static func complaint(about text: String) -> (en: String, cs: String)? {
        guard text.utf8.count <= 2000, text.utf8.allSatisfy({ $0 > 32 && $0 != 127 }) else {
            return ("holds blanks or is too long", "obsahuje mezery nebo je příliš dlouhá")
        }
        guard let mark = text.firstRange(of: "://") else {
            return ("is no address; write rtsp://host/path", "není adresa; napište rtsp://počítač/cesta")
        }
        let rest = text[mark.upperBound...]
        let authority = rest.prefix { !["/", "?", "#"].contains($0) }
        switch text[..<mark.lowerBound] {
        case "file":
            let path = rest.split(separator: "/", omittingEmptySubsequences: false)
            guard authority.isEmpty, rest.count > 1, !path.contains("..") else {
                return ("must be file:///absolute/path without ..", "musí být file:///absolutní/cesta bez ..")
            }
        case "folder":
            do throws(RecordingFolder.Mistake) {
                _ = try RecordingFolder(address: text)
            } catch {
                return (error.english, error.czech)
            }
            return nil
        case "https":
            return (
                "https is not read; take the camera's rtsps:// stream, or http:// in a closed network",
                "https se nečte; použijte proud rtsps:// kamery, nebo v uzavřené síti http://"
            )
        case "rtsp", "rtsps", "http", "rtmp", "srt":
            if authority.contains("@") { return secret("holds a user name or password", "obsahuje jméno nebo heslo") }
            guard !authority.isEmpty, !authority.hasPrefix(":") else { return ("has no host", "nemá počítač") }
            if text.hasPrefix("srt:"), !authority.contains(":") {
                return ("has no port; write srt://host:port", "nemá port; napište srt://počítač:port")
            }
        default:
            return (
                "only rtsp://, rtsps://, http://, rtmp://, srt://, file:/// and folder:/// are read",
                "čte se jen rtsp://, rtsps://, http://, rtmp://, srt://, file:/// a folder:///"
            )
        }
        // A placeholder is no password.
        let query = rest.drop { $0 != "?" }.lowercased().replacing("={password}", with: "")
        if ["password=", "passwd=", "pwd=", "pass=", "passphrase="].contains(where: query.contains) {
            return secret("holds a password", "obsahuje heslo")
        }
        return nil
    }

    private static func secret(_ message: String, _ messageCs: String) -> (en: String, cs: String) {
        (
            "\(message); put user:password into a credential file and its name into the column credential",
            "\(messageCs); dejte uživatel:heslo do souboru s přihlašovacím údajem a jeho jméno do sloupce credential"
        )
    }
}
