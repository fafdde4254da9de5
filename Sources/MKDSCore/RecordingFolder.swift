/// A folder into which a recorder of another make writes its files, as a camera's address:
/// `folder:///srv/recorder/cam1?zone=UTC&accuracy=2&back=72h`. Pure.
package struct RecordingFolder: Hashable, Sendable {
    /// Absolute path, decoded.
    package var path: String
    /// Zone of the times in file names, by its name in the TZ database.
    package var zone = "Europe/Prague"
    /// How far the recorder's clock may be wrong, as the administrator states; nil: nobody knows.
    package var accuracy: Duration?
    /// Files whose recording began longer ago are not read.
    package var back: Duration = .seconds(86_400)

    /// What is wrong with an address; it never repeats it.
    package struct Mistake: Error, Hashable, Sendable {
        package var english: String
        package var czech: String
    }

    /// Longest time to look back: retention ends there anyway.
    private static let longestBack: Duration = .seconds(31 * 86_400)

    package init(address: String) throws(Mistake) {
        let scheme = "folder://"
        guard address.hasPrefix(scheme) else {
            throw Mistake(english: "must be folder:///absolute/path", czech: "musí být folder:///absolutní/cesta")
        }
        let rest = address.dropFirst(scheme.count).prefix { $0 != "#" }
        let place = rest.prefix { $0 != "?" }
        guard place.hasPrefix("/"), place.utf8.count > 1, place.utf8.count <= 1024,
            let path = String(percentEncoded: place), !path.split(separator: "/").contains("..")
        else {
            throw Mistake(
                english: "must be folder:///absolute/path without ..",
                czech: "musí být folder:///absolutní/cesta bez ..")
        }
        self.path = path
        for item in rest.dropFirst(place.count + 1).split(separator: "&") {
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            try take(String(parts[0]), parts.count == 2 ? String(parts[1]) : "")
        }
    }

    private mutating func take(_ name: String, _ value: String) throws(Mistake) {
        switch name {
        case "zone":
            let parts = value.split(separator: "/", omittingEmptySubsequences: false)
            let isName = parts.allSatisfy { part in
                !part.isEmpty
                    && part.utf8.allSatisfy {
                        (65...90).contains($0) || (97...122).contains($0) || "0123456789_+-".utf8.contains($0)
                    }
            }
            guard isName, value.utf8.count <= 64 else {
                throw Mistake(
                    english: "zone must be a name of the TZ database, as Europe/Prague or UTC",
                    czech: "zone musí být jméno z databáze časových pásem, například Europe/Prague nebo UTC")
            }
            zone = value
        case "accuracy":
            guard let seconds = Int(value), (1...3600).contains(seconds) else {
                throw Mistake(
                    english: "accuracy must be 1 to 3600 seconds", czech: "accuracy musí být 1 až 3600 sekund")
            }
            accuracy = .seconds(seconds)
        case "back":
            let unit = value.hasSuffix("h") ? 3600 : value.hasSuffix("d") ? 86_400 : 0
            guard unit > 0, let count = Int(value.dropLast()), (1...744).contains(count),
                .seconds(count * unit) <= Self.longestBack
            else {
                throw Mistake(english: "back must be 1h to 31d", czech: "back musí být 1h až 31d")
            }
            back = .seconds(count * unit)
        default:
            throw Mistake(
                english: "a folder address may say zone, accuracy and back only",
                czech: "adresa složky smí mít jen zone, accuracy a back")
        }
    }
}
