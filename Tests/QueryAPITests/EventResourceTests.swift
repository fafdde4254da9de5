import FoundationEssentials
import MKDSCore
import Testing

@testable import QueryAPI

@Suite struct EventResourceTests {
    @Test func aFullEventIsWrittenAsTheContractSays() throws {
        let json = try WireJSON.encode(EventResource(Samples.full()))
        let expected = """
            {"arrival_time":"2026-11-18T11:06:40.400Z","box":{"bottom":0.4,"left":0.1,"right":0.3,"top":0.2},"camera":"dobrovskeho-1",\
            "camera_time":"2026-11-18T11:06:42.750Z",\
            "cells":"8000000000000000000000000000000000000000000000000000000000000001","change":99,"clock":"rtcp","clock_offset_ms":2500,\
            "detail":"","duration_s":12.345,"end":"2026-11-18T11:06:52.595Z","end_reason":"stream_lost",\
            "id":"019aa6b3-1f1b-7abc-8123-456789abcdef","kind":"motion","last_seen":"2026-11-18T11:06:52.250Z","linked":["019aa6b3-1f1b-7abc-8123-456789abcdee"],\
            "media_time_s":61.5,"offset_age_s":0.04,"peak":0.125,"peak_time":"2026-11-18T11:06:43.250Z","place":{"basis":"scene_point",\
            "obec":{"code":"554791","id":1,"kind":"obec","name":"Plzeň"},\
            "obvod":{"code":"MO3","id":2,"kind":"obvod","name":"Plzeň 3"},\
            "okrsek":{"code":"PL-07","id":7,"kind":"okrsek","name":"Slovany, \\"u pece\\""},"on_border":true,\
            "point":{"coordinates":[13.3776,49.7475],"type":"Point"},\
            "touched":[{"code":"PL-07","id":7,"kind":"okrsek","name":"Slovany, \\"u pece\\""}]},\
            "revision":4,"source":"server","start":"2026-11-18T11:06:40.250Z","state":"closed","time_check":"deviating","topic":"",\
            "uncertainty_ms":1.5}
            """
        #expect(String(decoding: json, as: UTF8.self) == expected)
    }

    @Test func whatIsNotKnownIsNullAndNeverMissing() throws {
        let json = try WireJSON.decode(JSONValue.self, from: WireJSON.encode(EventResource(Samples.bare())))
        let keys = try #require(json.object?.keys)
        #expect(Set(keys) == Set(EventResource.CodingKeys.allCases.map(\.rawValue)))
        for key in [
            "end", "end_reason", "uncertainty_ms", "peak_time", "box", "cells", "arrival_time", "camera_time",
            "clock_offset_ms",
        ] {
            #expect(json[key] == .null, "\(key)")
        }
        #expect(json["state"] == "open")
        #expect(json["time_check"] == "unverified")
        #expect(json["place"]?["okrsek"] == .null)
        #expect(json["place"]?["basis"] == "unknown")
    }

    @Test func aClientReadsBackWhatTheServerWrote() throws {
        for event in try [Samples.full(), Samples.bare()] {
            let resource = EventResource(event)
            #expect(try WireJSON.decode(EventResource.self, from: WireJSON.encode(resource)) == resource)
        }
    }

    @Test func aCameraNeverShowsMoreThanTheNameOfItsCredential() throws {
        let id = try #require(CameraID("a"))
        let record = CameraRecord(
            id: id, name: "A", owner: "Plzeň", purposeClass: .mkds, legalBasis: "553/1991", url: "rtsp://10.0.0.1/1",
            credential: "cam-a", mast: [13.3, 49.7], view: [[13, 49], [14, 49], [14, 50], [13, 49]], retentionHours: 720
        )
        let status = CameraStatus(camera: id, state: .live, since: UTCTime(seconds: 1))
        let resource = CameraResource(record, status: status)
        let json = try WireJSON.decode(JSONValue.self, from: WireJSON.encode(resource))
        #expect(Set(try #require(json.object?.keys)) == Set(CameraResource.CodingKeys.allCases.map(\.rawValue)))
        #expect(
            Set(try #require(json["status"]?.object?.keys))
                == Set(CameraStatusResource.CodingKeys.allCases.map(\.rawValue)))
        #expect(json["scene"] == .null)
        #expect(try WireJSON.decode(CameraResource.self, from: WireJSON.encode(resource)) == resource)
    }
}
