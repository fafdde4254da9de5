import MKDSCore
import Testing

@testable import EventIndex

struct CameraDocumentTests {
    private static let header = "id,name,owner,purpose_class,legal_basis,url,mast_lon,mast_lat"

    private func document(
        _ text: String, _ format: CameraImportOptions.Format = .csv
    ) throws(RegisterError) -> CameraDocument {
        try CameraDocument(parsing: Array(text.utf8), format: format) { $0 != "missing" }
    }

    private func problems(_ text: String, _ format: CameraImportOptions.Format = .csv) -> [ImportProblem] {
        do {
            return try document(text, format).problems.listedWarnings
        } catch {
            return error.problems
        }
    }

    /// One camera with one more column.
    private func with(_ column: String, _ value: String) -> String {
        "\(Self.header),\(column)\nk1,Kamera,Město,MKDS,zákon,rtsp://10.0.0.1/a,13.37,49.74,\(value)"
    }

    @Test func readsWhatCzechExcelWrites() throws {
        let text =
            "\u{FEFF}ID;Name;owner;purpose_class;legal_basis;url;mast_lon;mast_lat;retention;enabled\r\n"
            + "k1;\"Náměstí; \"\"u kašny\"\"\";Město;MKDS;§ 24b;rtsp://10.0.0.1/a;13.37;49.74;7d;ano\r\n"
            + ";;;;;;;;;\r\n# poznámka\r\n"
            + "k2;Škola;Město;SKOLA;souhlas;http://10.0.0.2/m;13.38;49.74;;ne\r\n"
        let rows = try document(text).rows
        #expect(rows.map(\.number) == [2, 5])
        #expect(rows[0].record.name == "Náměstí; \"u kašny\"")
        #expect(rows.map(\.record.retentionHours) == [168, 72])
        #expect(rows.map(\.record.enabled) == [true, false])
    }

    @Test(arguments: [
        ("retention", "31d", "720"), ("retention", "23h", "24"), ("retention", "30", "write 30d"),
        ("retention", "99999999999999999999d", "no span"), ("enabled", "maybe", "neither"),
        ("credential", "user:secret", "name of a credential file"), ("scene_lat", "49.74", "missing"),
        ("view", "POINT(13 49)", "not WKT"),
        ("view", "\"POLYGON((13.37 49.74, 13.38 49.74, 13.37 49.75))\"", "3 positions"),
        ("view", "\"POLYGON((13.37 49.74, 13.38 49.74, 13.37 49.75, 13.36 49.74))\"", "not closed"),
        ("view", "\"POLYGON((49.74 13.37, 49.74 13.38, 49.75 13.38, 49.74 13.37))\"", "swapped"),
        ("motion", "\"{\"\"sensitivity\"\": 0}\"", "within"), ("motion", "\"{\"\"sens\"\": 4}\"", "unknown key"),
        ("onvif", "rtsp://10.0.0.1/", "must be http"), ("onvif", "http://a:b@10.0.0.1/", "user name or password"),
        ("onvif", "https://10.0.0.1/?password=x", "holds a password"), ("onvif", "http:///x", "no host"),
        ("onvif_events", "auto", "needs the address"),
        ("motion", "[]", "object"), ("motion", "\"{\"\"masks\"\": [[[0,0],[2,0],[0,1]]]}\"", "within 0"),
    ])
    func namesLineAndColumn(column: String, value: String, reason: String) throws {
        let problem = try #require(problems(with(column, value)).first)
        #expect(problem.severity == .error && problem.item == .line)
        #expect(problem.number == 2 && problem.name == "k1" && problem.field?.hasPrefix(column.prefix(5)) == true)
        #expect(problem.message.contains(reason), "\(problem)")
    }

    @Test(arguments: [
        ("owner", "553/1991"), ("legal_basis", "553/1991"), ("purpose_class", "MKDS"), ("url", "missing"),
        ("mast_lon", "missing"), ("name", "missing"), ("id", "64"),
    ])
    func aCameraWithoutADutyIsRefused(column: String, reason: String) throws {
        let columns = Self.header.split(separator: ",").map(String.init)
        var fields = ["k1", "Kamera", "Město", "MKDS", "zákon", "rtsp://10.0.0.1/a", "13.37", "49.74"]
        fields[try #require(columns.firstIndex(of: column))] = " "
        let problem = try #require(problems("\(Self.header)\n\(fields.joined(separator: ","))").first)
        #expect(problem.field == column && problem.message.contains(reason), "\(problem)")
    }

    @Test func hintsAtTheDecimalComma() throws {
        let text = Self.header.replacing(",", with: ";") + "\nk1;K;M;MKDS;z;rtsp://h/a;13,3776;49,7475"
        let problem = try #require(problems(text).first)
        #expect(problem.message.contains("13.3776") && problem.messageCs.contains("desetinnou čárku"))
    }

    @Test(arguments: [
        "rtsp://admin:tajne@10.0.0.1/a", "rtsp://10.0.0.1/a?user=admin&password=tajne", "http://h/?PWD=tajne",
        "rtsps://admin:tajne@h/a", "https://tajne/a", "ftp://tajne/a", "file://tajne/a", "file:///a/../tajne",
        "rtsp:///tajne", "tajne", "rtmp://admin:tajne@h/live/cam", "srt://h:9000?passphrase=tajne-heslo",
        "srt://h?tajne",
        "rtmp://h/bcs/a?user=admin&password=tajne", "folder://tajne", "folder:///srv/../tajne",
        "folder:///srv/tajne?zone=../x",
    ])
    func refusesAddressesAndNeverRepeatsThem(url: String) throws {
        let text = "\(Self.header)\nk1,K,M,MKDS,z,\(url),13.37,49.74"
        let found = problems(text)
        #expect(found.map(\.field) == ["url"])
        #expect(!found.contains { "\($0)\($0.descriptionCs)".contains("tajne") })
    }

    @Test(arguments: [
        "rtmp://10.0.0.1/live/cam", "srt://10.0.0.1:9000?streamid=cam&latency=500", "http://10.0.0.1/live.m3u8",
        "rtmp://h/bcs/a?user={user}&password={password}", "folder:///srv/recorder/cam1?zone=UTC&accuracy=2&back=7d",
    ])
    func takesEveryWayToACamera(url: String) {
        #expect(problems("\(Self.header)\nk1,K,M,MKDS,z,\(url),13.37,49.74").filter { $0.severity == .error } == [])
    }

    @Test func recognisesWindows1250AndUTF16() throws {
        var bytes = Array("\(Self.header)\nk1,".utf8)
        bytes += [0x8E, 0xED, 0x9E]
        let error = #expect(throws: RegisterError.self) {
            try CameraDocument(parsing: bytes, format: .csv) { _ in true }
        }
        #expect(error?.problems.first?.number == 2)
        #expect(error?.problems.first?.message.contains("windows-1250") == true)
        let wide = #expect(throws: RegisterError.self) {
            try CameraDocument(parsing: [0xFF, 0xFE, 0x69, 0], format: .csv) { _ in true }
        }
        #expect(wide?.problems.first?.message.contains("UTF-16") == true)
    }

    @Test(arguments: [
        ("", "empty"), (header, "no camera"), ("id,name\nk1,x", "missing"), ("\(header),colour\n", "unknown column"),
        ("\(header),url\n", "twice"), ("\(header)\nk1,x", "has 2 fields"), ("\(header)\n\"k1,x", "does not end"),
        ("\(header)\n\"k1\"x,", "closing quote"), ("\(header)\nk\"1,", "quote inside"),
        ("id\tname\nk1\tx", "tabs"),
    ])
    func refusesWhatIsNoTableOfCameras(text: String, reason: String) {
        #expect(problems(text).contains { $0.message.contains(reason) }, "\(problems(text))")
    }

    @Test func readsTheCamerasOwnServices() throws {
        let url = "http://10.0.0.1/onvif/device_service"
        #expect(try document(with("onvif", url)).rows[0].record.onvif == OnvifAccess(url: url, events: .auto))
        for events in OnvifAccess.Events.allCases {
            let record = try document(with("onvif,onvif_events", "\(url),\(events.rawValue)")).rows[0].record
            #expect(record.onvif?.events == events)
        }
        let unknown = try #require(problems(with("onvif,onvif_events", "\(url),sometimes")).first)
        #expect(unknown.field == "onvif_events" && unknown.message.contains("auto, always, off"))
    }

    /// An https device service needs to be known like an rtsps camera, and may be.
    @Test func wantsTrustForAnEncryptedService() throws {
        let url = "https://10.0.0.1/onvif/device_service"
        let pin = String(repeating: "ab", count: 32)
        #expect(problems(with("onvif", url)).map(\.field) == ["trust"])
        #expect(try document(with("onvif,trust", "\(url),\(pin)")).rows[0].record.trust == CameraTrust(pin))
        let plain = problems(with("onvif,trust", "http://10.0.0.1/onvif,\(pin)"))
        #expect(plain.map(\.field) == ["trust"] && plain.first?.severity == .error)
    }

    @Test func anEncryptedCameraIsKnownByFingerprintOrAuthority() throws {
        let header = "\(Self.header),trust"
        let start = "k1,K,M,MKDS,z,rtsps://h/a,13.37,49.74,"
        let pin = String(repeating: "ab", count: 32)
        let pem = "-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----\n"
        #expect(try document("\(header)\n\(start)\(pin)").rows[0].record.trust == CameraTrust(pin))
        #expect(try document("\(header)\n\(start)\"\(pem)\"").rows[0].record.trust == .authorities(pem: pem))
        let none = problems("\(header)\n\(start)")
        #expect(none.map(\.field) == ["trust"] && none.first?.severity == .warning)
        let wrong = problems("\(header)\n\(start)abc")
        #expect(wrong.first?.severity == .error && wrong.first?.messageCs.contains("otisk") == true)
        let plain = problems("\(header)\n\(start.replacing("rtsps", with: "rtsp"))\(pin)")
        #expect(plain.first?.severity == .error)
        #expect(plain.first?.message.hasPrefix("is for rtsps:// addresses") == true)
    }

    @Test func doubleIdsAreErrorsDoubleAddressesAndDistancesWarnings() {
        let line = "k1,K,M,MKDS,z,rtsp://h/a,13.37,49.74"
        let twice = problems("\(Self.header)\n\(line)\n\(line)")
        #expect(twice.filter { $0.severity == .error }.map(\.message) == ["the id is also that of line 2"])
        #expect(twice.contains { $0.field == "url" && $0.severity == .warning })
        let far = problems("\(Self.header),scene_lon,scene_lat,credential\n\(line),13.45,49.74,missing")
        #expect(far.map(\.severity) == [.warning, .warning])
        #expect(far.map(\.field) == ["scene_lon", "credential"])
        #expect(far[0].message.contains("5.8 km"))
    }

    @Test func readsTheSameFromGeoJSON() throws {
        let text = """
            {"type":"FeatureCollection","features":[{"type":"Feature",
            "geometry":{"type":"Point","coordinates":[13.37,49.74]},
            "properties":{"id":"k1","name":"K","owner":"M","purpose_class":"MKDS","legal_basis":"z","url":"rtsp://h/a",
            "scene":[13.371,49.741],"enabled":false,"motion":{"sensitivity":5},
            "view":{"type":"Polygon","coordinates":[[[13.37,49.74],[13.38,49.74],[13.38,49.75],[13.37,49.74]]]}}}]}
            """
        let record = try #require(try document(text, .geojson).rows.first?.record)
        #expect(record.mast == [13.37, 49.74] && record.scene == [13.371, 49.741] && record.view?.count == 4)
        #expect(!record.enabled && record.motion.sensitivity == 5 && record.motion.quietSeconds == 2)
        let bad = problems(text.replacing("\"owner\"", with: "\"colour\""), .geojson)
        #expect(bad.contains { $0.item == .feature && $0.number == 1 && $0.field == "colour" })
        #expect(bad.contains { $0.field == "owner" })
    }

    @Test func everyTruncationOfATableIsReadOrRefusedAndNeverCrashes() {
        let whole = Array(with("view", "\"POLYGON((13.37 49.74, 13.38 49.74, 13.37 49.75, 13.37 49.74))\"").utf8)
        for length in 0...whole.count {
            _ = try? CameraDocument(parsing: Array(whole[..<length]), format: .csv) { _ in true }
        }
    }
}
