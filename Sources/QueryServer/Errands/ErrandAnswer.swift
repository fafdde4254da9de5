internal import FoundationEssentials
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import QueryAPI
internal import ServiceLifecycle

/// The answer to an errand: what its process writes, turned into lines for the client as it comes (NDJSON).
///
/// The process ends with the answer: when the client is gone, when the daemon stops, when a line cannot be written.
struct ErrandAnswer: Sendable {
    let run: ErrandRun
    let exchange: Exchange
    /// Makes the client's line of one the process wrote; nil leaves it out.
    let line: @Sendable ([UInt8]) throws -> Data?
    /// Makes the client's last line of an error.
    let problem: @Sendable (any Error) -> Data?

    func response() -> Response {
        let stop = run.stop
        exchange.channel.closeFuture.whenComplete { _ in stop() }
        return Response(
            status: .ok, headers: [.contentType: MediaTypeName.lines],
            body: .init { writer in
                try await pass(to: &writer)
                try await writer.finish(nil)
            })
    }

    // @concurrent: the framework's writer may not be tied to a caller's actor.
    @concurrent
    private func pass(to writer: inout any ResponseBodyWriter) async throws {
        defer { run.stop() }
        do {
            for try await piece in run.lines.cancelOnGracefulShutdown() {
                if let data = try line(piece) { try await write(data, to: &writer) }
            }
            if !exchange.channel.isActive { exchange.note(outcome: "client-gone") }
        } catch let error as ErrandError {
            exchange.note(outcome: "errand-failed")
            if let data = problem(error) { try await write(data, to: &writer) }
        }
    }

    // @concurrent: the framework's writer may not be tied to a caller's actor.
    @concurrent
    private func write(_ data: Data, to writer: inout any ResponseBodyWriter) async throws {
        exchange.add(bytes: data.count + 1)
        try await writer.write(ByteBuffer(bytes: data + [UInt8(ascii: "\n")]))
        try await exchange.settle()
    }
}

extension Problem {
    init(_ error: ErrandError) {
        switch error {
        case .busy(let limit, let userLimit):
            self.init(
                .tooMany,
                detail: "At most \(limit) probes go on at once, \(userLimit) of one user; wait for one to end.",
                detailCS:
                    "Najednou běží nejvýše \(limit) zkoušky, \(userLimit) od jednoho uživatele; počkejte, až některá skončí."
            )
        case .credential(let name, let reason, let reasonCS):
            let name = QueryResponder.shown(name)
            self.init(
                .badParameter, detail: "The credential \(name) cannot be used: \(reason).",
                detailCS: "Přihlašovací údaj \(name) nelze použít: \(reasonCS).",
                problems: [
                    Item(
                        parameter: "credential", message: "\(name) cannot be used: \(reason)",
                        messageCS: "\(name) nelze použít: \(reasonCS)")
                ])
        case .notStarted:
            self.init(
                .internalError, detail: "The capture program could not be started; mkdsd's log says more.",
                detailCS: "Snímací program nelze spustit; více je v protokolu mkdsd.")
        case .crashed:
            self.init(
                .internalError, detail: "The capture program died of what it was sent; mkdsd's log says more.",
                detailCS: "Snímací program na tom, co dostal, skončil; více je v protokolu mkdsd.")
        case .overdue:
            self.init(
                .internalError, detail: "The capture program took too long and was ended.",
                detailCS: "Snímací program trval příliš dlouho a byl ukončen.")
        }
    }
}
