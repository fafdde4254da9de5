internal import MKDSCore

/// Texts of `--help` and of complaints about the command line.
extension Texts {
    var rootAbstract: String {
        self("Dotazy a správa mkdsd: co viděly kamery města.", "Questions to mkdsd: what the town's cameras saw.")
    }

    var rootDiscussion: String {
        self(
            """
            Časy se píší i vypisují v čase platném v Praze. Jazyk: --lang cs|en, jinak podle LC_ALL, LC_MESSAGES, LANG (výchozí je čeština).

            NÁVRATOVÉ KÓDY:
              0  v pořádku
              1  jiná chyba; u příkazu health: něco selhává
              2  chybný příkaz
              3  nenalezeno
              4  odmítnuto (práva)
              5  mkdsd neodpovídá
              6  chybná data; nic nebylo importováno

            PROSTŘEDÍ: MKDS_SOCKET cesta k soketu, NO_COLOR bez barev.

            PŘÍKLADY:
              mkdsctl events list --from včera --okrsek 12
              mkdsctl events list --from 21:00 --to 23:30 --kind pohyb --csv > noc.csv
              mkdsctl events follow --obvod MO3
              mkdsctl place 13.3776,49.7475
            """,
            """
            Times are typed and shown in the local time of Prague. Language: --lang cs|en, else by LC_ALL, LC_MESSAGES, LANG (Czech unless they say en).

            EXIT STATUS:
              0  all is well
              1  another failure; for health: something is failing
              2  wrong command line
              3  not found
              4  refused (rights)
              5  mkdsd does not answer
              6  wrong data; nothing was imported

            ENVIRONMENT: MKDS_SOCKET path of the socket, NO_COLOR no colours.

            EXAMPLES:
              mkdsctl events list --from yesterday --okrsek 12
              mkdsctl events list --from 21:00 --to 23:30 --kind motion --csv > night.csv
              mkdsctl events follow --obvod MO3
              mkdsctl place 13.3776,49.7475
            """)
    }

    // MARK: - Shared options

    var helpTable: String { self("Tabulka pro lidi.", "A table for people.") }
    var helpJSON: String { self("JSON, jak jej dává mkdsd.", "JSON as mkdsd gives it.") }
    var helpCSV: String { self("CSV (UTF-8, čárka).", "CSV (UTF-8, comma).") }
    var helpSocket: String {
        self(
            "Soket mkdsd (výchozí: MKDS_SOCKET nebo \(SharedOptions.defaultSocket)).",
            "The socket of mkdsd (default: MKDS_SOCKET or \(SharedOptions.defaultSocket)).")
    }
    var helpTimeout: String {
        self(
            "Jak dlouho smí mkdsd mlčet, v sekundách (výchozí 30; import 600).",
            "How long mkdsd may keep silent, in seconds (default 30; import 600).")
    }
    var helpLanguage: String { self("Jazyk výstupu.", "Language of the output.") }
    var badTimeout: String {
        self("--timeout musí být 0.1 až 86400 sekund.", "--timeout must be 0.1 to 86400 seconds.")
    }

    // MARK: - Events

    var eventsAbstract: String { self("Události: výpis, sledování, podrobnosti.", "Events: list, follow, show.") }
    var eventsListAbstract: String { self("Vypíše události, nejnovější první.", "List events, newest first.") }
    var eventsFollowAbstract: String {
        self(
            "Vypisuje události, jak začínají a končí; po výpadku naváže.",
            "Print events as they begin and end; resumes after an interruption.")
    }
    var eventsShowAbstract: String { self("Vše o jedné události.", "Everything about one event.") }
    var timesDiscussion: String {
        self(
            """
            ČAS lze psát: 21:00 (naposledy), "2026-11-20 21:00", "20. 11. 2026 21:00", dnes, včera, "včera 21:00", -2h, -30m, teď, nebo RFC 3339 se zónou.
            Bez zóny jde o čas v Praze. V opakované podzimní hodině: --from bere první, --to druhou; jinak připište SEČ nebo SELČ.
            """,
            """
            A TIME may be: 21:00 (the last one), "2026-11-20 21:00", "20. 11. 2026 21:00", today, yesterday, "yesterday 21:00", -2h, -30m, now, or RFC 3339 with a zone.
            Without a zone it is Prague time. In the repeated autumn hour --from takes the first, --to the second; else add CET or CEST.
            """)
    }
    var helpFrom: String {
        self("Události, které trvaly ještě v tomto čase nebo později.", "Events that lasted into this time or later.")
    }
    var helpTo: String { self("Události, které začaly před tímto časem.", "Events that began before this time.") }
    var helpOkrsek: String { self("Kód okrsku, v němž událost leží.", "Code of the okrsek the event lies in.") }
    var helpTouched: String {
        self(
            "S --okrsek: i události kamer, jejichž záběr do okrsku zasahuje.",
            "With --okrsek: also events of cameras whose view reaches into it.")
    }
    var helpObvod: String { self("Kód městského obvodu.", "Code of the city district.") }
    var helpCamera: String { self("Kamera; lze opakovat.", "Camera; may be repeated.") }
    var helpSource: String {
        self(
            "Jen co hlásila sama kamera (kamera), nebo jen co zjistil server (server).",
            "Only what the camera itself told (camera), or only what the server found (server).")
    }
    var eventsDocumentAbstract: String {
        self(
            "Vypíše dokument kamery tak, jak je uložen (XML nebo gzip).",
            "Print a camera's document as it is kept (XML or gzip).")
    }
    var helpDocumentID: String { self("Označení dokumentu z events show.", "Id of the document, from events show.") }
    var helpKind: String {
        self(
            "Druh: pohyb, objekt, pravidlo, manipulace, stav (i motion, object, rule, tamper, health); lze opakovat.",
            "Kind: motion, object, rule, tamper, health; may be repeated.")
    }
    var helpNear: String {
        self(
            "Do vzdálenosti v metrech od bodu, např. 13.3776,49.7475,250.",
            "Within metres of a point, like 13.3776,49.7475,250.")
    }
    var helpMinimumDuration: String {
        self("Trvaly aspoň tak dlouho: 30 (sekund), 30s, 5m.", "Lasted at least so long: 30 (seconds), 30s, 5m.")
    }
    var helpLimit: String { self("Nejvýše tolik událostí (výchozí 100).", "At most so many events (default 100).") }
    var helpAll: String {
        self(
            "Všechny události dotazu; s --json jeden objekt na řádek.",
            "All events of the question; with --json one object a line.")
    }
    var helpEventID: String { self("Identifikátor události (z výpisu).", "Id of the event (from a list).") }
    func swapped(_ point: GeoPoint) -> String {
        self(
            "Souřadnice jsou prohozené; první je zeměpisná délka: \(point.latitude),\(point.longitude)",
            "The coordinates are swapped; longitude comes first: \(point.latitude),\(point.longitude)")
    }
    var badLimit: String { self("--limit musí být aspoň 1.", "--limit must be at least 1.") }
    var limitAndAll: String { self("--limit a --all nelze spojit.", "--limit and --all cannot be combined.") }
    var touchedNeedsOkrsek: String { self("--touched vyžaduje --okrsek.", "--touched needs --okrsek.") }
    var followHasNoCSV: String {
        self("events follow nemá --csv; použijte --json.", "events follow has no --csv; use --json.")
    }

    // MARK: - Register

    var camerasAbstract: String { self("Kamery: výpis, podrobnosti, import.", "Cameras: list, show, import.") }
    var camerasListAbstract: String { self("Vypíše kamery a jejich stav.", "List the cameras and how they fare.") }
    var camerasShowAbstract: String { self("Vše o jedné kameře.", "Everything about one camera.") }
    var camerasImportAbstract: String { self("Načte kamery z CSV nebo GeoJSON.", "Read cameras from CSV or GeoJSON.") }
    var camerasImportDiscussion: String {
        self(
            "Při jediné chybě se neimportuje nic a chyby se vypíší všechny. Popis sloupců: /usr/share/doc/mkdsd/cs/pridani-kamery.md.",
            "One mistake and nothing is imported; all mistakes are listed. The columns: /usr/share/doc/mkdsd/ref/mkdsctl.md."
        )
    }
    var helpCameraID: String { self("Označení kamery.", "Id of the camera.") }
    var helpImportFile: String { self("Soubor; - znamená standardní vstup.", "The file; - is standard input.") }
    var helpDryRun: String { self("Jen zkontroluje, nic neuloží.", "Only check, store nothing.") }

    var helpReplaceCameras: String {
        self("Vypne kamery, které v souboru nejsou.", "Switch off the cameras the file does not name.")
    }
    var helpReplaceOfficials: String {
        self("Ukončí období osob, které v souboru nejsou.", "End the terms of people the file does not name.")
    }
    var helpCodeProperty: String {
        self(
            "Vlastnost s kódem území (jinak se zkusí obvyklé názvy).",
            "Property that holds the area's code (else the usual names are tried).")
    }
    var helpNameProperty: String {
        self(
            "Vlastnost s názvem území (jinak se zkusí obvyklé názvy).",
            "Property that holds the area's name (else the usual names are tried).")
    }

    var areasAbstract: String { self("Území: okrsky, obvody, obce.", "Areas: okrsky, obvody, municipalities.") }
    var areasListAbstract: String { self("Vypíše území platná v daném čase.", "List the areas in force at a time.") }
    var areasImportAbstract: String { self("Načte mapu území z GeoJSON.", "Read a map of areas from GeoJSON.") }
    var areasImportDiscussion: String {
        self(
            "Při jediné chybě se neimportuje nic. Překryvy do 1 % menšího území jsou upozornění, větší je třeba přijmout volbou --accept-overlaps.",
            "One mistake and nothing is imported. Overlaps under 1 % of the smaller area are a warning, larger ones need --accept-overlaps."
        )
    }
    var helpAreaKind: String { self("Druh území.", "Kind of area.") }
    var helpObec: String { self("Kód obce (RÚIAN).", "Code of the municipality (RÚIAN).") }
    var helpImportObec: String {
        self("Kód obce (RÚIAN), které mapa patří.", "Code of the municipality (RÚIAN) the map belongs to.")
    }
    var helpAt: String { self("Čas, k němuž se ptáme (výchozí: teď).", "The time asked about (default: now).") }
    var helpValidFrom: String {
        self(
            "Od kdy mapa platí, např. 2026-01-01 nebo \"1. 1. 2026\".",
            "Since when the map is in force, like 2026-01-01.")
    }
    var helpSRID: String {
        self("Souřadnice: 4326 (WGS 84) nebo 5514 (S-JTSK).", "Coordinates: 4326 (WGS 84) or 5514 (S-JTSK).")
    }
    var helpAcceptOverlaps: String { self("Přijme i větší překryvy území.", "Accept larger overlaps too.") }
    var badSRID: String { self("--srid je 4326 nebo 5514.", "--srid is 4326 or 5514.") }

    var officialsAbstract: String { self("Odpovědné osoby: okrskáři, starostové, velitelé.", "People in charge.") }
    var officialsListAbstract: String {
        self("Vypíše, kdo má co v daném čase na starosti.", "List who is in charge of what at a time.")
    }
    var helpAreaCode: String { self("Kód území.", "Code of the area.") }
    var officialsImportAbstract: String { self("Načte odpovědné osoby z CSV.", "Read the people in charge from CSV.") }

    var placeAbstract: String {
        self(
            "Ve kterém okrsku bod leží a kdo tam odpovídá.", "Which okrsek a point lies in and who is in charge there.")
    }
    var helpPoint: String {
        self("Zeměpisná délka a šířka, např. 13.3776,49.7475.", "Longitude and latitude, like 13.3776,49.7475.")
    }

    var healthAbstract: String { self("Stav mkdsd po částech.", "How mkdsd fares, part by part.") }
    var healthDiscussion: String {
        self(
            "Návratový kód: 0 v pořádku nebo zhoršený, 1 něco selhává, 5 mkdsd neodpovídá.",
            "Exit status: 0 ok or degraded, 1 something is failing, 5 mkdsd does not answer.")
    }
}
