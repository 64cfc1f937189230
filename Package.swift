// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    // Not in release: whole modules at once, the compiler takes glibc's types for members of whichever module it met first.
    .enableUpcomingFeature("MemberImportVisibility", .when(configuration: .debug)),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "intake",
    products: [.executable(name: "intake", targets: ["Gateway"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.34.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(name: "CFiles"),
        .systemLibrary(name: "CMime", pkgConfig: "gmime-3.0", providers: [.apt(["libgmime-3.0-dev"])]),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CXML", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
        .target(
            name: "Intake",
            dependencies: [
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                "Yams",
            ],
            exclude: ["Intake.docc"],
            swiftSettings: strict),
        .target(
            name: "Storage",
            dependencies: [
                "Intake", "CPostgres",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: strict),
        .executableTarget(
            name: "Gateway",
            dependencies: [
                "Intake", "Storage", "CCurl", "CFiles", "CMime", "CXML",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOExtras", package: "swift-nio-extras"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: strict),
        .target(name: "Servers", dependencies: ["Intake", "Storage"], path: "Tests/Servers", swiftSettings: strict),
        .testTarget(
            name: "IntakeTests",
            dependencies: ["Intake", .product(name: "Crypto", package: "swift-crypto")], swiftSettings: strict),
        .testTarget(
            name: "StorageTests",
            dependencies: ["Intake", "Servers", "Storage", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: strict),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "Gateway", "Intake", "Servers", "Storage", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
            ], swiftSettings: strict),
    ]
)

// The bare program that deploy/bench measures us against; nothing else builds it.
if Context.environment["INTAKE_BENCH"] != nil {
    package.targets.append(
        .executableTarget(
            name: "Floor",
            dependencies: [
                .product(name: "GRDB", package: "GRDB.swift"), .product(name: "Hummingbird", package: "hummingbird"),
            ],
            path: "Tests/Bench/Floor"))
}

// The measuring of deploy/score: data that is not part of the repository, so no part of the normal tests either.
if Context.environment["SCORE_DATA"] != nil {
    package.targets.append(
        .testTarget(
            name: "Scores",
            dependencies: ["Gateway", "Intake", .product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: strict))
}

// The fuzzer of deploy/fuzz: the core and the readers of Gateway, without the web server around them, watched by libFuzzer.
// Fast code in a debug build: the packages we use are neither watched nor optimised.
if Context.environment["INTAKE_FUZZ"] != nil {
    let watched = strict + [.unsafeFlags(["-sanitize=fuzzer", "-O"])]
    package.products = []
    package.targets.removeAll { !["CCurl", "CMime", "CXML", "Intake"].contains($0.name) }
    for target in package.targets where target.name == "Intake" { target.swiftSettings = watched }
    let channels = [
        "API/InstantUTC.swift", "Base64.swift", "Client.swift", "FileDrop/CallFacts.swift",
        "FileDrop/CallIdentity.swift",
        "FileDrop/CallReading.swift", "FileDrop/CallReport.swift", "FileDrop/CallTime.swift", "FileDrop/DropFile.swift",
        "FileDrop/Folder/DropName.swift", "FileDrop/Folder/KeptName.swift", "FileDrop/Formats", "FileDrop/Scan.swift",
        "FileDrop/SideRules.swift", "FileDrop/Sides.swift", "FileDrop/Speech.swift", "FileDrop/SpeechTime.swift",
        "FileDrop/SpokenWords.swift",
        "FileDrop/TextBytes.swift", "FileDrop/Transcript.swift", "FileDrop/TranscriptReader.swift",
        "FileDrop/Unreadable.swift", "FlatXML.swift", "Form/FileKind.swift", "Form/FileName.swift",
        "Form/Multipart.swift", "JSONReader.swift", "JSONValue.swift", "Mailbox/ImapDialogue.swift",
        "Mailbox/ImapReply.swift", "Mailbox/ImapText.swift", "Query.swift", "WeChat/TencentEnvelope.swift",
        "WeChat/WeChatAnswer.swift", "WeChat/WeChatMessage.swift", "WeChat/WeChatToken.swift",
        "Webhook/FieldProblem.swift",
        "Webhook/FieldReader.swift", "Webhook/InstantText.swift", "Webhook/RemoteFile.swift",
        "Webhook/StandardWebhooks.swift", "Webhook/SubmissionForm.swift", "Webhook/WebhookBody.swift",
        "Webhook/WebhookKey.swift",
    ]
    package.targets += [
        .target(
            name: "Gateway",
            dependencies: [
                "Intake", "CCurl", "CMime", "CXML", .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ],
            sources: ["Mime", "Net/Egress.swift", "Net/NetAddress.swift", "Net/RetryAfter.swift"]
                + ["Pages/LookupCode.swift", "Screening/ClamdReply.swift"] + channels.map { "Channels/\($0)" },
            swiftSettings: watched),
        .executableTarget(
            name: "Fuzz",
            dependencies: ["Gateway", "Intake", .product(name: "CryptoExtras", package: "swift-crypto")],
            path: "Tests/Fuzz", exclude: ["Inputs", "Words"], swiftSettings: watched,
            linkerSettings: [.unsafeFlags(["-sanitize=fuzzer"])]),
    ]
}
