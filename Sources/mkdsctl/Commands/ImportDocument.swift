internal import FoundationEssentials
internal import MKDSCore
internal import QueryAPI

/// A file that is to be imported, read whole.
struct ImportDocument {
    enum Kind: Sendable {
        case csv
        case geoJSON
    }

    var name: String
    var bytes: [UInt8]
    var kind: Kind

    /// Largest document sent.
    static let limit = 256 << 20

    /// Throws ``CommandFailure`` when the file cannot be read or is empty.
    init(_ path: String) throws {
        do {
            bytes = try FileBytes.read(path, limit: Self.limit)
        } catch {
            throw CommandFailure(status: .badData, message: Texts.here.message(error, file: path))
        }
        let last = path == "-" ? "stdin" : path.split(separator: "/").last ?? "document"
        name = String(DisplayWidth.harmless(String(last)).prefix(200))
        kind = Self.kind(of: bytes)
        if bytes.isEmpty { throw CommandFailure(status: .badData, message: Texts.here.emptyFile(path)) }
    }

    /// GeoJSON begins with a brace, CSV never does.
    static func kind(of bytes: [UInt8]) -> Kind {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = bytes.starts(with: mark) ? bytes[3...] : bytes[...]
        return text.first { $0 != 32 && $0 != 9 && $0 != 10 && $0 != 13 } == UInt8(ascii: "{") ? .geoJSON : .csv
    }

    /// Refuses a document of the other kind, before it is sent, with words that say what was expected.
    func require(_ kind: Kind) throws {
        guard self.kind == kind else {
            throw CommandFailure(status: .badData, message: Texts.here.wrongDocument(name, expected: kind))
        }
    }

    /// Sends the document and prints the report; a refusal names the file.
    @MainActor
    func send<Report: Decodable & Sendable>(
        _ session: Session, _ target: String, _ type: Report.Type, lines: (Report) -> [String]
    ) async throws {
        let request = QuerySocket.Request(
            method: .post, target: target, contentType: kind == .csv ? MediaTypeName.csv : MediaTypeName.geoJSON,
            body: bytes)
        if session.format == .json {
            try await session.pass(request)
            return
        }
        do {
            let report = try await session.value(type, request)
            for line in lines(report) { try session.console.print(DisplayWidth.harmless(line)) }
        } catch var failure as CommandFailure {
            // Several imports in one script: the message says which file it is about.
            failure.message = "\(name): \(failure.message)"
            throw failure
        }
    }
}
