internal import Attestation
internal import Gateway

/// A policy as somebody writes it, with names of files and keys still to be read.
package struct VerificationDemands: Sendable, Hashable {
    /// Public keys: files in PEM, or key ids that the history of keys tells.
    package var keys: [String] = []
    /// Files with histories of keys (`keys.json`) that are trusted.
    package var keyHistories: [String] = []
    /// The gateway's address, a site's, or `any`.
    package var identity: String?
    /// Keys of logs in the form of C2SP signed-note.
    package var logKeys: [String] = []
    /// Whether a proof of the log must be there.
    package var requiresLog = false
    /// Keys of witnesses in the form of C2SP signed-note.
    package var witnesses: [String] = []
    /// How many of them must have signed.
    package var quorum = 0
    /// Whether the crate and all files must be there.
    package var requiresFiles = false
    /// How old a status may be, such as `1d`; nil when none is demanded.
    package var statusAge: String?
    /// The ways an analysis may stand.
    package var acceptedStatus: Set<RecordStatus.Kind> = [.current, .updated]

    /// No demand.
    package init() {}

    /// The same with names of files resolved; key ids stay.
    ///
    /// - Parameter place: where a named file is.
    /// - Returns: the demands.
    package func resolved(_ place: (_ name: String) -> String) -> VerificationDemands {
        var demands = self
        demands.keys = keys.map { Self.isKeyID($0) ? $0 : place($0) }
        demands.keyHistories = keyHistories.map(place)
        return demands
    }

    private static func isKeyID(_ word: String) -> Bool { word.wholeMatch(of: /[0-9a-f]{8,64}/) != nil }

    /// The policy.
    ///
    /// - Parameter read: reads a file; nil when it is not there.
    /// - Returns: the policy with all keys read.
    /// - Throws: ``VerificationDemandFault``.
    package func policy(read: (_ path: String) -> [UInt8]?) throws(VerificationDemandFault) -> VerificationPolicy {
        var histories: [PublishedKeys] = []
        for path in keyHistories { histories.append(try Self.history(path, read)) }
        do {
            return try VerificationPolicy(
                keys: try manifestKeys(histories.flatMap(\.manifestKeys), read),
                identity: identity.map { $0 == "any" ? .anybodyWithTheKeys : .url($0) },
                logKeys: try logKeys(histories.flatMap(\.logKeys)),
                requiresLog: requiresLog,
                witnesses: try witnesses.map { try Self.verifierKey($0) },
                quorum: quorum,
                requiresFiles: requiresFiles,
                status: try statusAge.map { .init(largestAge: try Self.seconds($0)) },
                acceptedStatus: acceptedStatus
            )
        } catch let fault as VerificationDemandFault {
            throw fault
        } catch {
            throw VerificationDemandFault("\(error)")
        }
    }

    /// The keys of logs alone, for whoever reads a log and no record.
    ///
    /// - Parameter read: reads a file; nil when it is not there.
    /// - Returns: the keys.
    /// - Throws: ``VerificationDemandFault``.
    package func trustedLogKeys(read: (_ path: String) -> [UInt8]?) throws(VerificationDemandFault) -> [TrustedLogKey] {
        var histories: [PublishedKeys] = []
        for path in keyHistories { histories.append(try Self.history(path, read)) }
        return try logKeys(histories.flatMap(\.logKeys))
    }

    private static func history(
        _ path: String,
        _ read: (_ path: String) -> [UInt8]?
    ) throws(VerificationDemandFault) -> PublishedKeys {
        guard let bytes = read(path) else { throw VerificationDemandFault("there is no file \(path) with keys") }
        do {
            return try PublishedKeys(bytes: bytes)
        } catch {
            throw VerificationDemandFault("\(path): \(error)")
        }
    }

    /// The named keys, or all of the histories when none is named; a history tells their times.
    private func manifestKeys(
        _ known: [TrustedKey],
        _ read: (_ path: String) -> [UInt8]?
    ) throws(VerificationDemandFault) -> [TrustedKey] {
        guard !keys.isEmpty else { return known }
        var found: [TrustedKey] = []
        for word in keys {
            if Self.isKeyID(word) {
                let same = known.filter { $0.publicKey.keyID.hasPrefix(word) }
                guard same.count == 1 else {
                    let reason = same.isEmpty ? "no key" : "several keys"
                    throw VerificationDemandFault("\(word) names \(reason) of the key histories that were given")
                }
                found += same
                continue
            }
            guard let bytes = read(word) else { throw VerificationDemandFault("there is no file \(word) with a key") }
            do {
                let key = try Ed25519PublicKey(pem: bytes)
                found.append(known.first { $0.publicKey == key } ?? TrustedKey(key))
            } catch {
                throw VerificationDemandFault("\(word): \(error)")
            }
        }
        return found
    }

    private func logKeys(_ known: [TrustedLogKey]) throws(VerificationDemandFault) -> [TrustedLogKey] {
        guard !logKeys.isEmpty else { return known }
        var found: [TrustedLogKey] = []
        for text in logKeys {
            let key = try Self.verifierKey(text)
            found.append(known.first { $0.key == key } ?? TrustedLogKey(key))
        }
        return found
    }

    private static func verifierKey(_ text: String) throws(VerificationDemandFault) -> VerifierKey {
        do {
            return try VerifierKey(text: text)
        } catch {
            throw VerificationDemandFault("\(text): \(error)")
        }
    }

    private static func seconds(_ text: String) throws(VerificationDemandFault) -> Int64 {
        guard let duration = StoragePolicy.retention(text) else {
            throw VerificationDemandFault("'\(text)' is not a duration such as 90d, 12h or 1d12h")
        }
        return duration.components.seconds
    }
}

/// Why a policy cannot be made of what somebody wrote.
package struct VerificationDemandFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong.
    package let description: String

    init(_ description: String) { self.description = description }
}
