internal import FoundationEssentials
internal import MKDSCore
internal import QueryAPI

/// What the shell offers on Tab where only mkdsd knows the values. It keeps silent when the socket does not
/// answer within two seconds, or what `--timeout` says on the line being typed.
enum Completion {
    static let cameraIDs: @Sendable ([String], Int, String) async -> [String] = { words, _, _ in
        await values(words, APIPath.cameras, CameraResource.self) { $0.id.rawValue }
    }

    static let okrsekCodes: @Sendable ([String], Int, String) async -> [String] = { words, _, _ in
        await values(words, "\(APIPath.areas)?kind=okrsek", CodeOnly.self, \.code)
    }

    static let obvodCodes: @Sendable ([String], Int, String) async -> [String] = { words, _, _ in
        await values(words, "\(APIPath.areas)?kind=obvod", CodeOnly.self, \.code)
    }

    private struct CodeOnly: Codable, Sendable {
        var code: String
    }

    private static func values<Item: Codable & Sendable>(
        _ words: [String], _ target: String, _ type: Item.Type, _ name: @Sendable (Item) -> String
    ) async -> [String] {
        func given(_ option: String) -> String? {
            let next = words.firstIndex(of: option).map { words.index(after: $0) }
            return next.flatMap { words.indices.contains($0) ? words[$0] : nil }
        }
        let path = given("--socket") ?? Environment.value("MKDS_SOCKET") ?? SharedOptions.defaultSocket
        let patience = given("--timeout").flatMap { Double($0) } ?? 2
        let socket = QuerySocket(path: path, silenceLimit: .seconds(patience))
        let bytes = try? await socket.send(QuerySocket.Request(target: target)) { _, body in
            try await body.collect(limit: Session.answerLimit)
        }
        guard let bytes, let page = try? WireJSON.decode(Page<Item>.self, from: Data(bytes)) else { return [] }
        return page.items.map(name)
    }
}
