internal import CLibpq

/// How to reach a server: libpq's own keywords, read from `key=value` pairs or a `postgresql://` URL.
///
/// Its description never shows a password.
package struct ConnectionSettings: Hashable, Sendable {
    private struct Setting: Hashable, Sendable {
        var key: String
        var value: String
    }

    private var settings: [Setting] = []

    /// Reads libpq's connection string.
    ///
    /// - Throws: ``PostgresError`` of code `settings`; its text does not repeat the string, which may hold a password.
    package init(_ conninfo: String) throws(PostgresError) {
        guard let options = PQconninfoParse(conninfo, nil) else {
            throw PostgresError(
                .settings, "the connection string cannot be read; it must be key=value pairs or a postgresql:// URL")
        }
        defer { PQconninfoFree(options) }
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val {
                settings.append(Setting(key: String(cString: keyword), value: String(cString: value)))
            }
            option += 1
        }
    }

    /// The value of one libpq keyword, nil when it was not given.
    package subscript(key: String) -> String? {
        get { settings.first { $0.key == key }?.value }
        set {
            settings.removeAll { $0.key == key }
            if let newValue { settings.append(Setting(key: key, value: newValue)) }
        }
    }

    /// The same server, another database.
    package func database(_ name: String) -> ConnectionSettings {
        var copy = self
        copy["dbname"] = name
        return copy
    }

    /// Keywords and values to connect with, our own defaults filled in where nothing was said: a host that does not
    /// answer costs 5 s, several together about 15 s, a peer that vanished is noticed within half a minute.
    var effective: (keys: [String], values: [String]) {
        let hosts = (self["hostaddr"] ?? self["host"] ?? "").split(separator: ",").count
        // Each host gets the whole of connect_timeout; libpq takes less than 2 s for 2 s.
        let timeout = min(5, max(2, 15 / max(1, hosts)))
        let defaults = [
            ("application_name", "mkdsd"), ("connect_timeout", "\(timeout)"), ("client_encoding", "UTF8"),
            ("keepalives", "1"),
            ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"),
            ("tcp_user_timeout", "20000"),
        ].filter { self[$0.0] == nil }
        return (settings.map(\.key) + defaults.map(\.0), settings.map(\.value) + defaults.map(\.1))
    }
}

extension ConnectionSettings: CustomStringConvertible, CustomDebugStringConvertible {
    private static let shown: Set<String> = ["host", "hostaddr", "port", "dbname", "user", "target_session_attrs"]

    package var description: String {
        let parts = settings.filter { Self.shown.contains($0.key) }.map { "\($0.key)=\($0.value)" }
        return parts.isEmpty ? "default server" : parts.joined(separator: " ")
    }

    package var debugDescription: String { description }
}
