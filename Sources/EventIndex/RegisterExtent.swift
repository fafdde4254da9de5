/// The coordinates a document may hold, and what wrong ones look like.
struct RegisterExtent: Sendable {
    let srid: Int

    static let longitudes = 12.0...18.95
    static let latitudes = 48.5...51.1
    /// S-JTSK / Krovak East North over the Czech Republic.
    static let eastings = -905_000.0 ... -430_000.0
    static let northings = -1_230_000.0 ... -930_000.0

    /// Why a position cannot be right, in English and Czech; nil when it can.
    func complaint(_ x: Double, _ y: Double) -> (en: String, cs: String)? {
        guard x.isFinite, y.isFinite else {
            return ("the position is not two finite numbers", "poloha nejsou dvě konečná čísla")
        }
        let found = "\(x), \(y)"
        if srid == 4326 {
            if Self.longitudes.contains(x), Self.latitudes.contains(y) { return nil }
            if Self.longitudes.contains(y), Self.latitudes.contains(x) {
                return (
                    "axes are swapped: \(found) is latitude, longitude; write longitude first",
                    "osy jsou prohozené: \(found) je šířka, délka; délka patří na první místo"
                )
            }
            if looksLikeKrovak(x, y) {
                return (
                    "\(found) looks like S-JTSK; import it with srid 5514",
                    "\(found) vypadá jako S-JTSK; importujte se srid 5514"
                )
            }
            return (
                "\(found) lies outside the Czech Republic (longitude 12–18.95, latitude 48.5–51.1)",
                "\(found) leží mimo Českou republiku (délka 12–18,95, šířka 48,5–51,1)"
            )
        }
        return krovakComplaint(x, y, found)
    }

    private func krovakComplaint(_ x: Double, _ y: Double, _ found: String) -> (en: String, cs: String)? {
        if Self.eastings.contains(x), Self.northings.contains(y) { return nil }
        if Self.eastings.contains(y), Self.northings.contains(x) {
            return (
                "axes are swapped: \(found) is northing, easting; write easting first",
                "osy jsou prohozené: na prvním místě má být easting (−Y), na druhém northing (−X)"
            )
        }
        if looksLikeKrovak(x, y) {
            return (
                "\(found) is S-JTSK with positive numbers (EPSG:5513, southing and westing); EPSG:5514 has easting and "
                    + "northing, both negative",
                "\(found) je S-JTSK s kladnými čísly (EPSG:5513); EPSG:5514 má easting a northing, obě záporné"
            )
        }
        if abs(x) <= 180, abs(y) <= 180 {
            return (
                "\(found) looks like degrees; import it with srid 4326",
                "\(found) vypadá jako stupně; importujte se srid 4326"
            )
        }
        return (
            "\(found) lies outside the Czech Republic in EPSG:5514", "\(found) leží v EPSG:5514 mimo Českou republiku"
        )
    }

    private func looksLikeKrovak(_ x: Double, _ y: Double) -> Bool {
        let pair = [-abs(x), -abs(y)].sorted()
        return Self.northings.contains(pair[0]) && Self.eastings.contains(pair[1])
    }
}
