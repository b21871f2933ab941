import CurlClient
import Documents
import Foundation
import Synchronization
import Testing

/// Secrets that are planted, and everything in which none of them may be found.
final class Canaries: Sendable {
    private struct State {
        var secrets: [String: String] = [:]
        var texts: [String: Set<[UInt8]>] = [:]
    }

    /// A place where a secret was found.
    struct Sighting: Hashable, CustomStringConvertible {
        let secret: String
        let place: String
        var description: String { "\(secret) in \(place)" }
    }

    let folder = NSTemporaryDirectory() + "farfield-canaries-" + UUID().uuidString
    private let state = Mutex(State())

    init() throws {
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Makes a secret that is nowhere else in the world.
    func plant(_ name: String) -> String {
        let secret = "canary-\(name)-" + UUID().uuidString.filter { $0 != "-" }
        note(name, secret)
        return secret
    }

    /// Takes note of a secret that somebody else made.
    func note(_ name: String, _ secret: String) { state.withLock { $0.secrets[name] = secret } }

    /// The secret of that name; empty when there is none.
    func secret(_ name: String) -> String { state.withLock { $0.secrets[name] ?? "" } }

    /// Makes a secret and puts it into a file of its own.
    ///
    /// - Returns: the file's path.
    func file(_ name: String, _ text: (String) -> String = { $0 }) throws -> String {
        let path = "\(folder)/\(name)"
        let content = Data((text(plant(name)) + "\n").utf8)
        _ = FileManager.default.createFile(atPath: path, contents: content, attributes: [.posixPermissions: 0o600])
        return path
    }

    /// Keeps something that was seen.
    func see(_ place: String, _ text: some Sequence<UInt8>) {
        let bytes = Array(text)
        _ = state.withLock { $0.texts[place, default: []].insert(bytes) }
    }

    /// Keeps an answer whole, with its header fields.
    @discardableResult
    func see(_ place: String, _ answer: API.Answer) -> API.Answer {
        see("answer to " + place, answer.bytes + Array("\n\(answer.headers)".utf8))
        return answer
    }

    /// Keeps every file below a folder.
    func see(filesOf root: String, _ place: String) {
        for path in FileManager.default.enumerator(atPath: root)?.compactMap({ $0 as? String }) ?? [] {
            guard let data = FileManager.default.contents(atPath: "\(root)/\(path)") else { continue }
            see("\(place)/\(path)", data)
        }
    }

    /// Keeps the arguments and variables of a process and of everything that descends from it.
    func see(process: Int32) {
        var open = [process]
        while let next = open.popLast() {
            for file in ["cmdline", "environ"] {
                guard let data = try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(next)/\(file)")) else { continue }
                see("/proc/PID/\(file)", data)
            }
            let children = try? String(contentsOfFile: "/proc/\(next)/task/\(next)/children", encoding: .utf8)
            open += (children ?? "").split(separator: " ").compactMap { Int32($0) }
        }
    }

    /// Where which secret was found, as it is or in base64 or hexadecimal.
    var sightings: Set<Sighting> {
        let (secrets, texts) = state.withLock { ($0.secrets, $0.texts) }
        var found: Set<Sighting> = []
        for (name, secret) in secrets {
            let bytes = Data(secret.utf8)
            // What base64 makes of it depends on where it begins: the middle is the same from each third byte on.
            let middles = (0..<3).map { bytes.dropFirst($0).prefix(24).base64EncodedString() }
            let forms = [secret, bytes.map { String(format: "%02x", $0) }.joined()] + middles
            for (place, seen) in texts where seen.contains(where: { Self.any(forms, in: $0) }) {
                found.insert(Sighting(secret: name, place: place))
            }
        }
        return found
    }

    private static func any(_ forms: [String], in text: [UInt8]) -> Bool {
        let data = Data(text)
        return forms.contains { data.range(of: Data($0.utf8)) != nil }
    }
}
