import EventIndex
import MKDSCore
import Postgres
import Testing

@Suite(
    .enabled(if: PostgresTestServer.isAvailable, PostgresTestServer.skipReason), .serialized, .timeLimit(.minutes(10)))
struct CameraImportTests {
    private let options = CameraImportOptions(format: .csv, actor: "test")
    private let day = Duration.seconds(86_400)

    /// Runs `body` with a register that holds okrsky A and B side by side.
    private func withRegister(_ body: (Register, ConnectionSettings) async throws -> Void) async throws {
        try await PostgresTestServer.withIndex { settings in
            let register = Register(settings)
            _ = try await register.importAreas(PlaceFixture.twoOkrsky, options: PlaceFixture.options())
            try await body(register, settings)
        }
    }

    @Test func addsChangesAndLeavesAlone() async throws {
        try await withRegister { register, _ in
            let lines = ["k1", "k2"].map { PlaceFixture.camera($0, mast: (1, 1), scene: (2, 2)) }
            let first = try await register.importCameras(PlaceFixture.cameras(lines), options: options)
            #expect((first.added, first.changed, first.unchanged) == (2, 0, 0))
            let changed = PlaceFixture.camera("k2", mast: (5, 1), view: PlaceFixture.ring(5, 1, 1, 1))
            let second = try await register.importCameras(PlaceFixture.cameras([lines[0], changed]), options: options)
            #expect((second.added, second.changed, second.unchanged) == (0, 1, 1))
            #expect(second.cameras.map(\.okrsek?.code) == ["A", "B"])
            let records = try await register.cameras()
            #expect(records.map(\.id.rawValue) == ["k1", "k2"])
            #expect(records[0].scene == [PlaceFixture.lon(2), PlaceFixture.lat(2)])
            #expect(records[1].view == PlaceFixture.ring(5, 1, 1, 1) && records[1].scene == nil)
            #expect(records[1].retentionHours == 720 && records[1].motion == MotionSettings())
        }
    }

    @Test func keepsTheTrustOfAnEncryptedCamera() async throws {
        try await withRegister { register, _ in
            let header = "id,name,owner,purpose_class,legal_basis,url,mast_lon,mast_lat,trust\n"
            for trust in [
                String(repeating: "ab", count: 32), "-----BEGIN CERTIFICATE-----\nAAEC\n-----END CERTIFICATE-----\n",
                "",
            ] {
                let line = "k1,K,M,MKDS,z,rtsps://10.0.0.1/a,13.37,49.74,\"\(trust)\""
                let report = try await register.importCameras(Array((header + line).utf8), options: options)
                #expect(report.added + report.changed == 1)
                #expect(try await register.cameras().first?.trust == CameraTrust(trust))
            }
        }
    }

    @Test func warnsOfACameraOutsideTheNetworksCamerasMayBeIn() async throws {
        try await withRegister { register, _ in
            let header = "id,name,owner,purpose_class,legal_basis,url,mast_lon,mast_lat\n"
            let lines = [("in", "10.0.0.1"), ("name", "camera.mesto.cz"), ("out", "203.0.113.7")].map { id, host in
                "\(id),K,M,MKDS,z,rtsp://\(host)/a,13.37,49.74"
            }
            var options = options
            options.networks = .standard
            let report = try await register.importCameras(
                Array((header + lines.joined(separator: "\n")).utf8), options: options)
            #expect(report.added == 3)
            #expect(report.warnings.map(\.name) == ["out"])
            #expect(report.warnings.first?.message.contains("203.0.113.7 is outside capture.networks") == true)
        }
    }

    @Test func warnsOnceWhereThereIsNoMapYet() async throws {
        try await PostgresTestServer.withIndex { settings in
            let lines = ["k1", "k2", "k3"].map { PlaceFixture.camera($0, mast: (1, 1)) }
            let report = try await Register(settings).importCameras(PlaceFixture.cameras(lines), options: options)
            #expect(report.added == 3)
            #expect(report.warnings.count == 1)
            #expect(report.warnings.first?.message.hasPrefix("no map of okrsky is in force yet") == true)
        }
    }

    @Test func oneBadLineImportsNothing() async throws {
        try await withRegister { register, settings in
            let bowTie = [[1.0, 1.0], [2, 2], [2, 1], [1, 2], [1, 1]].map {
                [PlaceFixture.lon($0[0]), PlaceFixture.lat($0[1])]
            }
            let lines = [
                PlaceFixture.camera("k1", mast: (1, 1)), PlaceFixture.camera("k2", mast: (1, 1), view: bowTie),
            ]
            let error = try await registerError {
                try await register.importCameras(PlaceFixture.cameras(lines), options: options)
            }
            #expect(error.problems.first?.number == 3 && error.problems.first?.field == "view")
            #expect(try await PlaceFixture.count("mkds.camera", settings) == 0)
            var dry = options
            dry.dryRun = true
            let report = try await register.importCameras(PlaceFixture.cameras([lines[0]]), options: dry)
            #expect(report.added == 1 && report.cameras.first?.okrsek?.code == "A")
            #expect(try await PlaceFixture.count("mkds.camera", settings) == 0)
        }
    }

    @Test func othersStayUnlessAskedToBeSwitchedOff() async throws {
        try await withRegister { register, _ in
            let lines = ["k1", "k2"].map { PlaceFixture.camera($0, mast: (1, 1)) }
            _ = try await register.importCameras(PlaceFixture.cameras(lines), options: options)
            _ = try await register.importCameras(PlaceFixture.cameras([lines[0]]), options: options)
            #expect(try await register.cameras().allSatisfy(\.enabled))
            var replacing = options
            replacing.replace = true
            let report = try await register.importCameras(PlaceFixture.cameras([lines[0]]), options: replacing)
            #expect(report.disabled.map(\.rawValue) == ["k2"])
            #expect(try await register.cameras().map(\.enabled) == [true, false])
        }
    }

    @Test func theScenePointDecidesAndTheViewTouches() async throws {
        try await withRegister { register, _ in
            let lines = [
                // Mast in A, scene in B, no view.
                PlaceFixture.camera("a", mast: (3, 1), scene: (5, 1)),
                // Scene in A; 25 % of the view in B.
                PlaceFixture.camera("b", mast: (1, 1), scene: (3, 1), view: PlaceFixture.ring(1, 1, 4, 1)),
                // 4 % of the view in B: not touched.
                PlaceFixture.camera("c", mast: (1, 1), scene: (3, 1), view: PlaceFixture.ring(2.08, 1, 2, 1)),
                // 6 % of the view in B: touched.
                PlaceFixture.camera("d", mast: (1, 1), scene: (3, 1), view: PlaceFixture.ring(2.12, 1, 2, 1)),
                // Scene in A but the whole view in B: A is touched as the primary one.
                PlaceFixture.camera("e", mast: (1, 1), scene: (3, 1), view: PlaceFixture.ring(5, 1, 1, 1)),
                // Outside everything.
                PlaceFixture.camera("f", mast: (20, 20)),
            ]
            let report = try await register.importCameras(PlaceFixture.cameras(lines), options: options)
            #expect(report.cameras.map(\.okrsek?.code) == ["B", "A", "A", "A", "A", nil])
            #expect(
                report.cameras.map { $0.touched.map(\.code) } == [
                    ["B"], ["A", "B"], ["A"], ["A", "B"], ["A", "B"], [],
                ])
            #expect(report.cameras.allSatisfy { !$0.onBorder })
            #expect(report.warnings.map(\.name) == ["f"])
        }
    }

    @Test func keepsTheCamerasOwnServices() async throws {
        try await withRegister { register, _ in
            let header = "id,name,owner,purpose_class,legal_basis,url,mast_lon,mast_lat,onvif,onvif_events\n"
            let start = header + "k1,K,M,MKDS,z,rtsp://10.0.0.1/a,13.37,49.74,"
            let url = "http://10.0.0.1/onvif/device_service"
            for (fields, expected) in [
                ("\(url),", OnvifAccess(url: url)), ("\(url),off", OnvifAccess(url: url, events: .off)), (",", nil),
            ] {
                let report = try await register.importCameras(Array((start + fields).utf8), options: options)
                #expect(report.added + report.changed == 1)
                #expect(try await register.cameras().first?.onvif == expected)
            }
        }
    }

    @Test func onTheBorderTheLowerCodeCounts() async throws {
        let numbered = PlaceFixture.map([
            PlaceFixture.feature("10", [PlaceFixture.ring(0, 0, 4, 4)]),
            PlaceFixture.feature("9", [PlaceFixture.ring(4, 0, 4, 4)]),
        ])
        try await withRegister { register, _ in
            let lines = [PlaceFixture.camera("on", mast: (4, 1)), PlaceFixture.camera("off", mast: (4.001, 1))]
            let report = try await register.importCameras(PlaceFixture.cameras(lines), options: options)
            #expect(report.cameras.map(\.camera.rawValue) == ["off", "on"])
            #expect(report.cameras.map(\.okrsek?.code) == ["B", "A"])
            #expect(report.cameras.map(\.onBorder) == [false, true])
            // Codes of digits compare as numbers: 9 is lower than 10.
            let moved = try await register.importAreas(
                numbered, options: PlaceFixture.options(from: PlaceFixture.start + day))
            #expect(moved.camerasMoved.map(\.rawValue) == ["off", "on"])
            let place = try await register.place(PlaceFixture.point(4, 1), at: PlaceFixture.start + day)
            #expect(place.okrsek?.code == "9" && place.onBorder)
        }
    }

    @Test func aPersonMayDecideWhichOkrsekCountsOnABorder() async throws {
        try await withRegister { register, settings in
            let plain = [PlaceFixture.camera("on", mast: (4, 1)), PlaceFixture.camera("off", mast: (2, 1))]
            _ = try await register.importCameras(PlaceFixture.cameras(plain), options: options)
            let decided = PlaceFixture.cameras(plain.map { "\($0),B" }, more: ",border_okrsek")
            let report = try await register.importCameras(decided, options: options)
            #expect(report.cameras.map(\.camera.rawValue) == ["off", "on"])
            #expect(report.cameras.map(\.okrsek?.code) == ["A", "B"])
            #expect(report.cameras.map(\.onBorder) == [false, true])
            #expect(report.warnings.filter { $0.field == "border_okrsek" }.map(\.name) == ["off"])
            #expect(try await register.cameras().map(\.borderOkrsek) == ["B", "B"])
            // What was placed before the decision stays; who decided is on record.
            let connection = try await PostgresConnection.connect(settings, name: "test")
            let rows = try await connection.query(
                """
                SELECT area.code, camera.updated_by FROM mkds.camera_place place JOIN mkds.area ON area.id = place.okrsek
                    JOIN mkds.camera ON camera.id = place.camera
                WHERE place.camera = 'on' ORDER BY place.valid_from
                """)
            #expect(try rows.map { try $0.text("code") } == ["A", "B"])
            #expect(try rows.map { try $0.text("updated_by") } == ["test", "test"])
            await connection.close()
        }
    }

    @Test func placesFollowTheMapInForceAtEachTime() async throws {
        try await withRegister { register, settings in
            let line = PlaceFixture.camera("k1", mast: (5, 1), view: PlaceFixture.ring(4.5, 1, 1, 1))
            _ = try await register.importCameras(PlaceFixture.cameras([line]), options: options)
            let later = PlaceFixture.start + day * 100
            let newMap = PlaceFixture.map([PlaceFixture.feature("C", [PlaceFixture.ring(0, 0, 8, 4)])])
            _ = try await register.importAreas(newMap, options: PlaceFixture.options(from: later))
            let connection = try await PostgresConnection.connect(settings, name: "test")
            let rows = try await connection.query(
                """
                SELECT place.valid_from, place.valid_to, area.code, cardinality(touched) AS touched, basis
                FROM mkds.camera_place place LEFT JOIN mkds.area ON area.id = place.okrsek ORDER BY place.valid_from
                """)
            #expect(
                try rows.map { try $0.timestamp("valid_from") } == [
                    0, PlaceFixture.start.microseconds, later.microseconds,
                ])
            #expect(
                try rows.map { try $0.optionalTimestamp("valid_to") } == [
                    PlaceFixture.start.microseconds, later.microseconds, nil,
                ])
            #expect(try rows.map { try $0.optionalText("code") } == [nil, "B", "C"])
            #expect(try rows.map { try $0.int("touched") } == [0, 1, 1])
            #expect(try rows.map { try $0.int("basis") } == [4, 4, 4])
            await connection.close()
        }
    }

    @Test func aMovedCameraKeepsItsPastPlace() async throws {
        try await withRegister { register, settings in
            _ = try await register.importCameras(
                PlaceFixture.cameras([PlaceFixture.camera("k1", mast: (1, 1))]), options: options)
            _ = try await register.importCameras(
                PlaceFixture.cameras([PlaceFixture.camera("k1", mast: (5, 1))]), options: options)
            let connection = try await PostgresConnection.connect(settings, name: "test")
            let rows = try await connection.query(
                """
                SELECT area.code, place.valid_to IS NULL AS present, place.valid_from <= now() AS begun
                FROM mkds.camera_place place JOIN mkds.area ON area.id = place.okrsek ORDER BY place.valid_from
                """)
            #expect(try rows.map { try $0.text("code") } == ["A", "B"])
            #expect(try rows.map { try $0.bool("present") } == [false, true])
            #expect(try rows.map { try $0.bool("begun") } == [true, true])
            await connection.close()
        }
    }

    @Test func announcesWhatItChanged() async throws {
        try await withRegister { register, settings in
            let listener = try await PostgresConnection.connect(settings, name: "test")
            try await listener.execute("LISTEN mkds_register")
            _ = try await register.importCameras(
                PlaceFixture.cameras([PlaceFixture.camera("k1", mast: (1, 1))]), options: options)
            let payloads = try await listener.notifications(waitingUpTo: .seconds(30))
            #expect(payloads.map(\.payload) == ["cameras"])
            await listener.close()
        }
    }
}
