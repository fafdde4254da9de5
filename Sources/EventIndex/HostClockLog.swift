internal import Glibc
package import MKDSCore
internal import Postgres

/// Writes how the server's own clock stands into `mkds.host_clock`.
package struct HostClockLog: Sendable {
    private let settings: IndexConnectionSettings

    package init(_ settings: IndexConnectionSettings) {
        self.settings = settings
    }

    /// Adds a row; the connection lives only as long, since the next one is an hour away.
    ///
    /// - Throws: ``PostgresError`` when the database is away or refuses.
    package func record(_ state: HostClockState) async throws {
        let connection = try await settings.connect(as: .loader, name: "clock")
        do {
            try await connection.query(
                """
                INSERT INTO mkds.host_clock (at, host, synchronised, offset_us, estimated_error_us, maximum_error_us,
                    frequency_ppm)
                VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING
                """,
                [
                    .time(state.time), .text(Self.hostName), .bool(state.isSynchronised),
                    .int8(state.offset.inMicroseconds), .int8(state.estimatedError.inMicroseconds),
                    .int8(state.maximumError.inMicroseconds), .float8(state.frequency),
                ])
        } catch {
            await connection.close()
            throw error
        }
        await connection.close()
    }

    private static var hostName: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
