internal import CLibpq

/// Lends an array of strings as the NULL-terminated `char **` libpq wants.
func withCStringArray<T>(
    _ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> T
) -> T {
    // All strings in one buffer, so that one scope keeps them all alive.
    var bytes: [CChar] = []
    var starts: [Int] = []
    for string in strings {
        starts.append(bytes.count)
        bytes.append(contentsOf: string.utf8.map { CChar(bitPattern: $0) })
        bytes.append(0)
    }
    return bytes.withUnsafeBufferPointer { bytes in
        let pointers = starts.map { start in bytes.baseAddress.map { $0 + start } } + [nil]
        return pointers.withUnsafeBufferPointer { body($0.baseAddress) }
    }
}

/// Lends bound parameters in the five parallel arrays of `PQsendQueryParams`.
func withParameters<T>(
    _ parameters: [PostgresValue],
    _ body: (
        Int32, UnsafePointer<Oid>?, UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?
    ) -> T
) -> T {
    var bytes: [UInt8] = []
    var starts: [Int?] = []
    var lengths: [Int32] = []
    for parameter in parameters {
        let encoded = parameter.encoded
        starts.append(parameter.isNull ? nil : bytes.count)
        lengths.append(Int32(encoded.count))
        bytes += encoded
        // Keeps the pointer of an empty value distinct from NULL.
        bytes.append(0)
    }
    let types = parameters.map(\.oid)
    let formats = parameters.map { Int32($0.isText ? 0 : 1) }
    return bytes.withUnsafeBytes { bytes in
        let base = bytes.baseAddress?.assumingMemoryBound(to: CChar.self)
        let values = starts.map { start in start.flatMap { start in base.map { $0 + start } } }
        return values.withUnsafeBufferPointer { values in
            body(Int32(parameters.count), types, values.baseAddress, lengths, formats)
        }
    }
}
