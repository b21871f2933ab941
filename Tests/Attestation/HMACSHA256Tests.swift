import Testing

@testable import Attestation

@Suite("HMAC-SHA256") struct HMACSHA256Tests {
    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test("gives the codes of RFC 4231, cases 1, 2 and 6")
    func vectors() {
        let first = HMACSHA256.code(of: "Hi There".utf8, key: [UInt8](repeating: 0x0b, count: 20))
        #expect(hexadecimal(first) == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
        let second = HMACSHA256.code(of: "what do ya want for nothing?".utf8, key: Array("Jefe".utf8))
        #expect(hexadecimal(second) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        let long = [UInt8](repeating: 0xaa, count: 131)
        let sixth = HMACSHA256.code(of: "Test Using Larger Than Block-Size Key - Hash Key First".utf8, key: long)
        #expect(hexadecimal(sixth) == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    }
}
