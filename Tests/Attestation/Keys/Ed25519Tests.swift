import Attestation
import Testing

@Suite("Ed25519 keys")
struct Ed25519Tests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let name: String
        let (seed, key, message, signature): (String, String, String, String)
        var testDescription: String { name }
    }

    @Test("signs and verifies the vectors of RFC 8032 §7.1", arguments: vectors)
    func agreesWithVectors(_ vector: Vector) throws {
        let signer = try #require(FileSigner(seed: bytes(vector.seed)))
        let key = try #require(Ed25519PublicKey(raw: bytes(vector.key)))
        #expect(signer.publicKey == key)
        #expect(try signer.sign(bytes(vector.message)) == bytes(vector.signature))
        #expect(key.isValid(bytes(vector.signature), of: bytes(vector.message)))
        for place in stride(from: 0, to: 64, by: 7) {
            var forged = bytes(vector.signature)
            forged[place] ^= 1
            #expect(!key.isValid(forged, of: bytes(vector.message)))
        }
        #expect(!key.isValid(bytes(vector.signature), of: bytes(vector.message) + [0]))
        #expect(!key.isValid(bytes(vector.signature).dropLast(), of: bytes(vector.message)))
        #expect(!key.isValid(bytes(vector.signature) + [0], of: bytes(vector.message)))
        #expect(!key.isValid([], of: bytes(vector.message)))
    }

    @Test("a signature whose second half was made larger by the group's order is refused (RFC 8032 §5.1.7)")
    func refusesMalleatedSignature() throws {
        let key = try #require(Ed25519PublicKey(raw: bytes(vectors[1].key)))
        var signature = bytes(vectors[1].signature)
        let order = bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
        var carry = 0
        for place in 0..<32 {
            let sum = Int(signature[32 + place]) + Int(order[place]) + carry
            signature[32 + place] = UInt8(sum & 255)
            carry = sum >> 8
        }
        #expect(!key.isValid(signature, of: bytes(vectors[1].message)))
    }

    @Test("the id of a key is that of securesystemslib")
    func keyID() throws {
        #expect(
            try KnownKeys.signer(1).publicKey.keyID
                == "74c181c7ad8a0855d4b55e44d2ba87aabdddb196832571f15f92fece332e4916"
        )
    }

    @Test("no key has the wrong length or small order")
    func refusesWeakKeys() throws {
        #expect(Ed25519PublicKey(raw: []) == nil)
        #expect(Ed25519PublicKey(raw: [UInt8](repeating: 7, count: 33)) == nil)
        let one = [1] + [UInt8](repeating: 0, count: 31)
        #expect(Ed25519PublicKey(raw: one) == nil)
        #expect(Ed25519PublicKey(raw: one.dropLast() + [0x80]) == nil)
    }

    @Test("a public key is the PEM text that openssl writes")
    func pem() throws {
        let key = try KnownKeys.signer(1).publicKey
        let text =
            "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n"
        #expect(key.pem == text)
        #expect(try Ed25519PublicKey(pem: text.utf8) == key)
        #expect(try Ed25519PublicKey(pem: (" \n" + text.replacing("\n", with: "\r\n") + "\n\n").utf8) == key)
    }

    @Test(
        "a PEM text is refused when it holds anything else",
        arguments: [
            "", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n",
            "key:\n-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n",
            "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\nx",
            "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VuAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----\n",
            "-----BEGIN PRIVATE KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PRIVATE KEY-----\n",
            "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAAQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n-----END PUBLIC KEY-----\n",
        ]
    )
    func refusesPEM(text: String) throws {
        #expect(throws: MalformedKey.self) { try Ed25519PublicKey(pem: text.utf8) }
    }

    @Test("two keys in one file are refused")
    func refusesTwoKeys() throws {
        let text = try KnownKeys.signer(1).publicKey.pem + KnownKeys.signer(2).publicKey.pem
        #expect(throws: MalformedKey.self) { try Ed25519PublicKey(pem: text.utf8) }
    }

    @Test("no text that is like a key traps", arguments: [1, 2] as [UInt64])
    func survivesNoise(seed: UInt64) throws {
        var noise = Noise(seed: seed)
        let key = try KnownKeys.signer(1).publicKey
        for _ in 0..<Noise.rounds {
            let input = noise.input(like: [Array(key.pem.utf8)])
            guard let found = try? Ed25519PublicKey(pem: input) else { continue }
            #expect(try Ed25519PublicKey(pem: found.pem.utf8) == found)
        }
    }
}

private let vectors: [Ed25519Tests.Vector] = [
    .init(
        name: "test 1",
        seed: KnownKeys.seeds[0],
        key: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        message: "",
        signature: "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
            + "d25bf5f0595bbe24655141438e7a100b"
    ),
    .init(
        name: "test 2",
        seed: KnownKeys.seeds[1],
        key: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        message: "72",
        signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
            + "387b2eaeb4302aeeb00d291612bb0c00"
    ),
    .init(
        name: "test 3",
        seed: KnownKeys.seeds[2],
        key: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        message: "af82",
        signature: "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
            + "4a7c15e9716ed28dc027beceea1ec40a"
    ),
    .init(
        name: "test 1024",
        seed: "f5e5767cf153319517630f226876b86c8160cc583bc013744c6bf255f5cc0ee5",
        key: "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e",
        message: """
            08b8b2b733424243760fe426a4b54908632110a66c2f6591eabd3345e3e4eb98fa6e264bf09efe12ee50f8f54e9f77b1
            e355f6c50544e23fb1433ddf73be84d879de7c0046dc4996d9e773f4bc9efe5738829adb26c81b37c93a1b270b20329d
            658675fc6ea534e0810a4432826bf58c941efb65d57a338bbd2e26640f89ffbc1a858efcb8550ee3a5e1998bd177e93a
            7363c344fe6b199ee5d02e82d522c4feba15452f80288a821a579116ec6dad2b3b310da903401aa62100ab5d1a36553e
            06203b33890cc9b832f79ef80560ccb9a39ce767967ed628c6ad573cb116dbefefd75499da96bd68a8a97b928a8bbc10
            3b6621fcde2beca1231d206be6cd9ec7aff6f6c94fcd7204ed3455c68c83f4a41da4af2b74ef5c53f1d8ac70bdcb7ed1
            85ce81bd84359d44254d95629e9855a94a7c1958d1f8ada5d0532ed8a5aa3fb2d17ba70eb6248e594e1a2297acbbb39d
            502f1a8c6eb6f1ce22b3de1a1f40cc24554119a831a9aad6079cad88425de6bde1a9187ebb6092cf67bf2b13fd65f270
            88d78b7e883c8759d2c4f5c65adb7553878ad575f9fad878e80a0c9ba63bcbcc2732e69485bbc9c90bfbd62481d9089b
            eccf80cfe2df16a2cf65bd92dd597b0707e0917af48bbb75fed413d238f5555a7a569d80c3414a8d0859dc65a46128ba
            b27af87a71314f318c782b23ebfe808b82b0ce26401d2e22f04d83d1255dc51addd3b75a2b1ae0784504df543af8969b
            e3ea7082ff7fc9888c144da2af58429ec96031dbcad3dad9af0dcbaaaf268cb8fcffead94f3c7ca495e056a9b47acdb7
            51fb73e666c6c655ade8297297d07ad1ba5e43f1bca32301651339e22904cc8c42f58c30c04aafdb038dda0847dd988d
            cda6f3bfd15c4b4c4525004aa06eeff8ca61783aacec57fb3d1f92b0fe2fd1a85f6724517b65e614ad6808d6f6ee34df
            f7310fdc82aebfd904b01e1dc54b2927094b2db68d6f903b68401adebf5a7e08d78ff4ef5d63653a65040cf9bfd4aca7
            984a74d37145986780fc0b16ac451649de6188a7dbdf191f64b5fc5e2ab47b57f7f7276cd419c17a3ca8e1b939ae49e4
            88acba6b965610b5480109c8b17b80e1b7b750dfc7598d5d5011fd2dcc5600a32ef5b52a1ecc820e308aa342721aac09
            43bf6686b64b2579376504ccc493d97e6aed3fb0f9cd71a43dd497f01f17c0e2cb3797aa2a2f256656168e6c496afc5f
            b93246f6b1116398a346f1a641f3b041e989f7914f90cc2c7fff357876e506b50d334ba77c225bc307ba537152f3f161
            0e4eafe595f6d9d90d11faa933a15ef1369546868a7f3a45a96768d40fd9d03412c091c6315cf4fde7cb68606937380d
            b2eaaa707b4c4185c32eddcdd306705e4dc1ffc872eeee475a64dfac86aba41c0618983f8741c5ef68d3a101e8a3b8ca
            c60c905c15fc910840b94c00a0b9d0
            """,
        signature: "0aab4c900501b3e24d7cdf4663326a3a87df5e4843b2cbdb67cbf6e460fec350aa5371b1508f9f4528ecea23c436d94b"
            + "5e8fcd4f681e30a6ac00a9704a188a03"
    ),
]
