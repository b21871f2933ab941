import Attestation
import Testing

@Suite("The box of secrets")
struct SecretBoxTests {
    private let key = [UInt8](0..<32)

    @Test("opens the vector of NIST's GCM test case 16, which libcrypto did not make")
    func knownVector() throws {
        let key = bytes("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308")
        let plain = bytes(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"
        )
        let sealed = bytes(
            "cafebabefacedbaddecaf888522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"
        )
        let associated = bytes("feedfacedeadbeeffeedfacedeadbeefabaddad2")
        #expect(try #require(SecretBox(key: key)).open(sealed, associated: associated) == plain)
    }

    @Test("gives back what was sealed, each time under another nonce", arguments: [0, 1, 15, 16, 17, 5000])
    func roundTrip(count: Int) throws {
        let box = try #require(SecretBox(key: key))
        let plain = [UInt8](repeating: 7, count: count)
        let (one, two) = (try box.seal(plain, associated: [1]), try box.seal(plain, associated: [1]))
        #expect(one != two && one.count == count + 28)
        #expect(try box.open(one, associated: [1]) == plain)
        #expect(try box.open(two, associated: [1]) == plain)
    }

    @Test("refuses every changed bit, another place, another key and anything too short")
    func refusals() throws {
        let box = try #require(SecretBox(key: key))
        let sealed = try box.seal(Array("secret".utf8), associated: [1, 2])
        for place in sealed.indices {
            var changed = sealed
            changed[place] ^= 1
            #expect(throws: SecretBox.Failure.notGenuine) { try box.open(changed, associated: [1, 2]) }
        }
        #expect(throws: SecretBox.Failure.notGenuine) { try box.open(sealed, associated: [1]) }
        #expect(throws: SecretBox.Failure.notGenuine) { try box.open(Array(sealed.prefix(27)), associated: [1, 2]) }
        let other = try #require(SecretBox(key: [UInt8](repeating: 1, count: 32)))
        #expect(throws: SecretBox.Failure.notGenuine) { try other.open(sealed, associated: [1, 2]) }
        #expect(SecretBox(key: [1]) == nil)
        #expect(!"\(box)\(String(reflecting: box))".contains("31"))
    }
}
