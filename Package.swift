// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nioExtras = Target.Dependency.product(name: "NIOExtras", package: "swift-nio-extras")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")

/// Motion looks at each pixel: unoptimised, a dozen cameras of a test fill a processor.
let optimised: [SwiftSetting] = settings + [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// Targets point one way: each may import only what its line names (docs/design/processes.md).
let package = Package(
    name: "mkdsd",
    products: [
        .executable(name: "mkdsd", targets: ["mkdsd"]),
        .executable(name: "mkds-capture", targets: ["mkds-capture"]),
        .executable(name: "mkdsctl", targets: ["mkdsctl"]),
        .executable(name: "mkds-bench", targets: ["mkds-bench"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // C: system headers and shims, one per library.
        .target(
            name: "CFFmpeg",
            linkerSettings: [.linkedLibrary("avformat"), .linkedLibrary("avcodec"), .linkedLibrary("avutil")]),
        .systemLibrary(name: "CLibcurl", pkgConfig: "libcurl"),
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq"),
        .systemLibrary(name: "CLibxml2", pkgConfig: "libxml-2.0"),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto"),
        .systemLibrary(name: "CSeccomp", pkgConfig: "libseccomp"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib"),
        .target(name: "CLinux"),

        // Libraries.
        .target(name: "MKDSCore", swiftSettings: settings),
        .target(name: "Linux", dependencies: ["MKDSCore", "CLinux"], swiftSettings: settings),
        .target(
            name: "Tunnel", dependencies: ["MKDSCore", "Linux", "CLinux", "COpenSSL", nioCore, nioPosix, nioSSL],
            swiftSettings: settings),
        .target(name: "Media", dependencies: ["MKDSCore", "Linux", "CFFmpeg", "Tunnel"], swiftSettings: settings),
        .target(name: "Motion", dependencies: ["MKDSCore"], swiftSettings: optimised),
        .target(name: "Bitstream", dependencies: ["MKDSCore"], swiftSettings: settings),
        .target(
            name: "OnvifMetadata", dependencies: ["MKDSCore", "CLibxml2", "COpenSSL", "CZlib"], swiftSettings: settings),
        .target(
            name: "OnvifDevice",
            dependencies: [
                "MKDSCore", "Linux", "CLinux", "Media", "OnvifMetadata", "Tunnel", "CLibcurl", "COpenSSL",
            ],
            swiftSettings: settings),
        .target(name: "Spool", dependencies: ["MKDSCore", "Linux", "CLinux"], swiftSettings: settings),
        .target(
            name: "Capture",
            dependencies: [
                "MKDSCore", "Linux", "Media", "Motion", "Bitstream", "OnvifMetadata", "OnvifDevice", logging,
            ],
            swiftSettings: settings),
        .target(name: "Postgres", dependencies: ["CLibpq", "Linux", "CLinux", logging], swiftSettings: settings),
        .target(
            name: "EventIndex", dependencies: ["MKDSCore", "Linux", "Postgres", "Spool", logging],
            resources: [.embedInCode("Migrations")], swiftSettings: settings),
        .target(name: "Settings", dependencies: ["MKDSCore", yams], swiftSettings: settings),
        .target(name: "Box", dependencies: ["MKDSCore", "Linux", "CLinux", "CSeccomp"], swiftSettings: settings),
        .target(name: "QueryAPI", dependencies: ["MKDSCore"], swiftSettings: settings),
        .target(
            name: "QueryServer",
            dependencies: [
                "MKDSCore", "Linux", "QueryAPI", "EventIndex", hummingbird, hummingbirdCore, lifecycle, logging,
                nioCore,
                nioPosix,
                nioHTTP1, nioHTTPTypes, nioExtras, httpTypes,
            ],
            swiftSettings: settings),

        // Programs.
        .executableTarget(
            name: "mkdsd",
            dependencies: [
                "MKDSCore", "Linux", "Settings", "EventIndex", "Postgres", "QueryServer", "CLinux",
                argumentParser, lifecycle, logging, unixSignals,
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "mkds-capture",
            dependencies: [
                "MKDSCore", "Linux", "Box", "Capture", "Settings", "Media", "Motion", "OnvifDevice", "Spool",
                argumentParser,
                logging,
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "mkdsctl",
            dependencies: ["MKDSCore", "Linux", "QueryAPI", argumentParser, nioCore, nioPosix, nioHTTP1],
            swiftSettings: settings),
        .executableTarget(
            name: "mkds-bench",
            dependencies: [
                "MKDSCore", "Linux", "EventIndex", "OnvifMetadata", "CLibxml2", "Postgres", "QueryAPI", "Spool",
                "TestMedia", argumentParser,
            ],
            swiftSettings: settings),

        // The halves of the kill test as processes that can be killed; not installed.
        .executableTarget(
            name: "mkds-load", dependencies: ["MKDSCore", "Linux", "Spool", "EventIndex", "Postgres"],
            path: "Tests/mkds-load",
            swiftSettings: settings),

        // Cameras with faults whose pictures carry the true time, as a library and as a program; not installed.
        .target(
            name: "CameraSimulator",
            dependencies: ["MKDSCore", "Linux", "TestMedia", "COpenSSL", nioCore, nioPosix, nioHTTP1, nioSSL],
            path: "Tests/CameraSimulator", swiftSettings: settings),
        .executableTarget(
            name: "mkds-simulator", dependencies: ["CameraSimulator", "MKDSCore", "TestMedia", argumentParser],
            path: "Tests/mkds-simulator", swiftSettings: settings),

        // Tries to get out of the box of mkds-capture; not installed.
        .executableTarget(
            name: "mkds-box-probe", dependencies: ["Box", "CBoxProbe"], path: "Tests/mkds-box-probe",
            swiftSettings: settings),
        .target(name: "CBoxProbe", path: "Tests/CBoxProbe"),

        // Clips and cameras made at test time, shared by the tests that need pictures.
        .target(name: "TestMedia", dependencies: ["CZlib"], path: "Tests/TestMedia", swiftSettings: settings),

        // Lets Thread Sanitizer understand contended Mutexes in the tests.
        .target(name: "CMutexAnnotations", path: "Tests/CMutexAnnotations"),

        // Tests. Units need no server; IntegrationTests take theirs from the environment; SystemTests start the daemon.
        .testTarget(name: "MKDSCoreTests", dependencies: ["MKDSCore"], swiftSettings: settings),
        .testTarget(
            name: "BitstreamTests", dependencies: ["Bitstream", "MKDSCore", "TestMedia"], swiftSettings: settings),
        .testTarget(name: "MotionTests", dependencies: ["Motion", "Media", "MKDSCore"], swiftSettings: settings),
        .testTarget(name: "TunnelTests", dependencies: ["Tunnel", "MKDSCore", "TestMedia"], swiftSettings: settings),
        .testTarget(
            name: "MediaTests", dependencies: ["Media", "MKDSCore", "TestMedia", "CameraSimulator"],
            swiftSettings: settings),
        .testTarget(
            name: "OnvifMetadataTests", dependencies: ["OnvifMetadata", "MKDSCore", "TestMedia"],
            exclude: ["Corpus"], swiftSettings: settings),
        .testTarget(
            name: "OnvifDeviceTests",
            dependencies: [
                "OnvifDevice", "OnvifMetadata", "MKDSCore", "Linux", "Media", "CameraSimulator", "TestMedia",
                "CBoxProbe",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "SpoolTests", dependencies: ["Spool", "MKDSCore", "Linux", "CLinux", "CMutexAnnotations"],
            swiftSettings: settings),
        .testTarget(
            name: "CaptureTests",
            dependencies: [
                "Capture", "Media", "Motion", "Bitstream", "OnvifMetadata", "MKDSCore", "Linux", "CameraSimulator",
                logging,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "BoxTests", dependencies: ["CLinux", "TestMedia", "mkds-box-probe"], swiftSettings: settings),
        .testTarget(name: "SettingsTests", dependencies: ["Settings", "MKDSCore"], swiftSettings: settings),
        .testTarget(name: "QueryAPITests", dependencies: ["QueryAPI", "MKDSCore"], swiftSettings: settings),
        .testTarget(
            name: "MKDSCtlTests", dependencies: ["mkdsctl", "QueryAPI", "MKDSCore", "TestMedia"],
            swiftSettings: settings),
        .testTarget(
            name: "MKDSDTests",
            dependencies: [
                "mkdsd", "MKDSCore", "Linux", "Postgres", "Settings", "QueryServer", "TestMedia", logging,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "IntegrationTests",
            dependencies: [
                "MKDSCore", "Linux", "Media", "Capture", "Spool", "Postgres", "EventIndex", "QueryAPI", "QueryServer",
                "TestMedia", "CameraSimulator", "OnvifMetadata",
                logging, lifecycle, nioCore, nioPosix,
            ],
            swiftSettings: settings),
        .testTarget(
            name: "SystemTests",
            dependencies: [
                "MKDSCore", "Linux", "Spool", "Postgres", "EventIndex", "QueryAPI", "CLinux", "CBoxProbe", "mkds-load",
                "TestMedia", "CameraSimulator",
            ],
            swiftSettings: settings),
    ]
)
