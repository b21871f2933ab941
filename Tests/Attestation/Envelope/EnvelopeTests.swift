import Attestation
import Testing

@Suite("Envelopes (DSSE 1.0.2)")
struct EnvelopeTests {
    private let type = "http://example.com/HelloWorld"
    private let payload = Array("hello world".utf8)

    @Test("what is signed is the encoding of the protocol's example")
    func preAuthenticationEncoding() {
        let envelope = Envelope(payloadType: type, payload: payload)
        let expected = "DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        #expect(envelope.preAuthenticationEncoding == Array(expected.utf8))
        let empty = Envelope(payloadType: "é", payload: [])
        #expect(empty.preAuthenticationEncoding == Array("DSSEv1 2 é 0 ".utf8))
    }

    @Test("the signature and the text are those of the known key")
    func signs() throws {
        let envelope = try Envelope.signed(payloadType: type, payload: payload, by: KnownKeys.signer(1))
        let signature =
            "4DHX3Zn4qpBKvEj7maE8O9u9bjXEnPLLnyXVUJ2PXJR8DSLcL3QDpFvfJOj3pB/SPHsl6Jg4boxsMb6KvuYABw=="
        let keyID = "74c181c7ad8a0855d4b55e44d2ba87aabdddb196832571f15f92fece332e4916"
        #expect(
            envelope.json == #"{"payload":"aGVsbG8gd29ybGQ=","payloadType":"http://example.com/HelloWorld","#
                + #""signatures":[{"keyid":"\#(keyID)","sig":"\#(signature)"}]}"#
        )
        #expect(try Envelope(json: envelope.json.utf8) == envelope)
    }

    @Test("reads the protocol's own example, whose signature is by a key of another kind")
    func readsExample() throws {
        let text = """
            {"payload": "aGVsbG8gd29ybGQ=",
             "payloadType": "http://example.com/HelloWorld",
             "signatures": [{"sig": "A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA=="}]}
            """
        let envelope = try Envelope(json: text.utf8)
        #expect(envelope.payload == payload)
        #expect(envelope.signatures.map(\.keyID) == [""])
        #expect(try envelope.verified(by: [KnownKeys.signer(1).publicKey]).isEmpty)
    }

    @Test("tells which of the given keys signed, in the order given")
    func verifies() throws {
        let (first, second, third) = try (KnownKeys.signer(1), KnownKeys.signer(2), KnownKeys.signer(3))
        let envelope = try Envelope.signed(payloadType: type, payload: payload, by: first).signed(by: third)
        let keys = [third, second, first, third].map(\.publicKey)
        #expect(envelope.verified(by: keys) == [third.publicKey, first.publicKey])
        #expect(envelope.verified(by: [second.publicKey]).isEmpty)
        #expect(envelope.verified(by: []).isEmpty)
    }

    @Test("a key id proves nothing and hides nothing")
    func keyIDIsAHint() throws {
        let (first, second) = try (KnownKeys.signer(1), KnownKeys.signer(2))
        let signed = try Envelope.signed(payloadType: type, payload: payload, by: first)
        let bytes = try #require(signed.signatures.first).bytes
        for keyID in ["", "unknown", second.publicKey.keyID] {
            let envelope = Envelope(
                payloadType: type,
                payload: payload,
                signatures: [
                    .init(keyID: first.publicKey.keyID, bytes: [1, 2]), .init(keyID: keyID, bytes: bytes),
                ]
            )
            #expect(envelope.verified(by: [first.publicKey, second.publicKey]) == [first.publicKey])
        }
    }

    @Test("a signature holds for these bytes of this type only")
    func bindsTypeAndPayload() throws {
        let signer = try KnownKeys.signer(1)
        let signed = try Envelope.signed(payloadType: type, payload: payload, by: signer)
        let others = [(type + " ", payload), (type, payload + [0]), ("", Array(type.utf8) + payload), (type, [])]
        for (type, payload) in others {
            let envelope = Envelope(payloadType: type, payload: payload, signatures: signed.signatures)
            #expect(envelope.verified(by: [signer.publicKey]).isEmpty)
        }
    }

    @Test("unknown members are ignored, URL-safe Base 64 is taken")
    func tolerates() throws {
        let text = #"""
            {"x":{"payload":[1,null,{"y":-1.5e3}]},"payload":"-__-","payloadType":"t","signatures":
            [{"sig":"_-8=","keyid":"k","extra":true}],"payloads":1}
            """#
        let envelope = try Envelope(json: text.utf8)
        #expect(envelope.payload == [0xfb, 0xff, 0xfe])
        #expect(envelope.signatures == [.init(keyID: "k", bytes: [0xff, 0xef])])
    }

    @Test(
        "says where an envelope is wrong",
        arguments: [
            (#"[]"#, ""), (#"{"payloadType":"t","signatures":[{"sig":"AA=="}]}"#, "/payload"),
            (#"{"payload":"AA","payloadType":"t","signatures":[{"sig":"AA=="}]}"#, "/payload"),
            (#"{"payload":"AB==","payloadType":"t","signatures":[{"sig":"AA=="}]}"#, "/payload"),
            (#"{"payload":"AA==","payloadType":"","signatures":[{"sig":"AA=="}]}"#, "/payloadType"),
            (#"{"payload":"AA==","payloadType":1,"signatures":[{"sig":"AA=="}]}"#, "/payloadType"),
            (#"{"payload":"AA==","payloadType":"t","signatures":[]}"#, "/signatures"),
            (#"{"payload":"AA==","payloadType":"t","signatures":[{"sig":"AA=="},7]}"#, "/signatures/1"),
            (#"{"payload":"AA==","payloadType":"t","signatures":[{"keyid":"k"}]}"#, "/signatures/0/sig"),
            (#"{"payload":"AA==","payloadType":"t","signatures":[{"sig":""}]}"#, "/signatures/0/sig"),
            (#"{"payload":"AA==","payloadType":"t","signatures":[{"sig":"AA==","keyid":1}]}"#, "/signatures/0/keyid"),
        ]
    )
    func refuses(text: String, path: String) throws {
        let error = try #require(throws: EnvelopeError.self) { try Envelope(json: text.utf8) }
        guard case .malformed(path, _) = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test("more than sixteen signatures are refused, read or made")
    func limits() throws {
        let signer = try KnownKeys.signer(1)
        var envelope = Envelope(payloadType: type, payload: payload)
        for _ in 0..<16 { envelope = try envelope.signed(by: signer) }
        #expect(try Envelope(json: envelope.json.utf8) == envelope)
        #expect(throws: SigningError.self) { try envelope.signed(by: signer) }
        let one = #"{"sig":"AA=="}"#
        let list = Array(repeating: one, count: 17).joined(separator: ",")
        let text = #"{"payload":"AA==","payloadType":"t","signatures":[\#(list)]}"#
        #expect(throws: EnvelopeError.self) { try Envelope(json: text.utf8) }
    }

    @Test("no changed envelope traps, and none that verifies says anything else", arguments: [1, 2, 3] as [UInt64])
    func survivesNoise(seed: UInt64) throws {
        var noise = Noise(seed: seed)
        let signer = try KnownKeys.signer(1)
        let envelope = try Envelope.signed(payloadType: type, payload: payload, by: signer)
        let examples = [Array(envelope.json.utf8), Array(try envelope.signed(by: KnownKeys.signer(2)).json.utf8)]
        for _ in 0..<Noise.rounds {
            guard let found = try? Envelope(json: noise.input(like: examples)) else { continue }
            #expect(try Envelope(json: found.json.utf8) == found)
            guard !found.verified(by: [signer.publicKey]).isEmpty else { continue }
            #expect(found.payload == payload)
            #expect(found.payloadType.utf8.elementsEqual(type.utf8))
        }
    }
}
