internal import Linux

extension NamedThread {
    /// Runs a blocking piece of work on a thread of its own and waits for it without blocking. For rare work only.
    static func run<Value: Sendable>(
        name: String, _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            do throws(SystemError) {
                try NamedThread(name: name) { continuation.resume(with: Result { try body() }) }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }
}
