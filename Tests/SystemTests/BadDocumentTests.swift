import FoundationEssentials
import Glibc
import TestMedia
import Testing

/// Maps, lists and settings with mistakes, through the real mkdsctl and mkdsd: each mistake is told with its place, and
/// nothing of the document stays.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: DaemonUnderTest.missing == nil, "\(DaemonUnderTest.missing ?? "")"))
struct BadDocumentTests {
    private struct Bad {
        var name: String
        var text: String
        var command: [String]
        /// Parts of the complaint.
        var told: [String]
    }

    private static let areas = ["areas", "import"]
    private static let validity = ["--kind", "okrsek", "--obec", "554791", "--valid-from", "2026-01-01"]
    private static let titles = "id,name,owner,purpose_class,legal_basis,url,mast_lon,mast_lat\n"

    private static func feature(_ code: String, _ ring: String) -> String {
        "{\"type\":\"Feature\",\"properties\":{\"code\":\"\(code)\",\"name\":\"Okrsek \(code)\"},"
            + "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[\(ring)]]}}"
    }

    private static let good = feature("1", "[13.37,49.74],[13.38,49.74],[13.38,49.75],[13.37,49.75],[13.37,49.74]")

    private static func map(_ features: String...) -> String {
        "{\"type\":\"FeatureCollection\",\"features\":[\(features.joined(separator: ",\n"))]}"
    }

    private static let documents = [
        Bad(name: "torn.json", text: String(map(good).dropLast(20)), command: areas, told: []),
        Bad(
            name: "crossed.json",
            text: map(good, feature("2", "[13.40,49.74],[13.41,49.75],[13.41,49.74],[13.40,49.75],[13.40,49.74]")),
            command: areas, told: ["feature 2"]),
        Bad(
            name: "far.json", text: map(good, feature("3", "[1,1],[2,1],[2,2],[1,1]")), command: areas,
            told: ["feature 2", "outside"]),
        Bad(
            name: "fields.csv",
            text: titles + "ok,Dobrá,MP,MKDS,zákon,rtsp://10.0.0.1/a,13.37,49.74\n"
                + "bad,Špatná,MP,MKDS,zákon,rtsp://user:Heslo-9e1c@10.0.0.1/b,13.37,severně\n",
            command: ["cameras", "import"], told: ["line 3 (bad), column url", "line 3 (bad), column mast_lat"]),
        Bad(
            name: "columns.csv", text: "id,nazev\nok,Dobrá\n", command: ["cameras", "import"],
            told: ["line 1, column nazev"]),
        Bad(
            name: "officials.csv", text: "role,person\nstarosta\n", command: ["officials", "import"],
            told: ["line 2"]),
    ]

    @Test func mistakesAreToldWithTheirPlaceAndNothingStays() async throws {
        let daemon = try DaemonUnderTest()
        try await daemon.start()
        try await daemon.until("database") { daemon.log.contains("database answers") }
        for document in Self.documents {
            try daemon.write(document.text, to: document.name)
            let words = document.command + [daemon.directory.path + "/" + document.name]
            let validity = document.command == Self.areas ? Self.validity : []
            let command = (words + validity).joined(separator: " ")
            let output = try Program.run([
                "/bin/sh", "-c",
                "\(daemon.directory.path)/bin/mkdsctl \(command) --lang en --socket \(daemon.socket) 2>&1;"
                    + " echo status $?",
            ])
            for part in document.told + [document.name] {
                #expect(output.contains(part), "\(document.name): \(output)")
            }
            #expect(!output.hasSuffix("status 0\n"), "\(document.name)")
            #expect(!output.contains("Heslo-9e1c"), "\(document.name)")
        }
        let left = try daemon.shell(
            "psql -X -At -h \(daemon.directory.path)/pg -d mkds -U mkds -c \"SELECT (SELECT count(*) FROM mkds.area),"
                + " (SELECT count(*) FROM mkds.camera), (SELECT count(*) FROM mkds.official)\"")
        #expect(left == "0|0|0\nstatus 0\n")
        #expect(!daemon.log.contains("Heslo-9e1c"))

        try daemon.write("town: {code: \"554791\"\nlog: [\n", to: "torn.yaml")
        let yaml = try daemon.shell(
            "\(daemon.directory.path)/bin/mkdsd check-config \(daemon.directory.path)/torn.yaml")
        #expect(yaml.contains("torn.yaml:2:"), "\(yaml)")
        #expect(yaml.hasSuffix("status 1\n"))
        daemon.signal(SIGTERM)
        #expect(try await daemon.waitForEnd() == 0)
    }
}
