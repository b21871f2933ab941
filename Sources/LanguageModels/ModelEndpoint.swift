/// One model behind one address.
package struct ModelEndpoint: Sendable, Hashable {
    /// Which wire format the server speaks.
    package enum Dialect: String, Sendable, CaseIterable {
        /// Ollama's native API (ollama/ollama, `docs/api.md`).
        case ollama
        /// The OpenAI-compatible API as Ollama serves it below `/v1`.
        case ollamaV1 = "ollama-v1"
        /// The OpenAI-compatible API of llama.cpp's `llama-server`.
        case llamaServer = "llama-server"
        /// The OpenAI-compatible API of vLLM, or of any other server.
        case vLLM = "vllm"
    }

    /// Its name in the configuration, metrics and answers.
    package let name: String
    /// The server's base URL without a path, such as `http://127.0.0.1:11434`.
    package let url: String
    /// What it speaks.
    package let dialect: Dialect
    /// The model's name there, such as `mistral` or `mistral:7b-instruct`.
    package let model: String
    /// The bearer token, where the server asks for one.
    package var token: String?
    /// Tokens of context that are asked for, the same in every request: another number makes Ollama load the model anew.
    package var contextTokens = 4096
    /// How long the server keeps the model loaded after an answer; negative for ever.
    package var keepAlive = Duration.seconds(1800)
    /// How many requests it works on at once; more wait here.
    package var slots = 1
    /// How long a model may take to load before the first answer.
    package var loadDeadline = Duration.seconds(300)

    /// An endpoint.
    package init(name: String, url: String, dialect: Dialect, model: String) {
        self.name = name
        self.url = url
        self.dialect = dialect
        self.model = model
    }
}
