/// What a probe measured of one camera: observations only. What they mean is judged elsewhere (`ProbeFindings`).
///
/// Texts in it come from the camera; whoever shows them makes them harmless.
package struct ProbeFacts: Hashable, Codable, Sendable {
    /// When the probe ended, server's clock.
    package var time: UTCTime
    /// Nil for a file.
    package var reach: Reach?
    /// What an encrypted camera showed.
    package var certificate: Certificate?
    /// How the camera asks who one is; empty when it did not ask.
    package var authentication: [Authentication] = []
    /// Whether user name and password were given.
    package var hadLogin = false
    /// All streams offered, as announced.
    package var tracks: [Track] = []
    package var video: Video?
    package var clock: Clock?
    package var cost: Cost?
    package var scene: Scene?
    /// What its ONVIF device services say; nil where it offers none at the usual address.
    package var device: DeviceDescription?
    /// Why the probe could not go on; nil when all was seen.
    package var failure: Failure?

    package init(time: UTCTime) {
        self.time = time
    }

    /// The way to the camera.
    package struct Reach: Hashable, Codable, Sendable {
        /// What the host's name stands for, at most four.
        package var addresses: [String] = []
        package var resolveMilliseconds: Double = 0
        /// To the first address that took the connection; nil where none did or connections are not knocked for.
        package var connectMilliseconds: Double?
        package var trouble: Trouble?

        package init() {}

        package enum Trouble: String, CaseIterable, Codable, Sendable {
            case nameUnknown = "name-unknown"
            /// The address lies outside the networks in which cameras may be.
            case notAllowed = "not-allowed"
            case noRoute = "no-route"
            case refused
            case silent
        }

        package enum CodingKeys: String, CodingKey, CaseIterable {
            case addresses, trouble
            case resolveMilliseconds = "resolve_ms"
            case connectMilliseconds = "connect_ms"
        }
    }

    /// A camera's own certificate.
    package struct Certificate: Hashable, Codable, Sendable {
        package var fingerprint: CertificateFingerprint
        /// One line, RFC 2253.
        package var subject: String
        package var issuer: String
        package var notBefore: UTCTime?
        package var notAfter: UTCTime?
        package var selfSigned: Bool
        /// Whether it is made out to the host of the URL.
        package var namesHost: Bool
        /// Whether it is what was set as trust; nil when nothing was set.
        package var trusted: Bool?

        package init(
            fingerprint: CertificateFingerprint, subject: String, issuer: String, notBefore: UTCTime?,
            notAfter: UTCTime?, selfSigned: Bool, namesHost: Bool, trusted: Bool? = nil
        ) {
            self.fingerprint = fingerprint
            self.subject = subject
            self.issuer = issuer
            self.notBefore = notBefore
            self.notAfter = notAfter
            self.selfSigned = selfSigned
            self.namesHost = namesHost
            self.trusted = trusted
        }

        package enum CodingKeys: String, CodingKey, CaseIterable {
            case fingerprint, subject, issuer, trusted
            case notBefore = "not_before"
            case notAfter = "not_after"
            case selfSigned = "self_signed"
            case namesHost = "names_host"
        }
    }

    /// RFC 7617 and RFC 7616; the digest by MD5 or by SHA-256.
    package enum Authentication: String, CaseIterable, Codable, Sendable {
        case basic
        case digest
        case digestSHA256 = "digest-sha256"
    }

    /// One stream as announced.
    package struct Track: Hashable, Codable, Sendable {
        package var kind: Kind
        /// `H264`, `MPEG4-GENERIC`, `VND.ONVIF.METADATA`, …; at most 40 characters.
        package var encoding: String

        package init(kind: Kind, encoding: String) {
            self.kind = kind
            self.encoding = encoding
        }

        package enum Kind: String, CaseIterable, Codable, Sendable {
            case video, audio, metadata, other
        }
    }

    /// The video that was watched.
    package struct Video: Hashable, Codable, Sendable {
        package var codec: String
        package var profile: String
        package var width: Int
        package var height: Int
        /// Pictures a second, measured.
        package var frameRate: Double
        /// As announced; nil where nothing was.
        package var announcedRate: Double?
        /// Bits a second.
        package var bitRate: Double
        package var keyframes: Int
        /// Distance of keyframes, seconds; nil with fewer than two of them.
        package var keyframeMedian: Double?
        package var keyframeShortest: Double?
        package var keyframeLongest: Double?
        package var packets: Int
        package var seconds: Double
        /// Pictures of which only a part arrived or decoded.
        package var damaged: Int
        /// RTP packets that were missing.
        package var missing: Int
        package var sizeChanges: Int
        /// From asking for the stream to its description.
        package var openMilliseconds: Double
        /// From asking for the stream to the first whole picture; nil when none came.
        package var firstPictureMilliseconds: Double?

        package init(codec: String) {
            self.codec = codec
            profile = ""
            (width, height, frameRate, bitRate, keyframes, packets) = (0, 0, 0, 0, 0, 0)
            (seconds, damaged, missing, sizeChanges, openMilliseconds) = (0, 0, 0, 0, 0)
        }

        package enum CodingKeys: String, CodingKey, CaseIterable {
            case codec, profile, width, height, keyframes, packets, seconds, damaged, missing
            case frameRate = "frame_rate"
            case announcedRate = "announced_rate"
            case bitRate = "bit_rate"
            case keyframeMedian = "keyframe_median_s"
            case keyframeShortest = "keyframe_shortest_s"
            case keyframeLongest = "keyframe_longest_s"
            case sizeChanges = "size_changes"
            case openMilliseconds = "open_ms"
            case firstPictureMilliseconds = "first_picture_ms"
        }
    }

    /// What the clocks said.
    package struct Clock: Hashable, Codable, Sendable {
        package var source: ClockSource
        /// Camera clock minus server clock; nil when the camera told no time.
        package var offsetMilliseconds: Double?
        /// Half-width of the interval that holds the truth.
        package var uncertaintyMilliseconds: Double?

        package init(source: ClockSource, offsetMilliseconds: Double?, uncertaintyMilliseconds: Double?) {
            self.source = source
            self.offsetMilliseconds = offsetMilliseconds
            self.uncertaintyMilliseconds = uncertaintyMilliseconds
        }

        package enum CodingKeys: String, CodingKey, CaseIterable {
            case source
            case offsetMilliseconds = "offset_ms"
            case uncertaintyMilliseconds = "uncertainty_ms"
        }
    }

    /// What reading, decoding and analysing took, as a capture process does it.
    package struct Cost: Hashable, Codable, Sendable {
        /// CPU time for a second of video, all of the process.
        package var cpuMilliseconds: Double
        /// Memory the camera took beyond the process's own, MiB.
        package var memoryMiB: Double
        /// Pictures looked at for motion.
        package var analysed: Int

        package init(cpuMilliseconds: Double, memoryMiB: Double, analysed: Int) {
            self.cpuMilliseconds = cpuMilliseconds
            self.memoryMiB = memoryMiB
            self.analysed = analysed
        }

        package enum CodingKeys: String, CodingKey, CaseIterable {
            case analysed
            case cpuMilliseconds = "cpu_ms_per_s"
            case memoryMiB = "memory_mib"
        }
    }

    /// What the pictures showed.
    package struct Scene: Hashable, Codable, Sendable {
        /// ``SightTrouble/dark`` or ``SightTrouble/bright`` in most of the looks, ``SightTrouble/frozen`` or
        /// ``SightTrouble/looped``; nothing else can be told without knowing the scene.
        package var troubles: [SightTrouble]
        /// Motion events that began meanwhile.
        package var motions: Int

        package init(troubles: [SightTrouble], motions: Int) {
            self.troubles = troubles
            self.motions = motions
        }
    }

    /// The end before the end.
    package struct Failure: Hashable, Codable, Sendable {
        package var stage: ProbeStage
        /// A ``HealthTopic``.
        package var reason: String
        /// An English sentence without a full stop.
        package var detail: String

        package init(stage: ProbeStage, reason: String, detail: String) {
            self.stage = stage
            self.reason = reason
            self.detail = detail
        }
    }

    package enum CodingKeys: String, CodingKey, CaseIterable {
        case time, reach, certificate, authentication, tracks, video, clock, cost, scene, device, failure
        case hadLogin = "had_login"
    }
}

extension CertificateFingerprint: Codable {
    package init(from decoder: any Decoder) throws {
        guard let value = CertificateFingerprint(try decoder.singleValueContainer().decode(String.self)) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "no SHA-256 fingerprint"))
        }
        self = value
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
