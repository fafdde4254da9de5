import MKDSCore
import Postgres
import Testing

@testable import EventIndex

@Suite(
    .enabled(if: PostgresTestServer.isAvailable, PostgresTestServer.skipReason), .serialized, .timeLimit(.minutes(10)))
struct OfficialImportTests {
    private let options = OfficialImportOptions(actor: "test")
    private let now = UTCTime(seconds: 1_780_000_000)

    private func table(_ lines: String...) -> [UInt8] {
        Array((["role,body,person,phone,kind,code,valid_from,valid_to"] + lines).joined(separator: "\n").utf8)
    }

    /// Okrsky A and B in obvod 1 of town 100.
    private func withRegister(_ body: (Register, ConnectionSettings) async throws -> Void) async throws {
        try await PostgresTestServer.withIndex { settings in
            let register = Register(settings)
            let whole = PlaceFixture.ring(0, 0, 8, 4)
            for (kind, code) in [(AreaKind.obec, "100"), (.obvod, "1")] {
                _ = try await register.importAreas(
                    PlaceFixture.map([PlaceFixture.feature(code, [whole])]), options: PlaceFixture.options(kind))
            }
            _ = try await register.importAreas(PlaceFixture.twoOkrsky, options: PlaceFixture.options())
            try await body(register, settings)
        }
    }

    @Test func aPlaceNamesWhoIsInChargeAndFallsToTheVelitelWithoutOkrskar() async throws {
        try await withRegister { register, _ in
            let report = try await register.importOfficials(
                table(
                    "okrskar,MP,Jan Bílý,+420 1,okrsek,A,2024-01-01,", "policista,PČR,Eva Černá,,okrsek,A,2024-01-01,",
                    "policista,PČR,Petr Šedý,,obvod,1,2024-01-01,",
                    "starosta,Obvod 1,Iva Malá,,obvod,1,2022-10-01,2030-10-01",
                    "starosta,Město,Leo Velký,,obec,100,2022-10-01,", "velitel,MP,Ota Zelený,,obec,100,2024-01-01,"),
                options: options)
            #expect(report.added == 6 && report.warnings.isEmpty)
            let staffed = try await register.place(PlaceFixture.point(1, 1), at: now)
            #expect(staffed.officials.map(\.person) == ["Jan Bílý", "Eva Černá", "Iva Malá"])
            #expect(staffed.officials[0].area == "okrsek A" && staffed.officials[0].phone == "+420 1")
            #expect(staffed.officials[2].validTo == UTCTime("2030-10-01T00:00:00+02:00"))
            #expect(!staffed.unstaffed && staffed.obvod?.code == "1" && staffed.obec?.code == "100")
            let unstaffed = try await register.place(PlaceFixture.point(5, 1), at: now)
            #expect(unstaffed.officials.map(\.person) == ["Petr Šedý", "Iva Malá", "Ota Zelený"])
            #expect(unstaffed.unstaffed)
            let outside = try await register.place(PlaceFixture.point(30, 30), at: now)
            #expect(outside.okrsek == nil && outside.officials.isEmpty && !outside.unstaffed)
            let before = try await register.place(PlaceFixture.point(1, 1), at: UTCTime("2023-01-01") ?? now)
            #expect(before.officials.map(\.person) == ["Iva Malá"] && before.unstaffed)
        }
    }

    @Test func refusesUnknownAreasAndImportsNobody() async throws {
        try await withRegister { register, settings in
            let error = try await registerError {
                try await register.importOfficials(
                    table("okrskar,MP,Jan Bílý,,okrsek,A,2024-01-01,", "okrskar,MP,Eva Černá,,okrsek,X,2024-01-01,"),
                    options: options)
            }
            #expect(error.problems.map(\.number) == [3])
            #expect(error.problems[0].field == "code" && error.problems[0].name == "Eva Černá")
            #expect(try await PlaceFixture.count("mkds.official", settings) == 0)
        }
    }

    @Test(arguments: [
        ("okrskar,MP,Jan,,okrsek,A,2024-01-01,2024-01-01", "valid_to"),
        ("okrskar,MP,Jan,,okrsek,A,1. 1. 2024,", "valid_from"),
        ("primator,MP,Jan,,okrsek,A,2024-01-01,", "role"), ("okrskar,MP,Jan,,mesto,A,2024-01-01,", "kind"),
        ("okrskar,MP,,,okrsek,A,2024-01-01,", "person"), ("okrskar,MP,Jan,,obec,100,2024-01-01,", "kind"),
        ("okrskar,MP,Jan,,okrsek,A,,", "valid_from"),
    ])
    func namesLineAndColumn(line: String, field: String) throws {
        let error = try #require(
            #expect(throws: RegisterError.self) { try OfficialDocument(parsing: table(line)) })
        #expect(error.problems.map(\.number) == [2] && error.problems.map(\.field) == [field])
    }

    @Test(arguments: [
        ("2026-03-29", "2026-03-28T23:00:00Z"), ("2026-03-30", "2026-03-29T22:00:00Z"),
        ("2026-10-25", "2026-10-24T22:00:00Z"), ("2026-10-26", "2026-10-25T23:00:00Z"),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
    ])
    func aDateIsMidnightOnCzechClocks(text: String, moment: String) throws {
        #expect(OfficialDate.time(text) == UTCTime(moment))
    }

    @Test func termsOfOnePersonDoNotOverlapAndCanBeEnded() async throws {
        try await withRegister { register, _ in
            let error = try await registerError {
                try await register.importOfficials(
                    table("okrskar,MP,Jan,,okrsek,A,2024-01-01,", "okrskar,MP,Jan,,okrsek,A,2025-01-01,"),
                    options: options)
            }
            #expect(error.problems.map(\.number) == [3] && error.problems[0].message.contains("line 2"))
            _ = try await register.importOfficials(table("okrskar,MP,Jan,,okrsek,A,2024-01-01,"), options: options)
            let other = try await registerError {
                try await register.importOfficials(table("okrskar,MP,Jan,,okrsek,A,2025-01-01,"), options: options)
            }
            #expect(other.code == .conflict && other.problems[0].message.contains("2023-12-31T23:00"))
            let report = try await register.importOfficials(
                table("okrskar,MP,Jan,,okrsek,A,2024-01-01,2025-01-01", "okrskar,MP,Jan,,okrsek,A,2025-01-01,"),
                options: options)
            #expect((report.added, report.changed, report.unchanged) == (1, 1, 0))
        }
    }

    @Test func warnsOfTwoPeopleInOneOfficeAndEndsThoseNotNamedOnRequest() async throws {
        try await withRegister { register, _ in
            _ = try await register.importOfficials(table("okrskar,MP,Jan,,okrsek,A,2024-01-01,"), options: options)
            let successor = table("okrskar,MP,Eva,,okrsek,A,2025-01-01,")
            let report = try await register.importOfficials(successor, options: options)
            #expect(report.warnings.map(\.name) == ["Eva"] && report.warnings[0].message.contains("Jan"))
            var replacing = options
            replacing.replace = true
            let last = try await register.importOfficials(successor, options: replacing)
            #expect(last.ended == 1 && last.unchanged == 1 && last.warnings.isEmpty)
        }
    }
}
