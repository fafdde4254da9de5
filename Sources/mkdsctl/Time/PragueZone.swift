internal import MKDSCore

extension LocalZone {
    /// The local clock people here live by; all times shown and typed go through it.
    ///
    /// Europe/Prague from the system's TZ database. On a machine without it, the rule of the European Union
    /// (Directive 2000/84/EC), which is what the database says for every year since 1996.
    static let prague: LocalZone = {
        if let bytes = try? FileBytes.read("/usr/share/zoneinfo/Europe/Prague", limit: 1 << 20),
            let file = ZoneFile(bytes: bytes)
        {
            return LocalZone(file: file)
        }
        guard let rule = ZoneRule("CET-1CEST,M3.5.0,M10.5.0/3") else { preconditionFailure("own rule text is wrong") }
        return LocalZone(rule: rule)
    }()
}
