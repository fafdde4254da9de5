import CameraSimulator
import Linux
import MKDSCore
import Media
import Testing

@testable import OnvifDevice

/// Runs what blocks on a thread of its own, as the program does.
func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        do {
            try NamedThread(name: "test device") { continuation.resume(with: Swift.Result { try body() }) }
        } catch {
            continuation.resume(throwing: error)
        }
    }
}

extension OnvifService {
    /// A client of this device; throws where the URL is none.
    func client(
        user: String? = "mkds", password: String = "kamera 7", trust: CameraTrust? = nil,
        deadline: Duration = .seconds(20), stop: StopFlag = StopFlag()
    ) throws -> DeviceClient {
        let service = try #require(ServiceAddress(url))
        return try DeviceClient(
            .init(service: service, user: user, password: password, trust: trust, deadline: deadline), stop: stop)
    }

    /// What it says of itself.
    func describe(
        user: String? = "mkds", password: String = "kamera 7", trust: CameraTrust? = nil,
        deadline: Duration = .seconds(20)
    ) async throws -> DeviceDescription {
        try await onThread {
            try self.client(user: user, password: password, trust: trust, deadline: deadline).describe()
        }
    }

    /// Why it cannot be asked.
    func refusal(
        user: String? = "mkds", password: String = "kamera 7", trust: CameraTrust? = nil,
        deadline: Duration = .seconds(20)
    ) async throws -> DeviceError {
        try await failure {
            _ = try self.client(user: user, password: password, trust: trust, deadline: deadline).describe()
        }
    }
}

/// What the body throws; that it throws nothing is a failure of the test.
func failure(_ body: @escaping @Sendable () throws -> Void) async throws -> DeviceError {
    try await onThread {
        do {
            try body()
        } catch let error as DeviceError {
            return error
        }
        throw Unrefused()
    }
}

struct Unrefused: Error {}
