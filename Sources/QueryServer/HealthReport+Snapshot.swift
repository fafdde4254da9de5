import MKDSCore
package import QueryAPI

/// The rules by which a snapshot becomes a verdict. Pure: same snapshot, same report.
extension HealthReport {
    /// Loading later than this deserves a look.
    package static let lagLimit = Duration.seconds(60)
    /// A read of the spool that takes longer than this has met a disk that hangs.
    package static let readerLimit = Duration.seconds(10)
    /// Less free space than this for the spool deserves a look.
    package static let freeByteLimit: Int64 = 1 << 30
    /// With less than this the spool's file system is full: only the reserve and memory are left for events.
    package static let fullByteLimit: Int64 = 1 << 20

    package init(_ snapshot: DaemonSnapshot) {
        self.init(
            time: snapshot.time, version: snapshot.version, started: snapshot.started,
            components: [Self.database(snapshot), Self.loader(snapshot), Self.spool(snapshot), Self.cameras(snapshot)]
                + [Self.hostClock(snapshot), Self.cameraClocks(snapshot)].compactMap { $0 }
                + snapshot.groups.map { Self.capture($0, at: snapshot.time) })
    }

    /// What another part said, fit for the middle of a sentence: without its own full stop.
    private static func clause(_ text: String) -> Substring {
        text[..<(text.lastIndex { !".?! ".contains($0) }.map { text.index(after: $0) } ?? text.startIndex)]
    }

    /// What another part said, as a Czech reader gets it: marked as the program's own words, which are English.
    private static func quotation(_ text: String?) -> String {
        text.map { " Hlášení programu: „\(clause($0))“." } ?? ""
    }

    private static func database(_ snapshot: DaemonSnapshot) -> Component {
        let database = snapshot.database
        let detail = database.detail.map { ": \(clause($0))" } ?? ""
        switch database.state {
        case .up: return Component(name: "database")
        case .starting:
            return Component(
                name: "database", status: .degraded, reason: "The database is starting\(detail).",
                reasonCS: "Databáze se spouští." + quotation(database.detail))
        case .down:
            return Component(
                name: "database", status: .failing,
                reason: "The database has not answered since \(database.since)\(detail). Events wait in the spool.",
                reasonCS: "Databáze neodpovídá od \(database.since). Události čekají ve frontě na disku."
                    + quotation(database.detail))
        }
    }

    private static func loader(_ snapshot: DaemonSnapshot) -> Component {
        let loader = snapshot.loader
        var component = Component(
            name: "loader",
            figures: [
                "rows_loaded": Double(loader.rows), "lag_s": loader.lag.inSeconds, "rejected": Double(loader.rejected),
                "damages": Double(loader.damages),
            ])
        if loader.readerBusy > readerLimit {
            let seconds = Int64(loader.readerBusy.inSeconds)
            component.status = .failing
            component.reason = "The disk of the spool has not answered for \(seconds) s. Events wait; see to the disk."
            component.reasonCS =
                "Disk s frontou neodpovídá už \(seconds) s. Události čekají; zkontrolujte disk."
        } else if let trouble = loader.trouble {
            component.status = .degraded
            component.reason = "Events cannot be loaded: \(clause(trouble))."
            component.reasonCS = "Události nelze načíst do databáze." + quotation(trouble)
        } else if loader.lag > lagLimit {
            let seconds = Int64(loader.lag.inSeconds)
            component.status = .degraded
            component.reason = "Loading is \(seconds) s behind."
            component.reasonCS = "Načítání do databáze má zpoždění \(seconds) s."
        } else if loader.rejected + loader.damages > 0 {
            component.status = .degraded
            component.reason =
                "Since the start \(loader.rejected) journal entries were refused by the database (kept in the spool, "
                + "rejected/) and \(loader.damages) stretches of journal could not be read (kept in damaged/)."
            component.reasonCS =
                "Od spuštění databáze odmítla záznamů deníku: \(loader.rejected) (odloženy ve frontě, rejected/); "
                + "nečitelných míst v deníku: \(loader.damages) (odložena v damaged/)."
        } else if loader.misdated > 0 {
            component.status = .degraded
            component.reason =
                "\(loader.misdated) events stored since the start carry a day far from today: was a clock wrong?"
            component.reasonCS =
                "Událostí uložených od spuštění, jejichž den je daleko od dneška: \(loader.misdated). Nešly chybně hodiny?"
        }
        return component
    }

    private static func spool(_ snapshot: DaemonSnapshot) -> Component {
        let spool = snapshot.spool
        var component = Component(
            name: "spool",
            figures: ["used_bytes": Double(spool.usedByteCount), "free_bytes": Double(spool.freeByteCount)])
        if let trouble = spool.trouble {
            component.status = .failing
            component.reason = "The spool is in trouble: \(clause(trouble))."
            component.reasonCS = "Fronta na disku má potíže." + quotation(trouble)
        } else if spool.freeByteCount < fullByteLimit {
            component.status = .failing
            component.reason = "The disk of the spool is full: events use the reserve, then memory. Make room."
            component.reasonCS = "Disk fronty je plný: události jdou do rezervy, pak do paměti. Uvolněte místo."
        } else if spool.freeByteCount < freeByteLimit {
            let mebibytes = spool.freeByteCount >> 20
            component.status = .degraded
            component.reason = "Only \(mebibytes) MiB are free for the spool."
            component.reasonCS = "Na disku zbývá pro frontu událostí jen \(mebibytes) MiB."
        }
        return component
    }

    private static func cameras(_ snapshot: DaemonSnapshot) -> Component {
        func count(_ state: CameraStatus.State) -> Int { snapshot.cameras.count { $0.state == state } }
        let working = count(.live) + count(.finished)
        let missing = snapshot.cameras.count - working
        var component = Component(
            name: "cameras",
            figures: [
                "total": Double(snapshot.cameras.count), "live": Double(count(.live)),
                "connecting": Double(count(.connecting)), "waiting": Double(count(.waiting)),
                "finished": Double(count(.finished)),
            ])
        if missing > 0 {
            component.status = working == 0 ? .failing : .degraded
            let names = snapshot.cameras.filter { $0.state != .live && $0.state != .finished }.map(\.camera.rawValue)
            let told = names.sorted().prefix(10).joined(separator: ", ") + (names.count > 10 ? ", …" : "")
            component.reason = "\(missing) of \(snapshot.cameras.count) cameras give no picture: \(told)."
            component.reasonCS = "Bez obrazu je \(missing) z \(snapshot.cameras.count) kamer: \(told)."
        }
        return component
    }

    private static func capture(_ group: DaemonSnapshot.Group, at time: UTCTime) -> Component {
        var component = Component(
            name: "capture/\(group.name)",
            figures: [
                "restarts": Double(group.restarts), "unsynced_entries": Double(group.unsyncedEntries),
                "cpu_s": group.cpuSeconds,
            ].merging(Self.figures(of: group.walls)) { figure, _ in figure })
        func say(_ status: Status, _ reason: String, _ reasonCS: String) {
            component.status = status
            component.reason = reason
            component.reasonCS = reasonCS
        }
        // Of a process that keeps dying before it reports, and of one that never starts, nothing is heard.
        let heard = group.lastReport ?? group.since
        if time - heard > DaemonSnapshot.Group.grace {
            say(.failing, "The capture process has been silent since \(heard).", "Snímací proces mlčí od \(heard).")
        } else if !group.isRunning {
            say(
                .degraded, "The capture process has not run since \(group.since).",
                "Snímací proces neběží od \(group.since).")
        } else if let trouble = group.spoolTrouble {
            say(
                .failing, "The group's journal cannot be written: \(clause(trouble)).",
                "Deník skupiny nelze zapisovat." + quotation(trouble))
        } else if let weakness = group.walls.flatMap(Self.weakness) {
            say(.degraded, weakness.reason, weakness.reasonCS)
        }
        return component
    }
}
