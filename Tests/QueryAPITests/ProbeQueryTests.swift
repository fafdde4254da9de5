import FoundationEssentials
import MKDSCore
import QueryAPI
import Testing

@Suite struct ProbeQueryTests {
    private static func complaints(_ text: String) throws -> [String] {
        let value = try WireJSON.decode(JSONValue.self, from: Data(text.utf8))
        do {
            _ = try ProbeQuery(value)
            return []
        } catch {
            #expect(!"\(error) \(error.problems)".contains("hunter2"))
            return error.problems.compactMap(\.field)
        }
    }

    @Test func readsWhatItWrites() throws {
        let query = ProbeQuery(
            url: "rtsp://a/b", user: "u", password: "p:w \"q\"", trust: nil, deviceService: "http://a:8000/onvif",
            seconds: 7.5)
        #expect(try ProbeQuery(query.json) == query)
        let registered = ProbeQuery(camera: CameraID("k1"))
        #expect(try ProbeQuery(registered.json) == registered)
        #expect(!"\(query) \(String(reflecting: query))".contains("p:w"))
    }

    @Test(arguments: [
        (#"{}"#, ["url"]), (#"{"url":"rtsp://a/","camera":"k1"}"#, ["url"]),
        (#"{"camera":"k1","credential":"door"}"#, ["camera"]),
        (#"{"url":"rtsp://a/","credential":"door","user":"u","password":"hunter2"}"#, ["credential"]),
        (#"{"url":"rtsp://a/","password":"hunter2"}"#, ["user"]), (#"{"url":"rtsp://a/","seconds":61}"#, ["seconds"]),
        (#"{"url":"rtsp://a/","seconds":0}"#, ["seconds"]), (#"{"url":"rtsp://a/","trust":"hunter2"}"#, ["trust"]),
        (#"{"url":"rtsp://a/","cridential":"hunter2"}"#, ["cridential"]),
        (#"{"url":"rtsp://a/","user":"u","password":"hunter2\n"}"#, ["password"]), (#"{"url":["hunter2"]}"#, []),
    ])
    func namesEveryMistakeAndQuotesNoPassword(text: String, fields: [String]) throws {
        let found = try Self.complaints(text)
        #expect(found == fields)
    }
}
