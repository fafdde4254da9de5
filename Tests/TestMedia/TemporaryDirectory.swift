internal import Glibc

/// A directory of one test, removed with all it holds when the test lets go of it.
package final class TemporaryDirectory: Sendable {
    package let path: String

    package init() throws {
        var template = Array("/tmp/mkds-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ProgramError("mkdtemp failed") }
        path = String(decoding: template.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit {
        _ = try? Program.run(["rm", "-rf", path])
    }

    package func file(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file of the given bytes and returns its path.
    package func write(_ bytes: some Collection<UInt8>, to name: String) throws -> String {
        let path = file(name)
        guard let stream = fopen(path, "w") else { throw ProgramError("cannot write \(path)") }
        defer { fclose(stream) }
        let copy = Array(bytes)
        guard fwrite(copy, 1, copy.count, stream) == copy.count else { throw ProgramError("cannot write \(path)") }
        return path
    }

    /// The bytes of a file.
    package static func read(_ path: String) throws -> [UInt8] {
        guard let stream = fopen(path, "r") else { throw ProgramError("cannot read \(path)") }
        defer { fclose(stream) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = fread(&chunk, 1, chunk.count, stream)
            if count == 0 { return bytes }
            bytes += chunk[..<count]
        }
    }
}
