internal import FoundationEssentials
internal import MKDSCore
internal import QueryAPI
internal import Testing

@testable import mkdsctl

/// The built program against a server that speaks the wire format.
@Suite(.timeLimit(.minutes(10))) struct CommandTests {
    private static func run(
        _ server: ScriptedServer, _ arguments: String..., input: String = "", language: String = "cs"
    )
        async throws -> BuiltProgram.Outcome
    {
        try await BuiltProgram.run(
            arguments + ["--socket", server.path, "--lang", language], environment: ["TERM": "xterm"], input: input)
    }

    @Test func listsEventsAsATable() async throws {
        let server = try ScriptedServer { _, connection, server in
            server.log(connection.readRequest())
            connection.answer(Sample.page(0..<3))
        }
        let outcome = try await Self.run(
            server, "events", "--from", "2026-11-20 21:00", "--to", "23:30", "--okrsek", "12", "--touched", "--kind",
            "pohyb", "--source", "kamera", "--camera", "kam-1", "--min-duration", "5m", "--near", "13.3776,49.7475,250",
            "--limit", "3")
        #expect(outcome.status == 0)
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines.first?.hasPrefix("ZAČÁTEK") == true)
        #expect(lines[1].hasPrefix("20. 11. 2026 21:00:00   4,0 s  kam-0   pohyb  12 Slovany 2  MO3 Plzeň 3  "))
        let first = try #require(server.requests.first?.split(separator: "\r\n").first)
        let asked = try #require(first.split(separator: " ").dropFirst().first?.split(separator: "?").last)
        let query = try EventQuery(QueryString.parse(asked), shape: .page)
        #expect(query.limit == 3)
        #expect(query.filter.from == UTCTime("2026-11-20T20:00:00Z"))
        #expect(query.filter.to == UTCTime("2026-11-20T22:30:00Z"))
        #expect(query.filter.okrsek == "12" && query.filter.includeTouched)
        #expect(query.filter.source == .camera)
        #expect(query.filter.kinds == [.motion] && query.filter.cameras.map(\.rawValue) == ["kam-1"])
        #expect(query.filter.minimumDuration == .seconds(300) && query.filter.near?.metres == 250)
    }

    @Test func goesOnFromPageToPage() async throws {
        let server = try ScriptedServer { number, connection, server in
            server.log(connection.readRequest())
            let cursor = EventCursor(start: Sample.start, id: Sample.event(number: number).id)
            let numbers = number * 1000..<(number * 1000 + (number < 2 ? 1000 : 7))
            connection.answer(Sample.page(numbers, cursor: number < 2 ? cursor : nil))
        }
        let outcome = try await Self.run(server, "events", "list", "--all")
        #expect(outcome.status == 0)
        #expect(outcome.output.split(separator: "\n").count == 1 + 2007)
        #expect(outcome.errors.contains("2\u{a0}007 událostí."))
        #expect(server.requests.count == 3)
        #expect(server.requests[1].contains("cursor="))
    }

    @Test func saysPlainlyThatThereIsNothing() async throws {
        let server = try ScriptedServer(body: Sample.page(0..<0))
        let outcome = try await Self.run(server, "events", "list", "--from", "1. 3. 2026")
        #expect(outcome.status == 0)
        #expect(outcome.output == "Žádná událost od 1. 3. 2026 00:00:00.\n")
    }

    @Test func passesJSONOnAsTheServerGaveIt() async throws {
        let body = #"{"items": [],  "next_cursor":null, "new_key":1}"#
        let server = try ScriptedServer(body: body)
        for command in [["events"], ["cameras"], ["areas"]] {
            let outcome = try await BuiltProgram.run(command + ["--json", "--socket", server.path])
            #expect(outcome.status == 0)
            #expect(outcome.output == body + "\n")
        }
    }

    @Test func goesOnWhereAnExportWasCutOff() async throws {
        let cursor = EventCursor(start: Sample.start, id: Sample.event(number: 1).id)
        let server = try ScriptedServer { number, connection, server in
            server.log(connection.readRequest())
            connection.send(
                "HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\nTrailer: Mkds-Truncated\r\n\r\n"
            )
            connection.chunk("id,start\r\n")
            connection.chunk("\(number),a\r\n\(number),b\r\n")
            guard number == 0 else {
                connection.chunk("")
                return
            }
            connection.chunk("# truncated after 2 rows; more: cursor=\(cursor)\r\n")
            connection.send("0\r\nMkds-Truncated: true\r\nMkds-Next-Cursor: \(cursor)\r\n\r\n")
        }
        let all = try await Self.run(server, "events", "list", "--all", "--csv")
        #expect(all.status == 0)
        #expect(all.output == "id,start\r\n0,a\r\n0,b\r\n1,a\r\n1,b\r\n")
        #expect(server.requests.count == 2)
        #expect(server.requests[1].contains("cursor=\(cursor)"))
    }

    @Test func stopsAtTheLimitWithoutTheNoteOfTheDaemon() async throws {
        let cursor = EventCursor(start: Sample.start, id: Sample.event(number: 1).id)
        let server = try ScriptedServer { _, connection, server in
            server.log(connection.readRequest())
            connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nTransfer-Encoding: chunked\r\n\r\n")
            connection.chunk("id\r\n1\r\n2\r\n# truncated\r\n")
            connection.send("0\r\nMkds-Truncated: true\r\nMkds-Next-Cursor: \(cursor)\r\n\r\n")
        }
        let outcome = try await Self.run(server, "events", "list", "--limit", "2", "--csv")
        #expect(outcome.output == "id\r\n1\r\n2\r\n")
        #expect(outcome.errors.contains("--all"))
        #expect(server.requests.count == 1)
        #expect(server.requests[0].contains("limit=2"))
    }

    @Test func showsOneEvent() async throws {
        let server = try ScriptedServer(body: Sample.json(Sample.event(number: 1)))
        let id = Sample.event(number: 1).id.description
        let czech = try await Self.run(server, "events", "show", id)
        #expect(czech.status == 0)
        #expect(czech.output.contains("Začátek"))
        #expect(czech.output.contains("20. 11. 2026 21:00:01"))
        #expect(czech.output.contains("12,5 % obrazu"))
        let english = try await Self.run(server, "events", "show", id, language: "en")
        #expect(english.output.contains("2026-11-20 21:00:01") && english.output.contains("12.5 % of the picture"))
    }

    @Test func showsWhatACameraSaidWithItsDocumentsAndLinks() async throws {
        var indexed = Sample.indexed(number: 1)
        indexed.event.source = .camera
        indexed.event.kind = .rule
        indexed.event.topic = "line"
        indexed.event.detail = "RuleEngine/LineDetector/Crossed (Rule=brána)"
        indexed.linked = [Sample.indexed(number: 2).event.id]
        let event = EventResource(indexed)
        let document = DocumentResource(
            id: Sample.indexed(number: 3).event.id, camera: indexed.event.camera, received: indexed.event.start,
            path: .track, digest: [UInt8](repeating: 0xab, count: 32), byteCount: 12_345, isCompressed: false,
            cutCount: 2, isWhole: true)
        let server = try ScriptedServer { _, connection, server in
            let request = connection.readRequest()
            server.log(request)
            connection.answer(
                request.contains("/documents") ? Sample.json(Page(items: [document])) : Sample.json(event))
        }
        let czech = try await Self.run(server, "events", "show", event.id.description)
        #expect(czech.status == 0)
        #expect(czech.output.contains("pravidlo: překročení čáry"))
        #expect(czech.output.contains("Hlášení kamery"))
        #expect(czech.output.contains("RuleEngine/LineDetector/Crossed (Rule=brána)"))
        #expect(czech.output.contains(indexed.linked[0].description))
        #expect(czech.output.contains("stopa metadat") && czech.output.contains(document.sha256))
        #expect(server.requests.last?.contains(APIPath.eventDocuments(event.id)) == true)
        let english = try await Self.run(server, "events", "show", event.id.description, language: "en")
        #expect(english.output.contains("rule: line crossed") && english.output.contains("Server saw it too"))
    }

    @Test func copiesADocumentWithoutChangingAByte() async throws {
        let text = "<a>\u{1b}[2J čeština</a>"
        let server = try ScriptedServer { _, connection, server in
            server.log(connection.readRequest())
            connection.answer(text, type: MediaTypeName.bytes)
        }
        let id = Sample.indexed(number: 3).event.id
        let outcome = try await Self.run(server, "events", "document", id.description)
        #expect(outcome.status == 0 && outcome.output == text)
        #expect(server.requests.first?.hasPrefix("GET \(APIPath.document(id)) ") == true)
    }

    @Test func followsAcrossALostConnectionAndStopsWhenRefused() async throws {
        let event = Sample.event(number: 5)
        let server = try ScriptedServer { number, connection, server in
            server.log(connection.readRequest())
            guard number < 2 else {
                let problem = Problem(.forbidden, detail: "no", detailCS: "ne")
                return connection.answer(Sample.json(problem), status: "403 No", type: MediaTypeName.problem)
            }
            connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
            let value = number == 0 ? Sample.open(event, revision: 0) : event
            let message = StreamMessage(name: StreamMessage.event, id: "\(41 + number)", data: Sample.json(value))
            connection.chunk(message.text)
            connection.chunk(message.text)
            // The first connection breaks in the middle of a chunk, the second ends in order.
            if number == 0 { connection.send("40\r\nevent: ev") } else { connection.chunk("") }
        }
        let outcome = try await Self.run(server, "events", "follow", "--okrsek", "12")
        #expect(outcome.status == ExitNumber.refused.rawValue)
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(
            lines[0].hasPrefix("20. 11. 2026 21:00:05  začala    kam-2  pohyb  okrsek 12 Slovany 2, obvod MO3 Plzeň 3"))
        #expect(lines[1].hasPrefix("20. 11. 2026 21:00:09  skončila  kam-2  pohyb po 4,0 s  okrsek 12 Slovany 2"))
        #expect(outcome.errors.contains("přerušilo"))
        #expect(server.requests.count == 3)
        #expect(!server.requests[0].contains("Last-Event-ID"))
        #expect(server.requests[1].contains("Last-Event-ID: 41\r\n"))
        #expect(server.requests[2].contains("Last-Event-ID: 42\r\n"))
        #expect(server.requests.allSatisfy { $0.hasPrefix("GET /v1/events/stream?okrsek=12 HTTP/1.1") })
    }

    @Test func listsWhatIsWrongInADocumentAndThatNothingWasImported() async throws {
        let items = [
            Problem.Item(
                ImportProblem(
                    severity: .warning, item: .line, number: 9, message: "w", messageCs: "pozor")),
            Problem.Item(
                ImportProblem(
                    item: .line, number: 3, name: "kam-1", field: "url", message: "must not hold a password",
                    messageCs: "nesmí obsahovat heslo")),
        ]
        let problem = Problem(.importRefused, detail: "2 errors", detailCS: "2 chyby", problems: items)
        let server = try ScriptedServer { _, connection, server in
            server.log(connection.readRequest())
            connection.answer(Sample.json(problem), status: "422 No", type: MediaTypeName.problem)
        }
        let outcome = try await Self.run(server, "cameras", "import", "-", "--dry-run", input: "id,name\n")
        #expect(outcome.status == ExitNumber.badData.rawValue)
        let lines = outcome.errors.split(separator: "\n").map(String.init)
        #expect(lines.contains("  chyba: řádek 3 (kam-1), sloupec url: nesmí obsahovat heslo"))
        #expect(lines.contains("  upozornění: řádek 9: pozor"))
        #expect(lines.first == "mkdsctl: stdin: Nic nebylo importováno.")
        let request = try #require(server.requests.first)
        #expect(request.hasPrefix("POST /v1/cameras/imports?dry_run=true&replace=false&source=stdin HTTP/1.1"))
        #expect(request.contains("Content-Type: text/csv\r\n"))
    }

    @Test func reportsAnImportOfAreasWithItsOverlapsAndGaps() async throws {
        let slovany = AreaLabel(code: "12", name: "Slovany 2")
        let centre = AreaLabel(code: "13", name: "Střed")
        let report = AreaImportReport(
            kind: .okrsek, obec: "554791", source: "okrsky.geojson", sha256: "00", validFrom: Sample.start, srid: 5514,
            transformation: "S-JTSK to WGS 84 (1)", areaCount: 2, squareMetres: 1_500_000,
            overlaps: [.init(first: slovany, second: centre, squareMetres: 12.4, share: 0.0001)],
            gaps: [.init(squareMetres: 3.25, point: [13.37, 49.74], neighbours: [slovany, centre])], importID: 4)
        let server = try ScriptedServer { _, connection, server in
            server.log(connection.readRequest())
            connection.answer(Sample.json(report))
        }
        let outcome = try await Self.run(
            server, "areas", "import", "-", "--kind", "okrsek", "--valid-from", "2026-01-01", "--srid", "5514",
            input: " \n{\"type\":\"FeatureCollection\"}")
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("překryv 12 Slovany 2 × 13 Střed: 12 m²"))
        #expect(outcome.output.contains("mezera 3,25 m² u 13.37,49.74 mezi 12 Slovany 2, 13 Střed"))
        #expect(outcome.output.hasSuffix("Uloženo.\n"))
        let request = try #require(server.requests.first)
        #expect(request.contains("valid_from=2025-12-31T23:00:00.000Z"))
        #expect(request.contains("srid=5514") && request.contains("Content-Type: application/geo+json"))
    }

    @Test func refusesFilesThatCannotBeRightBeforeAskingAnyone() async throws {
        let server = try ScriptedServer { _, connection, server in server.log(connection.readRequest()) }
        let cases: [(arguments: [String], input: String, says: String)] = [
            (["cameras", "import", "/tmp/none.csv"], "", "neexistuje"),
            (["cameras", "import", "/tmp"], "", "adresář"),
            (["cameras", "import", "-"], "", "prázdný"),
            (["officials", "import", "-"], "{}", "není CSV"),
            (["areas", "import", "-", "--kind", "obec", "--valid-from", "dnes"], "a,b\n", "ogr2ogr"),
        ]
        for item in cases {
            let outcome = try await BuiltProgram.run(item.arguments + ["--socket", server.path], input: item.input)
            #expect(outcome.status == ExitNumber.badData.rawValue)
            #expect(outcome.errors.contains(item.says))
        }
        #expect(server.requests.isEmpty)
    }

    @Test func saysWhoIsInChargeOfAPlace() async throws {
        let official = Official(
            role: .okrskar, body: "MP Plzeň", person: "Jan Novák", phone: "378 036 999", kind: .okrsek, code: "12",
            area: "Slovany 2", validFrom: Sample.start)
        let answer = PlaceAnswer(
            point: [13.3776, 49.7475], at: Sample.start, okrsek: Sample.okrsek, onBorder: true, obvod: Sample.obvod,
            officials: [official], unstaffed: true)
        let server = try ScriptedServer(body: Sample.json(answer))
        let outcome = try await Self.run(server, "place", "13.3776,49.7475")
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("12 Slovany 2 (hranice)"))
        #expect(outcome.output.contains("okrskář (MP)  Jan Novák"))
        #expect(outcome.output.contains("odpovídá velitel"))
        let csv = try await Self.run(server, "place", "13.3776,49.7475", "--csv")
        #expect(
            csv.output.split(separator: "\r\n").last
                == "okrskar,Jan Novák,MP Plzeň,378 036 999,okrsek,12,2026-11-20T20:00:00.000Z,,12,MO3,")
    }

    @Test func takesAPointAsMapyWritesItAndRefusesOneThatIsSwapped() async throws {
        let server = try ScriptedServer { _, connection, server in
            server.log(connection.readRequest())
            connection.answer(Sample.json(PlaceAnswer(point: [13.3776, 49.7475], at: Sample.start)))
        }
        let mapy = try await Self.run(server, "place", "49.7475N, 13.3776E")
        #expect(mapy.status == 0)
        #expect(server.requests.first?.hasPrefix("GET /v1/place?point=13.3776,49.7475 ") == true)
        for arguments in [["place", "49.7475,13.3776"], ["events", "list", "--near", "49.7475,13.3776,100"]] {
            let outcome = try await BuiltProgram.run(arguments + ["--socket", server.path])
            #expect(outcome.status == ExitNumber.usage.rawValue)
            #expect(outcome.errors.contains("13.3776,49.7475"))
        }
        #expect(server.requests.count == 1)
    }

    @Test func listsWhoIsInChargeInTheColumnsAnImportReads() async throws {
        let official = Official(
            role: .velitel, body: "MP", person: "Ota Zelený", kind: .obec, code: "554791", area: "Plzeň",
            validFrom: Sample.start)
        let server = try ScriptedServer { _, connection, server in
            server.log(connection.readRequest())
            connection.answer(Sample.json(Page(items: [official])))
        }
        let table = try await Self.run(server, "officials", "--kind", "obec", "--at", "2026-11-20 21:00")
        #expect(table.output.contains("velitel MP  Ota Zelený  MP"))
        #expect(server.requests[0].hasPrefix("GET /v1/officials?kind=obec&at=2026-11-20T20:00:00.000Z "))
        let csv = try await Self.run(server, "officials", "list", "--csv")
        #expect(
            csv.output == "role,body,person,phone,kind,code,valid_from,valid_to\r\n"
                + "velitel,MP,Ota Zelený,,obec,554791,2026-11-20T20:00:00.000Z,\r\n")
    }

    @Test func tellsTheSameMistakeOfManyFeaturesOnce() async throws {
        let items = (1...12).map { number in
            Problem.Item(
                ImportProblem(
                    item: .feature, number: number, name: number < 10 ? nil : "Bor", field: "geometry",
                    message: "no polygon", messageCs: "není plocha"))
        }
        let other = Problem.Item(ImportProblem(item: .feature, number: 40, message: "m", messageCs: "jiná"))
        let problem = Problem(.importRefused, detail: "d", detailCS: "d", problems: items + [other])
        let server = try ScriptedServer { _, connection, server in
            server.log(connection.readRequest())
            connection.answer(Sample.json(problem), status: "422 No", type: MediaTypeName.problem)
        }
        let outcome = try await Self.run(
            server, "areas", "import", "-", "--kind", "okrsek", "--valid-from", "dnes", input: "{}")
        let lines = outcome.errors.split(separator: "\n").map(String.init)
        #expect(lines.contains("  chyba: prvky 1–12, geometry: není plocha"))
        #expect(lines.contains("  chyba: prvek 40: jiná"))
        #expect(lines.count == 3)
    }

    @Test func listsCamerasWithTheirTroubles() async throws {
        guard let id = CameraID("kam-1") else { return }
        let record = CameraRecord(
            id: id, name: "Dobrovského \u{1B}[31m", owner: "MO Plzeň 3", purposeClass: .mkds,
            legalBasis: "553/1991 § 24b",
            url: "rtsp://10.0.0.1/1", mast: [13.37, 49.74], retentionHours: 72)
        let status = CameraStatus(
            camera: id, state: .waiting, since: Sample.start, reason: HealthTopic.credentialsRefused.rawValue,
            detail: "401 Unauthorized")
        let server = try ScriptedServer(
            body: Sample.json(Page(items: [CameraResource(record, status: status)])))
        let outcome = try await Self.run(server, "cameras")
        #expect(outcome.output.contains("čeká: odmítnuté přihlášení"))
        #expect(outcome.output.contains("3 d"))
        #expect(!outcome.output.contains("\u{1B}"))
        let one = try ScriptedServer(body: Sample.json(CameraResource(record, status: status)))
        let shown = try await Self.run(one, "cameras", "show", "kam-1")
        #expect(shown.output.contains("Co s tím          Opravte jméno nebo heslo"))
        #expect(shown.output.contains("Hlášení programu  401 Unauthorized"))
        let csv = try await Self.run(server, "cameras", "list", "--csv")
        #expect(csv.output.split(separator: "\r\n").first == Substring(CameraCSV.titles.joined(separator: ",")))
        #expect(csv.output.split(separator: "\r\n").count == 2)
    }

    @Test func offersCameraIDsToTheShell() async throws {
        guard let id = CameraID("kam-1") else { return }
        let record = CameraRecord(
            id: id, name: "n", owner: "o", purposeClass: .mkds, legalBasis: "l", url: "rtsp://h/", mast: [13, 49],
            retentionHours: 24)
        let server = try ScriptedServer(body: Sample.json(Page(items: [CameraResource(record, status: nil)])))
        let outcome = try await BuiltProgram.run(
            [
                "---completion", "cameras", "show", "--", "positional@0", "5", "0", "mkdsctl", "cameras", "show",
                "--timeout", "60", "",
            ],
            environment: ["MKDS_SOCKET": server.path, "SAP_SHELL": "bash"])
        #expect(outcome.output.contains("kam-1"))
    }
}
