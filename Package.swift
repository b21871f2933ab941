// swift-tools-version: 6.2
import PackageDescription

/// The rules every module is compiled under (`docs/decisions/0002-house-rules.md`).
let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")

/// A door to a C library: a module map and thin inline shims, no logic.
func door(_ name: String, _ pkgConfig: String, _ debianPackage: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([debianPackage])])
}

/// A module of the house; `uses` are the only modules it may import.
func room(_ name: String, uses: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: uses, swiftSettings: house)
}

/// The tests of a module, in the folder that bears the module's name.
func tests(_ name: String, uses: [Target.Dependency] = [], resources: [Resource]? = nil) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: uses,
        path: "Tests/\(name)",
        resources: resources,
        swiftSettings: house
    )
}

let package = Package(
    name: "farfield",
    products: [.executable(name: "farfield", targets: ["farfield"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-async-algorithms", exact: "1.1.4"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        // Floor 0: doors to the C libraries, and plain values.
        door("CSSH2", "libssh2", "libssh2-1-dev"),
        door("CPQ", "libpq", "libpq-dev"),
        door("CCurl", "libcurl", "libcurl4-openssl-dev"),
        door("COpenSSL", "libcrypto", "libssl-dev"),
        door("CP11Kit", "p11-kit-1", "libp11-kit-dev"),
        room("Documents", uses: ["Yams"]),
        // Floor 1: one outside world each.
        room("SSHClient", uses: ["CSSH2", "COpenSSL", logging]),
        room("CurlClient", uses: ["CCurl", "COpenSSL"]),
        room("Storage", uses: ["CPQ", logging, metrics, .product(name: "GRDB", package: "GRDB.swift")]),
        room("Attestation", uses: ["COpenSSL", "CP11Kit", "Documents"]),
        // Floor 2: languages and mechanisms.
        room("TaskQueue", uses: ["Storage", logging, metrics, lifecycle]),
        room("Slurm", uses: [.product(name: "Mustache", package: "swift-mustache")]),
        room("Comparison", uses: ["Documents", "Attestation"]),
        room("LanguageModels", uses: ["Attestation", "CurlClient", "Documents", logging, metrics, lifecycle]),
        room("RadioSky", uses: ["Attestation", "Documents"]),
        // Floor 3: the spine.
        .target(
            name: "Gateway",
            dependencies: [
                "Attestation", "CurlClient", "Documents", "LanguageModels", "SSHClient", "Slurm", "Storage",
                "TaskQueue",
                logging, metrics, lifecycle,
            ],
            resources: [.embedInCode("Jobs/Manifest/job_manifest_schema.json")],
            swiftSettings: house
        ),
        // Floor 4: the wings.
        room(
            "Provenance",
            uses: [
                "Attestation", "Comparison", "CurlClient", "Documents", "Gateway", "Slurm", "Storage", "TaskQueue",
                logging,
                metrics,
            ]
        ),
        room(
            "Simulator",
            uses: [
                "Attestation", "Documents", "Gateway", "LanguageModels", "RadioSky", "SSHClient", "Slurm", "Storage",
                "TaskQueue", logging, metrics, lifecycle,
            ]
        ),
        // Floor 5: the face.
        .target(
            name: "GatewayHTTP",
            dependencies: [
                "Attestation", "CurlClient", "Documents", "Gateway", "Provenance", "SSHClient", "TaskQueue", logging,
                lifecycle, signals,
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "AsyncAlgorithms", package: "swift-async-algorithms"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
            ],
            resources: [.embedInCode("OpenAPI/openapi.json")],
            swiftSettings: house
        ),
        // Floor 6: the command.
        .executableTarget(
            name: "farfield",
            dependencies: [
                "Attestation", "CurlClient", "Documents", "Gateway", "GatewayHTTP", "Provenance", "Simulator",
                "Storage",
                logging, lifecycle, signals,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: house
        ),
        // What scripts/bench compares with.
        .executableTarget(
            name: "BareRoute",
            dependencies: [logging, .product(name: "Hummingbird", package: "hummingbird")],
            path: "Benchmarks/BareRoute",
            swiftSettings: house
        ),
        .executableTarget(
            name: "Transfer",
            dependencies: ["SSHClient", logging],
            path: "Benchmarks/Transfer",
            swiftSettings: house
        ),
        // Tests: what they share, one target per module, then the whole.
        .target(name: "TestSupport", path: "Tests/Support", swiftSettings: house),
        tests("Documents", uses: ["Documents"]),
        tests("SSHClient", uses: ["SSHClient", "TestSupport", logging]),
        tests("CurlClient", uses: ["CurlClient", "TestSupport"], resources: [.copy("Fixtures")]),
        tests("Storage", uses: ["Storage", logging]),
        tests("Attestation", uses: ["Attestation", "Documents"]),
        tests("TaskQueue", uses: ["TaskQueue", "Storage", logging, lifecycle]),
        tests("Slurm", uses: ["Slurm", "TestSupport"]),
        tests(
            "Comparison",
            uses: ["Comparison", "Documents", "Attestation", "TestSupport"],
            resources: [.copy("Fixtures")]
        ),
        tests(
            "LanguageModels",
            uses: ["LanguageModels", "Attestation", "CurlClient", "Documents", "TestSupport", logging],
            resources: [.copy("Fixtures")]
        ),
        tests("RadioSky", uses: ["RadioSky", "Documents", "TestSupport"], resources: [.copy("Fixtures")]),
        tests(
            "Simulator",
            uses: [
                "Simulator", "Attestation", "CurlClient", "Documents", "Gateway", "LanguageModels", "RadioSky", "Slurm",
                "Storage", "TaskQueue", "TestSupport", logging, lifecycle,
            ]
        ),
        tests(
            "Gateway",
            uses: [
                "Gateway", "Attestation", "CurlClient", "Documents", "LanguageModels", "SSHClient", "Slurm", "Storage",
                "TaskQueue",
                logging,
            ]
        ),
        tests(
            "GatewayHTTP",
            uses: [
                "GatewayHTTP", "Gateway", "Documents", "Provenance", logging,
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
            ]
        ),
        tests(
            "Provenance",
            uses: [
                "Provenance", "Attestation", "Comparison", "Documents", "Gateway", "Slurm", "Storage", "TaskQueue",
                "TestSupport", logging,
            ],
            resources: [.copy("Fixtures")]
        ),
        tests(
            "Integration",
            uses: ["Attestation", "Documents", "CurlClient", "Gateway", "Storage", "TestSupport", logging],
            resources: [.copy("Fixtures")]
        ),
        tests("HouseRules"),
    ]
)
