// swift-tools-version: 6.2
import PackageDescription

/// Settings of every Swift target: STYLE.md, "held by the build, not by goodwill".
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

/// Everything but the drivers (floor 2): unsafe code does not build there without the word `unsafe`.
let fenced: [SwiftSetting] = strict + [.strictMemorySafety()]

let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let system: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypes: Target.Dependency = .product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTesting: Target.Dependency = .product(name: "HummingbirdTesting", package: "hummingbird")
let hummingbirdTLS: Target.Dependency = .product(name: "HummingbirdTLS", package: "hummingbird")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let jwt: Target.Dependency = .product(name: "JWTKit", package: "jwt-kit")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")

let package = Package(
    name: "habeas",
    platforms: [.macOS(.v26)],
    products: [.executable(name: "habeas", targets: ["habeas"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.1"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.4.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.0.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        // Floor 0: system libraries.
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CISAL", pkgConfig: "libisal", providers: [.apt(["libisal-dev"])]),
        .systemLibrary(name: "CLibcrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CLibarchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),
        // Floor 1: pure values.
        .target(name: "RightsCore", swiftSettings: fenced),
        .target(name: "DataMap", dependencies: ["RightsCore", yams], swiftSettings: fenced),
        .target(
            name: "LegalRules", dependencies: ["RightsCore", crypto, yams],
            resources: [.embedInCode("Calendars"), .embedInCode("Regimes"), .embedInCode("Retention")],
            swiftSettings: fenced),
        // Floor 2: drivers.
        .target(name: "PostgresAccess", dependencies: ["CLibpq", "DataMap"], swiftSettings: strict),
        .target(name: "RowEncoding", swiftSettings: strict),
        .target(
            name: "ArchiveFormat", dependencies: ["CISAL", "CLibarchive", "RightsCore", crypto], swiftSettings: strict),
        .target(name: "ObjectStore", dependencies: ["CLinux", crypto, system], swiftSettings: strict),
        .target(name: "PrivatePostgres", dependencies: [subprocess, system, crypto], swiftSettings: strict),
        .target(name: "MailTransport", dependencies: ["CCurl", "RightsCore"], swiftSettings: strict),
        // Floor 3: what must not be forgotten.
        .target(
            name: "AuditLedger",
            dependencies: ["CLibcrypto", "ObjectStore", "PostgresAccess", "RightsCore", crypto, cryptoExtras],
            swiftSettings: fenced),
        .target(
            name: "RequestLedger", dependencies: ["PostgresAccess", "RightsCore", crypto],
            resources: [.embedInCode("Migrations")], swiftSettings: fenced),
        .target(
            name: "SubjectAccess", dependencies: ["PostgresAccess", "DataMap", "RightsCore"], swiftSettings: fenced),
        .target(
            name: "ErasureLedger", dependencies: ["ObjectStore", "PostgresAccess", "RightsCore", crypto],
            swiftSettings: fenced),
        // Floor 4: engines.
        .target(
            name: "Erasing",
            dependencies: [
                "RightsCore", "DataMap", "PostgresAccess", "RowEncoding", "ArchiveFormat", "SubjectAccess",
                "ErasureLedger", "ObjectStore", crypto,
            ], resources: [.embedInCode("Companion")], swiftSettings: fenced),
        .target(
            name: "Exporting",
            dependencies: [
                "RightsCore", "DataMap", "PostgresAccess", "SubjectAccess", "RowEncoding", "ArchiveFormat",
                "ObjectStore",
            ], swiftSettings: fenced),
        .target(
            name: "BackupTruth",
            dependencies: [
                "RightsCore", "AuditLedger", "ErasureLedger", "ObjectStore", "PostgresAccess", "DataMap",
                "SubjectAccess", "PrivatePostgres", "RowEncoding",
                crypto, subprocess, system, yams,
            ], swiftSettings: fenced),
        .target(
            name: "Notifying",
            dependencies: [
                "MailTransport", "RightsCore", crypto, mustache, httpClient, nioCore, nioHTTP1,
            ],
            resources: [.embedInCode("Templates")], swiftSettings: fenced),
        // Floor 5: the engine that drives a request through its life.
        .target(
            name: "RightsEngine",
            dependencies: [
                "RightsCore", "DataMap", "LegalRules", "PostgresAccess", "ArchiveFormat", "ObjectStore",
                "MailTransport", "RequestLedger", "AuditLedger", "ErasureLedger", "SubjectAccess", "Exporting",
                "Erasing", "BackupTruth",
                "Notifying", crypto, lifecycle, logging,
                jwt, httpClient,
                nioCore, nioHTTP1,
            ], swiftSettings: fenced),
        // The demonstration product: generated people and files.
        .target(name: "DemoWorkspace", dependencies: ["PostgresAccess", crypto], swiftSettings: fenced),
        // Floor 6 and 7: the doors and the composition root.
        .target(
            name: "HabeasHTTP",
            dependencies: [
                "RightsCore", "PostgresAccess", "RightsEngine", "RequestLedger", "AuditLedger", "ErasureLedger",
                "Erasing",
                "Notifying", crypto, hummingbird,
                hummingbirdCore, hummingbirdTLS, httpTypes, lifecycle, nioCore, nioHTTP1, nioHTTPTypes, nioSSL,
                mustache, logging, jwt,
            ],
            resources: [.embedInCode("API/Description"), .embedInCode("Pages/Resources")], swiftSettings: fenced),
        .target(
            name: "HabeasCLI",
            dependencies: [
                "RightsCore", "DataMap", "LegalRules", "PostgresAccess", "ArchiveFormat", "ObjectStore", "AuditLedger",
                "ErasureLedger", "SubjectAccess", "Exporting", "Erasing", "PrivatePostgres", "DemoWorkspace",
                "RowEncoding", "HabeasHTTP", "RightsEngine", "BackupTruth",
                "RequestLedger",
                "MailTransport", "Notifying", httpClient, lifecycle, logging, nioCore, nioHTTP1, nioPosix, subprocess,
                crypto,
                arguments, configuration,
                system, yams,
            ], swiftSettings: fenced),
        .executableTarget(name: "habeas", dependencies: ["CLinux", "HabeasCLI"], swiftSettings: fenced),
        // What an erasure costs (Benchmarks/README.md).
        .executableTarget(
            name: "erasure-bench",
            dependencies: [
                "Erasing", "ErasureLedger", "SubjectAccess", "DataMap", "LegalRules", "PostgresAccess",
                "PrivatePostgres", "RightsCore", crypto, system,
            ], path: "Benchmarks/erasure", exclude: ["bench.sql", "bench.map.yaml"], swiftSettings: strict),
        // What finding the erased among many ids costs.
        .executableTarget(
            name: "replay-bench",
            dependencies: [
                "AuditLedger", "BackupTruth", "DataMap", "ErasureLedger", "PostgresAccess", "PrivatePostgres",
                "RightsCore", system,
            ], path: "Benchmarks/replay", swiftSettings: strict),
        // Tests.
        .target(
            name: "PostgresTestKit",
            dependencies: [
                "PostgresAccess", "PrivatePostgres", "DemoWorkspace", "DataMap", "Exporting", "Erasing", "LegalRules",
                "SubjectAccess", "RightsCore",
                "RightsEngine", subprocess, system,
            ],
            path: "Tests/PostgresTestKit", swiftSettings: strict),
        .testTarget(name: "RightsCoreTests", dependencies: ["RightsCore"], swiftSettings: strict),
        .testTarget(
            name: "LegalRulesTests", dependencies: ["LegalRules", "RightsCore", "PostgresTestKit", yams, subprocess],
            swiftSettings: strict),
        .testTarget(name: "DataMapTests", dependencies: ["DataMap", "RightsCore"], swiftSettings: strict),
        .testTarget(
            name: "PostgresAccessTests",
            dependencies: ["PostgresAccess", "PostgresTestKit", "PrivatePostgres", "DataMap", system],
            swiftSettings: strict),
        .testTarget(
            name: "PrivatePostgresTests",
            dependencies: ["PrivatePostgres", "PostgresAccess", "PostgresTestKit", system],
            swiftSettings: strict),
        .testTarget(
            name: "RowEncodingTests", dependencies: ["RowEncoding", "PostgresAccess", "PostgresTestKit", "DataMap"],
            swiftSettings: strict),
        .testTarget(
            name: "ObjectStoreTests",
            dependencies: ["ObjectStore", "AuditLedger", "PostgresTestKit", "RightsCore", crypto],
            swiftSettings: strict),
        .testTarget(
            name: "RequestLedgerTests",
            dependencies: ["RequestLedger", "AuditLedger", "PostgresAccess", "PostgresTestKit", "RightsCore", crypto],
            swiftSettings: strict),
        .testTarget(
            name: "AuditLedgerTests",
            dependencies: [
                "AuditLedger", "ObjectStore", "PostgresAccess", "PostgresTestKit", "RequestLedger", "RightsCore",
                crypto,
            ],
            swiftSettings: strict),
        .testTarget(
            name: "RightsEngineTests",
            dependencies: [
                "RightsEngine", "RequestLedger", "AuditLedger", "LegalRules", "RightsCore", "PostgresAccess",
                "ErasureLedger", "SubjectAccess", "Erasing", "BackupTruth", "PostgresTestKit", "ObjectStore",
                "Exporting",
                "DataMap",
                "ArchiveFormat", crypto, lifecycle, logging, system,
            ], swiftSettings: strict),
        .testTarget(
            name: "ArchiveFormatTests",
            dependencies: ["ArchiveFormat", "Exporting", "PostgresTestKit", "RightsCore", crypto],
            swiftSettings: strict),
        .testTarget(
            name: "ExportingTests",
            dependencies: [
                "Exporting", "SubjectAccess", "DataMap", "RightsCore", "PostgresAccess", "PostgresTestKit",
                "AuditLedger",
                "ObjectStore",
                "PrivatePostgres", "RowEncoding", "ArchiveFormat", "DemoWorkspace", system,
            ], swiftSettings: strict),
        .executableTarget(
            name: "LedgerWriter", dependencies: ["ErasureLedger", "RightsCore", crypto], path: "Tests/LedgerWriter",
            swiftSettings: strict),
        .testTarget(
            name: "ErasureLedgerTests",
            dependencies: ["ErasureLedger", "LedgerWriter", "PostgresTestKit", "RightsCore", crypto],
            swiftSettings: strict),
        .testTarget(
            name: "ErasingTests",
            dependencies: [
                "Erasing", "ErasureLedger", "SubjectAccess", "DataMap", "LegalRules", "RightsCore", "PostgresAccess",
                "PostgresTestKit", "AuditLedger", "ObjectStore", "PrivatePostgres", "DemoWorkspace", crypto, system,
            ], swiftSettings: strict),
        .testTarget(
            name: "BackupTruthTests",
            dependencies: [
                "habeas", "BackupTruth", "Erasing", "ErasureLedger", "RightsEngine", "SubjectAccess", "DataMap",
                "LegalRules",
                "RightsCore", "PostgresAccess", "PostgresTestKit", "AuditLedger", "ObjectStore", "PrivatePostgres",
                crypto, system, subprocess,
            ], swiftSettings: strict),
        .testTarget(
            name: "HabeasHTTPTests",
            dependencies: [
                "HabeasHTTP", "PostgresTestKit", "PostgresAccess", "RequestLedger", "RightsEngine", "AuditLedger",
                "RightsCore", "ObjectStore", "Notifying", "Erasing", "ErasureLedger", "SubjectAccess", "DataMap",
                "LegalRules", yams, hummingbird, hummingbirdCore, hummingbirdTesting, httpTypes,
                lifecycle, logging, nioCore, crypto,
            ], swiftSettings: strict),
        .testTarget(
            name: "MailTransportTests",
            dependencies: ["MailTransport", "RightsCore", "PostgresTestKit", subprocess, system],
            swiftSettings: strict),
        .testTarget(
            name: "NotifyingTests",
            dependencies: ["Notifying", "MailTransport", "RightsCore", "PostgresTestKit", subprocess, system],
            swiftSettings: strict),
        .testTarget(
            name: "HabeasCLITests",
            dependencies: [
                "HabeasCLI", "RightsEngine", "RequestLedger", "RightsCore", "Notifying", "MailTransport",
                "PostgresTestKit",
            ], swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["PostgresTestKit", "PostgresAccess", "PrivatePostgres", "habeas", crypto, system],
            swiftSettings: strict),
    ]
)
