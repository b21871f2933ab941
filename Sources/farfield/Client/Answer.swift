import FoundationEssentials

/// The document of a successful answer.
struct Answer: Sendable {
    /// The bytes as they came.
    let body: [UInt8]

    /// The bytes as text.
    var text: String { String(decoding: body, as: UTF8.self) }

    /// Reads the document; fields it does not know are passed over.
    func decode<Document: Decodable>(_ type: Document.Type = Document.self) throws -> Document {
        do {
            return try Self.decoder().decode(type, from: Data(body))
        } catch let error as DecodingError {
            throw RequestFailure(.unreadable(Self.explain(error)))
        }
    }

    private static func decoder() -> JSONDecoder {
        let decoder = JSONDecoder()
        decoder.dateDecodingStrategy = .custom { decoder in
            let text = try decoder.singleValueContainer().decode(String.self)
            guard let date = Moment.read(text) else {
                throw DecodingError.dataCorrupted(
                    .init(codingPath: decoder.codingPath, debugDescription: "\(text) is not an ISO 8601 time")
                )
            }
            return date
        }
        return decoder
    }

    private static func explain(_ error: DecodingError) -> String {
        switch error {
        case .keyNotFound(let key, let context): "\(path(context))/\(key.stringValue) is missing"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            "\(path(context)): \(context.debugDescription)"
        @unknown default: "\(error)"
        }
    }

    private static func path(_ context: DecodingError.Context) -> String {
        context.codingPath.map { "/" + ($0.intValue.map(String.init) ?? $0.stringValue) }.joined()
    }
}
