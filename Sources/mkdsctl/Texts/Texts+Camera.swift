internal import MKDSCore
internal import QueryAPI

/// What cameras say of themselves.
extension Texts {
    /// A topic told by a camera: a kind of tampering, a rule, a class of objects; one that this program does not know is
    /// shown as it is.
    func cameraTopic(_ topic: String) -> String {
        switch topic {
        case "scene-change": self("změna scény", "scene change")
        case "too-dark": self("příliš tmavý obraz", "picture too dark")
        case "too-bright": self("příliš světlý obraz", "picture too bright")
        case "too-blurry": self("rozmazaný obraz", "picture too blurry")
        case "signal-loss": self("ztráta signálu", "signal loss")
        case "tamper": self("manipulace s kamerou", "tampering")
        case "line": self("překročení čáry", "line crossed")
        case "field": self("pohyb v oblasti", "inside a field")
        case "loitering": self("postávání", "loitering")
        case "intrusion": self("vniknutí", "intrusion")
        case "counter": self("počítání", "counting")
        case "speed": self("rychlost", "speed")
        case "other": self("jiné pravidlo", "other rule")
        case "object": self("neurčený", "of no class")
        case "human", "person", "people": self("osoba", "person")
        case "vehicle": self("vozidlo", "vehicle")
        case "car": self("osobní vůz", "car")
        case "truck": self("nákladní vůz", "lorry")
        case "bus": self("autobus", "bus")
        case "motorcycle", "motorbike": self("motocykl", "motorcycle")
        case "bicycle", "bike": self("jízdní kolo", "bicycle")
        case "animal", "pet": self("zvíře", "animal")
        case "face": self("obličej (jen přítomnost)", "face (presence only)")
        case "package", "bag": self("zavazadlo", "bag")
        default: topic
        }
    }

    func word(_ path: DocumentPath) -> String {
        switch path {
        case .track: self("stopa metadat", "metadata track")
        case .pullPoint: self("služba událostí", "event service")
        }
    }

    // MARK: - Documents

    var documentColumns: [Table.Column] {
        [
            .init(title: self("PŘIJATO", "RECEIVED")), .init(title: self("CESTA", "PATH")),
            .init(title: self("BAJTŮ", "BYTES"), alignment: .right),
            .init(title: self("VYJMUTO", "CUT"), alignment: .right),
            .init(title: "SHA-256"), .init(title: "ID"),
        ]
    }

    func documentCells(_ document: DocumentResource) -> [Table.Cell] {
        [
            Table.Cell(moment(document.received)), Table.Cell(word(document.path)),
            document.isWhole
                ? Table.Cell(grouped(document.byteCount))
                : Table.Cell(self("neúplný", "incomplete"), style: .bad),
            Table.Cell(document.cutCount > 0 ? "\(document.cutCount)" : "–"),
            Table.Cell(document.sha256, style: .faint), Table.Cell(document.id.description, style: .faint),
        ]
    }

    var noDocuments: String {
        self(
            "K této události nejsou uloženy dokumenty kamery.", "No documents of the camera are stored for this event.")
    }

    /// What the camera says of itself, for one line of `cameras show`.
    func metadata(_ status: MetadataStatusResource) -> String {
        var parts = [
            count(
                status.documents, czech: (one: "dokument", few: "dokumenty", many: "dokumentů"),
                english: (one: "document", many: "documents")),
            count(
                status.notifications, czech: (one: "hlášení", few: "hlášení", many: "hlášení"),
                english: (one: "notification", many: "notifications")),
        ]
        let lost = status.refused + status.dropped
        if lost > 0 { parts.append(self("nepřečteno \(grouped(lost))", "\(grouped(lost)) not read")) }
        if status.cut > 0 {
            parts.append(
                self(
                    "vyjmut obličej či značka: \(grouped(status.cut))", "face or plate cut out: \(grouped(status.cut))")
            )
        }
        if status.unkept > 0 {
            parts.append(self("neuloženo \(grouped(status.unkept))", "\(grouped(status.unkept)) not kept"))
        }
        if status.refusedEvents > 0 {
            let events = grouped(status.refusedEvents)
            parts.append(self("nezapsaných událostí \(events)", "events let go: \(events)"))
        }
        return parts.joined(separator: ", ")
    }

    /// Topics nobody here knows, the most frequent first.
    func unknownTopics(_ status: MetadataStatusResource) -> String? {
        guard !status.unknownTopics.isEmpty else { return nil }
        return status.unknownTopics.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
            .map { "\($0.key) (\(grouped($0.value)))" }.joined(separator: "; ")
    }
}
