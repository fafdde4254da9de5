internal import MKDSCore
internal import QueryAPI

/// Streams as tables, and what changed in them.
extension Texts {
    var camerasStreamsAbstract: String {
        self(
            "Co kamera posílala: spojení a jejich vlastnosti, nebo datový tok v čase.",
            "What a camera sent: connections and their properties, or bit rate over time.")
    }
    var helpStreamsFrom: String {
        self(
            "Od kdy (výchozí: bez omezení; u --bitrate den před koncem).",
            "From when (default: no limit; with --bitrate a day before the end).")
    }
    var helpStreamsTo: String { self("Do kdy (výchozí: teď).", "Until when (default: now).") }
    var helpStreamsLimit: String {
        self(
            "Nejvýše tolik spojení (výchozí 20, nejvýše 1000).", "At most so many connections (default 20, up to 1000)."
        )
    }
    var helpBitrate: String {
        self("Místo spojení datový tok v čase (posledních 31 dní).", "Bit rate over time instead (the last 31 days).")
    }
    var helpStep: String {
        self(
            "S --bitrate: délka kroku v minutách (výchozí podle rozpětí).",
            "With --bitrate: length of a step in minutes (default by the span).")
    }
    var stepNeedsBitrate: String { self("--step lze použít jen s --bitrate.", "--step needs --bitrate.") }
    var limitWithBitrate: String {
        self("--limit nelze použít s --bitrate.", "--limit cannot be used with --bitrate.")
    }
    func outOfRange(_ option: String, _ least: Int, _ most: Int) -> String {
        self("\(option) musí být od \(least) do \(most).", "\(option) must be from \(least) to \(most).")
    }

    // MARK: - Connections

    var streamColumns: [Table.Column] {
        [
            .init(title: self("OD", "FROM")), .init(title: self("DO", "TO")), .init(title: self("KODEK", "CODEC")),
            .init(title: self("OBRAZ", "PICTURE")), .init(title: self("SNÍMKŮ/S", "RATE"), alignment: .right),
            .init(title: "GOP", alignment: .right), .init(title: self("TOK", "BIT RATE"), alignment: .right),
            .init(title: self("PODPIS", "SIGNED")), .init(title: self("METADATA", "METADATA")),
            .init(title: self("KONEC", "END")),
        ]
    }

    func streamCells(_ run: StreamResource) -> [Table.Cell] {
        let codec = [word(codec: run.codec), run.profile, run.level ?? ""].filter { !$0.isEmpty }
        return [
            Table.Cell(moment(run.firstPacket)), Table.Cell(moment(run.lastPacket)),
            Table.Cell(codec.joined(separator: " ")), Table.Cell("\(run.width)×\(run.height)"),
            Table.Cell(decimal(Double(run.frameRate), places: 1)),
            Table.Cell(run.groupSeconds.map { duration(.seconds($0)) } ?? "–"), Table.Cell(rate(Double(run.bitRate))),
            Table.Cell(run.signing.map { word($0) } ?? "–"),
            Table.Cell(run.metadata.isEmpty ? "–" : run.metadata.map { word($0) }.joined(separator: ", ")),
            Table.Cell(
                run.endReason.map { word($0) } ?? self("trvá", "lasts"), style: run.endReason == nil ? .good : nil),
        ]
    }

    private func rate(_ bitsPerSecond: Double) -> String { "\(decimal(bitsPerSecond / 1_000_000, places: 2)) Mbit/s" }

    var noStreams: String {
        self("V tom čase s kamerou žádné spojení nebylo.", "There was no connection to the camera in that time.")
    }

    func moreStreams(_ shown: Int) -> String {
        self(
            "výpis je omezen na \(grouped(shown)), starší spojení jsou další: --limit nebo --to.",
            "the list is limited to \(grouped(shown)), there are older connections: --limit or --to.")
    }

    // MARK: - Bit rate over time

    var bitrateColumns: [Table.Column] {
        [
            .init(title: self("OD", "FROM")), .init(title: self("TOK", "BIT RATE"), alignment: .right),
            .init(title: self("SNÍMKŮ/S", "RATE"), alignment: .right), .init(title: "GOP", alignment: .right),
            .init(title: self("NEJDELŠÍ GOP", "LONGEST GOP"), alignment: .right),
            .init(title: self("NEJDELŠÍ PAUZA", "LONGEST PAUSE"), alignment: .right),
            .init(title: self("CHYBÍ PAKETŮ", "MISSED"), alignment: .right),
            .init(title: self("POKRYTO", "COVERED"), alignment: .right),
        ]
    }

    func bitrateCells(_ step: BitrateResource) -> [Table.Cell] {
        func span(_ seconds: Double?) -> Table.Cell { Table.Cell(seconds.map { duration(.seconds($0)) } ?? "–") }
        return [
            Table.Cell(moment(step.start)), Table.Cell(rate(step.bitRate)),
            Table.Cell(decimal(step.frameRate, places: 1)), span(step.groupSeconds), span(step.longestGroupSeconds),
            span(step.longestPauseSeconds),
            Table.Cell(grouped(Int(step.missed)), style: step.missed > 0 ? .warning : nil), span(step.coveredSeconds),
        ]
    }

    var noSamples: String {
        self("Pro ten čas nejsou žádné údaje.", "Nothing is on record for that time.")
    }

    // MARK: - Words

    func word(_ signing: MediaSigning) -> String {
        switch signing {
        case .absent: self("žádný", "none")
        case .onvif: "ONVIF"
        case .axis: "Axis"
        }
    }

    func word(_ format: MetadataFormat) -> String {
        switch format {
        case .onvif: "ONVIF"
        case .klv: "KLV"
        }
    }

    /// The detail of an event in the language asked for, where this program knows its form; else as it is.
    func detail(_ detail: String) -> String {
        guard let changes = StreamChange.parse(detail) else { return detail }
        return self("změna: ", "changed: ")
            + changes.map { "\(word($0.aspect)) \(value($0, $0.from)) → \(value($0, $0.to))" }.joined(separator: ", ")
    }

    private func word(_ aspect: StreamChange.Aspect) -> String {
        switch aspect {
        case .codec: self("kodek", "codec")
        case .size: self("velikost obrazu", "picture size")
        case .profile: self("profil", "profile")
        case .frameRate: self("snímků za sekundu", "pictures a second")
        case .group: self("odstup klíčových snímků", "keyframe distance")
        case .signing: self("podpis obrazu", "signing")
        case .metadata: self("stopa metadat", "metadata track")
        }
    }

    private func value(_ change: StreamChange, _ text: String) -> String {
        switch change.aspect {
        case .codec: word(codec: text)
        case .size: text.replacing("x", with: "×")
        case .profile: text
        case .frameRate, .group: self(text.replacing(".", with: ","), text)
        case .signing: MediaSigning(wireName: text).map { word($0) } ?? text
        case .metadata:
            text == StreamChange.names([])
                ? self("žádná", "none")
                : text.split(separator: "+").map { MetadataFormat(wireName: $0).map { word($0) } ?? String($0) }
                    .joined(separator: " + ")
        }
    }
}
