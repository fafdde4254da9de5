internal import CLinux
internal import Testing

/// The rules by version of Landlock, for kernels these tests do not run on; Debian 12 has version 2 (Linux 6.1). The bits
/// are the kernel's (include/uapi/linux/landlock.h).
struct LandlockRightsTests {
    private static let execute: UInt64 = 1 << 0
    private static let writeFile: UInt64 = 1 << 1
    private static let readFile: UInt64 = 1 << 2
    private static let readDirectory: UInt64 = 1 << 3
    private static let removeFile: UInt64 = 1 << 5
    private static let makeDirectory: UInt64 = 1 << 7
    private static let makeRegular: UInt64 = 1 << 8
    private static let refer: UInt64 = 1 << 13
    private static let truncate: UInt64 = 1 << 14

    @Test(arguments: [(1, 13), (2, 14), (3, 15), (4, 15), (5, 16), (6, 16), (7, 16)])
    func everyRightTheVersionKnowsIsTakenAwayAndNoOther(version: Int32, count: UInt64) {
        #expect(mkds_landlock_known_rights(version) == (1 << count) - 1)
    }

    @Test func theOwnFolderOnDebian12() {
        let common =
            Self.writeFile | Self.readFile | Self.readDirectory | Self.removeFile | Self.makeDirectory
            | Self.makeRegular
        #expect(mkds_landlock_rights(1, true, true) == common)
        #expect(mkds_landlock_rights(2, true, true) == common | Self.refer)
        #expect(mkds_landlock_rights(3, true, true) == common | Self.refer | Self.truncate)
    }

    @Test(arguments: Int32(1)...7)
    func whatIsGivenBackIsKnownToTheVersionAndNeverTheRightToExecute(version: Int32) {
        for (writable, directory) in [(false, false), (false, true), (true, false), (true, true)] {
            let rights = mkds_landlock_rights(version, writable, directory)
            #expect(rights & ~mkds_landlock_known_rights(version) == 0)
            #expect(rights & Self.execute == 0)
            #expect(writable || rights & ~(Self.readFile | Self.readDirectory) == 0)
            // The kernel refuses rights over directories for a file.
            #expect(directory || rights & ~(Self.readFile | Self.writeFile | Self.truncate) == 0)
        }
    }
}
