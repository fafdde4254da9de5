internal import ArgumentParser

/// Language of what `mkds-capture try` prints for people; JSON has none.
enum TryLanguage: String, CaseIterable, ExpressibleByArgument {
    case czech = "cs"
    case english = "en"

    /// Czech unless the environment asks for English.
    init(environment value: (String) -> String?) {
        let asked = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap(value).first { !$0.isEmpty }
        self = asked?.hasPrefix("en") == true ? .english : .czech
    }
}

/// All that `mkds-capture try` says to people, in both languages, in one place.
struct TryTexts {
    let language: TryLanguage

    private func say(_ czech: String, _ english: String) -> String { language == .czech ? czech : english }

    var columns: [String] {
        language == .czech
            ? ["začátek", "konec", "trvá", "nejvíc", "kdy", "kde v obraze (vlevo–vpravo × shora–dolů)"]
            : ["start", "end", "lasts", "peak", "at", "where in the picture (left–right × top–bottom)"]
    }

    var noEvents: String { say("Žádný pohyb.", "No motion.") }

    func eventCount(_ count: Int) -> String {
        let czech =
            switch count {
            case 1: "1 událost"
            case 2...4: "\(count) události"
            default: "\(count) událostí"
            }
        return say(czech, count == 1 ? "1 event" : "\(count) events")
    }

    var video: String { say("video", "video") }
    var length: String { say("délka", "length") }
    var pictures: String { say("obrázky", "pictures") }
    var cost: String { say("cena", "cost") }
    var note: String { say("pozor", "note") }

    func stream(codec: String, width: Int, height: Int, rate: String) -> String {
        say("\(codec), \(width) × \(height), \(rate) obr./s", "\(codec), \(width) × \(height), \(rate) pictures/s")
    }

    func flow(bitRate: String, keyframes: String?) -> String {
        let every = keyframes.map { say(", klíčový snímek po \($0) s", ", a keyframe every \($0) s") } ?? ""
        return "\(bitRate) kbit/s\(every)"
    }

    func analysed(_ analysed: Int, of decoded: Int, damaged: Int) -> String {
        let harm = damaged == 0 ? "" : say(", \(damaged) poškozených", ", \(damaged) damaged")
        return say(
            "\(decoded) dekódováno, \(analysed) zkoumáno\(harm)", "\(decoded) decoded, \(analysed) analysed\(harm)")
    }

    func cpu(total: String, perSecond: String, perPicture: String) -> String {
        say(
            "\(total) s procesoru, \(perSecond) ms na sekundu videa, z toho pohyb \(perPicture) ms na zkoumaný obrázek",
            "\(total) s of CPU, \(perSecond) ms per second of video; motion \(perPicture) ms per analysed picture")
    }

    func globalChanges(_ count: Int) -> String {
        say(
            "\(count)× se změnil celý obraz naráz (světlo, otočení kamery); to se nehlásí jako pohyb",
            "\(count)× the whole picture changed at once (light, camera turned); not reported as motion")
    }

    func sizeChanges(_ count: Int) -> String {
        say("\(count)× se změnila velikost obrazu", "\(count)× the picture size changed")
    }

    func progress(position: String, events: Int) -> String {
        say("přečteno \(position), \(eventCount(events))", "read \(position), \(eventCount(events))")
    }

    var noPicture: String { say("vstup neobsahuje jediný úplný obrázek", "the input holds not one whole picture") }
    var stopped: String { say("zastaveno", "stopped") }
}
