"""The media type of parts of uploads (tus 1.0.0): bytes as they are."""
import schemathesis

schemathesis.serializer.alias("application/offset+octet-stream", "application/octet-stream")
