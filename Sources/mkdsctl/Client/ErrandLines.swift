internal import FoundationEssentials
internal import MKDSCore
internal import NIOCore
internal import QueryAPI

/// What one line of an answer that comes bit by bit means.
enum ErrandLine<Answer: Sendable>: Sendable {
    case progress(String)
    case answer(Answer)
    case refusal(Problem)
}

extension Session {
    /// Sends a request whose answer comes as lines of JSON: progress, which is shown, and the answer at the end.
    ///
    /// Throws ``CommandFailure``.
    @MainActor
    func errand<Message: Decodable, Answer: Sendable>(
        _ request: QuerySocket.Request, _ read: (Message) -> ErrandLine<Answer>
    ) async throws -> Answer {
        var progress = ProgressLine()
        defer { progress.clear() }
        return try await send(request) { _, body in
            var rest: [UInt8] = []
            while let piece = try await body.next() {
                rest += piece.readableBytesView
                guard rest.count <= Session.problemLimit else {
                    throw ClientError.tooLarge(limit: Session.problemLimit)
                }
                while let end = rest.firstIndex(of: 10) {
                    let line = Data(rest[..<end])
                    rest.removeSubrange(...end)
                    guard let message = try? WireJSON.decode(Message.self, from: line) else {
                        throw ClientError.notUnderstood("\(Message.self)")
                    }
                    switch read(message) {
                    case .progress(let text): progress.show(text)
                    case .answer(let answer): return answer
                    case .refusal(let problem): throw ClientError.refused(status: problem.status, problem)
                    }
                }
            }
            throw ClientError.cutShort
        }
    }
}
