internal import MKDSCore
internal import QueryAPI
internal import Testing

@testable import mkdsctl

/// `mkdsctl cameras streams` against a server that speaks the wire format.
@Suite(.timeLimit(.minutes(10))) struct StreamCommandTests {
    private static func run(
        _ server: ScriptedServer, _ arguments: String..., language: String = "cs"
    ) async throws -> BuiltProgram.Outcome {
        try await BuiltProgram.run(
            ["cameras", "streams", "kam-1"] + arguments + ["--socket", server.path, "--lang", language],
            environment: ["TERM": "xterm"])
    }

    private static func run(ended: EndReason?) throws -> StreamRun {
        StreamRun(
            id: UUIDv7(at: Sample.start), camera: try #require(CameraID("kam-1")), codec: "h264", profile: "High",
            width: 1920, height: 1080, frameRate: 25, groupOfPictures: .seconds(2), bitRate: 3_141_000,
            firstPacket: Sample.start, lastPacket: Sample.start + .seconds(60), packets: 1500, bytes: 22_500_000,
            endReason: ended, clock: .rtcp,
            details: StreamDetails(
                level: "4.1", announcedFrameRate: 25, signing: .onvif, userData: [.onvifMediaSigning, .x264Settings],
                metadata: [.onvif, .klv], klv: KLVFacts(label: .datalinkSet, rate: 5, timestamp: Sample.start)))
    }

    @Test func showsConnectionsAsATable() async throws {
        let runs = [try Self.run(ended: nil), try Self.run(ended: .streamLost)]
        let server = try ScriptedServer { _, connection, server in
            server.log(connection.readRequest())
            connection.answer(Sample.json(Page(items: runs.map(StreamResource.init), nextCursor: "x")))
        }
        let outcome = try await Self.run(server, "--from", "2026-11-20 21:00", "--limit", "2")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 3 && lines[0].hasPrefix("OD "))
        #expect(lines[1].contains("H.264 High 4.1  1920×1080      25,0  2,0 s  3,14 Mbit/s  ONVIF   ONVIF, KLV"))
        #expect(lines[1].hasSuffix("trvá") && lines[2].hasSuffix("ztráta proudu"))
        #expect(outcome.errors.contains("výpis je omezen na 2"))
        let first = try #require(server.requests.first)
        #expect(first.contains("GET /v1/cameras/kam-1/streams?from=2026-11-20T20:00:00.000Z&limit=2 "))
    }

    @Test func writesConnectionsAsCSVWithAllThereIs() async throws {
        let server = try ScriptedServer(body: Sample.json(Page(items: [StreamResource(try Self.run(ended: .over))])))
        let outcome = try await Self.run(server, "--csv")
        let lines = outcome.output.split(separator: "\r\n")
        #expect(lines.count == 2)
        let titles = lines[0].split(separator: ",", omittingEmptySubsequences: false)
        let fields = lines[1].split(separator: ",", omittingEmptySubsequences: false)
        #expect(titles.count == fields.count)
        let row = Dictionary(uniqueKeysWithValues: zip(titles, fields))
        #expect(row["signing"] == "onvif" && row["level"] == "4.1" && row["metadata"] == "onvif klv")
        #expect(
            row["user_data"] == "005bc93f-2d71-5e95-ada4-796f90877a6f dc45e9bd-e6d9-48b7-962c-d820d923eeef")
        #expect(row["klv_label"] == "060e2b34-020b-0101-0e01-030101000000")
    }

    @Test func showsBitRateOverTime() async throws {
        let rates = StreamRates(
            start: Sample.start, covered: .seconds(300), bytes: 150_000_000, packets: 7500, keyframes: 150, missed: 3,
            longestPause: .milliseconds(120), meanGroup: .seconds(2), longestGroup: .seconds(4))
        let query = BitrateQuery(from: Sample.start, to: Sample.start + .seconds(3600), stepSeconds: 300)
        let camera = try #require(CameraID("kam-1"))
        let body = Sample.json(BitrateSeries(camera: camera, query: query, items: [BitrateResource(rates)]))
        let server = try ScriptedServer { _, connection, server in
            server.log(connection.readRequest())
            connection.answer(body)
        }
        let outcome = try await Self.run(
            server, "--bitrate", "--step", "5", "--from", "2026-11-20 21:00", "--to", "22:00")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let line = try #require(outcome.output.split(separator: "\n").last)
        #expect(line.hasPrefix("20. 11. 2026 21:00:00  4,00 Mbit/s"))
        #expect(line.contains("25,0") && line.contains("4,0 s") && line.hasSuffix("5 min 00 s"))
        let first = try #require(server.requests.first)
        #expect(
            first.contains(
                "/v1/cameras/kam-1/bitrate?from=2026-11-20T20:00:00.000Z&to=2026-11-20T21:00:00.000Z&step=300 "))
        let json = try await Self.run(server, "--bitrate", "--json")
        #expect(json.output == body + "\n")
    }

    @Test func refusesWhatDoesNotGoTogether() async throws {
        let server = try ScriptedServer(body: "{}")
        for arguments in [
            ["--step", "5"], ["--bitrate", "--limit", "3"], ["--limit", "0"], ["--bitrate", "--step", "0"],
        ] {
            let outcome = try await BuiltProgram.run(
                ["cameras", "streams", "kam-1", "--socket", server.path] + arguments)
            #expect(outcome.status == 2, "\(arguments)")
            #expect(outcome.output.isEmpty)
        }
        let backwards = try await Self.run(server, "--from", "2026-11-20", "--to", "2026-11-19")
        #expect(backwards.status == 2)
    }

    @Test func saysWhatChangedInTheLanguageAskedFor() throws {
        let czech = Texts(language: .czech)
        #expect(
            czech.detail("changed from codec h264 to hevc, picture size 1920x1080 to 640x360")
                == "změna: kodek H.264 → H.265, velikost obrazu 1920×1080 → 640×360")
        #expect(czech.detail("changed from frame rate 25.0 to 12.5") == "změna: snímků za sekundu 25,0 → 12,5")
        #expect(czech.detail("changed from signing onvif to absent") == "změna: podpis obrazu ONVIF → žádný")
        #expect(
            czech.detail("changed from metadata track none to onvif+klv")
                == "změna: stopa metadat žádná → ONVIF + KLV")
        #expect(
            Texts(language: .english).detail("changed from keyframe distance 2.0 s to 4.0 s")
                == "changed: keyframe distance 2.0 s → 4.0 s")
        #expect(czech.detail("no packets came") == "no packets came")
    }
}
