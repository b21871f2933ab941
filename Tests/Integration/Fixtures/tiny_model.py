"""Writes a language model of random weights, half a megabyte, for a real engine to run: nobody has trained it.

  tiny_model.py FILE [--profile text|bytes] [--seed 1]

What it says is noise; real are the tokens, the sampling, the grammar and the stream. Profile `text` never says a raw
byte, so that its text is well-formed; `bytes` says them often, so that much of it is no UTF-8 at all.

The format is GGUF version 3 (ggml-org/ggml docs/gguf.md); the architecture is `llama`, the vocabulary SentencePiece's
with one token for each byte. Standard library only.

How likely a token is at all is set through the first of the hidden dimensions: every embedding holds the same large
number there and no layer writes to it, so what a row of the output matrix has there is added to that token's logit,
whatever came before.
"""

import argparse
import array
import math
import random
import struct

WIDTH, LAYERS, HEADS, INNER, CONTEXT = 64, 2, 4, 128, 32768
ANCHOR = 16.0  # What every embedding holds in the first dimension.
NORMAL, UNKNOWN, CONTROL, BYTE = 1, 2, 3, 6
NEVER = -60.0
# Pieces of JSON and of our own questions, so that a prompt has fewer tokens than letters.
PIECES = """true false null ": ", {" "} }, [" "] ," type object string integer number boolean properties required
    minimum maximum maxLength minLength maxItems minItems enum description additional Properties items reason ing
    feedback isValid confidence estimated Minutes anomalies severity stage walltime memory nodes cores input output
    the \u2581the \u2581of \u2581and \u2581a \u2581to \u2581is \u2581in \u2581it \u2581job \u2581answer ing ed er
    tion al 10 00 25 50 \u2581\u2581 caf\u00e9 \u03b1 \u2581\u00b5Jy \u4f60 \U0001f600""".split()
TEMPLATE = "{% for m in messages %}[{{ m['role'] }}] {{ m['content'] }}\n{% endfor %}[assistant] "


class Writer:
    """GGUF: header, metadata, tensor descriptions, then the tensors, each at a multiple of 32 bytes."""

    def __init__(self):
        self.metadata, self.tensors = [], []

    def add(self, key, kind, value):
        self.metadata.append(text(key) + encoded(kind, value))

    def tensor(self, name, rows, columns, values):
        self.tensors.append((name, [columns, rows] if rows else [columns], values))

    def bytes(self):
        head = b"GGUF" + struct.pack("<IQQ", 3, len(self.tensors), len(self.metadata)) + b"".join(self.metadata)
        data = b""
        for name, shape, values in self.tensors:
            head += text(name) + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, 0, len(data))
            data += padded(values.tobytes())
        return padded(head) + data


def text(value):
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


KINDS = {"u32": (4, "<I"), "i32": (5, "<i"), "f32": (6, "<f"), "bool": (7, "<?")}


def plain(kind, value):
    return text(value) if kind == "string" else struct.pack(KINDS[kind][1], value)


def number(kind):
    return 8 if kind == "string" else KINDS[kind][0]


def encoded(kind, value):
    if not kind.startswith("["):
        return struct.pack("<I", number(kind)) + plain(kind, value)
    inner = kind[1:-1]
    return struct.pack("<IIQ", 9, number(inner), len(value)) + b"".join(plain(inner, v) for v in value)


def padded(data):
    return data + b"\0" * (-len(data) % 32)


def vocabulary():
    """Each token: its text, its score (better ones are preferred), its kind."""
    tokens = [("<unk>", 0.0, UNKNOWN), ("<s>", 0.0, CONTROL), ("</s>", 0.0, CONTROL)]
    tokens += [(f"<0x{byte:02X}>", 0.0, BYTE) for byte in range(256)]
    single = ["\u2581", *(chr(code) for code in range(33, 127)), "\n"]
    tokens += [(character, -100.0, NORMAL) for character in single]
    known = set(single)
    for piece in PIECES:
        # SentencePiece joins two neighbours at a time, so the beginnings of a piece are tokens, too.
        for end in range(2, len(piece) + 1):
            if piece[:end] not in known:
                known.add(piece[:end])
                tokens.append((piece[:end], float(end), NORMAL))
        if len(piece) == 1 and piece not in known:
            known.add(piece)
            tokens.append((piece, -100.0, NORMAL))
    return tokens


def likelihood(token, kind, profile):
    """What is added to a token's logit."""
    if kind in (UNKNOWN, CONTROL):
        return NEVER if token != "</s>" else 0.0
    if kind == BYTE:
        return NEVER if profile == "text" else 1.0
    return 2.5 if token == '"' else 0.0


def describe(writer, tokens):
    for key, kind, value in [
        ("general.architecture", "string", "llama"), ("general.name", "string", "random"),
        ("general.file_type", "u32", 0), ("llama.context_length", "u32", CONTEXT),
        ("llama.embedding_length", "u32", WIDTH), ("llama.block_count", "u32", LAYERS),
        ("llama.feed_forward_length", "u32", INNER), ("llama.attention.head_count", "u32", HEADS),
        ("llama.attention.head_count_kv", "u32", HEADS), ("llama.attention.layer_norm_rms_epsilon", "f32", 1e-5),
        ("llama.rope.dimension_count", "u32", WIDTH // HEADS), ("llama.rope.freq_base", "f32", 10000.0),
        ("llama.vocab_size", "u32", len(tokens)), ("tokenizer.ggml.model", "string", "llama"),
        ("tokenizer.ggml.pre", "string", "default"),
        ("tokenizer.ggml.tokens", "[string]", [t for t, _, _ in tokens]),
        ("tokenizer.ggml.scores", "[f32]", [s for _, s, _ in tokens]),
        ("tokenizer.ggml.token_type", "[i32]", [k for _, _, k in tokens]),
        ("tokenizer.ggml.bos_token_id", "u32", 1), ("tokenizer.ggml.eos_token_id", "u32", 2),
        ("tokenizer.ggml.unknown_token_id", "u32", 0), ("tokenizer.ggml.add_bos_token", "bool", True),
        ("tokenizer.ggml.add_eos_token", "bool", False), ("tokenizer.ggml.add_space_prefix", "bool", False),
        ("tokenizer.chat_template", "string", TEMPLATE),
    ]:
        writer.add(key, kind, value)


def weigh(writer, tokens, profile, chance):
    def matrix(name, rows, columns, spread=None, first_column=None, is_silent=False):
        spread = spread or 1 / math.sqrt(columns)
        values = array.array("f", (chance.gauss(0, spread) for _ in range(rows * columns)))
        for row in range(rows):
            if first_column is not None:
                values[row * columns] = first_column(row)
        if is_silent:
            values[:columns] = array.array("f", [0.0] * columns)
        writer.tensor(name, rows, columns, values)

    def ones(name):
        writer.tensor(name, 0, WIDTH, array.array("f", [1.0] * WIDTH))

    matrix("token_embd.weight", len(tokens), WIDTH, 1.0, first_column=lambda _: ANCHOR)
    for layer in range(LAYERS):
        block = f"blk.{layer}."
        ones(block + "attn_norm.weight")
        ones(block + "ffn_norm.weight")
        for name in ("attn_q", "attn_k", "attn_v"):
            matrix(block + name + ".weight", WIDTH, WIDTH)
        matrix(block + "attn_output.weight", WIDTH, WIDTH, is_silent=True)
        matrix(block + "ffn_gate.weight", INNER, WIDTH)
        matrix(block + "ffn_up.weight", INNER, WIDTH)
        matrix(block + "ffn_down.weight", WIDTH, INNER, is_silent=True)
    ones("output_norm.weight")
    # After the last norm the first dimension holds about this (root mean square of ANCHOR and WIDTH - 1 units).
    anchored = ANCHOR / math.sqrt((ANCHOR ** 2 + WIDTH - 1) / WIDTH)
    matrix("output.weight", len(tokens), WIDTH, 2 / math.sqrt(WIDTH),
           first_column=lambda row: likelihood(tokens[row][0], tokens[row][2], profile) / anchored)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--profile", choices=["text", "bytes"], default="text")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    tokens, writer = vocabulary(), Writer()
    describe(writer, tokens)
    weigh(writer, tokens, options.profile, random.Random(options.seed))
    with open(options.file, "wb") as file:
        file.write(writer.bytes())


if __name__ == "__main__":
    main()
