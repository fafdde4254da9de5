internal import EventIndex
internal import HTTPTypes
internal import Hummingbird
internal import MKDSCore
internal import NIOCore
internal import QueryAPI

/// What cameras said, byte for byte.
extension QueryRoutes {
    func eventDocuments(_ request: Request, _ context: QueryContext) async throws -> Response {
        try noParameters(request)
        let text = context.parameters.get("id") ?? ""
        guard let id = UUIDv7(text), try await services.index.event(id) != nil else {
            throw QueryResponder.noSuchEvent(text)
        }
        let documents = try await services.index.documents(of: id)
        context.exchange.add(rows: documents.count)
        return try .json(Page(items: documents.map(DocumentResource.init)))
    }

    /// The bytes are a camera's, and a camera may be hostile: no browser may take them for a page of ours.
    func document(_ request: Request, _ context: QueryContext) async throws -> Response {
        try noParameters(request)
        let text = context.parameters.get("id") ?? ""
        guard let id = UUIDv7(text), let found = try await services.index.document(id) else {
            throw QueryResponder.noSuchDocument(text)
        }
        context.exchange.add(rows: 1)
        var headers: HTTPFields = [.contentType: MediaTypeName.bytes, .xContentTypeOptions: "nosniff"]
        let ending = found.document.isCompressed ? "xml.gz" : "xml"
        headers[.contentDisposition] = "attachment; filename=\"\(id).\(ending)\""
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: found.bytes)))
    }
}

extension QueryResponder {
    /// The problem of an event that is not in the index.
    static func noSuchEvent(_ text: String) -> Problem {
        Problem(
            .noSuchEvent, detail: "There is no event \(shown(text)); it may have been deleted.",
            detailCS: "Událost \(shown(text)) neexistuje; mohla být vymazána.")
    }

    /// The problem of a document that is not in the index.
    static func noSuchDocument(_ text: String) -> Problem {
        Problem(
            .noSuchDocument, detail: "There is no document \(shown(text)); it may have been deleted.",
            detailCS: "Dokument \(shown(text)) neexistuje; mohl být vymazán.")
    }
}

extension DocumentResource {
    fileprivate init(_ document: IndexedDocument) {
        self.init(
            id: document.id, camera: document.camera, received: document.received, path: document.path,
            digest: document.digest, byteCount: document.byteCount, isCompressed: document.isCompressed,
            cutCount: document.cutCount, isWhole: document.isWhole, pan: document.pan, tilt: document.tilt,
            zoom: document.zoom, preset: document.preset.isEmpty ? nil : document.preset)
    }
}
