import Attestation
import Testing

@Suite("SHA-256")
struct SHA256DigestTests {
    @Test(
        "agrees with the vectors of FIPS 180-4",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ]
    )
    func agreesWithVectors(text: String, digits: String) {
        #expect(SHA256Digest(of: text.utf8).description == "sha256:\(digits)")
    }

    @Test("is the same for pieces and for the whole")
    func isTheSameInPieces() {
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        var stream = SHA256Stream()
        for start in stride(from: 0, to: bytes.count, by: 777) {
            stream.update(Array(bytes[start..<min(start + 777, bytes.count)]))
        }
        #expect(stream.finish() == SHA256Digest(of: bytes))
    }

    @Test(
        "is read only in its one written form",
        arguments: [
            "", "sha256:", "sha256:abc", "SHA256:" + String(repeating: "0", count: 64),
            "sha256:" + String(repeating: "G", count: 64),
        ]
    )
    func isReadStrictly(text: String) {
        #expect(SHA256Digest(text) == nil)
        #expect(SHA256Digest(SHA256Digest(of: []).description) != nil)
    }
}
