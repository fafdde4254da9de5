internal import FoundationEssentials
internal import MKDSCore
internal import QueryAPI

/// What the shell offers on Tab where only mkdsd knows the values. It asks the default socket and keeps silent when
/// that does not answer within two seconds.
enum Completion {
    static let cameraIDs: @Sendable ([String], Int, String) async -> [String] = { _, _, _ in
        await values(APIPath.cameras, CameraResource.self) { $0.id.rawValue }
    }

    static let okrsekCodes: @Sendable ([String], Int, String) async -> [String] = { _, _, _ in
        await values("\(APIPath.areas)?kind=okrsek", CodeOnly.self, \.code)
    }

    static let obvodCodes: @Sendable ([String], Int, String) async -> [String] = { _, _, _ in
        await values("\(APIPath.areas)?kind=obvod", CodeOnly.self, \.code)
    }

    private struct CodeOnly: Codable, Sendable {
        var code: String
    }

    private static func values<Item: Codable & Sendable>(
        _ target: String, _ type: Item.Type, _ name: @Sendable (Item) -> String
    ) async -> [String] {
        let path = Environment.value("MKDS_SOCKET") ?? SharedOptions.defaultSocket
        let socket = QuerySocket(path: path, silenceLimit: .seconds(2))
        let bytes = try? await socket.send(QuerySocket.Request(target: target)) { _, body in
            try await body.collect(limit: Session.answerLimit)
        }
        guard let bytes, let page = try? WireJSON.decode(Page<Item>.self, from: Data(bytes)) else { return [] }
        return page.items.map(name)
    }
}
