import Attestation
import Foundation
import Testing

@Suite("Base 64")
struct Base64Tests {
    @Test(
        "agrees with the vectors of RFC 4648 §10",
        arguments: [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ]
    )
    func vectors(plain: String, text: String) {
        #expect(Base64.text(Array(plain.utf8)) == text)
        #expect(Base64.bytes(text.utf8) == Array(plain.utf8))
    }

    @Test(
        "is read in one way only",
        arguments: ["Zg", "Zg=", "Zh==", "Zm9=", "Zg==\n", " Zg==", "Zg==Zg==", "Z===", "====", "Zm8-", "=", "Zm 9v"]
    )
    func strict(text: String) { #expect(Base64.bytes(text.utf8) == nil) }

    @Test("takes either alphabet where DSSE asks for it, never both in one text")
    func alphabets() {
        let plain: [UInt8] = [0xfb, 0xff, 0xfe]
        #expect(Base64.bytesOfEitherAlphabet("+//+".utf8) == plain)
        #expect(Base64.bytesOfEitherAlphabet("-__-".utf8) == plain)
        #expect(Base64.bytesOfEitherAlphabet("-//-".utf8) == nil)
    }

    @Test("agrees with Foundation on every length", arguments: 0..<70)
    func lengths(count: Int) {
        let plain = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ count) }
        #expect(Base64.text(plain) == Data(plain).base64EncodedString())
        #expect(Base64.bytes(Base64.text(plain).utf8) == plain)
    }
}
